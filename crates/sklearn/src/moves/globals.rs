//! Names of modules and classes, and the number of features, which concern every class.

use std::collections::HashMap;
use std::sync::LazyLock;

use cannery_object::known::{self, Kind, Library, Version};
use cannery_object::{Heap, Node, Value};

use super::edit::{Context, Edit, Moved, dim};
use super::libraries;
use super::report::{Change, Refusal, RefusalKind, What};
use super::rule::{Act, Rule};
use super::walk::Walk;

pub(super) const RULES: &[Rule] = &[Rule::new(
    "n-features-in",
    (0, 23),
    &[],
    Act::Up(n_features),
    "since 0.23 a fitted estimator says how many features it takes",
)];

/// Every module that has a name, with the releases of scikit-learn.
static BY_NAME: LazyLock<HashMap<&'static str, Vec<(&'static str, known::Known)>>> = LazyLock::new(|| {
    let mut names: HashMap<_, Vec<_>> = HashMap::new();
    for (module, name, known) in known::all().filter(|(_, _, known)| known.library == Library::Sklearn) {
        names.entry(name).or_default().push((module, known));
    }
    names
});

/// Whether a release of scikit-learn has a name.
pub(super) fn has(version: Version, module: &str, name: &str) -> bool {
    known::known(module, name).is_some_and(|known| is_in(&known, version))
}

fn is_in(known: &known::Known, version: Version) -> bool {
    known.library == Library::Sklearn && known.versions().any(|range| range.contains(version))
}

/// The module that has a name of scikit-learn in a release: the one that is most like the old one.
fn module_of(version: Version, module: &str, name: &str) -> Option<&'static str> {
    let parts = |module: &str| -> (String, String) {
        let mut parts = module.split('.');
        let package = parts.nth(1).unwrap_or_default().trim_start_matches('_').to_owned();
        (package, parts.next_back().unwrap_or_default().trim_start_matches('_').to_owned())
    };
    let (package, last) = parts(module);
    let likeness = |candidate: &str| {
        let (other_package, other_last) = parts(candidate);
        (other_package != package, other_last != last, candidate.len())
    };
    let candidates = BY_NAME.get(name)?.iter().filter(|(_, known)| is_in(known, version));
    candidates.map(|(module, _)| *module).min_by_key(|module| likeness(module))
}

/// Gives every name of a module the one that the target has.
pub(super) fn rename(heap: &mut Heap, walk: &Walk, cx: &mut Context) -> Moved<()> {
    cx.rule = ("modules", "modules and names moved between releases");
    for &value in &walk.all {
        let Some(Node::Global { module, name }) = heap.node_of(value) else { continue };
        let (module, name) = (heap.symbol(module).to_owned(), heap.symbol(name).to_owned());
        let (new_module, new_name) = target_name(&module, &name, cx)?;
        if (&*new_module, &*new_name) == (&*module, &*name) {
            continue;
        }
        let new = heap.global(&new_module, &new_name)?;
        if let Some(node) = heap.node_of(new) {
            heap.replace_node(value, node);
        }
        let (rule, why) = cx.rule;
        cx.changes.push(Change {
            path: String::new(),
            class: format!("{module}.{name}"),
            attribute: String::new(),
            what: What::Became(format!("{new_module}.{new_name}")),
            rule,
            why,
            object: value,
        });
    }
    Ok(())
}

fn target_name(module: &str, name: &str, cx: &Context) -> Moved<(String, String)> {
    let owned = |module: &str, name: &str| (module.to_owned(), name.to_owned());
    if let Some((module, name)) = libraries::name(module, name, &cx.to) {
        return Ok((module, name));
    }
    let version = cx.to.version;
    if let Some(rest) = module.strip_prefix("sklearn.externals.joblib") {
        return Ok((format!("joblib{rest}"), name.to_owned()));
    }
    if !(module.starts_with("sklearn.") || module == "_loss") {
        return Ok(owned(module, name));
    }
    let module = if module == "_loss" { "sklearn._loss._loss" } else { module };
    if has(version, module, name) || module == "sklearn._loss._loss" {
        return Ok(owned(module, name));
    }
    if name == "newObj" || name.starts_with("__pyx") {
        return Ok((cython_module(module, version), name.to_owned()));
    }
    if let Some(module) = module_of(version, module, name) {
        return Ok(owned(module, name));
    }
    let Some(elsewhere) = BY_NAME.get(name) else { return Ok(owned(module, name)) };
    let is_data = elsewhere
        .iter()
        .all(|(_, known)| !matches!(known.kind, Kind::Estimator | Kind::Class | Kind::Function));
    if is_data {
        return Ok(owned(module, name));
    }
    let releases: Vec<String> =
        elsewhere.iter().flat_map(|(_, known)| known.versions()).map(|range| range.to_string()).collect();
    Err(Refusal {
        kind: RefusalKind::Impossible,
        path: String::new(),
        message: format!("scikit-learn {version} has no {name}; it is in {}", releases.join(", ")),
        object: Value::None,
    })
}

/// The modules of Cython's trees and metrics.
fn cython_module(module: &str, version: Version) -> String {
    let last = module.rsplit('.').next().unwrap_or_default().trim_start_matches('_').to_owned();
    let private = if version >= Version::new(0, 22) { "_" } else { "" };
    match &*last {
        "dist_metrics" if version >= Version::new(1, 0) => "sklearn.metrics._dist_metrics".into(),
        "dist_metrics" | "kd_tree" | "ball_tree" => format!("sklearn.neighbors.{private}{last}"),
        _ => module.to_owned(),
    }
}

/// Classes that take what has no number of features.
const WITHOUT_FEATURES: &[&str] = &[
    "HashingVectorizer",
    "FeatureHasher",
    "CountVectorizer",
    "TfidfVectorizer",
    "DictVectorizer",
    "LabelEncoder",
    "LabelBinarizer",
    "MultiLabelBinarizer",
];

fn n_features(e: &mut Edit<'_>) -> Moved<()> {
    if e.has("n_features_in_") || !e.has("_sklearn_version") || !is_fitted(e) {
        return Ok(());
    }
    if e.is(&["ColumnTransformer"]) && !e.has("_n_features") {
        return Ok(());
    }
    match features_of(e.heap, e.object, 0) {
        Some(count) => e.set("n_features_in_", count),
        None => Ok(()),
    }
}

fn is_fitted(e: &Edit<'_>) -> bool {
    let pairs = e.heap.attributes_dict(e.object).and_then(|dict| e.heap.as_dict(dict)).unwrap_or_default();
    let names = pairs.chunks_exact(2).filter_map(|pair| e.heap.as_str(pair[0]));
    names.into_iter().any(|name| name.ends_with('_') && !name.ends_with("__"))
}

/// Estimators in estimators that are asked.
const MAX_DEPTH: usize = 32;

/// Attributes whose columns are features, then those whose elements are.
const COLUMNS: &[&str] = &[
    "X_train_",
    "_fit_X",
    "X_fit_",
    "X_",
    "centroids_",
    "cluster_centers_",
    "components_",
    "precision_",
    "quantiles_",
    "theta_",
    "mixing_",
    "dictionary",
    "means_",
];
const ELEMENTS: &[&str] = &[
    "x_mean_",
    "_x_mean",
    "scale_",
    "mean_",
    "var_",
    "max_abs_",
    "center_",
    "statistics_",
    "scores_",
    "variances_",
    "lambdas_",
    "location_",
    "n_bins_",
];
const INNER: &[&str] = &[
    "best_estimator_",
    "base_estimator_",
    "estimator_",
    "estimators_",
    "regressor_",
    "calibrated_classifiers_",
    "transformers_",
    "classifier_",
];

/// The number of features that an estimator was fitted on, by what it learnt.
fn features_of(heap: &Heap, object: Value, depth: usize) -> Option<usize> {
    let estimator = heap.object(object)?;
    let class = estimator.class().1;
    let length = |name: &str, axis: isize| {
        let value = estimator.attr(name).filter(|&value| value != Value::None)?;
        dim(heap, value, axis).filter(|&length| length > 0)
    };
    match class {
        "RFE" | "RFECV" => return length("support_", 0),
        "MinCovDet" | "EllipticEnvelope" => return length("location_", 0),
        _ => {}
    }
    let counts = ["n_features_in_", "n_features_", "n_features", "_n_features"];
    let count = |name: &&str| match estimator.attr(name)? {
        Value::Bool(_) => None,
        value => usize::try_from(heap.integer(value)?).ok(),
    };
    if let Some(count) = counts.iter().find_map(count) {
        return Some(count);
    }
    if WITHOUT_FEATURES.contains(&class) {
        return None;
    }
    if let Some(shape) = estimator.attr("shape_fit_").and_then(|shape| heap.as_tuple(shape)) {
        return shape.get(1).and_then(|&count| heap.count(count).ok());
    }
    ["x_mean_", "_x_mean"]
        .iter()
        .find_map(|name| length(name, 0))
        .or_else(|| COLUMNS.iter().find_map(|name| length(name, 1)))
        .or_else(|| if estimator.attr("kernel").is_none() { length("coef_", -1) } else { None })
        .or_else(|| ELEMENTS.iter().find_map(|name| length(name, 0)))
        .or_else(|| mask(heap, estimator.attr("support_")?))
        .or_else(|| length("categories_", 0))
        .or_else(|| length("feature_log_prob_", 1))
        .or_else(|| {
            let inner = INNER.iter().filter_map(|name| first(heap, estimator.attr(name)?));
            if depth > MAX_DEPTH {
                return None;
            }
            let counts: Vec<usize> =
                inner.take(4).filter_map(|inner| features_of(heap, inner, depth + 1)).collect();
            counts.first().copied()
        })
}

fn mask(heap: &Heap, value: Value) -> Option<usize> {
    let array = heap.ndarray(value)?.ok()?;
    (array.dtype.kind == cannery_object::Kind::Bool).then(|| array.len())
}

/// An estimator, or the first of several.
fn first(heap: &Heap, value: Value) -> Option<Value> {
    if heap.ndarray(value).is_some() || heap.as_sequence(value).is_some() {
        let first = *super::edit::elements(heap, value).first()?;
        return heap.object(first).map(|_| first);
    }
    heap.object(value).map(|_| value)
}
