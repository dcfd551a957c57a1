//! Ensembles that give their rows to trees without a look: each tree must be one over the ensemble's features.
//!
//! Source: `predict_stages` in `sklearn/ensemble/_gradient_boosting.pyx`, `_accumulate_prediction` in `_forest.py`,
//! `_compute_score_samples` in `_iforest.py`.

use cannery_object::{Heap, Object, Value};

use super::parts::count;
use super::{Allowance, Checked, Site, boosting, unsound};
use crate::error::Error;

/// Attributes that say how many columns a row has; which one is compared with it depends on the release.
pub(super) const FEATURES: [&str; 3] = ["n_features_in_", "n_features_", "n_features"];

pub(super) fn check(site: &Site<'_>, allowance: &mut Allowance) -> Checked {
    let heap = site.heap;
    let Some(object) = heap.object(site.value) else { return Ok(()) };
    let name = object.class().1;
    if name.starts_with("HistGradientBoosting") {
        return boosting::histogram(heap, &object, allowance);
    }
    let trees = ["Forest", "ExtraTrees", "GradientBoosting", "RandomTrees", "Bagging"];
    if !trees.iter().any(|part| name.contains(part)) || object.attr("estimators_").is_none() {
        return Ok(());
    }
    if name.starts_with("GradientBoosting") {
        boosting::check(heap, &object, allowance)?;
    }
    members(heap, &object, name.starts_with("GradientBoosting"), allowance)
}

/// A tree by itself: its rows have as many columns as its nodes are over.
pub(super) fn single(site: &Site<'_>) -> Checked {
    let heap = site.heap;
    let Some(object) = heap.object(site.value) else { return Ok(()) };
    let Some(of_tree) = tree_features(heap, &object) else { return Ok(()) };
    outputs(heap, &object)?;
    let features = features(heap, &object)?;
    if usize::try_from(of_tree).ok() == Some(features) {
        return Ok(());
    }
    Err(unsound("tree_", format!("over {of_tree} features, where there are {features}")))
}

/// `predict` reserves a column for each output that the estimator counts.
fn outputs(heap: &Heap, object: &Object<'_>) -> Checked {
    const NAME: &str = "n_outputs_";
    let tree = object.attr("tree_").and_then(|tree| Site::of(heap, tree));
    let Some([_, _, of_tree]) = tree.map(|tree| tree.args) else { return Ok(()) };
    let (Some(of_tree), Some(value)) = (heap.integer(*of_tree), object.attr(NAME)) else { return Ok(()) };
    if heap.integer(value) == Some(of_tree) {
        return Ok(());
    }
    Err(unsound(NAME, format!("not the {of_tree} of its tree")))
}

/// The columns of a row, by all attributes that say so.
fn features(heap: &Heap, object: &Object<'_>) -> Result<usize, Error> {
    let mut known = None;
    for (name, value) in FEATURES.iter().filter_map(|&name| Some((name, object.attr(name)?))) {
        let features = count(heap, Some(value), name)?;
        if *known.get_or_insert(features) != features {
            return Err(unsound(name, format!("{features}, and another number elsewhere")));
        }
    }
    known.ok_or_else(|| unsound(FEATURES[0], "this attribute is missing"))
}

/// `is_compiled` where nothing but compiled code takes the tree out of what should be its estimator.
fn members(heap: &Heap, object: &Object<'_>, is_compiled: bool, allowance: &mut Allowance) -> Checked {
    let Some(estimators) = object.attr("estimators_").and_then(|value| elements(heap, value)) else {
        return Ok(());
    };
    let chosen = object.attr("estimators_features_").and_then(|value| heap.as_list(value));
    allowance.spend(512 * estimators.len() as u64)?;
    let mut columns = None;
    for (index, &estimator) in estimators.iter().enumerate() {
        let tree = heap.object(estimator).filter(|estimator| !is_compiled || is_tree(estimator));
        let Some(of_tree) = tree.and_then(|estimator| tree_features(heap, &estimator)) else {
            if is_compiled {
                return Err(unsound(format!("estimators_[{index}]"), "no tree"));
            }
            continue;
        };
        let features = match columns {
            Some(features) => features,
            None => *columns.insert(features(heap, object)?),
        };
        let expected = match chosen.and_then(|chosen| chosen.get(index)) {
            Some(&chosen) => chosen_features(heap, chosen, features, index, allowance)?,
            None => features,
        };
        if usize::try_from(of_tree).ok() != Some(expected) {
            let message = format!("a tree over {of_tree} features, where there are {expected}");
            return Err(unsound(format!("estimators_[{index}]"), message));
        }
    }
    Ok(())
}

/// The elements of a list, or of an object array.
fn elements(heap: &Heap, value: Value) -> Option<Vec<Value>> {
    if let Some(list) = heap.as_list(value) {
        return Some(list.to_vec());
    }
    Some(heap.ndarray(value)?.ok()?.objects()?.to_vec())
}

/// Of other classes an attribute can come from elsewhere than their state.
fn is_tree(estimator: &Object<'_>) -> bool {
    let (module, name) = estimator.class();
    module.starts_with("sklearn.tree.") && matches!(name, "DecisionTreeRegressor" | "ExtraTreeRegressor")
}

fn tree_features(heap: &Heap, estimator: &Object<'_>) -> Option<i64> {
    let tree = Site::of(heap, estimator.attr("tree_")?)?;
    match (tree.name, tree.args) {
        (("sklearn.tree._tree", "Tree"), [features, ..]) => heap.integer(*features),
        _ => None,
    }
}

fn chosen_features(
    heap: &Heap,
    chosen: Value,
    features: usize,
    index: usize,
    allowance: &mut Allowance,
) -> Result<usize, Error> {
    let bad = || unsound(format!("estimators_features_[{index}]"), format!("not among {features} features"));
    let array = heap.ndarray(chosen).and_then(Result::ok).ok_or_else(bad)?;
    allowance.spend(array.raw().map_or(0, <[u8]>::len) as u64)?;
    let inside =
        array.stored_ints().is_some_and(|mut ints| ints.all(|i| i >= 0 && (i as u64) < features as u64));
    if inside { Ok(array.len()) } else { Err(bad()) }
}
