//! Linear models and what is fitted like them.

use cannery_object::{Node, Value};

use super::edit::{Edit, Floats, Moved};
use super::loss::{Loss, call};
use super::rule::{Act, Plain, Rule};

const RIDGES: &[&str] = &["RidgeClassifier", "RidgeClassifierCV"];
const GENERALISED: &[&str] = &["PoissonRegressor", "GammaRegressor", "TweedieRegressor"];

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "linear-positive",
        (0, 24),
        &["LinearRegression"],
        Act::Gain(&[("positive", Plain::Bool(false))]),
        "0.24 added the parameter positive",
    ),
    Rule::new(
        "ridge-classes",
        (1, 8),
        RIDGES,
        Act::Both(ridge_classes, |e| {
            e.remove("classes_");
            Ok(())
        }),
        "since 1.8 the classes are an attribute, before they were taken from the label binarizer",
    ),
    Rule::new(
        "ridge-coef-2d",
        (1, 6),
        RIDGES,
        Act::Down(ridge_coef),
        "before 1.6 coef_ had two dimensions for two classes too",
    ),
    Rule::new(
        "ridge-multilabel",
        (1, 0),
        RIDGES,
        Act::Down(ridge_multilabel),
        "1.0 is the first that predicts several labels",
    ),
    Rule::new(
        "sgd-loss",
        (1, 4),
        &["SGDClassifier", "SGDOneClassSVM", "Perceptron", "PassiveAggressiveClassifier"],
        Act::Rename(&[("loss_function_", "_loss_function_")]),
        "1.4 made loss_function_ private",
    ),
    Rule::new(
        "glm-loss",
        (1, 1),
        GENERALISED,
        Act::Both(glm_up, glm_down),
        "1.1 replaced families and links of generalised linear models by losses",
    ),
    Rule::new(
        "bayesian-offset",
        (1, 9),
        &["BayesianRidge", "ARDRegression"],
        Act::Up(bayesian),
        "since 1.9 the standard deviation of a prediction uses X_offset_, before it did not",
    ),
    Rule::new(
        "linear-normalize",
        (1, 2),
        &["LinearRegression", "Ridge", "Lasso", "ElasticNet"],
        Act::Down(normalize),
        "1.2 removed the parameter normalize",
    ),
    Rule::new(
        "mlp-poisson",
        (1, 7),
        &["MLPRegressor"],
        Act::Down(|e| match e.is_text("out_activation_", &["exp"]) {
            true => Err(e.impossible("the loss poisson (out_activation_='exp') is new in scikit-learn 1.7")),
            false => Ok(()),
        }),
        "1.7 added the loss poisson",
    ),
    Rule::new(
        "gaussian-nb-variance",
        (1, 0),
        &["GaussianNB"],
        Act::Rename(&[("sigma_", "var_")]),
        "1.0 renamed sigma_ to var_",
    ),
    Rule::new(
        "lda-log-proba",
        (0, 24),
        &["LinearDiscriminantAnalysis"],
        Act::Both(lda_logs, lda_logs),
        "0.24 computes the logarithm of a probability of 0 otherwise",
    ),
    Rule::new(
        "lda-proba",
        (0, 22),
        &["LinearDiscriminantAnalysis"],
        Act::Both(lda_proba, lda_proba),
        "probabilities of several classes were one against the rest before 0.22",
    ),
];

fn lda_logs(e: &mut Edit<'_>) -> Moved<()> {
    e.behaves_differently(
        "predict_log_proba of LinearDiscriminantAnalysis gives -inf on one side of scikit-learn 0.24 and a finite number on \
         the other where a probability is 0",
    );
    Ok(())
}

fn lda_proba(e: &mut Edit<'_>) -> Moved<()> {
    if e.class_count().unwrap_or(2) > 2 {
        e.behaves_differently(
            "predict_proba of LinearDiscriminantAnalysis with more than two classes was one-vs-rest before scikit-learn 0.22",
        );
    }
    Ok(())
}

fn ridge_classes(e: &mut Edit<'_>) -> Moved<()> {
    let classes = e.child("_label_binarizer").and_then(|binarizer| binarizer.get("classes_"));
    match classes {
        Some(classes) => e.put("classes_", classes),
        None => Ok(()),
    }
}

fn ridge_coef(e: &mut Edit<'_>) -> Moved<()> {
    match e.floats("coef_") {
        Some(Floats { values, shape }) if shape.len() == 1 => {
            let shape = vec![1, values.len()];
            e.set("coef_", Floats { values, shape })
        }
        _ => Ok(()),
    }
}

fn ridge_multilabel(e: &mut Edit<'_>) -> Moved<()> {
    let kind = e.child("_label_binarizer").and_then(|binarizer| binarizer.text("y_type_"));
    if kind.is_some_and(|kind| kind.starts_with("multilabel")) {
        return Err(
            e.impossible("a RidgeClassifier that predicts several labels needs scikit-learn 1.0 or later")
        );
    }
    Ok(())
}

fn glm_up(e: &mut Edit<'_>) -> Moved<()> {
    if !e.has("_family_instance") {
        return Ok(());
    }
    let class = e.class();
    let is_log = e.class_in("_link_instance").as_deref() == Some("LogLink");
    let mut loss = Loss::of(match &*class {
        "PoissonRegressor" => "HalfPoissonLoss",
        "GammaRegressor" => "HalfGammaLoss",
        _ if is_log => "HalfTweedieLoss",
        _ => "HalfTweedieLossIdentity",
    });
    if class == "TweedieRegressor" {
        loss.argument = Some(e.float("power").unwrap_or(0.0));
    }
    let new = loss.make(e)?;
    e.set("_base_loss", new)?;
    e.remove("_family_instance");
    e.remove("_link_instance");
    if class != "TweedieRegressor" {
        e.remove("link");
        e.remove("family");
    }
    Ok(())
}

fn glm_down(e: &mut Edit<'_>) -> Moved<()> {
    let Some(loss) = e.remove("_base_loss") else { return Ok(()) };
    let class = e.class();
    let (family, name, power) = match &*class {
        "PoissonRegressor" => ("PoissonDistribution", "poisson", 1.0),
        "GammaRegressor" => ("GammaDistribution", "gamma", 2.0),
        _ => ("TweedieDistribution", "", e.float("power").unwrap_or(0.0)),
    };
    let link = e.heap.object(loss).and_then(|object| object.attr("link"));
    let link = link.and_then(|link| super::edit::class_of(e.heap, link)).unwrap_or("LogLink").to_owned();
    let (low, is_inside) = match power {
        p if p <= 0.0 => (f64::NEG_INFINITY, false),
        p => (0.0, p < 2.0),
    };
    let bounds = [e.value(low)?, Value::Bool(is_inside)];
    let boundary = call(e, "sklearn._loss.glm_distribution", "DistributionBoundary", &bounds)?;
    let power = if power.fract() == 0.0 { Value::Int(power as i32) } else { e.value(power)? };
    let attributes = [("_lower_bound", boundary), ("_power", power)];
    let family = e.make("sklearn._loss.glm_distribution", family, &attributes)?;
    let link = e.make("sklearn.linear_model._glm.link", &link, &[])?;
    e.set("_family_instance", family)?;
    e.set("_link_instance", link)?;
    if class != "TweedieRegressor" {
        e.set("link", "log")?;
        e.set("family", name)?;
    }
    Ok(())
}

fn bayesian(e: &mut Edit<'_>) -> Moved<()> {
    let (Some(columns), true) = (e.dim("coef_", 0), e.has("sigma_")) else { return Ok(()) };
    if e.flag("normalize")
        && let (Some(scale), Some(Floats { mut values, shape })) = (e.floats("X_scale_"), e.floats("sigma_"))
        && shape == [columns, columns]
        && scale.values.len() == columns
    {
        for (at, value) in values.iter_mut().enumerate() {
            *value = *value / scale.values[at / columns] / scale.values[at % columns];
        }
        return e.set("sigma_", Floats { values, shape });
    }
    e.set("X_offset_", vec![0.0; columns])
}

fn normalize(e: &mut Edit<'_>) -> Moved<()> {
    if e.cx.to.version() >= cannery_object::known::Version::new(1, 0) {
        e.put("normalize", "deprecated")
    } else {
        e.put("normalize", false)
    }
}

/// A tuple of values.
pub(super) fn tuple(e: &mut Edit<'_>, values: &[Value]) -> Moved<Value> {
    Ok(e.heap.container(Node::Tuple, values)?)
}
