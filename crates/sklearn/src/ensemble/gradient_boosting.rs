//! `sklearn.ensemble.GradientBoostingClassifier` and `GradientBoostingRegressor`: from what `init_` gives on, each tree
//! adds its leaf times `learning_rate`.
//!
//! X is float32 for the trees and for `init_`. Two classes have one tree an iteration, more have one for each class.

mod init;

use cannery_graph::{
    Arithmetic, Builder, CombineRule, Edge, Function, Labels, Merge, Op, Threshold, Tree, TreeEnsemble,
};
use cannery_object::known::Version;

use self::init::Init;
use super::forest::expect_in_file;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::learnt_selector::LearntSelector;
use crate::method::{Method, Methods, Wanted};
use crate::scores;
use crate::state::State;
use crate::tree::nodes::{self, Stored};
use crate::tree::{Missing, TreeKind};

#[derive(Debug)]
struct GradientBoosting {
    name: &'static str,
    init: Init,
    trees: Trees,
    target: Target,
    selector: LearntSelector,
}

/// Trees with the learning rate in their leaves.
#[derive(Debug)]
struct Trees {
    /// Round by round, one for each sum.
    trees: Vec<Tree>,
    sums: usize,
}

/// What the sums become.
#[derive(Debug)]
enum Target {
    /// `decides`: until 0.18 regressors have a `decision_function` too.
    Number {
        decides: bool,
    },
    Class {
        labels: Labels,
        loss: Loss,
    },
}

/// The loss of a classifier, which says what its sums mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loss {
    /// Two classes by expit. `by_sum`: the class goes by the sum, since 1.4; before by the probabilities, which may tie.
    Binomial { by_sum: bool },
    /// Two classes by expit of twice the sum.
    Exponential,
    /// Softmax, since 1.4.
    Multinomial,
    /// exp(sum − logsumexp(sums)).
    ExpOfLog,
}

// the second until 0.21
const MODULES: &[&str] = &["sklearn.ensemble._gb", "sklearn.ensemble.gradient_boosting"];

pub(crate) const CLASSIFIER: Entry = Entry {
    classes: &["sklearn.ensemble.GradientBoostingClassifier"],
    modules: MODULES,
    read: read_classifier,
};

pub(crate) const REGRESSOR: Entry = Entry {
    classes: &["sklearn.ensemble.GradientBoostingRegressor"],
    modules: MODULES,
    read: |state| read(state, Target::Number { decides: !state.since(0, 19) }),
};

fn read_classifier(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("estimators_", "trees")?;
    let labels = state.labels("classes_")?;
    let is_new = state.since(1, 4);
    let loss = match (state.text("loss")?.as_deref(), labels.len()) {
        // the first until 1.2
        (Some("deviance" | "log_loss"), 2) => Loss::Binomial { by_sum: is_new },
        (Some("deviance" | "log_loss"), 3..) if is_new => Loss::Multinomial,
        (Some("deviance" | "log_loss"), 3..) => Loss::ExpOfLog,
        (Some("exponential"), 2) => Loss::Exponential,
        (Some(_), classes @ 0..2) => {
            return Err(state.malformed("classes_", format!("{classes} classes")));
        }
        (loss, classes) => {
            let loss = loss.unwrap_or("that is not a text");
            return Err(state.unsupported("loss", format!("the loss {loss} with {classes} classes")));
        }
    };
    read(state, Target::Class { labels, loss })
}

fn read(state: &State<'_>, target: Target) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("estimators_", "trees")?;
    let sums = match &target {
        Target::Class { labels, loss: Loss::Multinomial | Loss::ExpOfLog } => labels.len(),
        Target::Class { .. } | Target::Number { .. } => 1,
    };
    let trees = Trees { trees: read_trees(state, sums)?, sums };
    let loss = if let Target::Class { loss, .. } = &target { Some(*loss) } else { None };
    Ok(Box::new(GradientBoosting {
        name: state.name(),
        init: Init::read(state, loss, sums)?,
        selector: LearntSelector::of(state, None, || importances(state))?,
        trees,
        target,
    }))
}

/// Number of columns of X. Until 0.18 the attribute has no underscore.
fn n_features(state: &State<'_>) -> Result<usize, Error> {
    match state.n_features()? {
        Some(features) => Ok(features),
        None => usize::try_from(state.int("n_features")?)
            .map_err(|_| state.malformed("n_features", "a count below 0")),
    }
}

fn read_trees(state: &State<'_>, sums: usize) -> Result<Vec<Tree>, Error> {
    const NAME: &str = "estimators_";
    let array = state.array_of_ndim(NAME, 2)?;
    if array.shape[0] == 0 || array.shape[1] != sums {
        let message = format!("trees of shape {:?} for {sums} sums", array.shape);
        return Err(state.malformed(NAME, message));
    }
    let (features, rate) = (n_features(state)?, state.float("learning_rate")?);
    let (mut trees, mut bytes) = (vec![], 0);
    for (index, value) in state.objects(NAME)?.into_iter().enumerate() {
        let tree = state.object_in(value, &format!("{NAME}[{}, {}]", index / sums, index % sums))?;
        let kind = TreeKind::of(&tree)?;
        if kind.is_classifier {
            return Err(tree.malformed("tree_", format!("a {} in this ensemble", kind.name)));
        }
        let stored: Stored = nodes::read(&tree, features, &[1])?;
        bytes += stored.bytes as u64;
        expect_in_file(state, bytes)?;
        let values = stored.tree.values().iter().map(|value| rate * value).collect();
        trees.push(stored.tree.with_values(values).expect("as many values as the tree had"));
    }
    Ok(trees)
}

/// `feature_importances_` of 0.18: the mean over the stages of the means of their trees.
fn importances(state: &State<'_>) -> Result<Vec<f64>, Error> {
    const NAME: &str = "estimators_";
    let (features, array) = (n_features(state)?, state.array_of_ndim(NAME, 2)?);
    let (stages, sums) = (array.shape[0].max(1) as f64, array.shape[1].max(1));
    let mut totals = vec![0.0; state.expect_room("n_features_", features)?];
    let trees = state.objects(NAME)?;
    for (stage, of_stage) in trees.chunks(sums).enumerate() {
        let mut sum = vec![0.0; features];
        for (index, &value) in of_stage.iter().enumerate() {
            let tree = state.object_in(value, &format!("{NAME}[{stage}, {index}]"))?;
            let of_tree = crate::tree::importances(&tree, features)?;
            sum.iter_mut().zip(of_tree).for_each(|(sum, share)| *sum += share);
        }
        totals.iter_mut().zip(sum).for_each(|(total, sum)| *total += sum / sums as f64);
    }
    totals.iter_mut().for_each(|total| *total /= stages);
    Ok(totals)
}

impl Trees {
    /// What all trees add up to, from constants on.
    fn from(&self, base: &[f64]) -> Result<Op, Error> {
        let ensemble = TreeEnsemble::new(&self.trees[..], Merge::Sum(base.into()));
        ensemble.map(Op::TreeEnsemble).map_err(|message| Error::malformed("estimators_", message))
    }

    /// What all trees add up to, from what `init_` gives on, round by round.
    fn onto(&self, builder: &mut Builder, x: Edge, init: Edge) -> Result<Edge, Error> {
        let mut terms = vec![init];
        for round in self.trees.chunks(self.sums) {
            let ensemble = TreeEnsemble::new(round, Merge::Sum(vec![0.0; self.sums].into()));
            let ensemble = ensemble.map_err(|message| Error::malformed("estimators_", message))?;
            terms.push(builder.add(Op::TreeEnsemble(ensemble), &[x])?);
        }
        scores::combine(builder, &terms, CombineRule::Sum)
    }
}

impl Estimator for GradientBoosting {
    fn name(&self) -> &'static str {
        self.name
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.trees.trees.first().map_or(0, Tree::features) }
    }

    fn classes(&self) -> Vec<Labels> {
        match &self.target {
            Target::Number { .. } => vec![],
            Target::Class { labels, .. } => vec![labels.clone()],
        }
    }

    fn decides_by_class(&self) -> bool {
        true
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let brought = x.floats(builder)?;
        let x = builder.dense(brought)?;
        let x = Missing::Refused.lower(builder, x)?;
        let sums = match &self.init {
            Init::Constant(base) => builder.add(self.trees.from(base)?, &[x])?,
            Init::Child(init) => {
                let init = init.lower(builder, x)?;
                self.trees.onto(builder, x, init)?
            }
        };
        let mut methods = Methods::new(wanted);
        match &self.target {
            Target::Number { decides } => {
                let sum = scores::flat(builder, sums)?;
                methods.offer(Method::Predict, || Ok(sum))?;
                if *decides {
                    methods.offer(Method::DecisionFunction, || Ok(sum))?;
                }
            }
            Target::Class { labels, loss } => {
                let decision = scores::flat(builder, sums)?;
                methods.offer(Method::Predict, || {
                    let class = loss.class(builder, decision)?;
                    scores::label(builder, class, labels)
                })?;
                methods.offer(Method::DecisionFunction, || Ok(decision))?;
                methods.offer_proba(builder, |builder| loss.probabilities(builder, decision))?;
            }
        }
        self.selector.lower(builder, brought, &mut methods)?;
        Ok(methods)
    }
}

/// The number next to 0 from below: what is above it is at least 0.
const BELOW_ZERO: f64 = -f64::from_bits(1);

impl Loss {
    fn class(self, builder: &mut Builder, decision: Edge) -> Result<Edge, Error> {
        let (op, of) = match self {
            Self::Binomial { by_sum: true } | Self::Exponential => {
                (Op::Threshold(Threshold { above: BELOW_ZERO }), decision)
            }
            Self::Multinomial => (Op::ArgMax, decision),
            Self::Binomial { by_sum: false } | Self::ExpOfLog => {
                (Op::ArgMax, self.probabilities(builder, decision)?)
            }
        };
        Ok(builder.add(op, &[of])?)
    }

    fn probabilities(self, builder: &mut Builder, decision: Edge) -> Result<Edge, Error> {
        Ok(match self {
            Self::Binomial { .. } | Self::Exponential => {
                let decision = match self {
                    Self::Exponential => scores::scale(builder, decision, Arithmetic::Multiply, 2.0)?,
                    _ => decision,
                };
                let second = builder.add(Op::Elementwise(Function::Expit), &[decision])?;
                builder.add(Op::Complement, &[second])?
            }
            Self::Multinomial => builder.add(Op::Softmax, &[decision])?,
            Self::ExpOfLog => {
                let logarithms = builder.add(Op::LogSoftmax, &[decision])?;
                builder.add(Op::Elementwise(Function::Exp), &[logarithms])?
            }
        })
    }
}

/// Whether scikit-learn of before 0.21 wrote the object: `init_` then gives sums itself.
fn is_before_0_21(state: &State<'_>) -> bool {
    state.version().is_none_or(|version| version < Version::new(0, 21))
}
