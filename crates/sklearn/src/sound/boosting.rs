//! Gradient boosting: `predict_stages` adds the trees of each class to a matrix whose width others decide, and predictors
//! of histogram boosting read columns and sets of categories without a look.
//!
//! Source: `predict_stages` in `sklearn/ensemble/_gradient_boosting.pyx`; `make_known_categories_bitsets` in
//! `sklearn/ensemble/_hist_gradient_boosting/binning.py`.

use cannery_object::known::known;
use cannery_object::{Heap, NdArray, Object, Place, Value};

use super::ensemble::FEATURES;
use super::parts::{array, array_in, count};
use super::{Allowance, Checked, initial, unsound};

/// The width of raw predictions must be that of `estimators_`.
pub(super) fn check(heap: &Heap, object: &Object<'_>, allowance: &mut Allowance) -> Checked {
    let Some(estimators) = object.attr("estimators_") else { return Ok(()) };
    let width = array_in(heap, estimators, "estimators_", 2)?.shape[1];
    let differs =
        |place: &str, found: String| Err(unsound(place, format!("{found} for trees of {width} columns")));
    if let Some(value) = object.attr("n_trees_per_iteration_") {
        let found = count(heap, Some(value), "n_trees_per_iteration_")?;
        if found != width {
            return differs("n_trees_per_iteration_", found.to_string());
        }
    }
    // attributes of a class, by which it is decided whether probabilities are asked for, and of how many classes
    if object.attr("_estimator_type").is_some() {
        return Err(unsound("_estimator_type", "an attribute that hides that of its class"));
    }
    for name in ["_loss", "loss_"] {
        let Some(value) = object.attr(name) else { continue };
        let Some(loss) = heap.object(value) else { return Err(unsound(name, "not a loss")) };
        let is_multinomial = matches!(loss.class().1, "HalfMultinomialLoss" | "MultinomialDeviance");
        let columns = ["K", "n_classes"].into_iter().find_map(|name| loss.attr(name));
        let columns = columns.and_then(|value| heap.integer(value)).and_then(|n| usize::try_from(n).ok());
        let fits = if is_multinomial { width > 1 && columns == Some(width) } else { width == 1 };
        if !fits {
            return differs(name, format!("{} with {columns:?} columns", loss.class().1));
        }
        if ["is_multiclass", "is_multi_class"].iter().any(|name| loss.attr(name).is_some()) {
            return Err(unsound(name, "is_multiclass hides that of its class"));
        }
        if loss.attr("link").is_some_and(|link| !is_link(heap, link)) {
            return Err(unsound(name, "link is none of those of scikit-learn"));
        }
    }
    match object.attr("init_") {
        Some(init) => initial::check(heap, init, width, allowance),
        None => Ok(()),
    }
}

/// Whether a value turns predictions into raw ones of the same shape.
fn is_link(heap: &Heap, value: Value) -> bool {
    heap.object(value).is_some_and(|link| {
        let (module, name) = link.class();
        module == "sklearn._loss.link" && known(module, name).is_some() && link.attr("link").is_none()
    })
}

/// Features of the predictors, and the sets of categories that they are looked up in.
pub(super) fn histogram(heap: &Heap, object: &Object<'_>, allowance: &mut Allowance) -> Checked {
    const NAME: &str = "_predictors";
    let Some(iterations) = object.attr(NAME).and_then(|value| heap.as_list(value)) else { return Ok(()) };
    let features =
        FEATURES.iter().filter_map(|name| object.attr(name)).filter_map(|value| heap.integer(value)).min();
    let categorical = ["_bin_mapper", "bin_mapper_"].into_iter().find_map(|name| object.attr(name));
    let categorical = categorical.and_then(|mapper| heap.object(mapper)?.attr("is_categorical_"));
    let categorical = categorical.and_then(|flags| heap.ndarray(flags)).and_then(Result::ok);
    let categorical: Vec<i64> =
        categorical.as_ref().and_then(NdArray::stored_ints).map(Iterator::collect).unwrap_or_default();
    allowance.spend(8 * categorical.len() as u64)?;
    let each = object.attr("n_trees_per_iteration_").and_then(|value| heap.integer(value));
    for &iteration in iterations {
        allowance.spend(64)?;
        let trees = heap.as_list(iteration).unwrap_or_default().len();
        if let Some(each) = each.filter(|&each| usize::try_from(each).ok() != Some(trees)) {
            return Err(unsound("n_trees_per_iteration_", format!("{each}, where there are {trees}")));
        }
        for &predictor in heap.as_list(iteration).unwrap_or_default() {
            let Some(predictor) = heap.object(predictor) else { continue };
            let nodes = array(heap, &predictor, "nodes", 1)?;
            allowance.spend(64 + nodes.raw().map_or(0, <[u8]>::len) as u64)?;
            columns(&nodes, features.unwrap_or(0), &categorical)?;
        }
    }
    Ok(())
}

fn columns(nodes: &NdArray<'_>, features: i64, categorical: &[i64]) -> Checked {
    let place = |name: &str| Place::of_integer(&nodes.dtype, name);
    let (Some(feature), Some(leaf)) = (place("feature_idx"), place("is_leaf")) else { return Ok(()) };
    let by_category = place("is_categorical");
    let raw = nodes.raw().unwrap_or_default();
    for (index, node) in raw.chunks_exact(nodes.dtype.itemsize.max(1)).enumerate() {
        if leaf.int(node) != 0 {
            continue;
        }
        let column = feature.int(node);
        let has_set = || {
            usize::try_from(column).ok().and_then(|column| categorical.get(column)).is_some_and(|&c| c != 0)
        };
        if column >= features {
            return Err(unsound(
                format!("nodes[{index}].feature_idx"),
                format!("{column} where there are {features}"),
            ));
        }
        if by_category.is_some_and(|place| place.int(node) != 0) && !has_set() {
            return Err(unsound(format!("nodes[{index}].feature_idx"), "a column that has no categories"));
        }
    }
    Ok(())
}
