//! Graphs of HistGradientBoosting, and states and rows of it that are refused.

mod json_heap;

use cannery_exec::ErrorKind as ExecErrorKind;
use cannery_graph::{DType, Signature};
use cannery_sklearn::ErrorKind;
use json_heap::{Array, case, read, run};
use serde_json::{Value, json};

const NEW: &str = include_str!("hist_gradient_boosting/hgb-1.9.1.json");
const FIRST: &str = include_str!("hist_gradient_boosting/hgb-0.21.3.json");
const RAW_CATEGORIES: &str = include_str!("hist_gradient_boosting/hgb-0.24.2.json");

#[test]
fn text_forms() {
    let text = |text, name| {
        let model = read(&case(text, name)).expect("a fitted model");
        model.lower(&Signature::dense(DType::F32)).expect("a graph").to_string()
    };
    let classes = text(FIRST, "classes");
    let of_trees = classes.lines().find(|line| line.contains("tree_ensemble")).expect("trees");
    assert_eq!(
        classes,
        format!(
            "\
signature dense f32
%0: f32[n,3] = input
%1: f32[n,3] = guard finite %0
{of_trees}
%3: f64[n,3] = log_softmax %2
%4: f64[n,3] = elementwise exp %3
%5: i64[n] = arg_max %4
%6: i64[n] = labels 3xi64 %5
output predict = %6
output predict_proba = %4
output decision_function = %2
"
        )
    );
    let codes = |file, name| {
        let text = text(file, name);
        let line = text.lines().find(|line| line.contains("codes")).expect("categories");
        line.split(" = ").nth(1).expect("an operator").to_owned()
    };
    assert_eq!(codes(NEW, "categories"), "codes position(1, 6) position(2, 4) 0 %0");
    assert_eq!(codes(NEW, "categories-fractions"), "codes position(1, 6) 0 2 %0");
    assert_eq!(codes(RAW_CATEGORIES, "categories"), "codes 0 byte(1) byte(2) %0");
}

#[test]
fn batches_without_rows() {
    let model = read(&case(NEW, "categories")).expect("a fitted model");
    let none = Array { dtype: "<f8".into(), shape: vec![0, 3], bytes: vec![] };
    assert!(run(&*model, &none, "predict").expect("no rows").values.is_empty());
}

/// An OrdinalEncoder lets no infinity through, and 0.21 no NaN either.
#[test]
fn numbers_that_scikit_learn_refuses() {
    let row = |number: f64| Array {
        dtype: "<f8".into(),
        shape: vec![1, 3],
        bytes: [1.0, number, 1.0].iter().flat_map(|x| x.to_le_bytes()).collect(),
    };
    let refuse = |text, name, number| {
        let model = read(&case(text, name)).expect("a fitted model");
        run(&*model, &row(number), "predict").map_err(|error| error.kind()).err()
    };
    assert_eq!(refuse(NEW, "categories", f64::INFINITY), Some(ExecErrorKind::Usage));
    assert_eq!(refuse(NEW, "categories", f64::NAN), None);
    assert_eq!(refuse(NEW, "regressor", f64::INFINITY), None);
    assert_eq!(refuse(FIRST, "regressor", f64::NAN), Some(ExecErrorKind::Usage));
    assert_eq!(refuse(RAW_CATEGORIES, "categories", f64::INFINITY), None);
}

/// Sets the bytes of a field of a node of the first tree.
fn set_field(case: &mut Value, node: usize, field: &str, bytes: &str) {
    let nodes = &mut case["state"]["_predictors"][0][0]["state"]["nodes"];
    let fields = nodes["fields"].as_array().expect("fields");
    let offset = fields.iter().find(|f| f[0] == field).expect("a field of this name")[2].as_u64();
    let size = nodes["itemsize"].as_u64().expect("a size") as usize;
    let at = 2 * (node * size + offset.expect("an offset") as usize);
    let mut hex = nodes["hex"].as_str().expect("digits").to_owned();
    hex.replace_range(at..at + bytes.len(), bytes);
    nodes["hex"] = hex.into();
}

#[test]
fn nodes_that_lead_nowhere_are_malformed_with_their_path() {
    let cases = [
        ("left", "00000000", ".left"),   // itself
        ("left", "ff000000", ".left"),   // not there
        ("right", "01000000", ".right"), // the left child again
        ("feature_idx", "0300000000000000", ".feature_idx"),
        ("feature_idx", "ffffffffffffffff", ".feature_idx"),
    ];
    for (field, bytes, path) in cases {
        let mut case = case(NEW, "regressor");
        set_field(&mut case, 0, field, bytes);
        let error = read(&case).expect_err("a tree that is not sound");
        let want = format!("_predictors[0][0].nodes[0]{path}");
        assert_eq!((error.kind(), error.path()), (ErrorKind::Malformed, want.as_str()), "{error}");
    }
    let mut of_numbers = case(NEW, "regressor");
    set_field(&mut of_numbers, 0, "is_categorical", "01");
    let error = read(&of_numbers).expect_err("a column of numbers");
    assert_eq!(error.path(), "_predictors[0][0].nodes[0].feature_idx", "{error}");
    let mut of_no_set = case(NEW, "categories");
    set_field(&mut of_no_set, 0, "bitset_idx", "ff000000");
    let error = read(&of_no_set).expect_err("no such set");
    assert_eq!(error.path(), "_predictors[0][0].nodes[0].bitset_idx", "{error}");
}

#[test]
fn parts_that_can_not_be_used_are_named() {
    let broken = |name: &str, place: &str, value: Value| {
        let mut case = case(NEW, name);
        *case["state"].pointer_mut(place).expect("an attribute") = value;
        let error = read(&case).expect_err("a model that can't be read");
        (error.kind(), error.path().to_owned())
    };
    let zeros = |shape: &[usize]| {
        let len: usize = shape.iter().product();
        json!({"dtype": "<f8", "shape": shape, "hex": "00".repeat(8 * len)})
    };
    let (malformed, unsupported) = (ErrorKind::Malformed, ErrorKind::Unsupported);
    let f32s = json!({"dtype": "<f4", "shape": [3], "hex": "000000000000803f00000040"});
    let encoder = "/_preprocessor/state/transformers_/0/tuple/1/state";
    let cases = [
        ("classes", "/_baseline_prediction", zeros(&[1, 2]), malformed, "_baseline_prediction"),
        ("classes", "/_predictors/1", json!([]), malformed, "_predictors[1]"),
        ("classes", "/_predictors", json!([]), malformed, "_predictors"),
        (
            "classes",
            "/classes_",
            json!({"dtype": "<i8", "shape": [1], "hex": "00".repeat(8)}),
            unsupported,
            "_loss",
        ),
        ("classes", "/classes_", f32s, unsupported, "classes_"),
        ("classes", "/_loss/class/1", json!("ExponentialLoss"), unsupported, "_loss"),
        ("classes", "/_loss/class/1", json!("HalfSquaredError"), malformed, "_loss"),
        ("classes", "/_sklearn_version", json!("new"), unsupported, "_sklearn_version"),
        ("regressor", "/n_features_in_", json!(4), malformed, "n_features_in_"),
        ("regressor", "/_n_features", json!(-1), malformed, "_n_features"),
        ("categories", "/_preprocessor/class/1", json!("Pipeline"), unsupported, "_preprocessor"),
        (
            "categories",
            &format!("{encoder}/categories_/0"),
            json!({"objects": ["a", "a"], "shape": [2]}),
            malformed,
            "_preprocessor.transformers_[0][1].categories_[0]",
        ),
        (
            "categories",
            &format!("{encoder}/categories_/0"),
            zeros(&[2]),
            malformed,
            "_preprocessor.transformers_[0][1].categories_[0]",
        ),
        (
            "categories",
            &format!("{encoder}/unknown_value"),
            json!(-1),
            unsupported,
            "_preprocessor.transformers_[0][1].unknown_value",
        ),
        (
            "categories",
            "/_preprocessor/state/transformers_/1/tuple/1/state/func/partial",
            json!({"global": ["os", "system"]}),
            unsupported,
            "_preprocessor.transformers_[1][1].func",
        ),
        (
            "categories",
            "/_bin_mapper/state/bin_thresholds_/0",
            json!({"dtype": "<f8", "shape": [1], "hex": "0000000000007040"}),
            unsupported,
            "_bin_mapper.bin_thresholds_[0]",
        ),
    ];
    for (name, place, value, kind, path) in cases {
        assert_eq!(broken(name, place, value), (kind, path.to_owned()), "{place}");
    }
}
