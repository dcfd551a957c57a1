//! `sklearn.linear_model.LogisticRegression` and `LogisticRegressionCV`: linear scores through a sigmoid or softmax.

use cannery_graph::{Builder, Check, Edge, Function, Labels, Op};
use cannery_object::known::Version;

use super::coefficients::Coefficients;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::learnt_selector::LearntSelector;
use crate::linear_model::classifier::decide;
use crate::method::{Methods, Wanted};
use crate::state::State;

#[derive(Debug)]
struct LogisticRegression {
    name: &'static str,
    coefficients: Coefficients,
    labels: Labels,
    probabilities: Probabilities,
    selector: LearntSelector,
}

/// How scores become probabilities.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Probabilities {
    /// The sigmoid of each score; of more than one, divided by their sum.
    OneVsRest,
    /// Softmax; of a single score d, that of (−d, d).
    Multinomial,
}

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.linear_model.LogisticRegression", "sklearn.linear_model.LogisticRegressionCV"],
    // the second until 0.21
    modules: &["sklearn.linear_model._logistic", "sklearn.linear_model.logistic"],
    read,
};

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("coef_", "coefficients")?;
    let labels = state.labels("classes_")?;
    let coefficients = Coefficients::of_classes(state, &labels)?;
    let probabilities = probabilities(state, labels.len(), coefficients.outputs())?;
    let selector = coefficients.selector(state)?;
    Ok(Box::new(LogisticRegression { name: state.name(), coefficients, labels, probabilities, selector }))
}

/// The rule of the version that wrote the file.
fn probabilities(state: &State<'_>, classes: usize, rows: usize) -> Result<Probabilities, Error> {
    let one_vs_rest = if state.since(1, 8) {
        if (classes, rows) == (2, 2) {
            return Err(state.malformed("coef_", "2 rows for 2 classes"));
        }
        classes == 2
    } else if state.since(0, 20) {
        one_vs_rest(state, classes)?
    } else {
        // there was no multinomial before 0.15
        rows == 1 || !state.has("multi_class") || multi_class(state)? == "ovr"
    };
    Ok(if one_vs_rest { Probabilities::OneVsRest } else { Probabilities::Multinomial })
}

/// 0.20 to 1.7. From 1.2 to 1.5 `newton-cholesky` was one against rest.
fn one_vs_rest(state: &State<'_>, classes: usize) -> Result<bool, Error> {
    let has_newton = |version: Version| (Version::new(1, 2)..Version::new(1, 6)).contains(&version);
    Ok(match multi_class(state)?.as_str() {
        "ovr" | "warn" => true,
        "multinomial" => false,
        _ if classes == 2 => true,
        _ => match state.text("solver")?.as_deref() {
            Some("liblinear") => true,
            Some("newton-cholesky") => state.version().is_some_and(has_newton),
            Some(_) => false,
            None => return Err(state.malformed("solver", "not a text")),
        },
    })
}

fn multi_class(state: &State<'_>) -> Result<String, Error> {
    const NAME: &str = "multi_class";
    const KNOWN: [&str; 5] = ["ovr", "multinomial", "auto", "warn", "deprecated"];
    let text = state.text(NAME)?.filter(|text| KNOWN.contains(&text.as_str()));
    text.ok_or_else(|| state.unsupported(NAME, "none of 'ovr', 'multinomial' and 'auto'"))
}

impl Estimator for LogisticRegression {
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
        let brought = x;
        let x = builder.add(Op::Guard(Check::Finite), &[x])?;
        let scores = self.coefficients.lower(builder, x)?;
        let mut methods = Methods::new(wanted);
        let decision = decide(builder, scores, &self.labels, &mut methods)?;
        let is_single = self.coefficients.outputs() == 1;
        methods.offer_proba(builder, |builder| self.predict_proba(builder, decision, is_single))?;
        self.selector.lower(builder, brought, &mut methods)?;
        Ok(methods)
    }
}

impl LogisticRegression {
    fn predict_proba(&self, builder: &mut Builder, scores: Edge, is_single: bool) -> Result<Edge, Error> {
        Ok(match self.probabilities {
            Probabilities::OneVsRest => {
                let each = builder.add(Op::Elementwise(Function::Expit), &[scores])?;
                builder.add(if is_single { Op::Complement } else { Op::NormalizeSum }, &[each])?
            }
            Probabilities::Multinomial if is_single => {
                let negated = builder.add(Op::Elementwise(Function::Negate), &[scores])?;
                let both = builder.add(Op::Concat, &[negated, scores])?;
                builder.add(Op::Softmax, &[both])?
            }
            Probabilities::Multinomial => builder.add(Op::Softmax, &[scores])?,
        })
    }
}
