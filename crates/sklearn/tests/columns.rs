//! States of encoders, imputers and transformers of columns that can't be read, and what is known of their columns.

mod json_heap;

use cannery_exec::Program;
use cannery_graph::Signature;
use cannery_rows::{RowsView, ValuesView};
use cannery_sklearn::{ColumnKind, ErrorKind};
use json_heap::{case, read};
use serde_json::{Value, json};

const NEW: &str = include_str!("columns/columns-1.9.1.json");

/// Kind and path of the error of a model with one edit.
fn broken(name: &str, place: &str, value: Value) -> (ErrorKind, String) {
    let mut case = case(NEW, name);
    *case["state"].pointer_mut(place).unwrap_or_else(|| panic!("{name} has {place}")) = value;
    let error = read(&case).expect_err("refused");
    (error.kind(), error.path().to_owned())
}

#[test]
fn parts_that_do_not_fit_are_named() {
    let (malformed, unsupported) = (ErrorKind::Malformed, ErrorKind::Unsupported);
    let ints = |numbers: &[i64]| {
        let hex: String = numbers.iter().flat_map(|n| n.to_le_bytes()).map(|b| format!("{b:02x}")).collect();
        json!({"dtype": "<i8", "shape": [numbers.len()], "hex": hex})
    };
    let encoder = "/transformers_/1/tuple/1/state";
    for (name, place, value, kind, path) in [
        ("text", "/categories_", json!([]), unsupported, "categories_"),
        ("text", "/categories_/1", json!({"objects": [], "shape": [0]}), malformed, "categories_[1]"),
        (
            "text",
            "/categories_/1",
            json!({"objects": ["x", "y", "x"], "shape": [3]}),
            malformed,
            "categories_[1]",
        ),
        ("text", "/categories_/0/objects/0", json!([1]), unsupported, "categories_[0]"),
        ("mixed", "/categories_/0/objects/1", json!(1), malformed, "categories_[0]"),
        ("ints", "/categories_/0", ints(&[3, 9, 5]), malformed, "categories_[0]"),
        ("ints", "/categories_/0", ints(&[3, 3]), malformed, "categories_[0]"),
        ("text", "/handle_unknown", json!("guess"), unsupported, "handle_unknown"),
        ("text", "/dtype", json!("complex128"), unsupported, "dtype"),
        (
            "first",
            "/_drop_idx_after_grouping",
            json!({"objects": [0], "shape": [1]}),
            malformed,
            "_drop_idx_after_grouping",
        ),
        ("first", "/_drop_idx_after_grouping/objects/0", json!(9), malformed, "drop_idx_"),
        ("first", "/_drop_idx_after_grouping/objects/0", json!(-1), malformed, "_drop_idx_after_grouping"),
        (
            "rare",
            "/_default_to_infrequent_mappings/0",
            ints(&[0, 1, 2, 9]),
            malformed,
            "_default_to_infrequent_mappings[0]",
        ),
        (
            "rare",
            "/_default_to_infrequent_mappings/0",
            ints(&[0]),
            malformed,
            "_default_to_infrequent_mappings[0]",
        ),
        ("rare", "/_default_to_infrequent_mappings", json!([]), malformed, "_default_to_infrequent_mappings"),
        ("rare", "/_infrequent_indices/0", ints(&[]), malformed, "_default_to_infrequent_mappings[0]"),
        ("ordinal-unknown", "/unknown_value", json!("none"), malformed, "unknown_value"),
        ("imputer", "/statistics_/objects/0", json!([1]), unsupported, "statistics_"),
        ("imputer-mask", "/indicator_/state/features_", ints(&[7]), malformed, "indicator_.features_"),
        ("names", "/n_features_in_", json!(3), malformed, "n_features_in_"),
        ("names", "/transformers_/0/tuple/2/0", json!("gone"), malformed, "transformers_[0][2]"),
        ("names", "/transformers_/0/tuple/2/0", json!(4), malformed, "transformers_[0][2]"),
        ("names", "/transformers_/0/tuple/2", json!([true]), malformed, "transformers_[0][2]"),
        ("names", "/transformers_/0/tuple", json!(["n"]), malformed, "transformers_[0]"),
        ("names", "/transformers_/0/tuple/1/class/1", json!("Other"), unsupported, "transformers_[0][1]"),
        (
            "names",
            &format!("{encoder}/categories_/0"),
            json!(7),
            malformed,
            "transformers_[1][1].categories_[0]",
        ),
        ("slice", "/n_features_in_", json!(1_u64 << 40), unsupported, "n_features_in_"),
        ("slice", "/transformers_/1/tuple/2/args/2", json!(0), malformed, "transformers_[1][2]"),
        ("mask", "/transformer_weights/pairs/1", json!("heavy"), malformed, "transformer_weights[\"n\"]"),
    ] {
        assert_eq!(broken(name, place, value), (kind, path.to_owned()), "{name} {place}");
    }
}

#[test]
fn columns_are_known_by_name_and_kind() {
    let model = read(&case(NEW, "names")).expect("as it was");
    let columns = model.columns();
    let columns = Vec::from_iter(columns.iter().map(|column| (column.name.as_deref(), column.kind)));
    let number = ColumnKind::Number;
    let want = [(Some("size"), number), (Some("count"), number), (Some("kind"), ColumnKind::Text)];
    assert_eq!(columns, want, "without the one that no transformer takes");
}

#[test]
fn numbers_where_texts_were_are_an_error() {
    let model = read(&case(NEW, "text")).expect("as it was");
    let graph = model.lower(&Signature::dense(cannery_graph::DType::I64)).expect("a graph");
    let program = Program::compile(&graph, &["transform"]).expect("an output of the graph");
    let error =
        program.run(&RowsView::dense(ValuesView::I64(&[4, 5]), 1, 2).expect("a row")).expect_err("no text");
    assert!(error.to_string().starts_with("Found unknown categories [4] in column 0"), "{error}");
}
