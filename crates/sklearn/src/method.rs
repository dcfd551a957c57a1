//! What estimators can be asked for, and what they answer.

use cannery_graph::{Builder, Edge, Function, Op, Results};

use crate::error::Error;

/// A method that computes something of each row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Method {
    /// Classes or numbers.
    Predict,
    /// The probability of each class.
    PredictProba,
    /// The logarithm of these.
    PredictLogProba,
    /// The score of each class.
    DecisionFunction,
    /// How usual a row is.
    ScoreSamples,
    /// Other columns.
    Transform,
    /// The squared Mahalanobis distance of a row.
    Mahalanobis,
    /// From these back to the columns that it was fitted on.
    InverseTransform,
}

impl Method {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Predict,
        Self::PredictProba,
        Self::PredictLogProba,
        Self::DecisionFunction,
        Self::ScoreSamples,
        Self::Transform,
        Self::Mahalanobis,
        Self::InverseTransform,
    ];

    /// The name in Python, and of the output of a graph: `predict_proba`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Predict => "predict",
            Self::PredictProba => "predict_proba",
            Self::PredictLogProba => "predict_log_proba",
            Self::DecisionFunction => "decision_function",
            Self::ScoreSamples => "score_samples",
            Self::Transform => "transform",
            Self::Mahalanobis => "mahalanobis",
            Self::InverseTransform => "inverse_transform",
        }
    }
}

/// The methods that someone wants of an estimator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted(u32);

impl Wanted {
    /// Whatever it has.
    pub const ALL: Self = Self(u32::MAX);

    /// Only these.
    pub fn of(methods: &[Method]) -> Self {
        Self(methods.iter().fold(0, |set, &method| set | 1 << method as u32))
    }

    /// Whether a method is wanted.
    pub fn has(self, method: Method) -> bool {
        self.0 & 1 << method as u32 != 0
    }
}

/// What the wanted methods of an estimator give, in the order in which they are offered.
#[derive(Debug)]
pub struct Methods {
    wanted: Wanted,
    offered: Vec<(Method, Results)>,
    refused: Vec<(Method, String)>,
}

impl Methods {
    /// None yet of those that are wanted.
    pub(crate) fn new(wanted: Wanted) -> Self {
        Self { wanted, offered: vec![], refused: vec![] }
    }

    /// What a transformer gives.
    pub(crate) fn transform(edge: Edge) -> Self {
        Self { offered: vec![(Method::Transform, Results::One(edge))], ..Self::new(Wanted::ALL) }
    }

    /// Whether a method is wanted.
    pub(crate) fn wants(&self, method: Method) -> bool {
        self.wanted.has(method)
    }

    /// Offers a method. What it gives is made only if it is wanted.
    pub(crate) fn offer(
        &mut self,
        method: Method,
        make: impl FnOnce() -> Result<Edge, Error>,
    ) -> Result<(), Error> {
        if self.wants(method) {
            self.offered.push((method, Results::One(make()?)));
        }
        Ok(())
    }

    /// Offers a method that gives a list, one result for each output of the model.
    pub(crate) fn offer_list(
        &mut self,
        method: Method,
        make: impl FnOnce() -> Result<Vec<Edge>, Error>,
    ) -> Result<(), Error> {
        if self.wants(method) {
            self.offered.push((method, Results::List(make()?)));
        }
        Ok(())
    }

    /// Offers probabilities and, where these are wanted, their logarithms.
    pub(crate) fn offer_proba(
        &mut self,
        builder: &mut Builder,
        make: impl FnOnce(&mut Builder) -> Result<Edge, Error>,
    ) -> Result<(), Error> {
        if !self.wants(Method::PredictProba) && !self.wants(Method::PredictLogProba) {
            return Ok(());
        }
        let proba = make(builder)?;
        self.offer(Method::PredictProba, || Ok(proba))?;
        self.offer(Method::PredictLogProba, || Ok(builder.add(Op::Elementwise(Function::Log), &[proba])?))
    }

    /// Says why there is no such method: a part of a sentence.
    pub(crate) fn refuse(&mut self, method: Method, reason: impl Into<String>) {
        if self.wants(method) {
            self.refused.push((method, reason.into()));
        }
    }

    /// The single result of a method that is offered.
    pub(crate) fn one(&self, method: Method) -> Option<Edge> {
        self.offered.iter().find_map(|(offered, results)| match results {
            Results::One(edge) if *offered == method => Some(*edge),
            _ => None,
        })
    }

    /// Offers and refuses some methods as an estimator inside this one does.
    pub(crate) fn hand_on(&mut self, inner: &Self, only: &[Method]) -> Result<(), Error> {
        let handed = |method: &Method| only.contains(method);
        for (method, results) in inner.offered.iter().filter(|(method, _)| handed(method)) {
            match results {
                Results::One(edge) => self.offer(*method, || Ok(*edge))?,
                Results::List(edges) => self.offer_list(*method, || Ok(edges.clone()))?,
            }
        }
        for (method, reason) in inner.refused.iter().filter(|(method, _)| handed(method)) {
            self.refuse(*method, reason.clone());
        }
        Ok(())
    }

    /// Methods with what they give.
    pub fn offered(&self) -> &[(Method, Results)] {
        &self.offered
    }

    /// Methods that this estimator can't offer, and why.
    pub fn refused(&self) -> &[(Method, String)] {
        &self.refused
    }
}
