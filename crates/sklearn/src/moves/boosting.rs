//! Gradient boosting: its losses, and the estimator that it starts from.

use cannery_object::Value;

use super::edit::{Edit, Floats, Moved, class_of, number};
use super::loss::{Loss, argument};
use super::rule::{Act, Rule};

const BOTH: &[&str] = &["GradientBoostingClassifier", "GradientBoostingRegressor"];

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "boosting-init",
        (0, 21),
        BOTH,
        Act::Up(init_up),
        "0.21 replaced the estimators that boosting starts from by dummy estimators",
    ),
    Rule::new(
        "log-loss-name",
        (1, 1),
        &["SGDClassifier", "GradientBoostingClassifier", "HistGradientBoostingClassifier"],
        Act::Both(log_loss_up, log_loss_down),
        "1.1 gave the logistic loss one name, log_loss",
    ),
    Rule::new(
        "boosting-loss-name",
        (1, 1),
        BOTH,
        Act::Rename(&[("loss_", "_loss")]),
        "1.1 made loss_ private",
    ),
    Rule::new(
        "boosting-loss",
        (1, 4),
        BOTH,
        Act::Both(loss_up, loss_down),
        "1.4 replaced the losses of gradient boosting by those of sklearn._loss",
    ),
    Rule::new(
        "boosting-init-clip",
        (1, 8),
        BOTH,
        Act::Both(clip, clip),
        "1.8 clips the probabilities that boosting starts from at another value",
    ),
];

/// Whether the start is an estimator of the user's, whose probabilities depend on the row.
fn has_own_init(e: &Edit<'_>) -> bool {
    let class = e.class_in("init_").unwrap_or_default();
    e.is(&["GradientBoostingClassifier"])
        && !class.is_empty()
        && !class.starts_with("Dummy")
        && class != "ZeroEstimator"
}

fn clip(e: &mut Edit<'_>) -> Moved<()> {
    if has_own_init(e) {
        e.behaves_differently(
            "scikit-learn 1.8 clips the probabilities of `init` elsewhere, so results differ by up to 1e-6",
        );
    }
    Ok(())
}

fn log_loss_up(e: &mut Edit<'_>) -> Moved<()> {
    let old = ["log", "deviance", "auto", "binary_crossentropy", "categorical_crossentropy"];
    if e.is_text("loss", &old) { e.set("loss", "log_loss") } else { Ok(()) }
}

fn log_loss_down(e: &mut Edit<'_>) -> Moved<()> {
    if !e.is_text("loss", &["log_loss"]) {
        return Ok(());
    }
    match &*e.class() {
        "SGDClassifier" => e.set("loss", "log"),
        "GradientBoostingClassifier" => e.set("loss", "deviance"),
        _ => e.set("loss", "auto"),
    }
}

/// Names of losses before and since 1.4.
const LOSSES: &[(&str, &str)] = &[
    ("BinomialDeviance", "HalfBinomialLoss"),
    ("MultinomialDeviance", "HalfMultinomialLoss"),
    ("ExponentialLoss", "ExponentialLoss"),
    ("LeastSquaresError", "HalfSquaredError"),
    ("LeastAbsoluteError", "AbsoluteError"),
    ("HuberLossFunction", "HuberLoss"),
    ("QuantileLossFunction", "PinballLoss"),
];

fn loss_up(e: &mut Edit<'_>) -> Moved<()> {
    let Some(old) = e.get("_loss").filter(|&value| value != Value::None) else { return Ok(()) };
    let name = class_of(e.heap, old).unwrap_or_default().to_owned();
    let attr = |e: &Edit<'_>, name: &str| number(e.heap, e.heap.object(old)?.attr(name)?);
    let Some(&(_, class)) = LOSSES.iter().find(|(old, _)| *old == name) else {
        return Err(e.impossible(format!("the loss {name} is not one of gradient boosting's")));
    };
    let count = attr(e, "K").map_or(1, |count| count as usize);
    let mut loss = Loss::of(class);
    match class {
        "HalfMultinomialLoss" => loss.classes = Some(count),
        "HuberLoss" => {
            loss.quantile = attr(e, "alpha");
            loss.argument = Some(attr(e, "gamma").unwrap_or(1.0));
        }
        "PinballLoss" => loss.argument = attr(e, "alpha"),
        _ => {}
    }
    let is_multinomial = class == "HalfMultinomialLoss";
    let new = loss.make(e)?;
    e.set("_loss", new)?;
    e.set("n_trees_per_iteration_", if is_multinomial { count } else { 1 })?;
    e.remove("_n_classes");
    if is_multinomial { start_multinomial(e, 1.0) } else { Ok(()) }
}

fn loss_down(e: &mut Edit<'_>) -> Moved<()> {
    let Some(old) = e.get("_loss").filter(|&value| value != Value::None) else { return Ok(()) };
    let name = class_of(e.heap, old).unwrap_or_default().to_owned();
    let Some(&(class, _)) = LOSSES.iter().find(|(_, new)| *new == name) else {
        return Err(e.impossible(format!("the loss {name} does not exist before scikit-learn 1.4")));
    };
    let attr = |e: &Edit<'_>, name: &str| number(e.heap, e.heap.object(old)?.attr(name)?);
    let is_multinomial = name == "HalfMultinomialLoss";
    let count = if is_multinomial { attr(e, "n_classes").map_or(1, |count| count as usize) } else { 1 };
    let mut attributes = vec![("K", e.value(count)?)];
    match class {
        "HuberLossFunction" => {
            let (alpha, gamma) = (attr(e, "quantile").unwrap_or(0.9), argument(e, old).unwrap_or(1.0));
            attributes.extend([("alpha", e.value(alpha)?), ("gamma", e.value(gamma)?)]);
        }
        "QuantileLossFunction" => {
            let alpha = argument(e, old).unwrap_or(0.9);
            attributes.extend([("alpha", e.value(alpha)?), ("percentile", e.value(alpha * 100.0)?)]);
        }
        _ => {}
    }
    let new = e.make("sklearn.ensemble._gb_losses", class, &attributes)?;
    e.set("_loss", new)?;
    e.remove("n_trees_per_iteration_");
    if e.is(&["GradientBoostingClassifier"]) {
        e.set("_n_classes", if is_multinomial { count } else { 2 })?;
        let classes = e.class_count().unwrap_or(2);
        e.put("n_classes_", classes)?;
    } else {
        e.set("_n_classes", 1_usize)?;
    }
    if is_multinomial { start_multinomial(e, -1.0) } else { Ok(()) }
}

/// Several classes start from log p before 1.4, and from log p less its mean since: the difference goes into the trees of the
/// first stage.
fn start_multinomial(e: &mut Edit<'_>, sign: f64) -> Moved<()> {
    if has_own_init(e) {
        e.behaves_differently(
            "gradient boosting of more than two classes that starts from `init` has another decision_function since 1.4; \
             predict_proba stays within 2e-7",
        );
        return Ok(());
    }
    if e.class_in("init_").as_deref() != Some("DummyClassifier") {
        e.behaves_differently(
            "rows whose best classes are exactly equal can get another class across scikit-learn 1.4",
        );
        return Ok(());
    }
    let Some(dummy) = e.child("init_") else { return Ok(()) };
    let eps = f64::from(f32::EPSILON);
    let priors = dummy.need_floats("class_prior_")?.values;
    let logs = priors.iter().map(|p| p.clamp(eps, 1.0 - eps).ln());
    let mean = logs.sum::<f64>() / priors.len().max(1) as f64;
    shift_first_stage(e, |_| sign * mean)
}

/// Adds to all values of the trees of the first stage, given the number of the tree; what is added is what predictions get.
fn shift_first_stage(e: &mut Edit<'_>, by: impl Fn(usize) -> f64) -> Moved<()> {
    let rate = e.float("learning_rate").unwrap_or(0.1);
    let trees = e.elements("estimators_");
    let columns = e.dim("estimators_", 1).unwrap_or(1);
    for (at, tree) in trees.into_iter().take(columns).enumerate() {
        let mut regressor = e.at(tree);
        let Some(mut tree) = regressor.child("tree_") else { continue };
        let Floats { mut values, shape } = tree.need_floats("values")?;
        values.iter_mut().for_each(|value| *value += by(at) / rate);
        tree.set("values", Floats { values, shape })?;
    }
    Ok(())
}

fn init_up(e: &mut Edit<'_>) -> Moved<()> {
    if let Some(name) = e.class_in("loss_") {
        let Some(mut loss) = e.child("loss_") else { return Ok(()) };
        loss.become_class("sklearn.ensemble._gb_losses", &name)?;
    }
    match e.class_in("init_").as_deref() {
        Some("MeanEstimator") => constant(e, "mean", "mean"),
        Some("QuantileEstimator") => constant(e, "quantile", "quantile"),
        Some("LogOddsEstimator") => log_odds(e, 1.0),
        Some("ScaledLogOddsEstimator") => log_odds(e, 0.5),
        Some("PriorProbabilityEstimator") => priors(e),
        _ => Ok(()),
    }
}

fn constant(e: &mut Edit<'_>, attribute: &str, strategy: &str) -> Moved<()> {
    let Some(init) = e.child("init_") else { return Ok(()) };
    let (Some(value), alpha) = (init.float(attribute), init.float("alpha")) else { return Ok(()) };
    let value = e.value(Floats { values: vec![value], shape: vec![1, 1] })?;
    let alpha = match alpha {
        Some(alpha) => e.value(alpha)?,
        None => Value::None,
    };
    let attributes = [
        ("strategy", e.value(strategy)?),
        ("quantile", alpha),
        ("constant", Value::None),
        ("constant_", value),
        ("n_outputs_", Value::Int(1)),
    ];
    let dummy = e.make("sklearn.dummy", "DummyRegressor", &attributes)?;
    e.set("init_", dummy)
}

fn log_odds(e: &mut Edit<'_>, scale: f64) -> Moved<()> {
    let prior = e.child("init_").and_then(|init| init.float("prior"));
    let Some(prior) = prior else { return Ok(()) };
    let p = 1.0 / (1.0 + (-prior / scale).exp());
    dummy_classifier(e, vec![1.0 - p, p])
}

/// It started from p itself; the dummy classifier gives log p.
fn priors(e: &mut Edit<'_>) -> Moved<()> {
    let priors = e.child("init_").map(|init| init.need_floats("priors"));
    let Some(priors) = priors else { return Ok(()) };
    let priors = priors?.values;
    dummy_classifier(e, priors.clone())?;
    shift_first_stage(e, |at| priors.get(at).map_or(0.0, |p| p - p.ln()))
}

fn dummy_classifier(e: &mut Edit<'_>, priors: Vec<f64>) -> Moved<()> {
    let count = priors.len();
    let classes: Vec<u8> = (0..count as i64).flat_map(i64::to_le_bytes).collect();
    let attributes = [
        ("strategy", e.value("prior")?),
        ("random_state", Value::None),
        ("constant", Value::None),
        ("_strategy", e.value("prior")?),
        ("sparse_output_", Value::Bool(false)),
        ("n_outputs_", Value::Int(1)),
        ("classes_", super::edit::array(e.heap, "<i8", vec![count], &classes)?),
        ("n_classes_", e.value(count)?),
        ("class_prior_", e.value(priors)?),
    ];
    let dummy = e.make("sklearn.dummy", "DummyClassifier", &attributes)?;
    e.set("init_", dummy)
}
