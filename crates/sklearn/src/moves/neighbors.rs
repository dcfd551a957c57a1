//! Neighbours: trees of points, metrics, centroids and densities.

use cannery_object::{Node, Value};

use super::edit::{Edit, Floats, Moved, dim, number};
use super::linear::tuple;
use super::rule::{Act, Rule};

const NEIGHBORS: &[&str] = &[
    "KNeighborsClassifier",
    "KNeighborsRegressor",
    "RadiusNeighborsClassifier",
    "RadiusNeighborsRegressor",
    "NearestNeighbors",
    "LocalOutlierFactor",
];

/// What makes trees and metrics: Cython's `newObj(class)`.
const NEW: &[&str] = &["newObj"];

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "neighbors-n-samples",
        (0, 22),
        NEIGHBORS,
        Act::Up(n_samples),
        "since 0.22 the model keeps the number of its samples",
    ),
    Rule::new(
        "metric-minkowski",
        (1, 1),
        NEW,
        Act::Both(minkowski_up, minkowski_down),
        "since 1.1 a metric without weights has none; with the old weight of one feature all distances would be 0",
    ),
    Rule::new(
        "metric-64",
        (1, 3),
        NEW,
        Act::Both(wide_up, wide_down),
        "1.3 renamed metrics, because there is one for float32 too",
    ),
    Rule::new(
        "centroid-priors",
        (1, 6),
        &["NearestCentroid"],
        Act::Both(priors_up, priors_down),
        "1.6 added priors of classes to NearestCentroid",
    ),
    Rule::new(
        "density-bandwidth",
        (1, 2),
        &["KernelDensity"],
        Act::Up(|e| match e.get("bandwidth") {
            Some(value) => e.put("bandwidth_", value),
            None => Ok(()),
        }),
        "since 1.2 the bandwidth that is used is an attribute",
    ),
];

fn n_samples(e: &mut Edit<'_>) -> Moved<()> {
    if !e.lacks("_fit_X") {
        if let Some(count) = e.dim("_fit_X", 0) {
            e.put("n_samples_fit_", count)?;
        }
    } else if let Some(tree) = e.get("_tree")
        && let Some(data) = state(e, tree).and_then(|state| state.first().copied())
        && let Some(count) = dim(e.heap, data, 0)
    {
        e.put("n_samples_fit_", count)?;
    }
    if e.is(&["RadiusNeighborsClassifier"]) && e.has("classes_") {
        let label = match e.get("outlier_label") {
            None | Some(Value::None) => Value::None,
            Some(label) => e.heap.container(Node::List, &[label])?,
        };
        e.put("outlier_label_", label)?;
    }
    Ok(())
}

/// The state of a Cython object: a tuple.
fn state(e: &Edit<'_>, object: Value) -> Option<Vec<Value>> {
    let [state] = e.heap.items(e.heap.attached(object).states) else { return None };
    e.heap.as_tuple(*state).map(<[Value]>::to_vec)
}

/// The class that `newObj` makes: its module and name.
fn class_made(e: &Edit<'_>) -> Option<(String, String)> {
    let call = e.heap.call(e.object)?;
    let class = *e.heap.as_tuple(call.args)?.first()?;
    e.heap.global_name(class).map(|(module, name)| (module.to_owned(), name.to_owned()))
}

/// Makes an object of another class, with another state.
fn remake(e: &mut Edit<'_>, module: &str, name: &str, new_state: Option<&[Value]>) -> Moved<()> {
    let class = e.heap.global(module, name)?;
    let args = tuple(e, &[class])?;
    if let Some(mut call) = e.heap.call(e.object) {
        call.args = args;
        e.heap.replace_call(e.object, call)?;
        e.note("", super::report::What::Became(format!("{module}.{name}")));
    }
    if let Some(new_state) = new_state {
        let new_state = tuple(e, new_state)?;
        e.heap.replace_state(e.object, new_state)?;
    }
    Ok(())
}

fn minkowski_up(e: &mut Edit<'_>) -> Moved<()> {
    let (Some((module, name)), Some(parts)) = (class_made(e), state(e, e.object)) else { return Ok(()) };
    let [p, weights, rest] = parts[..] else { return Ok(()) };
    if name.starts_with("MinkowskiDistance") {
        let none = e.value(Vec::new())?;
        return remake(e, &module, &name, Some(&[p, none, rest]));
    }
    if name.starts_with("WMinkowskiDistance") {
        let power = number(e.heap, p).unwrap_or(2.0);
        let weights = powers(e, weights, power)?;
        return remake(e, &module, "MinkowskiDistance", Some(&[p, weights, rest]));
    }
    Ok(())
}

fn minkowski_down(e: &mut Edit<'_>) -> Moved<()> {
    let (Some((module, name)), Some(parts)) = (class_made(e), state(e, e.object)) else { return Ok(()) };
    let [p, weights, rest] = parts[..] else { return Ok(()) };
    let count = dim(e.heap, weights, 0).unwrap_or(0);
    if name.starts_with("MinkowskiDistance") {
        if count == 0 {
            let one = e.value(vec![0.0])?;
            return remake(e, &module, &name, Some(&[p, one, rest]));
        }
        let power = number(e.heap, p).unwrap_or(2.0);
        let weights = powers(e, weights, 1.0 / power)?;
        return remake(e, &module, "WMinkowskiDistance", Some(&[p, weights, rest]));
    }
    if name.starts_with("MahalanobisDistance") {
        let size = dim(e.heap, rest, 0).unwrap_or(0);
        if size != count {
            let room = e.value(vec![0.0; size])?;
            return remake(e, &module, &name, Some(&[p, room, rest]));
        }
    }
    Ok(())
}

fn powers(e: &mut Edit<'_>, weights: Value, power: f64) -> Moved<Value> {
    let values =
        e.heap.ndarray(weights).and_then(Result::ok).and_then(|array| Some(array.f64s().ok()?.into_owned()));
    let values = values.ok_or_else(|| e.impossible("the weights of a metric are not numbers"))?;
    e.value(values.into_iter().map(|weight| weight.powf(power)).collect::<Vec<f64>>())
}

fn wide_up(e: &mut Edit<'_>) -> Moved<()> {
    match class_made(e) {
        Some((module, name)) if name.ends_with("Distance") => remake(e, &module, &format!("{name}64"), None),
        _ => Ok(()),
    }
}

fn wide_down(e: &mut Edit<'_>) -> Moved<()> {
    let Some((module, name)) = class_made(e) else { return Ok(()) };
    if name.ends_with("Distance32") {
        return Err(e.impossible("a metric for float32 needs scikit-learn 1.3 or later"));
    }
    match name.strip_suffix("64") {
        Some(name) if name.ends_with("Distance") => remake(e, &module, name, None),
        _ => Ok(()),
    }
}

fn priors_up(e: &mut Edit<'_>) -> Moved<()> {
    let Some(count) = e.class_count() else { return Ok(()) };
    e.put("class_prior_", vec![1.0 / count.max(1) as f64; count])?;
    e.put("priors", "uniform")
}

fn priors_down(e: &mut Edit<'_>) -> Moved<()> {
    if let Some(Floats { values, .. }) = e.floats("class_prior_") {
        let equal = 1.0 / values.len().max(1) as f64;
        if values.iter().any(|prior| (prior - equal).abs() > 1e-8) {
            return Err(e.impossible("priors of NearestCentroid are new in scikit-learn 1.6"));
        }
    }
    for name in ["class_prior_", "deviations_", "within_class_std_dev_", "priors"] {
        e.remove(name);
    }
    Ok(())
}
