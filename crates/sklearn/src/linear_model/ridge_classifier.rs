//! `sklearn.linear_model.RidgeClassifier` and `RidgeClassifierCV`: a regression on −1 and 1 for each class.

use cannery_graph::{Builder, Check, Labels, Op, Threshold};

use super::classifier::decide;
use super::coefficients::Coefficients;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Method, Methods, Wanted};
use crate::state::State;

#[derive(Debug)]
struct RidgeClassifier {
    name: &'static str,
    coefficients: Coefficients,
    labels: Labels,
    /// Each label is decided by itself: 0 or 1.
    is_multilabel: bool,
}

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.linear_model.RidgeClassifier", "sklearn.linear_model.RidgeClassifierCV"],
    // the second until 0.21
    modules: &["sklearn.linear_model._ridge", "sklearn.linear_model.ridge"],
    read,
};

/// `classes_` is that of the label binarizer. Before 1.0 a row of several labels got the label of the largest score.
fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("coef_", "coefficients")?;
    let binarizer = state.object_in(state.value("_label_binarizer")?, "_label_binarizer")?;
    let labels = binarizer.labels("classes_")?;
    let has_many = binarizer.text("y_type_")?.is_some_and(|kind| kind.starts_with("multilabel"));
    let coefficients =
        if has_many { Coefficients::read(state)? } else { Coefficients::of_classes(state, &labels)? };
    if coefficients.outputs() > labels.len() {
        let message = format!("{} rows for {} classes", coefficients.outputs(), labels.len());
        return Err(state.malformed("coef_", message));
    }
    let is_multilabel = has_many && state.since(1, 0);
    Ok(Box::new(RidgeClassifier { name: state.name(), coefficients, labels, is_multilabel }))
}

impl Estimator for RidgeClassifier {
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
        let x = x.floats(builder)?;
        let x = builder.add(Op::Guard(Check::Finite), &[x])?;
        let scores = self.coefficients.lower(builder, x)?;
        let mut methods = Methods::new(wanted);
        if self.is_multilabel {
            methods.offer(Method::Predict, || {
                Ok(builder.add(Op::Threshold(Threshold { above: 0.0 }), &[scores])?)
            })?;
            methods.offer(Method::DecisionFunction, || Ok(scores))?;
        } else {
            decide(builder, scores, &self.labels, &mut methods)?;
        }
        Ok(methods)
    }
}
