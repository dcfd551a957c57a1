//! `sklearn.ensemble.IsolationForest`: how short the ways through random trees are.
//!
//! A leaf gives the nodes of its way, the average way among as many samples as it holds, less one. Older releases have
//! other averages, and compute `decision_function` and the limit of `predict` in another way.

use cannery_graph::{
    Arithmetic, Builder, Edge, Function, Labels, Merge, Op, Threshold, Tree, TreeEnsemble, TreeNode,
};
use cannery_object::Value;
use cannery_object::known::Version;

use super::forest::expect_in_file;
use super::members::columns;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Method, Methods, Wanted};
use crate::scores;
use crate::state::State;
use crate::tree::nodes::{self, Stored};
use crate::tree::{Missing, TreeKind};

#[derive(Debug)]
struct IsolationForest {
    trees: TreeEnsemble,
    missing: Missing,
    /// What the sum of ways is divided by; 0 where each score is ½.
    divisor: f64,
    decision: Decision,
}

/// From scores to decisions.
#[derive(Clone, Copy, Debug)]
enum Decision {
    /// score − offset, and an outlier is below the limit.
    Offset { offset: f64, limit: f64 },
    /// Until 0.19, which has no `score_samples`: ½ + score, and an outlier is not above the limit.
    Half { limit: f64 },
}

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.ensemble.IsolationForest"],
    // the second until 0.21
    modules: &["sklearn.ensemble._iforest", "sklearn.ensemble.iforest"],
    read,
};

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("estimators_", "trees")?;
    let features = state.n_features()?;
    let features = features.ok_or_else(|| state.malformed("n_features_", "this attribute is missing"))?;
    let averages = Averages::of(state);
    let trees = trees(state, features, averages)?;
    let name = if state.has("_max_samples") { "_max_samples" } else { "max_samples_" }; // the latter until 1.2
    let average = averages.of_samples(state.float(name)?);
    let first = state.objects("estimators_")?.first().copied().unwrap_or(Value::None);
    let first = state.object_in(first, "estimators_[0]")?;
    Ok(Box::new(IsolationForest {
        divisor: trees.trees().len() as f64 * average,
        missing: missing(state, &first)?,
        trees,
        decision: Decision::read(state)?,
    }))
}

/// NaN has had a way through the trees since 1.6.
fn missing(state: &State<'_>, first: &State<'_>) -> Result<Missing, Error> {
    match state.since(1, 6) {
        true => Missing::of_tree(first, TreeKind::of(first)?),
        false => Ok(Missing::Refused),
    }
}

impl Decision {
    fn read(state: &State<'_>) -> Result<Self, Error> {
        if !state.has("offset_") {
            return Ok(Self::Half { limit: state.float("threshold_")? });
        }
        // in 0.20 and 0.21; 'old' and, where it was not given, 'deprecated' mean different things
        let is_old = state.has("behaviour") && state.text("behaviour")?.as_deref() == Some("old");
        let limit = if is_old && state.has("_threshold_") { state.float("_threshold_")? } else { 0.0 };
        Ok(Self::Offset { offset: state.float("offset_")?, limit })
    }
}

/// The average way among so many samples, as releases compute it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Averages {
    /// Since 0.21: 0 of one sample, 1 of two.
    New,
    /// In 0.20: 1 of one sample.
    Old,
    /// Until 0.19: as in 0.20, with the logarithm of n instead of n − 1.
    Oldest,
}

impl Averages {
    fn of(state: &State<'_>) -> Self {
        match state.version() {
            Some(version) if version >= Version::new(0, 21) => Self::New,
            Some(version) if version >= Version::new(0, 20) => Self::Old,
            _ => Self::Oldest,
        }
    }

    fn of_samples(self, samples: f64) -> f64 {
        const GAMMA: f64 = 0.577_215_664_901_532_9;
        const SHORT_GAMMA: f64 = 0.577_215_664_9;
        let formula = |log: f64, gamma: f64| 2.0 * (log + gamma) - 2.0 * (samples - 1.0) / samples;
        match self {
            Self::New if samples <= 1.0 => 0.0,
            Self::New if samples == 2.0 => 1.0,
            Self::Old | Self::Oldest if samples <= 1.0 => 1.0,
            Self::New | Self::Old => formula((samples - 1.0).ln(), GAMMA),
            Self::Oldest => formula(samples.ln(), SHORT_GAMMA),
        }
    }
}

fn trees(state: &State<'_>, features: usize, averages: Averages) -> Result<TreeEnsemble, Error> {
    const NAME: &str = "estimators_";
    let of_trees = state.objects("estimators_features_")?;
    let values = state.objects(NAME)?;
    if of_trees.len() != values.len() {
        let message = format!("{} for {} trees", of_trees.len(), values.len());
        return Err(state.malformed("estimators_features_", message));
    }
    let (mut trees, mut stored) = (vec![], 0);
    for (index, (value, own)) in values.into_iter().zip(of_trees).enumerate() {
        let tree = state.object_in(value, &format!("{NAME}[{index}]"))?;
        let own = columns(state, own, &format!("estimators_features_[{index}]"), features)?;
        TreeKind::of(&tree)?;
        let Stored { tree: read, bytes } = nodes::read(&tree, own.len(), &[1])?;
        stored += bytes as u64;
        expect_in_file(state, stored)?;
        let samples = nodes::leaf_samples(&tree)?;
        let ways = ways(&read, &samples, averages);
        let ways = ways.ok_or_else(|| tree.malformed("tree_.nodes", "a leaf without samples"))?;
        // all columns are taken as they are
        let own = (own.len() != features).then_some(own);
        trees.push(
            renumbered(&read, ways, own.as_deref(), features)
                .map_err(|error| tree.malformed("tree_.nodes", error))?,
        );
    }
    let sum = Merge::Sum([0.0].into());
    TreeEnsemble::new(trees, sum).map_err(|message| state.malformed(NAME, message))
}

/// What each leaf gives.
fn ways(tree: &Tree, samples: &[f64], averages: Averages) -> Option<Vec<f64>> {
    let mut depths = vec![1_u32; tree.nodes().len()];
    let mut ways = Vec::with_capacity(samples.len());
    for (index, node) in tree.nodes().iter().enumerate() {
        match node.children() {
            Some((left, right)) => {
                depths[left] = depths[index] + 1;
                depths[right] = depths[index] + 1;
            }
            None => {
                let average = averages.of_samples(*samples.get(ways.len())?);
                ways.push(f64::from(depths[index]) + average - 1.0);
            }
        }
    }
    Some(ways)
}

/// The tree over the columns of X instead of its own, with other leaves.
fn renumbered(tree: &Tree, leaves: Vec<f64>, own: Option<&[usize]>, features: usize) -> Result<Tree, String> {
    let Some(own) = own else {
        return tree.with_values(leaves).ok_or_else(|| "other leaves than there are".into());
    };
    let renumber = |node: &TreeNode| match *node {
        TreeNode::Threshold { feature, threshold, missing_left, left, right } => {
            let feature = own.get(feature as usize).map_or(u32::MAX, |&column| column as u32);
            TreeNode::Threshold { feature, threshold, missing_left, left, right }
        }
        other => other,
    };
    let nodes = Vec::from_iter(tree.nodes().iter().map(renumber));
    Tree::new(features, 1, nodes, leaves, []).map_err(|error| error.to_string())
}

impl Estimator for IsolationForest {
    fn name(&self) -> &'static str {
        "IsolationForest"
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.trees.features() }
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let x = x.dense_floats(builder)?;
        let x = self.missing.lower(builder, x)?;
        let ways = builder.add(Op::TreeEnsemble(self.trees.clone()), &[x])?;
        let ways = scores::flat(builder, ways)?;
        let mut methods = Methods::new(wanted);
        let score = self.score(builder, ways)?;
        let (decision, limit) = match self.decision {
            Decision::Offset { offset, limit } => {
                methods.offer(Method::ScoreSamples, || Ok(score))?;
                (scores::scale(builder, score, Arithmetic::Subtract, offset)?, limit)
            }
            Decision::Half { limit } => {
                (scores::scale(builder, score, Arithmetic::Add, 0.5)?, limit.next_up())
            }
        };
        methods.offer(Method::Predict, || {
            let opposite = scores::negate(builder, decision)?;
            let is_outlier = builder.add(Op::Threshold(Threshold { above: -limit }), &[opposite])?;
            scores::label(builder, is_outlier, &Labels::I64([1, -1].into()))
        })?;
        methods.offer(Method::DecisionFunction, || Ok(decision))?;
        Ok(methods)
    }
}

impl IsolationForest {
    /// −2 to the power of −ways / divisor.
    fn score(&self, builder: &mut Builder, ways: Edge) -> Result<Edge, Error> {
        let share = match self.divisor {
            0.0 => {
                let zero = scores::scale(builder, ways, Arithmetic::Multiply, 0.0)?;
                scores::scale(builder, zero, Arithmetic::Add, 1.0)?
            }
            divisor => scores::scale(builder, ways, Arithmetic::Divide, divisor)?,
        };
        let share = scores::negate(builder, share)?;
        let power = builder.add(Op::Elementwise(Function::Exp2), &[share])?;
        scores::negate(builder, power)
    }
}
