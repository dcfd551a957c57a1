//! Encoders of categories.

use cannery_object::{Kind, Value};

use super::edit::{Edit, Moved, array, dim};
use super::rule::{Act, Plain, Rule};

const ONE_HOT: &[&str] = &["OneHotEncoder"];
const ORDINAL: &[&str] = &["OrdinalEncoder"];

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "one-hot-drop",
        (0, 23),
        ONE_HOT,
        Act::Both(|e| e.put("drop_idx_", Plain::None), drop_down),
        "since 0.23 drop_idx_ can say that a feature drops nothing",
    ),
    Rule::new(
        "one-hot-infrequent",
        (1, 1),
        ONE_HOT,
        Act::Both(infrequent_up, |e| refuse_infrequent(e, "1.1")),
        "1.1 added groups of infrequent categories",
    ),
    Rule::new(
        "one-hot-sparse-output",
        (1, 2),
        ONE_HOT,
        Act::Both(sparse_up, sparse_down),
        "1.2 renamed sparse to sparse_output",
    ),
    Rule::new(
        "one-hot-sparse-gone",
        (1, 4),
        ONE_HOT,
        Act::Lose(&[("sparse", Plain::Text("deprecated"))]),
        "1.4 removed the parameter sparse",
    ),
    Rule::new(
        "ordinal-unknown",
        (0, 24),
        ORDINAL,
        Act::Both(unknown_up, unknown_down),
        "0.24 added values for unknown categories",
    ),
    Rule::new(
        "ordinal-missing",
        (1, 0),
        ORDINAL,
        Act::Up(|e| e.put("_missing_indices", Plain::Dict)),
        "since 1.0 the encoder keeps where missing values are among its categories",
    ),
    Rule::new(
        "ordinal-missing-value",
        (1, 1),
        ORDINAL,
        Act::Gain(&[("encoded_missing_value", Plain::Float(f64::NAN))]),
        "1.1 added the parameter encoded_missing_value",
    ),
    Rule::new(
        "ordinal-infrequent",
        (1, 3),
        ORDINAL,
        Act::Both(ordinal_up, |e| refuse_infrequent(e, "1.3")),
        "1.3 added groups of infrequent categories",
    ),
    Rule::new(
        "target-multiclass",
        (1, 4),
        &["TargetEncoder"],
        Act::Down(|e| match e.is_text("target_type_", &["multiclass"]) {
            true => Err(e.impossible("a TargetEncoder of several classes needs scikit-learn 1.4 or later")),
            false => Ok(()),
        }),
        "1.4 is the first whose TargetEncoder knows several classes",
    ),
];

/// Of each feature the dropped category; `None` is in the list where it drops none.
fn dropped(e: &Edit<'_>) -> Vec<Option<i64>> {
    let Some(array) = e.array("drop_idx_") else { return Vec::new() };
    match array.objects() {
        Some(objects) => objects.iter().map(|&value| e.heap.integer(value)).collect(),
        None => array.i64s().map(|ints| ints.iter().copied().map(Some).collect()).unwrap_or_default(),
    }
}

fn drop_down(e: &mut Edit<'_>) -> Moved<()> {
    let dropped = dropped(e);
    if dropped.iter().any(Option::is_none) {
        return Err(e.impossible(
            "drop_idx_ with features that drop nothing (drop='if_binary') is new in scikit-learn 0.23",
        ));
    }
    if !dropped.is_empty() {
        let bytes: Vec<u8> = dropped.iter().flatten().flat_map(|index| index.to_le_bytes()).collect();
        let array = array(e.heap, "<i8", vec![dropped.len()], &bytes)?;
        e.set("drop_idx_", array)?;
    }
    Ok(())
}

/// Columns that each feature becomes.
pub(super) fn widths(e: &Edit<'_>) -> Vec<usize> {
    let dropped = dropped(e);
    let width = |(at, categories): (usize, Value)| {
        let count = dim(e.heap, categories, 0).unwrap_or(0);
        count.saturating_sub(usize::from(dropped.get(at).is_some_and(Option::is_some)))
    };
    e.elements("categories_").into_iter().enumerate().map(width).collect()
}

fn infrequent_up(e: &mut Edit<'_>) -> Moved<()> {
    e.put("_infrequent_enabled", false)?;
    e.put("max_categories", Plain::None)?;
    e.put("min_frequency", Plain::None)?;
    if e.has("categories_") {
        let widths = widths(e);
        let mut values = Vec::new();
        for width in widths {
            values.push(e.value(width)?);
        }
        let list = e.heap.container(cannery_object::Node::List, &values)?;
        e.put("_n_features_outs", list)?;
    }
    Ok(())
}

fn refuse_infrequent(e: &mut Edit<'_>, release: &str) -> Moved<()> {
    let is_used = e.flag("_infrequent_enabled")
        && e.elements("_infrequent_indices").iter().any(|&indices| indices != Value::None);
    if is_used {
        return Err(e.impossible(format!(
            "groups of infrequent categories (_infrequent_indices) are new in scikit-learn {release} for {}",
            e.class()
        )));
    }
    Ok(())
}

fn sparse_up(e: &mut Edit<'_>) -> Moved<()> {
    if let Some(sparse) = e.get("sparse") {
        e.put("sparse_output", sparse)?;
    }
    e.set("sparse", "deprecated")?;
    if let Some(dropped) = e.get("drop_idx_") {
        e.put("_drop_idx_after_grouping", dropped)?;
    }
    Ok(())
}

fn sparse_down(e: &mut Edit<'_>) -> Moved<()> {
    match e.remove("sparse_output") {
        Some(sparse) => e.set("sparse", sparse),
        None => Ok(()),
    }
}

fn unknown_up(e: &mut Edit<'_>) -> Moved<()> {
    e.put("handle_unknown", "error")?;
    e.put("unknown_value", Plain::None)
}

fn unknown_down(e: &mut Edit<'_>) -> Moved<()> {
    if e.is_text("handle_unknown", &["use_encoded_value"]) {
        return Err(e.impossible("handle_unknown='use_encoded_value' is new in scikit-learn 0.24"));
    }
    Ok(())
}

fn ordinal_up(e: &mut Edit<'_>) -> Moved<()> {
    e.put("_infrequent_enabled", false)?;
    e.put("max_categories", Plain::None)?;
    e.put("min_frequency", Plain::None)?;
    if e.has("categories_") { e.put("_missing_indices", Plain::Dict) } else { Ok(()) }
}

/// Whether an array holds Python objects.
pub(super) fn holds_objects(e: &Edit<'_>, name: &str) -> bool {
    e.array(name).is_some_and(|array| array.dtype.kind == Kind::Object)
}
