//! Scalers, polynomial and spline features, kernels' approximations.

use cannery_object::Value;

use super::edit::{Edit, Moved};
use super::rule::{Act, Plain, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "min-max-clip",
        (0, 24),
        &["MinMaxScaler"],
        Act::Both(|e| e.put("clip", false), |e| without_clip(e, "0.24")),
        "0.24 added the parameter clip",
    ),
    Rule::new(
        "max-abs-clip",
        (1, 8),
        &["MaxAbsScaler"],
        Act::Both(|e| e.put("clip", false), |e| without_clip(e, "1.8")),
        "1.8 added the parameter clip",
    ),
    Rule::new(
        "robust-unit-variance",
        (0, 24),
        &["RobustScaler"],
        Act::Gain(&[("unit_variance", Plain::Bool(false))]),
        "0.24 added the parameter unit_variance",
    ),
    Rule::new(
        "spline-sparse",
        (1, 2),
        &["SplineTransformer"],
        Act::Gain(&[("sparse_output", Plain::Bool(false))]),
        "1.2 added the parameter sparse_output",
    ),
    Rule::new(
        "spline-missing",
        (1, 8),
        &["SplineTransformer"],
        Act::Gain(&[("handle_missing", Plain::Text("error"))]),
        "1.8 added the parameter handle_missing",
    ),
    Rule::new(
        "polynomial-degrees",
        (1, 0),
        &["PolynomialFeatures"],
        Act::Both(polynomial_up, polynomial_down),
        "since 1.0 there is a least degree, and counts have other names",
    ),
    Rule::new(
        "normalizer-max",
        (0, 23),
        &["Normalizer"],
        Act::Both(normalizer, normalizer),
        "0.23 takes the largest absolute value for norm='max', before it was the largest value",
    ),
    Rule::new(
        "quantile-uniform",
        (0, 21),
        &["QuantileTransformer"],
        Act::Both(quantile, quantile),
        "0.21 changed the bounds of QuantileTransformer",
    ),
    Rule::new(
        "function-transformer-partial",
        (1, 6),
        &["FunctionTransformer"],
        Act::Both(
            |e| partial(e, "force_all_finite", "ensure_all_finite"),
            |e| partial(e, "ensure_all_finite", "force_all_finite"),
        ),
        "1.6 renamed an argument of check_array",
    ),
    Rule::new(
        "chi2-interval-private",
        (1, 3),
        &["AdditiveChi2Sampler"],
        Act::Rename(&[("sample_interval_", "_sample_interval")]),
        "1.3 made sample_interval_ private",
    ),
    Rule::new(
        "chi2-interval",
        (1, 5),
        &["AdditiveChi2Sampler"],
        Act::Down(chi2),
        "before 1.5 the interval that is used is an attribute",
    ),
    Rule::new(
        "rbf-gamma",
        (1, 2),
        &["RBFSampler"],
        Act::Up(|e| match e.float("gamma") {
            Some(gamma) => e.put("_gamma", gamma),
            None => e.put("_gamma", Plain::None),
        }),
        "since 1.2 the gamma that is used is an attribute",
    ),
    Rule::new(
        "multi-label-cache",
        (0, 21),
        &["MultiLabelBinarizer"],
        Act::Gain(&[("_cached_dict", Plain::None)]),
        "since 0.21 the binarizer keeps a dict of its classes",
    ),
];

fn without_clip(e: &mut Edit<'_>, release: &str) -> Moved<()> {
    if e.flag("clip") {
        return Err(e.impossible(format!("clip=True is new in scikit-learn {release}")));
    }
    e.remove("clip");
    Ok(())
}

fn polynomial_up(e: &mut Edit<'_>) -> Moved<()> {
    let (low, high) = match e.get("degree") {
        Some(value) => match e.heap.as_tuple(value) {
            Some(&[low, high]) => (low, high),
            _ => (Value::Int(0), value),
        },
        None => (Value::Int(0), Value::Int(2)),
    };
    e.set("_min_degree", low)?;
    e.set("_max_degree", high)?;
    if let Some(count) = e.get("n_output_features_") {
        e.set("_n_out_full", count)?;
    }
    e.rename("n_input_features_", "n_features_in_")
}

fn polynomial_down(e: &mut Edit<'_>) -> Moved<()> {
    if e.get("degree").is_some_and(|degree| e.heap.as_tuple(degree).is_some()) {
        return Err(e.impossible("a least degree (degree=(low, high)) is new in scikit-learn 1.0"));
    }
    match e.get("n_features_in_") {
        Some(count) => e.set("n_input_features_", count),
        None => Ok(()),
    }
}

fn normalizer(e: &mut Edit<'_>) -> Moved<()> {
    if e.is_text("norm", &["max"]) {
        e.behaves_differently(
            "Normalizer(norm='max') divides by the largest absolute value since scikit-learn 0.23, before by the largest value",
        );
    }
    Ok(())
}

fn quantile(e: &mut Edit<'_>) -> Moved<()> {
    if e.is_text("output_distribution", &["uniform"]) || !e.has("output_distribution") {
        e.behaves_differently(
            "QuantileTransformer gives results that differ by up to 1e-7 across scikit-learn 0.21",
        );
    }
    Ok(())
}

/// Renames a keyword of the `functools.partial` that a FunctionTransformer calls.
fn partial(e: &mut Edit<'_>, old: &str, new: &str) -> Moved<()> {
    let Some(func) = e.get("func") else { return Ok(()) };
    if super::edit::class_of(e.heap, func) != Some("partial") {
        return Ok(());
    }
    let states = e.heap.items(e.heap.attached(func).states).to_vec();
    let parts = states.iter().filter_map(|&state| e.heap.as_tuple(state)).flatten();
    let dicts: Vec<Value> = parts.copied().filter(|&part| e.heap.as_dict(part).is_some()).collect();
    for dict in dicts {
        if let Some(value) = e.heap.remove_entry(dict, old) {
            e.heap.set_entry(dict, new, value)?;
            e.note("func", super::report::What::Changed);
        }
    }
    Ok(())
}

fn chi2(e: &mut Edit<'_>) -> Moved<()> {
    if let Some(interval) = e.float("sample_interval") {
        return e.set("_sample_interval", interval);
    }
    let interval = match e.int("sample_steps") {
        Some(1) => 0.8,
        Some(3) => 0.4,
        _ => 0.5,
    };
    e.set("_sample_interval", interval)
}
