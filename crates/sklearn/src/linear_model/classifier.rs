//! Linear classifiers that go by the sign of one score or the largest of several: `SGDClassifier`, `Perceptron`,
//! `PassiveAggressiveClassifier`, and `sklearn.svm.LinearSVC`.

use cannery_graph::{Arithmetic, Builder, Check, Clip, DType, Edge, Function, Labels, Op, Scale, Threshold};

use super::coefficients::Coefficients;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::learnt_selector::LearntSelector;
use crate::method::{Method, Methods, Wanted};
use crate::state::State;

#[derive(Debug)]
struct Classifier {
    name: &'static str,
    coefficients: Coefficients,
    labels: Labels,
    probabilities: Probabilities,
    /// Of those that had a `transform` until 0.18.
    selector: Option<LearntSelector>,
}

/// How scores become probabilities.
#[derive(Clone, Debug, PartialEq)]
enum Probabilities {
    /// There is no such method.
    Absent,
    /// There is none for this loss.
    Refused(String),
    /// The sigmoid of each score; of more than one, divided by their sum. Since 1.9 scores that all give 0 are equally
    /// probable.
    Sigmoid { or_uniform: bool },
    /// Half of 1 and the score between −1 and 1.
    ModifiedHuber,
}

pub(crate) const SGD: Entry = Entry {
    classes: &["sklearn.linear_model.SGDClassifier"],
    // the second until 0.21, as of the others here
    modules: &["sklearn.linear_model._stochastic_gradient", "sklearn.linear_model.stochastic_gradient"],
    read,
};

pub(crate) const PERCEPTRON: Entry = Entry {
    classes: &["sklearn.linear_model.Perceptron"],
    modules: &["sklearn.linear_model._perceptron", "sklearn.linear_model.perceptron"],
    read,
};

pub(crate) const PASSIVE_AGGRESSIVE: Entry = Entry {
    classes: &["sklearn.linear_model.PassiveAggressiveClassifier"],
    modules: &["sklearn.linear_model._passive_aggressive", "sklearn.linear_model.passive_aggressive"],
    read,
};

pub(crate) const SVC: Entry = Entry {
    classes: &["sklearn.svm.LinearSVC"],
    modules: &["sklearn.svm._classes", "sklearn.svm.classes"],
    read,
};

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("coef_", "coefficients")?;
    let labels = state.labels("classes_")?;
    let coefficients = Coefficients::of_classes(state, &labels)?;
    let probabilities =
        if state.name() == "SGDClassifier" { probabilities(state)? } else { Probabilities::Absent };
    let had_transform = state.name() != "PassiveAggressiveClassifier";
    let selector = if had_transform { Some(coefficients.selector(state)?) } else { None };
    Ok(Box::new(Classifier { name: state.name(), coefficients, labels, probabilities, selector }))
}

/// The loss was called 'log' until 1.2.
fn probabilities(state: &State<'_>) -> Result<Probabilities, Error> {
    Ok(match state.text("loss")?.as_deref() {
        Some("log" | "log_loss") => Probabilities::Sigmoid { or_uniform: state.since(1, 9) },
        Some("modified_huber") => Probabilities::ModifiedHuber,
        Some(loss) => {
            Probabilities::Refused(format!("probability estimates are not available for loss={loss:?}"))
        }
        None => return Err(state.malformed("loss", "not a text")),
    })
}

impl Estimator for Classifier {
    fn name(&self) -> &'static str {
        self.name
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.coefficients.features() }
    }

    fn classes(&self) -> Vec<Labels> {
        vec![self.labels.clone()]
    }

    fn decides_by_class(&self) -> bool {
        true
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let brought = x.floats(builder)?;
        let x = builder.add(Op::Guard(Check::Finite), &[brought])?;
        let scores = self.coefficients.lower(builder, x)?;
        let mut methods = Methods::new(wanted);
        let decision = decide(builder, scores, &self.labels, &mut methods)?;
        match &self.probabilities {
            Probabilities::Absent => {}
            Probabilities::Refused(reason) => {
                methods.refuse(Method::PredictProba, reason);
                methods.refuse(Method::PredictLogProba, reason);
            }
            Probabilities::Sigmoid { or_uniform } => {
                methods.offer_proba(builder, |builder| sigmoids(builder, decision, *or_uniform))?;
            }
            Probabilities::ModifiedHuber => {
                methods.offer_proba(builder, |builder| modified_huber(builder, scores))?;
            }
        }
        if let Some(selector) = &self.selector {
            selector.lower(builder, brought, &mut methods)?;
        }
        Ok(methods)
    }
}

/// Offers `predict` and `decision_function`, and gives the latter: one score a row is a vector.
///
/// Source: `LinearClassifierMixin` in scikit-learn's `linear_model/_base.py`.
pub(crate) fn decide(
    builder: &mut Builder,
    scores: Edge,
    labels: &Labels,
    methods: &mut Methods,
) -> Result<Edge, Error> {
    let is_single = builder.type_of(scores)?.columns() == 1;
    let decision = if is_single { builder.add(Op::Flatten, &[scores])? } else { scores };
    methods.offer(Method::Predict, || {
        let class = if is_single { Op::Threshold(Threshold { above: 0.0 }) } else { Op::ArgMax };
        let class = builder.add(class, &[decision])?;
        Ok(builder.add(Op::Labels(labels.clone()), &[class])?)
    })?;
    methods.offer(Method::DecisionFunction, || Ok(decision))?;
    Ok(decision)
}

fn sigmoids(builder: &mut Builder, decision: Edge, or_uniform: bool) -> Result<Edge, Error> {
    let each = builder.add(Op::Elementwise(Function::Expit), &[decision])?;
    let is_single = builder.type_of(each)?.shape == cannery_graph::Shape::Vector;
    if is_single {
        return Ok(builder.add(Op::Complement, &[each])?);
    }
    let each = if or_uniform { builder.add(Op::OnesForZeros, &[each])? } else { each };
    Ok(builder.add(Op::NormalizeSum, &[each])?)
}

/// Probabilities of two classes are float64.
fn modified_huber(builder: &mut Builder, scores: Edge) -> Result<Edge, Error> {
    let columns = builder.type_of(scores)?.columns();
    let scores = if columns == 1 { builder.cast(scores, DType::F64)? } else { scores };
    let clipped = builder.add(Op::Clip(Clip { low: -1.0, high: 1.0 }), &[scores])?;
    let steps = vec![(Arithmetic::Add, vec![1.0; columns]), (Arithmetic::Divide, vec![2.0; columns])];
    let each = builder.add(Op::Scale(Scale { steps }), &[clipped])?;
    if columns == 1 {
        return Ok(builder.add(Op::Complement, &[each])?);
    }
    let each = builder.add(Op::OnesForZeros, &[each])?;
    Ok(builder.add(Op::NormalizeSum, &[each])?)
}
