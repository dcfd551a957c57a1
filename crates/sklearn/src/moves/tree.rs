//! Trees: the fields of their nodes, and what leaves hold.

use cannery_object::Place;

use super::arrays::{NODE, packed, with_fields};
use super::edit::{Edit, Floats, Moved, array_of};
use super::rule::{Act, Plain, Rule};
use crate::sum::pairwise_sum;

/// Classes of single trees.
const TREES: &[&str] =
    &["DecisionTreeClassifier", "DecisionTreeRegressor", "ExtraTreeClassifier", "ExtraTreeRegressor"];

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "tree-missing-go-to-left",
        (1, 3),
        &["Tree"],
        Act::Both(to_8_fields, to_7_fields),
        "since 1.3 a node of a tree says where missing values go",
    ),
    Rule::new(
        "tree-fractions",
        (1, 4),
        &["DecisionTreeClassifier", "ExtraTreeClassifier"],
        Act::Both(to_fractions, to_counts),
        "since 1.4 nodes of classification trees hold fractions of classes, before they held counts",
    ),
    Rule::new(
        "tree-n-features",
        (1, 0),
        TREES,
        Act::Both(without_n_features, with_n_features),
        "1.0 replaced n_features_ by n_features_in_ and removed min_impurity_split",
    ),
];

fn to_8_fields(e: &mut Edit<'_>) -> Moved<()> {
    refield(e, 8)
}

fn to_7_fields(e: &mut Edit<'_>) -> Moved<()> {
    refield(e, 7)
}

fn refield(e: &mut Edit<'_>, fields: usize) -> Moved<()> {
    let Some(nodes) = e.array("nodes") else { return Ok(()) };
    let dtype = packed(&NODE[..fields], if fields == 8 { 64 } else { 56 })?;
    if *nodes.dtype == dtype {
        return Ok(());
    }
    let shape = nodes.shape.to_vec();
    let bytes = with_fields(&nodes, &dtype, &[]);
    let bytes = bytes.ok_or_else(|| e.impossible("nodes is not an array of a tree's nodes"))?;
    let array = array_of(e.heap, dtype, shape, &bytes)?;
    e.set("nodes", array)
}

fn to_fractions(e: &mut Edit<'_>) -> Moved<()> {
    each_node(e, |_, row| {
        let sum = pairwise_sum(row);
        if sum != 0.0 {
            row.iter_mut().for_each(|value| *value /= sum);
        }
    })
}

fn to_counts(e: &mut Edit<'_>) -> Moved<()> {
    each_node(e, |weight, row| row.iter_mut().for_each(|value| *value *= weight))
}

/// Changes the values of each node and output of a classifier's tree, given the weight of the node.
fn each_node(e: &mut Edit<'_>, change: fn(f64, &mut [f64])) -> Moved<()> {
    let Some(mut tree) = e.child("tree_") else { return Ok(()) };
    if !tree.is_first() {
        return Ok(());
    }
    let Floats { mut values, shape } = tree.need_floats("values")?;
    let weights = weights(&tree);
    let classes = shape.last().copied().unwrap_or(1).max(1);
    let outputs = shape.get(1).copied().unwrap_or(1).max(1);
    for (at, row) in values.chunks_mut(classes).enumerate() {
        change(weights.get(at / outputs).copied().unwrap_or(1.0), row);
    }
    tree.set("values", Floats { values, shape })
}

/// `weighted_n_node_samples` of each node.
fn weights(tree: &Edit<'_>) -> Vec<f64> {
    let Some(nodes) = tree.array("nodes") else { return Vec::new() };
    let Some(place) = Place::of_field(&nodes.dtype, "weighted_n_node_samples") else { return Vec::new() };
    let raw = nodes.raw().unwrap_or_default();
    raw.chunks_exact(nodes.dtype.itemsize.max(1)).map(|node| place.float(node).unwrap_or(1.0)).collect()
}

/// Drops what 1.0 does not know; NB and Bagging had only `n_features_`.
pub(super) fn without_n_features(e: &mut Edit<'_>) -> Moved<()> {
    e.remove("n_features_");
    e.remove("min_impurity_split");
    Ok(())
}

pub(super) fn with_n_features(e: &mut Edit<'_>) -> Moved<()> {
    if let Some(count) = e.get("n_features_in_") {
        e.set("n_features_", count)?;
    }
    let has_no_split = ["BernoulliNB", "MultinomialNB", "ComplementNB", "CategoricalNB"];
    if !e.is(&has_no_split) && !e.is(&["BaggingClassifier", "BaggingRegressor", "IsolationForest"]) {
        e.set("min_impurity_split", Plain::None)?;
    }
    Ok(())
}
