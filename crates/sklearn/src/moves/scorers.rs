//! Scorers, which searches keep.

use cannery_object::{Heap, Node, Value};

use super::edit::{Context, Edit, Moved, class_of, make};
use super::rule::{Act, Plain, Rule};
use super::walk::Walk;

const MODULE: &str = "sklearn.metrics._scorer";

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "scorer-class",
        (1, 4),
        &["_PredictScorer", "_ProbaScorer", "_ThresholdScorer"],
        Act::Up(scorer_up),
        "1.4 has one class of scorers",
    ),
    Rule::new(
        "scorer-class",
        (1, 4),
        &["_Scorer"],
        Act::Down(scorer_down),
        "before 1.4 there were three classes of scorers",
    ),
    Rule::new(
        "scorer-deprecation",
        (1, 8),
        &["_Scorer", "_CurveScorer"],
        Act::Lose(&[("_deprecation_msg", Plain::None)]),
        "1.8 removed _deprecation_msg",
    ),
];

fn scorer_up(e: &mut Edit<'_>) -> Moved<()> {
    let method = match &*e.class() {
        "_PredictScorer" => e.value("predict")?,
        "_ProbaScorer" => e.value("predict_proba")?,
        _ => {
            let methods = [e.value("decision_function")?, e.value("predict_proba")?];
            e.heap.container(Node::Tuple, &methods)?
        }
    };
    e.set("_response_method", method)?;
    e.remove("_deprecation_msg");
    e.become_class(MODULE, "_Scorer")
}

fn scorer_down(e: &mut Edit<'_>) -> Moved<()> {
    let method = e.text("_response_method");
    e.remove("_response_method");
    e.become_class(
        MODULE,
        match method.as_deref() {
            Some("predict") => "_PredictScorer",
            Some("predict_proba") => "_ProbaScorer",
            _ => "_ThresholdScorer",
        },
    )
}

/// What stands for the estimator's own score: a function before 1.3, an object since.
pub(super) fn finish(heap: &mut Heap, walk: &Walk, cx: &mut Context) -> Moved<()> {
    cx.rule = (
        "scorer-passthrough",
        "a function before 1.3, and an object since, calls the score of the estimator",
    );
    for &object in &walk.objects {
        for name in ["scorer_", "_scorer"] {
            passthrough(&mut Edit { heap: &mut *heap, cx: &mut *cx, object }, name)?;
        }
    }
    Ok(())
}

fn passthrough(e: &mut Edit<'_>, name: &str) -> Moved<()> {
    let Some(scorer) = e.get(name) else { return Ok(()) };
    let version = (e.cx.to.version().major, e.cx.to.version().minor);
    let has_request = ((1, 4)..(1, 8)).contains(&version);
    let is_function = e.heap.global_name(scorer).is_some_and(|(_, name)| name == "_passthrough_scorer");
    if is_function && version >= (1, 3) {
        let estimator = e.get("estimator").unwrap_or(Value::None);
        let new = make(e.heap, MODULE, "_PassthroughScorer", &[("_estimator", estimator)])?;
        if has_request {
            let request = request(e)?;
            e.heap.set_attr(new, "_metadata_request", request)?;
        }
        return e.set(name, new);
    }
    if class_of(e.heap, scorer) != Some("_PassthroughScorer") {
        return Ok(());
    }
    if version < (1, 3) {
        let function = e.heap.global(MODULE, "_passthrough_scorer")?;
        return e.set(name, function);
    }
    if !has_request {
        e.at(scorer).remove("_metadata_request");
    } else if !e.at(scorer).has("_metadata_request") {
        let request = request(e)?;
        e.at(scorer).set("_metadata_request", request)?;
    }
    Ok(())
}

fn request(e: &mut Edit<'_>) -> Moved<Value> {
    let owner = e.value("_PassthroughScorer")?;
    make(e.heap, "sklearn.utils._metadata_requests", "MetadataRequest", &[("owner", owner)])
}
