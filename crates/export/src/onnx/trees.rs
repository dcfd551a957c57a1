//! Decision trees, to the bit.
//!
//! No operator of ONNX adds up leaves in float64 in a known order. So an ensemble gives the number of the leaf of each tree,
//! a table gives the values of these leaves, and `ReduceSum` over an axis that is not the last adds them in order.
//!
//! Some releases of ONNX Runtime are wrong about trees that are valid; what is written here avoids that:
//! * up to 1.23 a root whose one child is a leaf and whose other is a node of the same number: an unused leaf comes first
//!   (<https://github.com/microsoft/onnxruntime/issues/24679>);
//! * up to 1.29 a tree of one leaf, referred to twice: there are two leaves;
//! * up to 1.22 `BRANCH_MEMBER`: a set of categories is a column of its own, 0 where the category is in the set.

use std::collections::HashMap;

use cannery_graph::{DType, Merge, Tree, TreeEnsemble, TreeNode};

use super::emit::{Arg, Made, Value};
use super::net::{Net, bytes, floats, int, int_list, of_tensor};

/// Leaves that a float32 can number.
const MAX_LEAVES_F32: usize = 1 << 24;

/// The sums of the leaf vectors.
pub(super) fn ensemble(net: &mut Net, x: Arg<'_>, ensemble: &TreeEnsemble) -> Made {
    let (trees, width, dtype) = (ensemble.trees(), ensemble.width(), x.ty.dtype);
    let most = trees.iter().map(|tree| tree.values().len() / width).max().unwrap_or(0);
    if dtype == DType::F32 && most > MAX_LEAVES_F32 {
        return Err(format!("a tree of {most} leaves; float32 numbers {MAX_LEAVES_F32}"));
    }
    let (features, sets) = set_columns(net, x.tensor()?, dtype, ensemble);
    let forest = Forest::of(trees, &sets);
    let leaves =
        net.push("ai.onnx.ml", "TreeEnsemble", &[&features], forest.attributes(dtype, trees.len()), 1);
    let leaves = net.cast(&leaves[0], DType::I64);
    let mut starts = Vec::with_capacity(trees.len());
    let mut table = Vec::new();
    for tree in trees {
        starts.push(table.len() / width);
        table.extend_from_slice(tree.values());
    }
    let starts = net.list(&starts);
    let leaves = net.op("Add", &[&leaves, &starts]);
    Ok(Value::Tensor(match ensemble.merge() {
        Merge::Only => {
            let table = net.floats(DType::F64, &[table.len() / width, width], &table);
            let leaf = net.squeeze(&leaves, 1);
            net.gather(&table, &leaf, 0)
        }
        Merge::Mean => {
            let table = net.floats(DType::F64, &[table.len() / width, width], &table);
            let values = net.gather(&table, &leaves, 0);
            let sum = net.reduce("ReduceSum", &values, 1, false);
            let count = net.float(DType::F64, trees.len() as f64);
            net.op("Div", &[&sum, &count])
        }
        Merge::Sum(base) => sum(net, &leaves, table, width, trees.len(), base),
    }))
}

/// From the base on, in the order of the trees. Trees for one group of results after the other stand round by round.
fn sum(net: &mut Net, leaves: &str, mut table: Vec<f64>, width: usize, trees: usize, base: &[f64]) -> String {
    let groups = base.len() / width;
    let missing = trees.next_multiple_of(groups) - trees;
    let mut leaves = leaves.to_owned();
    if missing > 0 {
        // a leaf of zeros for those that the last round lacks
        let zeros = (table.len() / width) as i64;
        table.resize(table.len() + width, 0.0);
        let row = net.ints(&[1, missing], &vec![zeros; missing]);
        let rows = net.for_each_row(&row, &[missing], &leaves);
        leaves = net.concat(&[leaves, rows], 1);
    }
    let table = net.floats(DType::F64, &[table.len() / width, width], &table);
    let values = net.gather(&table, &leaves, 0);
    let values = net.reshape(&values, &[-1, (trees.div_ceil(groups)) as i64, base.len() as i64]);
    let first = net.floats(DType::F64, &[1, 1, base.len()], base);
    let first = net.for_each_row(&first, &[1, base.len()], &values);
    let values = net.concat(&[first, values], 1);
    net.reduce("ReduceSum", &values, 1, false)
}

/// Where the column of a feature's set of categories stands.
type SetColumns = HashMap<(u32, [u32; 8]), i64>;

/// x, and behind it a column for each set of categories that a feature is asked for: 0 if its category is in it, 1 if not,
/// NaN where it is none from 0 to 255.
fn set_columns(net: &mut Net, x: &str, dtype: DType, ensemble: &TreeEnsemble) -> (String, SetColumns) {
    let mut wanted: Vec<(u32, Vec<[u32; 8]>)> = Vec::new();
    let mut places = SetColumns::new();
    for tree in ensemble.trees() {
        for node in tree.nodes() {
            let TreeNode::Category { feature, set, .. } = *node else { continue };
            let set = tree.sets()[set as usize];
            if places.insert((feature, set), 0).is_some() {
                continue;
            }
            match wanted.iter_mut().find(|(other, _)| *other == feature) {
                Some((_, sets)) => sets.push(set),
                None => wanted.push((feature, vec![set])),
            }
        }
    }
    let (mut parts, mut next) = (vec![x.to_owned()], ensemble.features() as i64);
    for (feature, sets) in &wanted {
        for set in sets {
            places.insert((*feature, *set), next);
            next += 1;
        }
        parts.push(columns_of_sets(net, x, dtype, *feature, sets));
    }
    (net.concat(&parts, 1), places)
}

fn columns_of_sets(net: &mut Net, x: &str, dtype: DType, feature: u32, sets: &[[u32; 8]]) -> String {
    const NONE: usize = 256;
    let mut table = Vec::with_capacity((NONE + 1) * sets.len());
    for category in 0..NONE {
        table.extend(sets.iter().map(|set| f64::from(1 - (set[category / 32] >> (category % 32) & 1))));
    }
    table.resize((NONE + 1) * sets.len(), f64::NAN);
    let table = net.floats(dtype, &[NONE + 1, sets.len()], &table);
    let place = net.ints(&[], &[i64::from(feature)]);
    let code = net.gather(x, &place, 1);
    let [low, high] = [-1.0, 256.0].map(|bound| net.float(dtype, bound));
    let (above, below) = (net.op("Greater", &[&code, &low]), net.op("Less", &[&code, &high]));
    let fits = net.op("And", &[&above, &below]);
    let code = net.op("Where", &[&fits, &code, &high]);
    let code = net.cast(&code, DType::I64);
    net.gather(&table, &code, 0)
}

/// Trees as `TreeEnsemble` of `ai.onnx.ml` 5 has them: all nodes, then all leaves, each in one list.
#[derive(Default)]
struct Forest {
    roots: Vec<i64>,
    features: Vec<i64>,
    splits: Vec<f64>,
    trues: Vec<i64>,
    true_leaves: Vec<i64>,
    falses: Vec<i64>,
    false_leaves: Vec<i64>,
    missing: Vec<i64>,
    leaf_targets: Vec<i64>,
    leaf_values: Vec<f64>,
}

impl Forest {
    fn of(trees: &[Tree], sets: &SetColumns) -> Self {
        let mut forest = Self::default();
        for (target, tree) in trees.iter().enumerate() {
            forest.push_tree(target as i64, tree, sets);
        }
        forest
    }

    /// Nodes in the order of their depth; those that no way leads to are left out.
    fn push_tree(&mut self, target: i64, tree: &Tree, sets: &SetColumns) {
        self.roots.push(self.features.len() as i64);
        if let TreeNode::Leaf(leaf) = tree.nodes()[0] {
            let node = self.push_node(0, 0.0, false);
            self.trues[node] = self.push_leaf(target, leaf);
            self.falses[node] = self.push_leaf(target, leaf);
            (self.true_leaves[node], self.false_leaves[node]) = (1, 1);
            return;
        }
        let mut queue = std::collections::VecDeque::from([(0, self.open(tree, 0, sets))]);
        while let Some((place, node)) = queue.pop_front() {
            let Some((left, right)) = tree.nodes()[place].children() else { continue };
            let is_leaf = |child: usize| matches!(tree.nodes()[child], TreeNode::Leaf(_));
            if is_leaf(left) != is_leaf(right) && self.features.len() == self.leaf_values.len() {
                self.push_leaf(target, 0);
            }
            for (child, is_true) in [(left, true), (right, false)] {
                let (number, leaf) = match tree.nodes()[child] {
                    TreeNode::Leaf(leaf) => (self.push_leaf(target, leaf), 1),
                    TreeNode::Threshold { .. } | TreeNode::Category { .. } => {
                        let number = self.open(tree, child, sets);
                        queue.push_back((child, number));
                        (number as i64, 0)
                    }
                };
                let (numbers, leaves) = match is_true {
                    true => (&mut self.trues, &mut self.true_leaves),
                    false => (&mut self.falses, &mut self.false_leaves),
                };
                (numbers[node], leaves[node]) = (number, leaf);
            }
        }
    }

    fn open(&mut self, tree: &Tree, place: usize, sets: &SetColumns) -> usize {
        match tree.nodes()[place] {
            TreeNode::Threshold { feature, threshold, missing_left, .. } => {
                self.push_node(i64::from(feature), threshold, missing_left)
            }
            TreeNode::Category { feature, set, missing_left, .. } => {
                let column = sets.get(&(feature, tree.sets()[set as usize])).copied().unwrap_or_default();
                self.push_node(column, 0.5, missing_left)
            }
            TreeNode::Leaf(_) => self.push_node(0, 0.0, false),
        }
    }

    fn push_node(&mut self, feature: i64, split: f64, missing_left: bool) -> usize {
        self.features.push(feature);
        self.splits.push(split);
        self.missing.push(i64::from(missing_left));
        for list in [&mut self.trues, &mut self.true_leaves, &mut self.falses, &mut self.false_leaves] {
            list.push(0);
        }
        self.features.len() - 1
    }

    fn push_leaf(&mut self, target: i64, leaf: u32) -> i64 {
        self.leaf_targets.push(target);
        self.leaf_values.push(f64::from(leaf));
        self.leaf_values.len() as i64 - 1
    }

    fn attributes(self, dtype: DType, trees: usize) -> Vec<super::proto::AttributeProto> {
        let splits: Vec<f64> = match dtype {
            DType::F32 => self.splits.iter().map(|&split| f64::from(round_down(split))).collect(),
            DType::F64 | DType::I64 | DType::Bool | DType::Str | DType::Any => self.splits,
        };
        let nodes = splits.len();
        let mut attributes = vec![
            int("aggregate_function", 1),
            int("post_transform", 0),
            int("n_targets", trees as i64),
            int_list("tree_roots", self.roots),
            int_list("nodes_featureids", self.features),
            of_tensor("nodes_splits", floats(dtype, &[nodes], &splits)),
            of_tensor("nodes_modes", bytes(vec![0; nodes])),
            int_list("nodes_truenodeids", self.trues),
            int_list("nodes_trueleafs", self.true_leaves),
            int_list("nodes_falsenodeids", self.falses),
            int_list("nodes_falseleafs", self.false_leaves),
            int_list("leaf_targetids", self.leaf_targets),
            of_tensor("leaf_weights", floats(dtype, &[self.leaf_values.len()], &self.leaf_values)),
        ];
        if self.missing.contains(&1) {
            attributes.push(int_list("nodes_missing_value_tracks_true", self.missing));
        }
        attributes
    }
}

/// The largest float32 that is not above a float64: x ≤ one just where x ≤ the other, for any float32 x.
fn round_down(value: f64) -> f32 {
    let near = value as f32;
    if f64::from(near) > value { near.next_down() } else { near }
}
