//! Estimators of estimators.

use cannery_object::Value;

use super::edit::{Edit, Moved, class_of};
use super::rule::{Act, Plain, Rule};

const CHAINS: &[&str] = &["ClassifierChain", "RegressorChain"];
const CALIBRATED: &[&str] = &["_CalibratedClassifier"];
const SELF_TRAINING: &[&str] = &["SelfTrainingClassifier"];

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "calibrated-private",
        (0, 24),
        CALIBRATED,
        Act::Both(calibrated_up, calibrated_down),
        "0.24 renamed what a calibrated classifier keeps",
    ),
    Rule::new(
        "calibrated-estimator",
        (1, 2),
        CALIBRATED,
        Act::Rename(&[("base_estimator", "estimator")]),
        "1.2 renamed base_estimator to estimator",
    ),
    Rule::new(
        "ransac-estimator",
        (1, 1),
        &["RANSACRegressor"],
        Act::Rename(&[("base_estimator", "estimator")]),
        "1.1 renamed base_estimator to estimator",
    ),
    Rule::new(
        "ransac-base-estimator-gone",
        (1, 3),
        &["RANSACRegressor"],
        Act::Lose(&[("base_estimator", Plain::Text("deprecated"))]),
        "1.3 removed base_estimator",
    ),
    Rule::new(
        "self-training-estimator",
        (1, 6),
        SELF_TRAINING,
        Act::Both(estimator_up, estimator_down),
        "1.6 renamed base_estimator to estimator",
    ),
    Rule::new(
        "self-training-base-estimator-gone",
        (1, 8),
        SELF_TRAINING,
        Act::Lose(&[("base_estimator", Plain::Text("deprecated"))]),
        "1.8 removed base_estimator",
    ),
    Rule::new(
        "chain-estimator",
        (1, 7),
        CHAINS,
        Act::Both(estimator_up, estimator_down),
        "1.7 renamed base_estimator to estimator",
    ),
    Rule::new(
        "chain-base-estimator-gone",
        (1, 9),
        CHAINS,
        Act::Lose(&[("base_estimator", Plain::Text("deprecated"))]),
        "1.9 removed base_estimator",
    ),
    Rule::new(
        "chain-method",
        (1, 5),
        &["ClassifierChain"],
        Act::Gain(&[("chain_method", Plain::Text("predict")), ("chain_method_", Plain::Text("predict"))]),
        "1.5 added the method that a chain passes on",
    ),
    Rule::new(
        "stacking-encoder",
        (1, 2),
        &["StackingClassifier"],
        Act::Rename(&[("_le", "_label_encoder")]),
        "1.2 renamed the encoder of classes",
    ),
    Rule::new(
        "dummy-strategy",
        (0, 22),
        &["DummyClassifier"],
        Act::Up(|e| match e.get("strategy") {
            Some(strategy) => e.put("_strategy", strategy),
            None => Ok(()),
        }),
        "since 0.22 the strategy that is used is an attribute",
    ),
    Rule::new(
        "select-max-features",
        (1, 1),
        &["SelectFromModel"],
        Act::Up(|e| match e.get("max_features") {
            Some(count @ Value::Int(_)) => e.put("max_features_", count),
            _ => Ok(()),
        }),
        "since 1.1 the number of features that is used is an attribute",
    ),
    Rule::new("halving-refit", (1, 0), &[], Act::Up(refit), "1.0 no longer keeps a function as refit"),
    Rule::new(
        "frozen-calibrated",
        (1, 6),
        &["CalibratedClassifierCV"],
        Act::Down(prefit),
        "before 1.6 cv='prefit' stands for a frozen estimator",
    ),
    Rule::new(
        "frozen-estimator",
        (1, 6),
        &["FrozenEstimator"],
        Act::Down(thaw),
        "FrozenEstimator is new in 1.6",
    ),
];

fn calibrated_up(e: &mut Edit<'_>) -> Moved<()> {
    e.rename("calibrators_", "calibrators")?;
    if let Some(classes) = e.remove("classes_") {
        e.set("classes", classes)?;
    }
    e.remove("label_encoder_");
    Ok(())
}

fn calibrated_down(e: &mut Edit<'_>) -> Moved<()> {
    e.rename("calibrators", "calibrators_")?;
    let Some(classes) = e.get("classes") else { return Ok(()) };
    e.set("classes_", classes)?;
    let encoder = e.make("sklearn.preprocessing._label", "LabelEncoder", &[("classes_", classes)])?;
    e.set("label_encoder_", encoder)
}

fn estimator_up(e: &mut Edit<'_>) -> Moved<()> {
    let base = e.get("base_estimator").unwrap_or(Value::None);
    e.put("estimator", base)?;
    e.set("base_estimator", "deprecated")?;
    e.rename("base_estimator_", "estimator_")
}

fn estimator_down(e: &mut Edit<'_>) -> Moved<()> {
    let estimator = e.remove("estimator").unwrap_or(Value::None);
    e.set("base_estimator", estimator)?;
    e.rename("estimator_", "base_estimator_")
}

fn refit(e: &mut Edit<'_>) -> Moved<()> {
    let refit = e.get("refit");
    let is_function =
        refit.and_then(|refit| e.heap.global_name(refit)).is_some_and(|(_, name)| name == "_refit_callable");
    if is_function { e.set("refit", true) } else { Ok(()) }
}

fn prefit(e: &mut Edit<'_>) -> Moved<()> {
    if e.class_in("estimator").as_deref() == Some("FrozenEstimator") {
        e.set("cv", "prefit")?;
    }
    if e.is_text("ensemble", &["auto"]) { e.set("ensemble", true) } else { Ok(()) }
}

/// Everything that refers to a frozen estimator refers to the estimator itself.
fn thaw(e: &mut Edit<'_>) -> Moved<()> {
    let Some(estimator) = e.get("estimator") else { return Ok(()) };
    if class_of(e.heap, estimator).is_none() {
        return Ok(());
    }
    if let Value::Ref(id) = e.object {
        e.cx.redirects.insert(id, estimator);
        e.note("", super::report::What::Became("its estimator".into()));
    }
    Ok(())
}
