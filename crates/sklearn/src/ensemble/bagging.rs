//! `sklearn.ensemble.BaggingClassifier` and `BaggingRegressor`: the mean of what estimators give, each of some columns.
//!
//! With several jobs scikit-learn adds up the members of each job first; with one, and here, in the order of `estimators_`.

use cannery_graph::{Arithmetic, Builder, CombineRule, Edge, Function, Labels, Op};

use super::members::{self, Member, spread};
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Method, Methods, Wanted};
use crate::scores;
use crate::state::State;

#[derive(Debug)]
struct Bagging {
    name: &'static str,
    members: Vec<Member>,
    features: usize,
    /// `None` for a regressor.
    labels: Option<Labels>,
}

// the second until 0.21
const MODULES: &[&str] = &["sklearn.ensemble._bagging", "sklearn.ensemble.bagging"];

pub(crate) const CLASSIFIER: Entry = Entry {
    classes: &["sklearn.ensemble.BaggingClassifier"],
    modules: MODULES,
    read: |state| {
        state.expect_fitted("classes_", "classes")?;
        read(state, Some(state.labels("classes_")?))
    },
};

pub(crate) const REGRESSOR: Entry = Entry {
    classes: &["sklearn.ensemble.BaggingRegressor"],
    modules: MODULES,
    read: |state| read(state, None),
};

fn read(state: &State<'_>, labels: Option<Labels>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("estimators_", "estimators")?;
    let features = state.n_features()?;
    let features = features.ok_or_else(|| state.malformed("n_features_in_", "this attribute is missing"))?;
    let members = members::read_with_columns(state, features)?;
    if usize::try_from(state.int("n_estimators")?) != Ok(members.len()) {
        let message = format!("changed after fitting {} estimators", members.len());
        return Err(state.unsupported("n_estimators", message));
    }
    Ok(Box::new(Bagging { name: state.name(), members, features, labels }))
}

impl Estimator for Bagging {
    fn name(&self) -> &'static str {
        self.name
    }

    fn takes(&self) -> Takes {
        match self.members[0].child.takes() {
            Takes::Columns { .. } => Takes::Columns { columns: self.features },
            _ => Takes::Numbers { columns: self.features },
        }
    }

    fn classes(&self) -> Vec<Labels> {
        self.labels.iter().cloned().collect()
    }

    fn decides_by_class(&self) -> bool {
        self.members[0].child.decides_by_class()
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let x = Input::Matrix(x.matrix(builder)?);
        let mut methods = Methods::new(wanted);
        let Some(labels) = &self.labels else {
            methods.offer(Method::Predict, || {
                let predicted = self.each(builder, &x, Method::Predict)?;
                let predicted = same_dtype(builder, predicted)?;
                scores::combine(builder, &predicted, CombineRule::Mean)
            })?;
            return Ok(methods);
        };
        let proba = self.proba(builder, &x, labels.len())?;
        methods.offer(Method::Predict, || scores::most(builder, proba, labels))?;
        methods.offer(Method::PredictProba, || Ok(proba))?;
        methods.offer(Method::PredictLogProba, || match self.log_proba(builder, &x, labels.len())? {
            Some(logarithms) => Ok(logarithms),
            None => Ok(builder.add(Op::Elementwise(Function::Log), &[proba])?),
        })?;
        if wanted.has(Method::DecisionFunction) && self.has(builder, &x, Method::DecisionFunction)? {
            let decisions = self.each(builder, &x, Method::DecisionFunction)?;
            let decisions = same_dtype(builder, decisions)?;
            let mut types = Vec::with_capacity(decisions.len());
            for &decision in &decisions {
                types.push(builder.type_of(decision)?);
            }
            match types.windows(2).all(|pair| pair[0] == pair[1]) {
                true => methods.offer(Method::DecisionFunction, || {
                    scores::combine(builder, &decisions, CombineRule::Mean)
                })?,
                false => methods.refuse(Method::DecisionFunction, "the members have seen different classes"),
            }
        }
        Ok(methods)
    }
}

/// Results as float64, unless all of them are float32.
pub(crate) fn same_dtype(builder: &mut Builder, edges: Vec<Edge>) -> Result<Vec<Edge>, Error> {
    let mut is_single = true;
    for &edge in &edges {
        is_single &= builder.type_of(edge)?.dtype == cannery_graph::DType::F32;
    }
    match is_single {
        true => Ok(edges),
        false => edges.into_iter().map(|edge| scores::doubles(builder, edge)).collect(),
    }
}

impl Bagging {
    fn has(&self, builder: &mut Builder, x: &Input, method: Method) -> Result<bool, Error> {
        let first = &self.members[0];
        let methods = first.lower(builder, x, Wanted::of(&[method]))?;
        Ok(first.result(&methods, method)?.is_some())
    }

    fn each(&self, builder: &mut Builder, x: &Input, method: Method) -> Result<Vec<Edge>, Error> {
        let of_member = |member: &Member| {
            let methods = member.lower(builder, x, Wanted::of(&[method]))?;
            member.expect(&methods, method)
        };
        self.members.iter().map(of_member).collect()
    }

    /// The mean of probabilities; members that have none vote.
    fn proba(&self, builder: &mut Builder, x: &Input, classes: usize) -> Result<Edge, Error> {
        let mut given = Vec::with_capacity(self.members.len());
        for member in &self.members {
            let both = Wanted::of(&[Method::PredictProba, Method::Predict]);
            let methods = member.lower(builder, x, both)?;
            given.push(match member.result(&methods, Method::PredictProba)? {
                Some(proba) => {
                    let proba = scores::doubles(builder, proba)?;
                    spread(builder, proba, &member.encoded_classes(classes)?, classes, 0.0)?
                }
                None => {
                    let predicted = member.expect(&methods, Method::Predict)?;
                    let numbers = Labels::I64((0..classes as i64).collect());
                    let class = scores::positions(builder, predicted, &numbers)?;
                    let vote = CombineRule::Votes { classes, hits: vec![1.0], misses: vec![0.0] };
                    scores::combine(builder, &[class], vote)?
                }
            });
        }
        scores::combine(builder, &given, CombineRule::Mean)
    }

    /// The logarithm of the mean by those of the members; `None` where they have none.
    fn log_proba(&self, builder: &mut Builder, x: &Input, classes: usize) -> Result<Option<Edge>, Error> {
        if !self.has(builder, x, Method::PredictLogProba)? {
            return Ok(None);
        }
        let mut given = Vec::with_capacity(self.members.len());
        for (member, logarithms) in self.members.iter().zip(self.each(builder, x, Method::PredictLogProba)?) {
            let logarithms = scores::doubles(builder, logarithms)?;
            let own = member.encoded_classes(classes)?;
            given.push(spread(builder, logarithms, &own, classes, f64::NEG_INFINITY)?);
        }
        let sum = scores::combine(builder, &given, CombineRule::LogAddExp)?;
        let members = (self.members.len() as f64).ln();
        scores::scale(builder, sum, Arithmetic::Subtract, members).map(Some)
    }
}
