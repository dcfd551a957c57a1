//! `sklearn.ensemble.VotingClassifier` and `VotingRegressor`: the mean of what different estimators give, or a vote.

use cannery_graph::{Builder, CombineRule, Edge, Labels, Op};
use cannery_object::Value;

use super::bagging::same_dtype;
use super::members::{self, Member};
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{ColumnHint, Input, Takes, hstack};
use crate::method::{Method, Methods, Wanted};
use crate::names::Names;
use crate::scores;
use crate::state::State;
use crate::sum::pairwise_sum;

#[derive(Debug)]
struct Voting {
    name: &'static str,
    members: Vec<Member>,
    /// Names of the members.
    names: Vec<String>,
    /// One for each member; `None` for equal ones.
    weights: Option<Vec<f64>>,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Regressor,
    /// The class with most votes.
    Hard(Labels),
    /// The most probable class on the average. `flat`: whether `transform` gives a matrix.
    Soft {
        labels: Labels,
        flat: bool,
    },
}

const CLASSIFIER_MODULES: &[&str] =
    &["sklearn.ensemble._voting", "sklearn.ensemble.voting", "sklearn.ensemble.voting_classifier"];

pub(crate) const CLASSIFIER: Entry = Entry {
    classes: &["sklearn.ensemble.VotingClassifier"],
    // the second in 0.21, the third until 0.20
    modules: CLASSIFIER_MODULES,
    read: |state| {
        let kind = kind(state)?;
        read(state, kind)
    },
};

pub(crate) const REGRESSOR: Entry = Entry {
    classes: &["sklearn.ensemble.VotingRegressor"],
    modules: CLASSIFIER_MODULES,
    read: |state| read(state, Kind::Regressor),
};

fn kind(state: &State<'_>) -> Result<Kind, Error> {
    state.expect_fitted("classes_", "classes")?;
    let labels = state.labels("classes_")?;
    const FLAT: &str = "flatten_transform";
    // since 0.19; None until 0.20
    let flat = state.has(FLAT) && !state.is_none(FLAT)? && state.bool(FLAT)?;
    match state.text("voting")?.as_deref() {
        Some("hard") => Ok(Kind::Hard(labels)),
        Some("soft") => Ok(Kind::Soft { labels, flat }),
        _ => Err(state.unsupported("voting", "neither 'hard' nor 'soft'")),
    }
}

fn read(state: &State<'_>, kind: Kind) -> Result<Box<dyn Estimator>, Error> {
    let members = members::read(state, "estimators_")?;
    let kept = kept(state)?;
    if kept.len() != members.len() {
        let message = format!("{} named estimators for {} fitted ones", kept.len(), members.len());
        return Err(state.unsupported("estimators", message));
    }
    let names = kept.iter().map(|(_, name)| name.clone()).collect();
    let weights = weights(state, &kept)?;
    Ok(Box::new(Voting { name: state.name(), members, names, weights, kind }))
}

/// Position and name of each of the `estimators` that is not left out, by 'drop' or, until 0.23, by None.
pub(super) fn kept(state: &State<'_>) -> Result<Vec<(usize, String)>, Error> {
    const NAME: &str = "estimators";
    let heap = state.heap();
    let read = |(index, &value): (usize, &Value)| match heap.as_sequence(value) {
        Some(&[_, estimator]) if estimator == Value::None || heap.is_str(estimator, "drop") => None,
        Some(&[name, _]) => Some(Ok((index, heap.as_str(name).unwrap_or_default().into_owned()))),
        _ => {
            let message = "not a pair of name and estimator";
            Some(Err(state.malformed(&format!("{NAME}[{index}]"), message)))
        }
    };
    state.sequence(NAME)?.iter().enumerate().filter_map(read).collect()
}

fn weights(state: &State<'_>, kept: &[(usize, String)]) -> Result<Option<Vec<f64>>, Error> {
    const NAME: &str = "weights";
    if state.is_none(NAME)? {
        return Ok(None);
    }
    let weights = match state.heap().as_sequence(state.value(NAME)?) {
        None => state.floats(NAME)?,
        Some(values) => {
            let weight =
                |(index, &value): (usize, &Value)| state.float_in(value, &format!("{NAME}[{index}]"));
            values.iter().enumerate().map(weight).collect::<Result<_, _>>()?
        }
    };
    let of_kept: Option<Vec<f64>> = kept.iter().map(|(index, _)| weights.get(*index).copied()).collect();
    of_kept.map(Some).ok_or_else(|| state.malformed(NAME, format!("{} weights", weights.len())))
}

impl Estimator for Voting {
    fn name(&self) -> &'static str {
        self.name
    }

    fn takes(&self) -> Takes {
        self.members[0].child.takes()
    }

    fn columns(&self) -> Vec<ColumnHint> {
        self.members[0].child.columns()
    }

    fn classes(&self) -> Vec<Labels> {
        match &self.kind {
            Kind::Regressor => vec![],
            Kind::Hard(labels) | Kind::Soft { labels, .. } => vec![labels.clone()],
        }
    }

    fn names_out(&self, _: Option<&Names>) -> Option<Names> {
        let class = self.name.to_lowercase();
        match &self.kind {
            Kind::Soft { flat: false, .. } => None,
            Kind::Soft { labels, .. } => {
                let of_member = |name| (0..labels.len()).map(move |index| (name, index));
                let all = self.names.iter().flat_map(of_member);
                Names::new(all.map(|(name, index)| format!("{class}_{name}{index}")))
            }
            Kind::Regressor | Kind::Hard(_) => {
                Names::new(self.names.iter().map(|name| format!("{class}_{name}")))
            }
        }
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let mut methods = Methods::new(wanted);
        match &self.kind {
            Kind::Regressor => {
                let predicted = self.each(builder, x, Method::Predict)?;
                methods.offer(Method::Predict, || self.average(builder, &predicted))?;
                methods.offer(Method::Transform, || hstack(builder, &predicted))?;
            }
            Kind::Hard(labels) => {
                let predicted = self.each(builder, x, Method::Predict)?;
                methods.offer(Method::Predict, || {
                    let votes = self.votes(builder, &predicted, labels.len())?;
                    scores::most(builder, votes, labels)
                })?;
                methods.offer(Method::Transform, || Ok(builder.add(Op::Concat, &predicted)?))?;
                methods.refuse(Method::PredictProba, "predict_proba is not available when voting='hard'");
            }
            Kind::Soft { labels, flat } => {
                let probabilities = self.each(builder, x, Method::PredictProba)?;
                let proba = self.average(builder, &probabilities)?;
                methods.offer(Method::Predict, || scores::most(builder, proba, labels))?;
                methods.offer(Method::PredictProba, || Ok(proba))?;
                match flat {
                    true => methods.offer(Method::Transform, || hstack(builder, &probabilities))?,
                    // an array of three dimensions: the probabilities of each member
                    false => methods.offer_list(Method::Transform, || Ok(probabilities.clone()))?,
                }
            }
        }
        Ok(methods)
    }
}

impl Voting {
    fn each(&self, builder: &mut Builder, x: &Input, method: Method) -> Result<Vec<Edge>, Error> {
        let of_member = |member: &Member| {
            let methods = member.lower(builder, x, Wanted::of(&[method]))?;
            member.expect(&methods, method)
        };
        self.members.iter().map(of_member).collect()
    }

    fn average(&self, builder: &mut Builder, given: &[Edge]) -> Result<Edge, Error> {
        let given = same_dtype(builder, given.to_vec())?;
        match &self.weights {
            None => scores::combine(builder, &given, CombineRule::Mean),
            Some(weights) => {
                let given = given
                    .iter()
                    .map(|&edge| scores::doubles(builder, edge))
                    .collect::<Result<Vec<_>, _>>()?;
                let (weights, total) = (weights.clone(), pairwise_sum(weights));
                scores::combine(builder, &given, CombineRule::Average { weights, total })
            }
        }
    }

    fn votes(&self, builder: &mut Builder, predicted: &[Edge], classes: usize) -> Result<Edge, Error> {
        let numbers = Labels::I64((0..classes as i64).collect());
        let given = predicted.iter().map(|&edge| scores::positions(builder, edge, &numbers));
        let given = given.collect::<Result<Vec<_>, _>>()?;
        let hits = self.weights.clone().unwrap_or_else(|| vec![1.0; given.len()]);
        let misses = vec![0.0; given.len()];
        scores::combine(builder, &given, CombineRule::Votes { classes, hits, misses })
    }
}
