//! Imputers.

use cannery_object::{DType, Kind};

use super::edit::{Edit, Floats, Moved, array};
use super::encoders::holds_objects;
use super::rule::{Act, Plain, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "simple-imputer-fit-dtype",
        (1, 1),
        &["SimpleImputer"],
        Act::Up(|e| dtype_of_statistics(e, "_fit_dtype")),
        "since 1.1 the imputer keeps the dtype of the X that it was fitted on",
    ),
    Rule::new(
        "simple-imputer-fill-dtype",
        (1, 8),
        &["SimpleImputer"],
        Act::Both(fill_dtype_up, fill_dtype_down),
        "since 1.8 the imputer keeps the dtype of what it fills in",
    ),
    Rule::new(
        "indicator-precomputed",
        (0, 24),
        &["MissingIndicator"],
        Act::Gain(&[("_precomputed", Plain::Bool(false))]),
        "since 0.24 an indicator can take a mask",
    ),
    Rule::new(
        "imputer-indicator-precomputed",
        (0, 24),
        &["SimpleImputer", "KNNImputer", "IterativeImputer"],
        Act::Up(|e| match e.child("indicator_") {
            Some(mut indicator) => indicator.set("_precomputed", true),
            None => Ok(()),
        }),
        "since 0.24 an imputer gives its indicator the mask",
    ),
    Rule::new(
        "iterative-bounds",
        (0, 23),
        &["IterativeImputer"],
        Act::Both(bounds_up, bounds_down),
        "since 0.23 each feature has bounds of its own",
    ),
    Rule::new(
        "iterative-empty",
        (1, 6),
        &["IterativeImputer"],
        Act::Both(empty_up, |e| {
            e.remove("_is_empty_feature");
            Ok(())
        }),
        "since 1.6 the imputer keeps which features were empty",
    ),
    Rule::new(
        "knn-imputer-mask",
        (1, 1),
        &["KNNImputer"],
        Act::Up(valid_mask),
        "since 1.1 the imputer keeps which features had a value",
    ),
];

fn dtype_of_statistics(e: &mut Edit<'_>, name: &str) -> Moved<()> {
    let Some(code) = e.array("statistics_").map(|array| array.dtype.code()) else { return Ok(()) };
    let code = code.trim_start_matches(['<', '>', '|', '=']);
    let code = if code == "O" { "O8" } else { code };
    let dtype = super::libraries::dtype(e.heap, code)?;
    e.put(name, dtype)
}

fn fill_dtype_up(e: &mut Edit<'_>) -> Moved<()> {
    match e.get("_fit_dtype") {
        Some(dtype) => e.put("_fill_dtype", dtype),
        None => dtype_of_statistics(e, "_fill_dtype"),
    }
}

fn fill_dtype_down(e: &mut Edit<'_>) -> Moved<()> {
    e.remove("_fill_dtype");
    let fitted = e.get("_fit_dtype").and_then(|dtype| DType::from_value(e.heap, dtype).ok());
    if holds_objects(e, "statistics_")
        && let Some(fitted) = fitted.filter(|dtype| dtype.kind == Kind::Float)
        && let Some(floats) = statistics(e)
    {
        let shape = vec![floats.len()];
        let bytes: Vec<u8> = match fitted.itemsize {
            4 => floats.iter().flat_map(|&x| (x as f32).to_le_bytes()).collect(),
            _ => floats.iter().flat_map(|x| x.to_le_bytes()).collect(),
        };
        let new = array(e.heap, if fitted.itemsize == 4 { "<f4" } else { "<f8" }, shape, &bytes)?;
        e.set("statistics_", new)?;
    }
    Ok(())
}

/// Statistics that are numbers, also where they are objects.
fn statistics(e: &Edit<'_>) -> Option<Vec<f64>> {
    let array = e.array("statistics_")?;
    match array.objects() {
        Some(objects) => objects.iter().map(|&value| super::edit::number(e.heap, value)).collect(),
        None => array.f64s().ok().map(std::borrow::Cow::into_owned),
    }
}

fn bounds_up(e: &mut Edit<'_>) -> Moved<()> {
    let Some(count) = e.child("initial_imputer_").and_then(|imputer| imputer.dim("statistics_", 0)) else {
        return Ok(());
    };
    for (name, default) in [("_min_value", f64::NEG_INFINITY), ("_max_value", f64::INFINITY)] {
        if e.array(name).is_none_or(|array| array.ndim() == 0) {
            let bound = e.float(name).unwrap_or(default);
            e.set(name, vec![bound; count])?;
        }
    }
    Ok(())
}

fn bounds_down(e: &mut Edit<'_>) -> Moved<()> {
    for name in ["_min_value", "_max_value"] {
        let Some(Floats { values, .. }) = e.floats(name) else { continue };
        if values.windows(2).any(|pair| pair[0] != pair[1]) {
            return Err(e.impossible("bounds of each feature are new in scikit-learn 0.23"));
        }
        e.set(name, values.first().copied().unwrap_or(0.0))?;
    }
    Ok(())
}

fn empty_up(e: &mut Edit<'_>) -> Moved<()> {
    let Some(imputer) = e.child("initial_imputer_") else { return Ok(()) };
    let Some(values) = statistics(&imputer) else { return Ok(()) };
    let mask: Vec<u8> = values.iter().map(|value| u8::from(value.is_nan())).collect();
    let mask = array(e.heap, "|b1", vec![mask.len()], &mask)?;
    e.put("_is_empty_feature", mask)
}

fn valid_mask(e: &mut Edit<'_>) -> Moved<()> {
    let Some(Floats { values, shape }) = e.floats("_mask_fit_X") else { return Ok(()) };
    let &[_, columns] = &shape[..] else { return Ok(()) };
    let mask: Vec<u8> = (0..columns)
        .map(|column| u8::from(!values.iter().skip(column).step_by(columns).all(|&masked| masked != 0.0)))
        .collect();
    let mask = array(e.heap, "|b1", vec![columns], &mask)?;
    if e.has("_fit_X") { e.put("_valid_mask", mask) } else { Ok(()) }
}
