//! `sklearn.cluster.BisectingKMeans` (since 1.1): which of two centers is nearer, on the way down a tree.
//!
//! Source: `BisectingKMeans._predict_recursive` in `sklearn/cluster/_bisect_k_means.py`.

use cannery_graph::{
    Arith, Builder, Check, Columns, DType, Edge, Linear, Matrix, Merge, Op, Tree, TreeEnsemble, TreeNode,
};
use cannery_object::Value;

use super::nearest::Centers;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Method, Methods, Wanted};
use crate::names::Names;
use crate::numpy::{Vector, Weights, float_dtype};
use crate::state::State;

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.cluster.BisectingKMeans"],
    modules: &["sklearn.cluster._bisect_k_means"],
    read,
};

#[derive(Debug)]
struct BisectingKMeans {
    centers: Centers,
    /// The left and the right center of each inner node.
    pairs: Vec<[Vec<f64>; 2]>,
    dtype: DType,
    /// What it goes by is how much nearer the right center of an inner node is.
    tree: TreeEnsemble,
}

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("cluster_centers_", "centers")?;
    let weights = Weights::read(state, "cluster_centers_")?;
    let mean = state.has("_X_mean").then(|| Vector::read(state, "_X_mean", weights.columns())).transpose()?;
    let walk = walk(state, weights.rows(), weights.columns(), mean.as_ref())?;
    let tree = Tree::new(walk.pairs.len().max(1), 1, walk.nodes, walk.labels, vec![]);
    let tree = tree.map_err(|error| state.malformed("_bisecting_tree", error.message))?;
    let tree = TreeEnsemble::new(vec![tree], Merge::Only);
    let tree = tree.map_err(|message| state.malformed("_bisecting_tree", message))?;
    Ok(Box::new(BisectingKMeans { dtype: walk.dtype, centers: Centers(weights), pairs: walk.pairs, tree }))
}

/// The tree of the state, node after node.
struct Walk {
    nodes: Vec<TreeNode>,
    labels: Vec<f64>,
    pairs: Vec<[Vec<f64>; 2]>,
    dtype: DType,
}

/// Nodes are at most twice as many as centers, so a tree that contains itself is refused.
fn walk(state: &State<'_>, clusters: usize, columns: usize, mean: Option<&Vector>) -> Result<Walk, Error> {
    const NAME: &str = "_bisecting_tree";
    let mut walk = Walk { nodes: vec![TreeNode::Leaf(0)], labels: vec![], pairs: vec![], dtype: DType::F32 };
    let mut waiting = vec![(state.value(NAME)?, 0)];
    while let Some((value, at)) = waiting.pop() {
        let node = state.object_in(value, NAME)?;
        if node.is_none("left")? {
            walk.nodes[at] = TreeNode::Leaf(walk.labels.len() as u32);
            walk.labels.push(node.int("label")? as f64);
            continue;
        }
        if walk.nodes.len() + 2 > 2 * clusters {
            return Err(state.malformed(NAME, format!("more leaves than the {clusters} clusters")));
        }
        let children = [node.value("left")?, node.value("right")?];
        let mut pair = [vec![], vec![]];
        for (center, child) in pair.iter_mut().zip(children) {
            *center = self::center(state, child, columns, mean, &mut walk.dtype)?;
        }
        let left = walk.nodes.len() as u32;
        walk.nodes[at] = TreeNode::Threshold {
            feature: walk.pairs.len() as u32,
            threshold: 0.0,
            missing_left: true,
            left,
            right: left + 1,
        };
        walk.pairs.push(pair);
        walk.nodes.extend([TreeNode::Leaf(0); 2]);
        waiting.extend([(children[1], left as usize + 1), (children[0], left as usize)]);
    }
    Ok(walk)
}

/// The center of a node, which is less the mean of all.
fn center(
    state: &State<'_>,
    node: Value,
    columns: usize,
    mean: Option<&Vector>,
    dtype: &mut DType,
) -> Result<Vec<f64>, Error> {
    const NAME: &str = "_bisecting_tree";
    let node = state.object_in(node, NAME)?;
    let mut center = Vector::read(&node, "center", columns)?;
    if float_dtype(&node.element_dtype("center")?) == DType::F64 {
        *dtype = DType::F64;
    }
    if let Some(mean) = mean {
        let sum =
            |(c, m): (&f64, &f64)| if center.dtype == DType::F32 { f64::from((c + m) as f32) } else { c + m };
        center.values = center.values.iter().zip(&mean.values).map(sum).collect();
    }
    Ok(center.values)
}

impl BisectingKMeans {
    fn label(&self, builder: &mut Builder, x: Edge) -> Result<Edge, Error> {
        let x = if self.dtype == DType::F64 { builder.cast(x, DType::F64)? } else { x };
        let n = self.pairs.len();
        let sides = if n == 0 { x } else { self.sides(builder, x)? };
        let sides = match n {
            0 => builder.add(Op::Columns(Columns(vec![0])), &[sides])?,
            _ => sides,
        };
        let label = builder.add(Op::TreeEnsemble(self.tree.clone()), &[sides])?;
        let label = builder.cast(label, DType::I64)?;
        Ok(builder.add(Op::Flatten, &[label])?)
    }

    /// Of each inner node how much larger 2·x·c − c·c is for the right center.
    fn sides(&self, builder: &mut Builder, x: Edge) -> Result<Edge, Error> {
        let n = self.pairs.len();
        let round = |x: f64| if self.dtype == DType::F32 { f64::from(x as f32) } else { x };
        let centers = || (0..2).flat_map(|side| self.pairs.iter().map(move |pair| &pair[side]));
        let weights = centers().flat_map(|center| center.iter().map(|c| 2.0 * c)).collect::<Vec<_>>();
        let intercepts = centers().map(|center| round(-center.iter().map(|c| c * c).sum::<f64>())).collect();
        let weights = Matrix::new(2 * n, self.centers.0.columns(), weights);
        let weights =
            weights.ok_or_else(|| Error::malformed("_bisecting_tree", "centers of other columns"))?;
        let scores = builder.add(Op::Linear(Linear { weights, intercepts: Some(intercepts) }), &[x])?;
        let side = |builder: &mut Builder, from: usize| {
            builder.add(Op::Columns(Columns((from..from + n).collect())), &[scores])
        };
        let (left, right) = (side(builder, 0)?, side(builder, n)?);
        Ok(builder.add(Op::Arith(Arith::Subtract), &[right, left])?)
    }
}

impl Estimator for BisectingKMeans {
    fn name(&self) -> &'static str {
        "BisectingKMeans"
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.centers.0.columns() }
    }

    fn names_out(&self, _: Option<&Names>) -> Option<Names> {
        Names::of_class(self.name(), self.centers.0.rows())
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let x = x.floats(builder)?;
        let x = builder.add(Op::Guard(Check::Finite), &[x])?;
        let mut methods = Methods::new(wanted);
        methods.offer(Method::Predict, || {
            let x = builder.dense(x)?;
            self.label(builder, x)
        })?;
        methods.offer(Method::Transform, || self.centers.distances(builder, x))?;
        Ok(methods)
    }
}
