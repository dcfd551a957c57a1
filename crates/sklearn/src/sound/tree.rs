//! `sklearn.tree._tree.Tree(n_features, n_classes, n_outputs)`, with `node_count`, `nodes` and `values` in its state.
//!
//! `Tree.predict` and `apply` follow `left_child` and `right_child`, read `X[feature]` and `value[node]`, none of them
//! checked. Source: `sklearn/tree/_tree.pyx`.

use cannery_object::Place;

use super::parts::{array, array_in, count};
use super::{Allowance, Checked, Site, depth, unknown, unsound};
use crate::error::Error;
use crate::estimator::Soundness;

pub(super) fn check(site: &Site<'_>, soundness: &Soundness<'_>, allowance: &mut Allowance) -> Checked {
    let heap = site.heap;
    let Some(object) = heap.object(site.value).filter(|object| object.state().is_some()) else {
        return Ok(());
    };
    let [features, classes, outputs] = site.args else {
        return Err(unknown("called with other arguments than those of a Tree"));
    };
    let features = count(heap, Some(*features), "n_features")?;
    let outputs = count(heap, Some(*outputs), "n_outputs")?;
    let widest = widest(site, *classes, outputs)?;
    let nodes = array(heap, &object, "nodes", 1)?;
    let raw = nodes.raw().ok_or_else(|| unsound("nodes", "not an array of nodes"))?;
    let stored = count(heap, object.attr("node_count"), "node_count")?;
    if stored != nodes.shape[0] {
        return Err(unsound("node_count", format!("{stored} where there are {} nodes", nodes.shape[0])));
    }
    if stored == 0 {
        return Err(unsound("nodes", "a tree without a node"));
    }
    let values = array(heap, &object, "values", 3)?;
    if values.shape[..] != [stored, outputs, widest] || values.dtype.itemsize != 8 {
        let message =
            format!("shape {:?} for {stored} nodes, {outputs} outputs and {widest} classes", values.shape);
        return Err(unsound("values", message));
    }
    if let Some(tree) = soundness.tree(site.value).filter(|tree| tree.features <= features) {
        return depth::check_known(heap, &object, tree.depth, stored);
    }
    allowance.spend(raw.len() as u64)?;
    depth::check(heap, &object, &nodes)?;
    let place = |name: &str| {
        Place::of_integer(&nodes.dtype, name)
            .ok_or_else(|| unsound(format!("nodes.{name}"), "no field of integers"))
    };
    let fields = [place("left_child")?, place("right_child")?, place("feature")?];
    for (index, node) in raw.chunks_exact(nodes.dtype.itemsize.max(1)).enumerate() {
        check_node(node, index, fields, stored, features)?;
    }
    Ok(())
}

/// Length of the longest leaf vector of an output.
fn widest(site: &Site<'_>, classes: cannery_object::Value, outputs: usize) -> Result<usize, Error> {
    let classes = array_in(site.heap, classes, "n_classes", 1)?;
    if classes.len() != outputs {
        return Err(unsound("n_classes", format!("{} counts for {outputs} outputs", classes.len())));
    }
    let ints = classes.stored_ints().ok_or_else(|| unsound("n_classes", "not integers"))?;
    let most =
        ints.map(|int| usize::try_from(int).ok()).try_fold(0, |most, int| int.map(|int| most.max(int)));
    most.ok_or_else(|| unsound("n_classes", "a count below 0"))
}

/// Children come after their parent, so there is no cycle. A leaf is what has no left child.
#[inline]
fn check_node(node: &[u8], index: usize, fields: [Place; 3], nodes: usize, features: usize) -> Checked {
    let [left, right, feature] = fields.map(|place| place.int(node));
    if left == -1 {
        return Ok(());
    }
    let is_child = |child: i64| usize::try_from(child).is_ok_and(|child| child > index && child < nodes);
    let is_feature = usize::try_from(feature).is_ok_and(|feature| feature < features);
    if is_child(left) && is_child(right) && is_feature {
        return Ok(());
    }
    let (field, value, of) = match (is_child(left), is_child(right)) {
        (false, _) => ("left_child", left, nodes),
        (_, false) => ("right_child", right, nodes),
        _ => ("feature", feature, features),
    };
    Err(unsound(format!("nodes[{index}].{field}"), format!("{value}, of {of}")))
}
