//! `sklearn.tree._tree.Tree`: the nodes of one tree and the values of its leaves.
//!
//! `nodes` is a structured array whose fields are as wide as a pointer of the machine that wrote it, in its byte
//! order; `missing_go_to_left` is there since 1.3. `values` is float64 of shape (nodes, outputs, most classes of an
//! output), where outputs of fewer classes are filled up.

use cannery_graph::{Tree, TreeError, TreeNode, TreePart};
use cannery_object::{ByteOrder, Field, Id, Kind, NdArray, Order, Place, Value};
use rustc_hash::FxHashMap;

use crate::error::Error;
use crate::state::State;
use crate::sum::pairwise_sum;

/// A tree whose leaf vectors are those of the file, the first `widths[k]` values of each output k one after another.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) tree: Tree,
    /// Bytes that nodes and values take in the file.
    pub(crate) bytes: usize,
}

/// The `tree_` of an estimator over so many features, whose outputs have so many values each. It is sound.
pub(crate) fn read(estimator: &State<'_>, features: usize, widths: &[usize]) -> Result<Stored, Error> {
    let value = estimator.value("tree_")?;
    if let Some(stored) = estimator.trees_read().and_then(|trees| trees.find(value, features, widths)) {
        return Ok(stored);
    }
    let state = estimator.object_in(value, "tree_")?;
    if state.class() != ("sklearn.tree._tree", "Tree") {
        return Err(estimator.malformed("tree_", "not a sklearn.tree._tree.Tree"));
    }
    let nodes = state.array_of_ndim("nodes", 1)?;
    let values = values(&state, nodes.shape[0], widths)?;
    let raw = |array: &NdArray<'_>| array.raw().map_or(0, <[u8]>::len);
    let bytes = raw(&nodes) + raw(&values);
    let nodes = Columns::of(&state, &nodes)?.nodes(&state, nodes.shape[0])?;
    let leaves = leaf_vectors(&state, &values, &nodes, widths)?;
    let tree = Tree::new(features, widths.iter().sum(), nodes, leaves, []);
    let tree = tree.map_err(|TreeError { node, part, message }| {
        let field = match part {
            TreePart::Node | TreePart::Leaf | TreePart::Set => "",
            TreePart::Feature => ".feature",
            TreePart::Left => ".left_child",
            TreePart::Right => ".right_child",
        };
        estimator.malformed(&format!("tree_.nodes[{node}]{field}"), message)
    })?;
    let stored = Stored { tree, bytes };
    if let Some(mut trees) = estimator.trees_read() {
        trees.add(value, widths, &stored);
    }
    Ok(stored)
}

/// With each output of each leaf vector divided by its sum, unless that is 0.
pub(crate) fn normalised(tree: &Tree, widths: &[usize]) -> Tree {
    let mut values = tree.values().to_vec();
    let mut rest = &mut values[..];
    for &width in widths.iter().cycle() {
        let Some(output) = rest.split_off_mut(..width).filter(|output| !output.is_empty()) else { break };
        let sum = pairwise_sum(output);
        let divisor = if sum == 0.0 { 1.0 } else { sum };
        output.iter_mut().for_each(|value| *value /= divisor);
    }
    tree.with_values(values).expect("as many values as the tree had")
}

/// Trees of one file that were read, for the estimators that share one: a forest, and each of its trees by itself.
#[derive(Debug, Default)]
pub(crate) struct TreesRead {
    by_id: FxHashMap<Id, (Vec<usize>, Stored)>,
    bytes: u64,
    most: u64,
}

impl TreesRead {
    /// None yet, and at most those of so many bytes: trees that share their nodes would make much memory of few bytes.
    pub(crate) fn of_at_most(bytes: u64) -> Self {
        Self { most: bytes, ..Self::default() }
    }

    /// A tree that was read, with the widths of its outputs.
    pub(crate) fn of(&self, value: Value) -> Option<&(Vec<usize>, Stored)> {
        match value {
            Value::Ref(id) => self.by_id.get(&id),
            Value::None | Value::Bool(_) | Value::Int(_) => None,
        }
    }

    fn find(&self, value: Value, features: usize, widths: &[usize]) -> Option<Stored> {
        let (of_widths, stored) = self.of(value)?;
        (stored.tree.features() == features && of_widths == widths).then(|| stored.clone())
    }

    fn add(&mut self, value: Value, widths: &[usize], stored: &Stored) {
        let Value::Ref(id) = value else { return };
        let bytes = self.bytes.saturating_add(stored.bytes as u64);
        if bytes <= self.most && self.by_id.insert(id, (widths.to_vec(), stored.clone())).is_none() {
            self.bytes = bytes;
        }
    }
}

/// `feature_importances_` of a tree: how much each feature lowers the impurity, as shares of their sum.
///
/// Source: `Tree.compute_feature_importances` in `sklearn/tree/_tree.pyx`.
pub(crate) fn importances(estimator: &State<'_>, features: usize) -> Result<Vec<f64>, Error> {
    let mut sums = raw_importances(estimator, features)?;
    let total = pairwise_sum(&sums);
    if total > 0.0 {
        sums.iter_mut().for_each(|sum| *sum /= total);
    }
    Ok(sums)
}

/// Whether a tree is a leaf and no more.
pub(crate) fn is_stump(estimator: &State<'_>) -> Result<bool, Error> {
    let state = estimator.object_in(estimator.value("tree_")?, "tree_")?;
    Ok(state.array_of_ndim("nodes", 1)?.shape[0] <= 1)
}

/// How much each feature lowers the impurity.
pub(crate) fn raw_importances(estimator: &State<'_>, features: usize) -> Result<Vec<f64>, Error> {
    let state = estimator.object_in(estimator.value("tree_")?, "tree_")?;
    let nodes = state.array_of_ndim("nodes", 1)?;
    let columns = Columns::of(&state, &nodes)?;
    let impurity = place(&state, &nodes, "impurity", &Kind::Float, &[8])?;
    let weight = place(&state, &nodes, "weighted_n_node_samples", &Kind::Float, &[8])?;
    let outside = || state.malformed("nodes", "a child or a feature that does not exist");
    let rows: Vec<&[u8]> = columns.bytes.chunks_exact(columns.itemsize.max(1)).collect();
    let of = |place: Place, row: &[u8]| place.float(row).unwrap_or_default();
    let weighted = |row: &[u8]| of(weight, row) * of(impurity, row);
    let mut sums = vec![0.0; estimator.expect_room("n_features_", features)?];
    for row in &rows {
        if columns.left.int(row) == -1 {
            continue;
        }
        let child = |place: Place| usize::try_from(place.int(row)).ok().and_then(|child| rows.get(child));
        let (left, right) =
            (child(columns.left).ok_or_else(outside)?, child(columns.right).ok_or_else(outside)?);
        let feature = usize::try_from(columns.feature.int(row)).ok();
        let sum = feature.and_then(|feature| sums.get_mut(feature)).ok_or_else(outside)?;
        *sum += weighted(row) - weighted(left) - weighted(right);
    }
    let root = rows.first().map_or(1.0, |root| of(weight, root));
    sums.iter_mut().for_each(|sum| *sum /= root);
    Ok(sums)
}

/// The same tree with the number of its node as the only value of each leaf.
pub(crate) fn with_leaf_numbers(tree: &Tree) -> Tree {
    let is_leaf = |(_, node): &(usize, &TreeNode)| matches!(node, TreeNode::Leaf(_));
    let numbers =
        Vec::from_iter(tree.nodes().iter().enumerate().filter(is_leaf).map(|(node, _)| node as f64));
    let made = Tree::new(tree.features(), 1, tree.nodes(), numbers, tree.sets());
    made.expect("the same nodes, with a value for each leaf")
}

/// How many samples each leaf of a tree held, in the order of its leaf vectors.
pub(crate) fn leaf_samples(estimator: &State<'_>) -> Result<Vec<f64>, Error> {
    let state = estimator.object_in(estimator.value("tree_")?, "tree_")?;
    let nodes = state.array_of_ndim("nodes", 1)?;
    let columns = Columns::of(&state, &nodes)?;
    let samples = place(&state, &nodes, "n_node_samples", &Kind::Int, &[4, 8])?;
    let leaves =
        columns.bytes.chunks_exact(columns.itemsize.max(1)).filter(|row| columns.left.int(row) == -1);
    Ok(leaves.map(|row| samples.int(row) as f64).collect())
}

/// The array of values, which has the shape that nodes and outputs ask for.
fn values<'h>(state: &State<'h>, nodes: usize, widths: &[usize]) -> Result<NdArray<'h>, Error> {
    let values = state.array_of_ndim("values", 3)?;
    let most = widths.iter().max().map_or(0, |&most| most);
    if values.shape[..2] != [nodes, widths.len()] || values.shape[2] < most {
        let message =
            format!("shape {:?} for {nodes} nodes and {} outputs of {most}", values.shape, widths.len());
        return Err(state.malformed("values", message));
    }
    if (&values.dtype.kind, values.dtype.itemsize) != (&Kind::Float, 8) || values.order != Order::C {
        return Err(state.unsupported("values", format!("leaf values of dtype {}", values.dtype)));
    }
    Ok(values)
}

/// The vectors of the leaves among these nodes, one after another.
fn leaf_vectors(
    state: &State<'_>,
    values: &NdArray<'_>,
    nodes: &[TreeNode],
    widths: &[usize],
) -> Result<Vec<f64>, Error> {
    let missing = || state.malformed("values", "fewer values than their shape says");
    let is_little = values.dtype.order == ByteOrder::Little;
    let decode = |bytes| if is_little { f64::from_le_bytes(bytes) } else { f64::from_be_bytes(bytes) };
    let (stored, _) = values.raw().ok_or_else(missing)?.as_chunks::<8>();
    let classes = values.shape[2];
    // a tree where each node has two children or none has one more leaf than it has others
    let mut out = Vec::with_capacity(
        widths.iter().sum::<usize>().saturating_mul(nodes.len() / 2 + 1).min(stored.len()),
    );
    for (leaf, _) in nodes.iter().enumerate().filter(|(_, node)| matches!(node, TreeNode::Leaf(_))) {
        for (output, &width) in widths.iter().enumerate() {
            let first = (leaf * widths.len() + output) * classes;
            let vector = stored.get(first..first + width).ok_or_else(missing)?;
            out.extend(vector.iter().map(|&bytes| decode(bytes)));
        }
    }
    Ok(out)
}

/// Where the parts of a node lie in its bytes.
struct Columns<'a> {
    bytes: &'a [u8],
    itemsize: usize,
    left: Place,
    right: Place,
    feature: Place,
    threshold: Place,
    missing_left: Option<usize>,
}

impl<'a> Columns<'a> {
    fn of(state: &State<'_>, nodes: &'a NdArray<'_>) -> Result<Self, Error> {
        let (Kind::Struct(_), Some(bytes)) = (&nodes.dtype.kind, nodes.raw()) else {
            return Err(state.malformed("nodes", format!("nodes of dtype {}", nodes.dtype)));
        };
        let place = |name, kind: &Kind, sizes| place(state, nodes, name, kind, sizes);
        let missing_left = match nodes.dtype.field("missing_go_to_left") {
            Some(field) if field.dtype.itemsize != 1 => {
                return Err(state.malformed("nodes.missing_go_to_left", format!("dtype {}", field.dtype)));
            }
            field => field.map(|field| field.offset),
        };
        Ok(Self {
            bytes,
            itemsize: nodes.dtype.itemsize,
            left: place("left_child", &Kind::Int, &[4, 8])?,
            right: place("right_child", &Kind::Int, &[4, 8])?,
            feature: place("feature", &Kind::Int, &[4, 8])?,
            threshold: place("threshold", &Kind::Float, &[8])?,
            missing_left,
        })
    }

    fn nodes(&self, state: &State<'_>, count: usize) -> Result<Vec<TreeNode>, Error> {
        if state.has("node_count") && state.int("node_count")? != count as i64 {
            return Err(state.malformed("node_count", format!("not the {count} that there are")));
        }
        let parts = [self.left, self.right, self.feature, self.threshold];
        if parts.iter().all(|part| part.is_wide_little()) {
            self.decoded(state, count, Place::wide_bits)
        } else {
            self.decoded(state, count, Place::bits)
        }
    }

    /// The nodes, whose numbers are read by `bits`.
    fn decoded(
        &self,
        state: &State<'_>,
        count: usize,
        bits: impl Fn(Place, &[u8]) -> u64 + Copy,
    ) -> Result<Vec<TreeNode>, Error> {
        let mut leaves = 0;
        let mut nodes = Vec::with_capacity(count);
        for (index, node) in self.bytes.chunks_exact(self.itemsize).enumerate() {
            nodes.push(self.node(node, &mut leaves, bits).map_err(|(field, number)| {
                state.malformed(&format!("nodes[{index}].{field}"), format!("{number}"))
            })?);
        }
        Ok(nodes)
    }

    /// A node from its bytes, or which field is out of range. A leaf is what has no left child; its other fields
    /// mean nothing.
    #[inline]
    fn node(
        &self,
        node: &[u8],
        leaves: &mut u32,
        bits: impl Fn(Place, &[u8]) -> u64,
    ) -> Result<TreeNode, (&'static str, i64)> {
        let int = |place| bits(place, node) as i64;
        let left = int(self.left);
        if left == -1 {
            *leaves += 1;
            return Ok(TreeNode::Leaf(*leaves - 1));
        }
        let number = |number, name| u32::try_from(number).map_err(|_| (name, number));
        Ok(TreeNode::Threshold {
            feature: number(int(self.feature), "feature")?,
            threshold: f64::from_bits(bits(self.threshold, node)),
            missing_left: self.missing_left.is_some_and(|offset| node[offset] != 0),
            left: number(left, "left_child")?,
            right: number(int(self.right), "right_child")?,
        })
    }
}

/// Where a field of the nodes lies.
fn place(
    state: &State<'_>,
    nodes: &NdArray<'_>,
    name: &str,
    kind: &Kind,
    sizes: &[usize],
) -> Result<Place, Error> {
    let Some(Field { dtype, .. }) = nodes.dtype.field(name) else {
        return Err(state.malformed(&format!("nodes.{name}"), "this field is missing"));
    };
    let place = Place::of_field(&nodes.dtype, name);
    place
        .filter(|_| dtype.kind == *kind && sizes.contains(&dtype.itemsize))
        .ok_or_else(|| state.malformed(&format!("nodes.{name}"), format!("dtype {dtype}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_in_the_order_of_numpy() {
        // 1e16 + 1 is 1e16 again, so the result shows what was added to what
        assert_eq!(pairwise_sum(&[1e16, 1.0, 1.0]), 1e16);
        let lanes = [1e16, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, -1e16];
        assert_eq!(pairwise_sum(&lanes), 2.0, "two of three ones are added before they meet 1e16");
        let halves: Vec<f64> = (0..300).map(|i| f64::from(i) / 10.0).collect();
        let quarter = |first: usize, end: usize| pairwise_sum(&halves[first..end]);
        assert_eq!(
            pairwise_sum(&halves),
            (quarter(0, 72) + quarter(72, 144)) + (quarter(144, 216) + quarter(216, 300))
        );
    }
}
