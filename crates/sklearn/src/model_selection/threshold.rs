//! `sklearn.model_selection.FixedThresholdClassifier` and `TunedThresholdClassifierCV` (1.5 and later): two classes, told
//! apart at a threshold.

use cannery_graph::{Builder, Edge, Labels, Op, Threshold};
use cannery_object::Value;

use crate::child::Child;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{ColumnHint, Input, Takes};
use crate::method::{Method, Methods, Wanted};
use crate::scores;
use crate::state::State;

#[derive(Debug)]
struct ThresholdClassifier {
    name: &'static str,
    child: Child,
    labels: Labels,
    /// Which class is the positive one.
    positive: usize,
    /// What is compared: the first of these that the classifier has.
    methods: Vec<Method>,
    /// `None` for ½ of probabilities, and 0 of decisions.
    threshold: Option<f64>,
}

pub(crate) const ENTRY: Entry = Entry {
    classes: &[
        "sklearn.model_selection.FixedThresholdClassifier",
        "sklearn.model_selection.TunedThresholdClassifierCV",
    ],
    modules: &["sklearn.model_selection._classification_threshold"],
    read,
};

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    let is_fixed = state.name() == "FixedThresholdClassifier";
    // a fixed threshold may stand over a classifier that was fitted before
    let name = if is_fixed && !state.has("estimator_") { "estimator" } else { "estimator_" };
    let child = Child::read(state, name)?;
    let [labels] = &child.classes()[..] else {
        return Err(state.unsupported(name, "not a classifier of one output"));
    };
    if labels.len() != 2 {
        return Err(state.unsupported(name, format!("a classifier of {} classes", labels.len())));
    }
    let positive = if is_fixed { positive(state, labels)? } else { scored(state, labels)? };
    let threshold = match is_fixed {
        false => Some(state.float("best_threshold_")?),
        true if state.text("threshold")?.as_deref() == Some("auto") => None,
        true => Some(state.float("threshold")?),
    };
    let methods = match state.text("response_method")?.as_deref() {
        Some("auto") => vec![Method::PredictProba, Method::DecisionFunction],
        Some("predict_proba") => vec![Method::PredictProba],
        Some("decision_function") => vec![Method::DecisionFunction],
        _ => return Err(state.unsupported("response_method", "another method")),
    };
    let labels = labels.clone();
    Ok(Box::new(ThresholdClassifier { name: state.name(), child, labels, positive, methods, threshold }))
}

/// `pos_label`; without one it is the second class.
fn positive(state: &State<'_>, labels: &Labels) -> Result<usize, Error> {
    find(state, state.value("pos_label")?, "pos_label", labels)
}

/// The positive class of the score that the threshold was tuned for.
fn scored(state: &State<'_>, labels: &Labels) -> Result<usize, Error> {
    const NAME: &str = "_curve_scorer";
    let scorer = state.object_in(state.value(NAME)?, NAME)?;
    let heap = state.heap();
    let kwargs = heap.as_dict(scorer.value("_kwargs")?).unwrap_or_default();
    if let Some(label) = heap.lookup(kwargs, "pos_label") {
        return find(state, label, &format!("{NAME}._kwargs[\"pos_label\"]"), labels);
    }
    match heap.global_name(scorer.value("_score_func")?) {
        // their parameter has a default
        Some((_, name)) if BINARY_SCORES.contains(&name) => find(state, Value::Int(1), NAME, labels),
        Some(("sklearn.metrics._classification" | "sklearn.metrics._ranking", _)) => Ok(1),
        _ => Err(state.unsupported(NAME, "a score by a function that is not scikit-learn's")),
    }
}

/// Scores whose `pos_label` is 1 unless it is given.
const BINARY_SCORES: [&str; 7] = [
    "average_precision_score",
    "f1_score",
    "fbeta_score",
    "jaccard_score",
    "precision_recall_fscore_support",
    "precision_score",
    "recall_score",
];

fn find(state: &State<'_>, value: Value, place: &str, labels: &Labels) -> Result<usize, Error> {
    if value == Value::None {
        return Ok(1);
    }
    let scalar = state.scalar_of(place, value)?;
    scores::position_of(&scalar, labels).ok_or_else(|| state.malformed(place, "not one of the classes"))
}

impl Estimator for ThresholdClassifier {
    fn name(&self) -> &'static str {
        self.name
    }

    fn takes(&self) -> Takes {
        self.child.takes()
    }

    fn columns(&self) -> Vec<ColumnHint> {
        self.child.columns()
    }

    fn classes(&self) -> Vec<Labels> {
        vec![self.labels.clone()]
    }

    fn decides_by_class(&self) -> bool {
        self.child.decides_by_class()
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let mut methods = Methods::new(wanted);
        methods.offer(Method::Predict, || {
            let (score, threshold) = self.score(builder, x)?;
            let is_positive = Op::Threshold(Threshold { above: threshold.next_down() });
            let class = builder.add(is_positive, &[score])?;
            let order = if self.positive == 1 { [0, 1] } else { [1, 0] };
            let class = scores::label(builder, class, &Labels::I64(order.into()))?;
            scores::label(builder, class, &self.labels)
        })?;
        let handed = [Method::PredictProba, Method::PredictLogProba, Method::DecisionFunction];
        let inner = self.child.lower(builder, x, wanted)?;
        methods.hand_on(&inner, &handed)?;
        Ok(methods)
    }
}

impl ThresholdClassifier {
    /// The score of the positive class, and what it must reach.
    fn score(&self, builder: &mut Builder, x: &Input) -> Result<(Edge, f64), Error> {
        for method in &self.methods {
            let found = self.child.results(builder, x, *method)?;
            let Some(cannery_graph::Results::One(edge)) = found else { continue };
            let (score, auto) = match method {
                Method::PredictProba => (scores::column(builder, edge, self.positive)?, 0.5),
                _ if self.positive == 0 => (scores::negate(builder, edge)?, 0.0),
                _ => (edge, 0.0),
            };
            return Ok((score, self.threshold.unwrap_or(auto)));
        }
        Err(Error::unsupported(self.child.path(), "neither predict_proba nor decision_function"))
    }
}
