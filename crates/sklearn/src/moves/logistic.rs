//! Logistic regression: which of its two models it is.

use cannery_object::{Node, Value};

use super::edit::{Edit, Floats, Moved};
use super::rule::{Act, Plain, Rule};

const BOTH: &[&str] = &["LogisticRegression", "LogisticRegressionCV"];

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "logistic-newton-cholesky",
        (1, 2),
        BOTH,
        Act::Down(cholesky_to_rest),
        "1.2 added the solver newton-cholesky, which fitted one class against the rest",
    ),
    Rule::new(
        "logistic-multi-class-name",
        (1, 5),
        BOTH,
        Act::Down(deprecated_to_auto),
        "before 1.5 multi_class='deprecated' is not known, and probabilities would be wrong",
    ),
    Rule::new(
        "logistic-newton-cholesky-multinomial",
        (1, 6),
        BOTH,
        Act::Both(cholesky_up, cholesky_down),
        "since 1.6 the solver newton-cholesky fits all classes at once",
    ),
    Rule::new(
        "logistic-penalty",
        (1, 8),
        BOTH,
        Act::Both(up, down),
        "1.8 removed multi_class and replaced penalty by l1_ratio",
    ),
];

fn class_count(e: &Edit<'_>) -> Option<usize> {
    e.class_count()
}

fn is_cholesky_of_many(e: &Edit<'_>, multi_class: &[&str]) -> bool {
    e.is_text("solver", &["newton-cholesky"])
        && (e.is_text("multi_class", multi_class) || !e.has("multi_class"))
        && class_count(e).is_some_and(|count| count > 2)
}

fn cholesky_to_rest(e: &mut Edit<'_>) -> Moved<()> {
    if is_cholesky_of_many(e, &["auto"]) { e.set("multi_class", "ovr") } else { Ok(()) }
}

fn deprecated_to_auto(e: &mut Edit<'_>) -> Moved<()> {
    if e.is_text("multi_class", &["deprecated"]) { e.set("multi_class", "auto") } else { Ok(()) }
}

fn cholesky_up(e: &mut Edit<'_>) -> Moved<()> {
    if is_cholesky_of_many(e, &["auto", "deprecated"]) { e.set("multi_class", "ovr") } else { Ok(()) }
}

fn cholesky_down(e: &mut Edit<'_>) -> Moved<()> {
    if is_cholesky_of_many(e, &["auto", "deprecated"]) {
        return e.set("multi_class", "multinomial");
    }
    deprecated_to_auto(e)
}

fn up(e: &mut Edit<'_>) -> Moved<()> {
    let multi_class = e.text("multi_class").unwrap_or_else(|| "auto".into());
    e.remove("multi_class");
    let Some(count) = class_count(e) else { return Ok(()) };
    let is_auto = matches!(&*multi_class, "auto" | "deprecated");
    let is_rest = matches!(&*multi_class, "ovr" | "warn")
        || is_auto && (count <= 2 || e.is_text("solver", &["liblinear"]));
    if is_rest && count > 2 {
        return one_against_rest(e, count);
    }
    penalty_up(e)?;
    if !is_rest && count <= 2 {
        for name in ["coef_", "intercept_"] {
            let Floats { mut values, shape } = e.need_floats(name)?;
            values.iter_mut().for_each(|value| *value *= 2.0);
            e.set(name, Floats { values, shape })?;
        }
        e.behaves_differently(
            "a multinomial LogisticRegression of two classes has a decision_function of twice the value since \
             scikit-learn 1.8; predict and predict_proba stay",
        );
    }
    Ok(())
}

fn penalty_up(e: &mut Edit<'_>) -> Moved<()> {
    if e.is_text("penalty", &["deprecated"]) {
        return Ok(());
    }
    if e.is(&["LogisticRegression"]) {
        if e.lacks("penalty") || e.is_text("penalty", &["none"]) {
            e.set("C", f64::INFINITY)?;
        }
        let ratio = match e.text("penalty").as_deref() {
            Some("l1") => 1.0,
            Some("elasticnet") => e.float("l1_ratio").unwrap_or(0.0),
            _ => 0.0,
        };
        e.set("l1_ratio", ratio)?;
    }
    e.set("penalty", "deprecated")
}

/// `SGDClassifier` with the loss `log_loss` computes from coefficients what a one-against-rest logistic regression did.
fn one_against_rest(e: &mut Edit<'_>, count: usize) -> Moved<()> {
    e.is_another_class(
        "scikit-learn 1.8 removed one-vs-rest probabilities from LogisticRegression; it becomes an \
         SGDClassifier(loss='log_loss'), which computes the same from the same coefficients",
    );
    if e.cx.to.version() >= cannery_object::known::Version::new(1, 9) {
        e.behaves_differently(
            "a row for which every class's probability underflows to 0 has NaN probabilities before scikit-learn 1.9 and equal \
             ones since",
        );
    }
    let mut kept = Vec::new();
    for name in ["classes_", "coef_", "n_features_in_", "feature_names_in_"] {
        if let Some(value) = e.get(name) {
            kept.push((name, value));
        }
    }
    let intercept =
        e.floats("intercept_").map(|floats| floats.values).or_else(|| Some(vec![e.float("intercept_")?]));
    let intercept = match intercept.as_deref() {
        Some([one]) => vec![*one; count],
        Some(all) => all.to_vec(),
        None => vec![0.0; count],
    };
    let penalty = e.text("penalty").filter(|penalty| matches!(&**penalty, "l1" | "l2" | "elasticnet"));
    let state = e.heap.container(Node::Dict, &[])?;
    e.heap.replace_state(e.object, state)?;
    e.become_class("sklearn.linear_model._stochastic_gradient", "SGDClassifier")?;
    for (name, value) in kept {
        e.set(name, value)?;
    }
    e.set("intercept_", intercept)?;
    e.set("penalty", &*penalty.unwrap_or_else(|| "l2".into()))?;
    e.set("loss", "log_loss")?;
    e.set("alpha", 0.0001)?;
    e.set("l1_ratio", 0.15)?;
    e.set("n_iter_", Plain::Int(1))?;
    e.set("t_", 1.0)
}

fn down(e: &mut Edit<'_>) -> Moved<()> {
    e.set("multi_class", "auto")?;
    if !e.is_text("penalty", &["deprecated"]) {
        return Ok(());
    }
    let ratio = e.float("l1_ratio").unwrap_or(0.0);
    let is_none = e.is(&["LogisticRegression"]) && e.float("C") == Some(f64::INFINITY);
    match ratio {
        _ if is_none => e.set("penalty", Value::None)?,
        0.0 => e.set("penalty", "l2")?,
        1.0 => e.set("penalty", "l1")?,
        _ => return e.set("penalty", "elasticnet"),
    }
    e.set("l1_ratio", Plain::None)
}
