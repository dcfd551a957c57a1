//! AdaBoost: its two algorithms.

use super::edit::{Edit, Moved};
use super::rule::{Act, Plain, Rule};

const CLASS: &[&str] = &["AdaBoostClassifier"];

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "adaboost-probabilities",
        (0, 22),
        CLASS,
        Act::Both(other_probabilities, other_probabilities),
        "since 0.22 the probabilities of SAMME are made of the votes; before they were those of the members",
    ),
    Rule::new(
        "adaboost-votes",
        (1, 3),
        CLASS,
        Act::Both(|e| rescale(e, 1.0), |e| rescale(e, -1.0)),
        "since 1.3 the classes that an estimator did not choose get a vote of -1/(K-1); a weight behind the last estimator's \
         corrects the divisor",
    ),
    Rule::new(
        "adaboost-samme",
        (1, 6),
        CLASS,
        Act::Both(without_samme_r, |e| e.set("algorithm", "SAMME")),
        "1.6 removed the algorithm SAMME.R",
    ),
    Rule::new(
        "adaboost-algorithm-gone",
        (1, 8),
        CLASS,
        Act::Lose(&[("algorithm", Plain::Text("deprecated"))]),
        "1.8 removed the parameter algorithm",
    ),
];

fn other_probabilities(e: &mut Edit<'_>) -> Moved<()> {
    if e.is_text("algorithm", &["SAMME"]) && e.has("estimators_") {
        e.behaves_differently(
            "predict_proba of AdaBoost with SAMME is another since scikit-learn 0.22; predict stays",
        );
    }
    Ok(())
}

fn without_samme_r(e: &mut Edit<'_>) -> Moved<()> {
    if e.has("estimators_") && !e.is_text("algorithm", &["SAMME", "deprecated"]) {
        return Err(e.impossible(format!(
            "algorithm='SAMME.R' is gone since scikit-learn 1.6; {} can't compute it",
            e.cx.to.version()
        )));
    }
    e.set("algorithm", "deprecated")
}

/// The loops of prediction end with the last estimator, and the divisor is the sum of all weights.
fn rescale(e: &mut Edit<'_>, sign: f64) -> Moved<()> {
    if !e.is_text("algorithm", &["SAMME"]) || !e.has("estimators_") {
        return Ok(());
    }
    let classes = e.class_count().unwrap_or(2);
    let count = e.dim("estimators_", 0).unwrap_or(0);
    let mut weights = e.need_floats("estimator_weights_")?.values;
    weights.truncate(count);
    let sum: f64 = crate::sum::pairwise_sum(&weights);
    let others = classes.saturating_sub(1).max(1) as f64;
    weights.push(if sign > 0.0 { sum / others } else { -sum / (classes.max(1) as f64) });
    e.set("estimator_weights_", weights)?;
    if classes > 2 {
        e.behaves_differently(
            "decision_function of AdaBoost with more than two classes has another scale across scikit-learn 1.3; \
             predict and predict_proba stay",
        );
    }
    Ok(())
}
