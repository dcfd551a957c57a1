//! `sklearn.svm.SVC` and `NuSVC`: support vector classification by libsvm.
//!
//! The private `_dual_coef_` and `_intercept_` are libsvm's own; the public attributes are negated for two
//! classes. `predict` goes by votes, also with `probability=True`: it may differ from the most probable class.

use cannery_graph::{
    Builder, Confidence, Edge, Function, Labels, Matrix, Op, OvoVotes, OvrScores, PairCoupling, SvmPairs,
};
use cannery_object::known::Version;

use super::kernel_row::{KernelRow, libsvms_own};

use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Method, Methods, Wanted};
use crate::state::State;

#[derive(Debug)]
struct Svc {
    name: &'static str,
    kernel: KernelRow,
    pairs: SvmPairs,
    labels: Labels,
    decision: Decision,
    break_ties: bool,
    /// The sigmoids of `probability=True`, or why there are none.
    coupling: Result<PairCoupling, &'static str>,
}

/// What `decision_function` gives for more than two classes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Decision {
    OneVsOne,
    OneVsRest(Confidence),
}

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.svm.SVC", "sklearn.svm.NuSVC"],
    // the second until 0.21
    modules: &["sklearn.svm._classes", "sklearn.svm.classes"],
    read,
};

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    let kernel = KernelRow::read(state)?;
    let labels = state.labels("classes_")?;
    if labels.len() < 2 {
        return Err(
            state.malformed("classes_", format!("{} classes; a classifier has at least 2", labels.len()))
        );
    }
    Ok(Box::new(Svc {
        name: state.name(),
        pairs: pairs(state, kernel.vectors(), labels.len())?,
        coupling: coupling(state, labels.len())?,
        kernel,
        labels,
        decision: decision(state)?,
        break_ties: state.has("break_ties") && state.bool("break_ties")?, // since 0.22
    }))
}

fn pairs(state: &State<'_>, vectors: usize, classes: usize) -> Result<SvmPairs, Error> {
    let counts_name = if state.has("_n_support") { "_n_support" } else { "n_support_" }; // private since 0.22
    let counts = state.counts(counts_name)?;
    let total = counts.iter().try_fold(0_usize, |sum, &n| sum.checked_add(n));
    if counts.len() != classes || total != Some(vectors) {
        return Err(state.malformed(
            counts_name,
            format!("{counts:?} for {vectors} support vectors of {classes} classes"),
        ));
    }
    Ok(SvmPairs { counts, coefs: coefs(state, vectors, classes)?, intercepts: intercepts(state, classes)? })
}

fn coefs(state: &State<'_>, vectors: usize, classes: usize) -> Result<Matrix, Error> {
    let name = libsvms_own(state, "_dual_coef_")?;
    let coefs = state.matrix(name)?;
    if (coefs.rows(), coefs.columns()) != (classes - 1, vectors) {
        let (rows, columns, m) = (coefs.rows(), coefs.columns(), vectors);
        let message = format!("shape ({rows}, {columns}) for {m} support vectors of {classes} classes");
        return Err(state.malformed(name, message));
    }
    Ok(coefs)
}

fn intercepts(state: &State<'_>, classes: usize) -> Result<Vec<f64>, Error> {
    let name = libsvms_own(state, "_intercept_")?;
    let intercepts = state.floats(name)?;
    if classes.checked_mul(classes - 1).map(|twice| twice / 2) != Some(intercepts.len()) {
        return Err(state.malformed(name, format!("{} intercepts for {classes} classes", intercepts.len())));
    }
    Ok(intercepts)
}

/// `None` (0.17 and 0.18) and no such attribute (before) mean one against one.
fn decision(state: &State<'_>) -> Result<Decision, Error> {
    const NAME: &str = "decision_function_shape";
    if !state.has(NAME) || state.is_none(NAME)? {
        return Ok(Decision::OneVsOne);
    }
    match state.text(NAME)?.as_deref() {
        Some("ovo") => Ok(Decision::OneVsOne),
        Some("ovr") => Ok(Decision::OneVsRest(confidence(state))),
        _ => Err(state.unsupported(NAME, "neither 'ovo' nor 'ovr'")),
    }
}

/// Changed in 0.21. Files of before 0.18 do not say who wrote them, and have the class in its old module.
fn confidence(state: &State<'_>) -> Confidence {
    let is_old = match state.version() {
        Some(version) => version < Version::new(0, 21),
        None => state.module() == "sklearn.svm.classes",
    };
    if is_old { Confidence::BatchScaled } else { Confidence::Bounded }
}

/// A bool; since 1.9 also 'deprecated', which means no.
fn probability(state: &State<'_>) -> Result<bool, Error> {
    Ok(state.has("probability") && state.text("probability")?.is_none() && state.bool("probability")?)
}

/// `_probA` and `_probB`, public until 0.23. They are empty where `probability` was false at fit.
fn coupling(state: &State<'_>, classes: usize) -> Result<Result<PairCoupling, &'static str>, Error> {
    if !probability(state)? {
        return Ok(Err("predict_proba is not available when probability=False"));
    }
    let (name_a, name_b) = if state.has("_probA") { ("_probA", "_probB") } else { ("probA_", "probB_") };
    let (a, b) = (state.floats(name_a)?, state.floats(name_b)?);
    if a.is_empty() || b.is_empty() {
        return Ok(Err("predict_proba is not available when fitted with probability=False"));
    }
    let pairs = classes.checked_mul(classes - 1).map(|twice| twice / 2);
    for (name, values) in [(name_a, &a), (name_b, &b)] {
        if pairs != Some(values.len()) {
            return Err(state.malformed(name, format!("{} sigmoids for {classes} classes", values.len())));
        }
    }
    Ok(Ok(PairCoupling { classes, a, b }))
}

impl Estimator for Svc {
    fn name(&self) -> &'static str {
        self.name
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.kernel.columns() }
    }

    fn classes(&self) -> Vec<Labels> {
        vec![self.labels.clone()]
    }

    fn decides_by_class(&self) -> bool {
        matches!(self.decision, Decision::OneVsRest(_))
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let kernel = self.kernel.lower(builder, x)?;
        let pairs = builder.add(Op::SvmPairs(self.pairs.clone()), &[kernel])?;
        let decision = self.decision_function(builder, pairs)?;
        let mut methods = Methods::new(wanted);
        match self.class(pairs, decision) {
            Some((op, edge)) => methods.offer(Method::Predict, || {
                let class = builder.add(op, &[edge])?;
                Ok(builder.add(Op::Labels(self.labels.clone()), &[class])?)
            })?,
            None => {
                let reason = "break_ties must be False when decision_function_shape is 'ovo'";
                methods.refuse(Method::Predict, reason);
            }
        }
        methods.offer(Method::DecisionFunction, || Ok(decision))?;
        match &self.coupling {
            Ok(coupling) => methods.offer_proba(builder, |builder| {
                Ok(builder.add(Op::PairCoupling(coupling.clone()), &[pairs])?)
            })?,
            Err(reason) => {
                methods.refuse(Method::PredictProba, *reason);
                methods.refuse(Method::PredictLogProba, *reason);
            }
        }
        Ok(methods)
    }
}

impl Svc {
    fn decision_function(&self, builder: &mut Builder, pairs: Edge) -> Result<Edge, Error> {
        let classes = self.labels.len();
        Ok(match self.decision {
            // the one pair, negated: above 0 means the second class
            _ if classes == 2 => {
                let negated = builder.add(Op::Elementwise(Function::Negate), &[pairs])?;
                builder.add(Op::Flatten, &[negated])?
            }
            Decision::OneVsOne => pairs,
            Decision::OneVsRest(confidence) => {
                builder.add(Op::OvrScores(OvrScores { classes, confidence }), &[pairs])?
            }
        })
    }

    /// What gives the class, and of what; `None` when scikit-learn refuses too.
    fn class(&self, pairs: Edge, decision: Edge) -> Option<(Op, Edge)> {
        let classes = self.labels.len();
        match (self.break_ties, self.decision) {
            (true, Decision::OneVsOne) => None,
            (true, Decision::OneVsRest(_)) if classes > 2 => Some((Op::ArgMax, decision)),
            _ => Some((Op::OvoVotes(OvoVotes { classes }), pairs)),
        }
    }
}
