//! `sklearn.ensemble.AdaBoostClassifier`: classifiers that vote, by SAMME or SAMME.R.
//!
//! SAMME.R was the default until 1.5 and is gone since. A member that SAMME does not believe votes for all other classes
//! since 1.3, and for none before.

use cannery_graph::{
    Arith, Arithmetic, Builder, Clip, CombineRule, Edge, Function, Labels, Op, Reduce, Reduction, Threshold,
};

use super::members::{self, Member};
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Method, Methods, Wanted};
use crate::scores;
use crate::state::State;
use crate::sum::pairwise_sum;

#[derive(Debug)]
struct AdaBoostClassifier {
    members: Vec<Member>,
    weights: Vec<f64>,
    labels: Labels,
    algorithm: Algorithm,
    /// Whether probabilities are made of the decision: since 0.22. Before, of what `predict_proba` of the members gives.
    proba_by_decision: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Algorithm {
    /// `against_others`: whether a vote for a class is a smaller one against each other class.
    Samme {
        against_others: bool,
    },
    SammeR,
}

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.ensemble.AdaBoostClassifier"],
    // the second until 0.21
    modules: &["sklearn.ensemble._weight_boosting", "sklearn.ensemble.weight_boosting"],
    read,
};

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    let members = members::read(state, "estimators_")?;
    let labels = state.labels("classes_")?;
    if labels.len() < 2 {
        return Err(state.unsupported("classes_", format!("{} classes; 2 or more work", labels.len())));
    }
    Ok(Box::new(AdaBoostClassifier {
        weights: weights(state, members.len())?,
        algorithm: Algorithm::read(state)?,
        proba_by_decision: state.since(0, 22),
        members,
        labels,
    }))
}

/// `estimator_weights_`, one for each member: those behind are of members that were not fitted.
pub(super) fn weights(state: &State<'_>, members: usize) -> Result<Vec<f64>, Error> {
    const NAME: &str = "estimator_weights_";
    let weights = state.floats(NAME)?;
    if weights.len() < members {
        return Err(state.malformed(NAME, format!("{} for {members} estimators", weights.len())));
    }
    Ok(weights)
}

impl Algorithm {
    /// Without the parameter, and with its 'deprecated' of 1.6, it is SAMME.
    fn read(state: &State<'_>) -> Result<Self, Error> {
        const NAME: &str = "algorithm";
        let samme = Self::Samme { against_others: state.since(1, 3) };
        if !state.has(NAME) {
            return Ok(samme);
        }
        match state.text(NAME)?.as_deref() {
            Some("SAMME" | "deprecated") => Ok(samme),
            Some("SAMME.R") => Ok(Self::SammeR),
            _ => Err(state.unsupported(NAME, "neither 'SAMME' nor 'SAMME.R'")),
        }
    }
}

impl Estimator for AdaBoostClassifier {
    fn name(&self) -> &'static str {
        "AdaBoostClassifier"
    }

    fn takes(&self) -> Takes {
        self.members[0].child.takes()
    }

    fn classes(&self) -> Vec<Labels> {
        vec![self.labels.clone()]
    }

    fn decides_by_class(&self) -> bool {
        true
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let x = Input::Matrix(x.matrix(builder)?);
        let sums = self.sums(builder, &x)?;
        let decision = self.decision(builder, sums)?;
        let mut methods = Methods::new(wanted);
        methods.offer(Method::Predict, || {
            let class = match self.labels.len() {
                2 => builder.add(Op::Threshold(Threshold { above: 0.0 }), &[decision])?,
                _ => builder.add(Op::ArgMax, &[decision])?,
            };
            scores::label(builder, class, &self.labels)
        })?;
        methods.offer(Method::DecisionFunction, || Ok(decision))?;
        match self.old_probabilities(builder, &x, sums, wanted)? {
            None if self.proba_by_decision => {
                methods.offer_proba(builder, |builder| self.probabilities(builder, decision))?;
            }
            None => {
                let reason = "not all members have predict_proba";
                methods.refuse(Method::PredictProba, reason);
                methods.refuse(Method::PredictLogProba, reason);
            }
            Some(proba) => methods.offer_proba(builder, |_| Ok(proba))?,
        }
        Ok(methods)
    }
}

impl AdaBoostClassifier {
    fn classes(&self) -> f64 {
        self.labels.len() as f64
    }

    /// What the members say for each class, divided by the sum of their weights.
    fn sums(&self, builder: &mut Builder, x: &Input) -> Result<Edge, Error> {
        let mut given = Vec::with_capacity(self.members.len());
        for member in &self.members {
            given.push(match self.algorithm {
                Algorithm::SammeR => self.samme_r(builder, member, x)?,
                Algorithm::Samme { .. } => {
                    let methods = member.lower(builder, x, Wanted::of(&[Method::Predict]))?;
                    let predicted = member.expect(&methods, Method::Predict)?;
                    scores::positions(builder, predicted, &self.labels)?
                }
            });
        }
        let rule = match self.algorithm {
            Algorithm::SammeR => CombineRule::Sum,
            Algorithm::Samme { against_others } => {
                let hits = self.weights[..self.members.len()].to_vec();
                let miss = |weight: &f64| -1.0 / (self.classes() - 1.0) * weight;
                let misses =
                    hits.iter().map(|weight| if against_others { miss(weight) } else { 0.0 }).collect();
                CombineRule::Votes { classes: self.labels.len(), hits, misses }
            }
        };
        let sums = scores::combine(builder, &given, rule)?;
        scores::scale(builder, sums, Arithmetic::Divide, pairwise_sum(&self.weights))
    }

    /// (K − 1)·(log p − mean of log p), with p at least ε.
    fn samme_r(&self, builder: &mut Builder, member: &Member, x: &Input) -> Result<Edge, Error> {
        let methods = member.lower(builder, x, Wanted::of(&[Method::PredictProba]))?;
        let proba = member.expect(&methods, Method::PredictProba)?;
        let proba = scores::doubles(builder, proba)?;
        if builder.type_of(proba)?.columns() != self.labels.len() {
            return Err(Error::unsupported(member.child.path(), "not the classes of the ensemble"));
        }
        let proba = builder.add(Op::Clip(Clip { low: f64::EPSILON, high: f64::INFINITY }), &[proba])?;
        let logarithms = builder.add(Op::Elementwise(Function::Log), &[proba])?;
        let sum = builder.add(Op::Reduce(Reduce::row(Reduction::Sum)), &[logarithms])?;
        let mean = scores::scale(builder, sum, Arithmetic::Multiply, 1.0 / self.classes())?;
        let centred = scores::arith(builder, Arith::Subtract, logarithms, mean)?;
        scores::scale(builder, centred, Arithmetic::Multiply, self.classes() - 1.0)
    }

    /// Of two classes, how much more is said for the second.
    fn decision(&self, builder: &mut Builder, sums: Edge) -> Result<Edge, Error> {
        if self.labels.len() != 2 {
            return Ok(sums);
        }
        let first = scores::column(builder, sums, 0)?;
        let first = scores::negate(builder, first)?;
        let second = scores::column(builder, sums, 1)?;
        scores::arith(builder, Arith::Add, first, second)
    }

    fn probabilities(&self, builder: &mut Builder, decision: Edge) -> Result<Edge, Error> {
        let scaled = match self.labels.len() {
            2 => {
                let negated = scores::negate(builder, decision)?;
                let both = builder.add(Op::Concat, &[negated, decision])?;
                scores::scale(builder, both, Arithmetic::Divide, 2.0)?
            }
            _ => scores::scale(builder, decision, Arithmetic::Divide, self.classes() - 1.0)?,
        };
        Ok(builder.add(Op::Softmax, &[scaled])?)
    }

    /// Until 0.21: eˣ divided by the sum, with x of SAMME.R or weighted probabilities. `None` where it is not so.
    fn old_probabilities(
        &self,
        builder: &mut Builder,
        x: &Input,
        sums: Edge,
        wanted: Wanted,
    ) -> Result<Option<Edge>, Error> {
        let is_wanted = wanted.has(Method::PredictProba) || wanted.has(Method::PredictLogProba);
        if self.proba_by_decision || !is_wanted {
            return Ok(None);
        }
        let sums = match self.algorithm {
            Algorithm::SammeR => sums,
            Algorithm::Samme { .. } => {
                let mut given = Vec::with_capacity(self.members.len());
                for member in &self.members {
                    let methods = member.lower(builder, x, Wanted::of(&[Method::PredictProba]))?;
                    let Some(proba) = member.result(&methods, Method::PredictProba)? else { return Ok(None) };
                    given.push(scores::doubles(builder, proba)?);
                }
                let rule = CombineRule::Average {
                    weights: self.weights[..self.members.len()].to_vec(),
                    total: pairwise_sum(&self.weights),
                };
                scores::combine(builder, &given, rule)?
            }
        };
        let scaled = scores::scale(builder, sums, Arithmetic::Multiply, 1.0 / (self.classes() - 1.0))?;
        let exponentials = builder.add(Op::Elementwise(Function::Exp), &[scaled])?;
        Ok(Some(builder.add(Op::NormalizeSum, &[exponentials])?))
    }
}
