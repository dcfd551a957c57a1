//! `KDTree` and `BallTree`: their state is a tuple of arrays and counts.
//!
//! Source: `BinaryTree.__setstate__` and `_query_single_depthfirst` in `sklearn/neighbors/_binary_tree.pxi`.

use cannery_object::{Heap, NdArray, Place, Value};

use super::parts::{array_in, count};
use super::{Allowance, Checked, Site, unsound};

pub(super) fn is_module(module: &str) -> bool {
    matches!(
        module,
        "sklearn.neighbors._kd_tree"
            | "sklearn.neighbors._ball_tree"
            | "sklearn.neighbors.kd_tree"
            | "sklearn.neighbors.ball_tree"
    )
}

pub(super) fn check(site: &Site<'_>, allowance: &mut Allowance) -> Checked {
    let heap = site.heap;
    let Some([data, order, nodes, bounds, _leaf, levels, stored, _, _, _, _, metric, rest @ ..]) =
        site.state_tuple()
    else {
        return Err(unsound("state", "not that of a KDTree or BallTree"));
    };
    let data = array_in(heap, *data, "data", 2)?;
    let (points, features) = (data.shape[0], data.shape[1]);
    let order = array_in(heap, *order, "idx_array", 1)?;
    allowance.spend(order.raw().map_or(0, <[u8]>::len) as u64)?;
    let is_point = |index: i64| usize::try_from(index).is_ok_and(|index| index < points);
    let good = order.len() == points && order.stored_ints().is_some_and(|mut ints| ints.all(is_point));
    if !good {
        return Err(unsound("idx_array", format!("not the positions of {points} points")));
    }
    let (levels, stored) = (count(heap, Some(*levels), "n_levels")?, count(heap, Some(*stored), "n_nodes")?);
    check_nodes(heap, *nodes, stored, points, allowance)?;
    let full =
        u32::try_from(levels).ok().and_then(|levels| 1_usize.checked_shl(levels)).filter(|_| levels < 48);
    if full.is_none_or(|full| full - 1 != stored || stored == 0) {
        return Err(unsound("n_nodes", format!("{stored} nodes are not {levels} full levels")));
    }
    let bounds = array_in(heap, *bounds, "node_bounds", 3)?;
    let sides = if class_of(site).0.ends_with("ball_tree") { 1 } else { 2 };
    if bounds.shape[1] != stored || bounds.shape[2] != features || bounds.shape[0] != sides {
        let message = format!("shape {:?} for {stored} nodes and {features} features", bounds.shape);
        return Err(unsound("node_bounds", message));
    }
    match rest {
        [] if is_before_weights(site) => {}
        [] => return Err(unsound("state", "a part is missing, which is read without a look")),
        [Value::None] => {}
        [weights] => {
            let weights = array_in(heap, *weights, "sample_weight", 1)?;
            if weights.len() != points {
                return Err(unsound("sample_weight", format!("{} for {points} points", weights.len())));
            }
        }
        _ => return Err(unsound("state", "more parts than a KDTree or BallTree has")),
    }
    check_metric(heap, *metric, features)
}

/// The class of an object that `newObj` makes, or that is made by its name.
fn class_of<'h>(site: &Site<'h>) -> (&'h str, &'h str) {
    match (site.name, site.args) {
        ((_, "newObj"), [class]) => site.heap.global_name(*class).unwrap_or_default(),
        (name, _) => name,
    }
}

/// Until scikit-learn 0.20 there were no weights, and until 0.22 the module had this name.
fn is_before_weights(site: &Site<'_>) -> bool {
    matches!(class_of(site).0, "sklearn.neighbors.kd_tree" | "sklearn.neighbors.ball_tree")
}

/// Weights that are none: nothing, or the one zero of releases that keep none.
fn is_unweighted(weights: &NdArray<'_>) -> bool {
    weights.is_empty() || weights.len() == 1 && weights.f64s().is_ok_and(|weights| weights[..] == [0.0])
}

fn check_nodes(
    heap: &Heap,
    nodes: Value,
    stored: usize,
    points: usize,
    allowance: &mut Allowance,
) -> Checked {
    let nodes = array_in(heap, nodes, "node_data", 1)?;
    let raw = nodes.raw().ok_or_else(|| unsound("node_data", "not an array of nodes"))?;
    allowance.spend(raw.len() as u64)?;
    if nodes.shape[0] != stored {
        return Err(unsound("n_nodes", format!("{stored} where there are {}", nodes.shape[0])));
    }
    let place = |name: &str| {
        Place::of_integer(&nodes.dtype, name)
            .ok_or_else(|| unsound(format!("node_data.{name}"), "no field of integers"))
    };
    let (start, end, leaf) = (place("idx_start")?, place("idx_end")?, place("is_leaf")?);
    for (index, node) in raw.chunks_exact(nodes.dtype.itemsize.max(1)).enumerate() {
        let range = usize::try_from(start.int(node)).ok().zip(usize::try_from(end.int(node)).ok());
        if !range.is_some_and(|(start, end)| start <= end && end <= points) {
            return Err(unsound(format!("node_data[{index}]"), format!("a range outside {points} points")));
        }
        if leaf.int(node) == 0 && 2 * index + 2 >= stored {
            return Err(unsound(
                format!("node_data[{index}].is_leaf"),
                "a node without children that is not a leaf",
            ));
        }
    }
    Ok(())
}

/// Metrics with a weight or variance for each feature read one for each. The state is `(p, vector, matrix or size)`.
fn check_metric(heap: &Heap, metric: Value, features: usize) -> Checked {
    const PLACE: &str = "dist_metric";
    let Some(site) = Site::of(heap, metric) else { return Err(unsound(PLACE, "not a DistanceMetric")) };
    let (_, class) = class_of(&site);
    let Some([_, vector, matrix, ..]) = site.state_tuple() else {
        return Err(unsound(PLACE, "not the state of a DistanceMetric"));
    };
    let class = class.trim_end_matches("64").trim_end_matches("32");
    if matches!(class, "SEuclideanDistance" | "WMinkowskiDistance") {
        let vector = array_in(heap, *vector, "dist_metric.vec", 1)?;
        if vector.len() != features {
            return Err(unsound("dist_metric.vec", format!("{} for {features} features", vector.len())));
        }
    }
    if class == "MinkowskiDistance" {
        // weights; none, or one that is not used, where there are none
        let vector = array_in(heap, *vector, "dist_metric.vec", 1)?;
        if vector.len() != features && !is_unweighted(&vector) {
            return Err(unsound("dist_metric.vec", format!("{} for {features} features", vector.len())));
        }
    }
    if class == "HaversineDistance" && features != 2 {
        return Err(unsound(PLACE, format!("a distance of latitude and longitude for {features} features")));
    }
    if class == "MahalanobisDistance" {
        let matrix = array_in(heap, *matrix, "dist_metric.mat", 2)?;
        if matrix.shape[..] != [features, features] {
            return Err(unsound(
                "dist_metric.mat",
                format!("shape {:?} for {features} features", matrix.shape),
            ));
        }
    }
    Ok(())
}
