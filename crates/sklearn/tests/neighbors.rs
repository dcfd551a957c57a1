//! States of neighbour estimators that can't be read, and rows that are refused.

mod json_heap;

use cannery_sklearn::ErrorKind;
use json_heap::{Array, read, run};
use serde_json::{Value, json};

const NEW: &str = include_str!("neighbors/neighbors-1.9.1.json");

fn case(name: &str) -> Value {
    json_heap::case(NEW, name)
}

#[test]
fn rows_that_are_not_finite_are_errors_and_no_rows_are_none() {
    let x = |hex: &str, rows: usize| {
        Array::from_json(&json!({"dtype": "<f8", "shape": [rows, 2], "hex": hex.repeat(rows)}))
    };
    let nan = "0000000000000000000000000000f87f";
    let infinite = "0000000000000000000000000000f0ff";
    for name in ["kd_tree-uniform", "ball_tree-distance", "brute-uniform"] {
        for hex in [nan, infinite] {
            assert!(run(&*read(&case(name)).expect("a model"), &x(hex, 1), "predict").is_err(), "{name}");
        }
        assert_eq!(
            run(&*read(&case(name)).expect("a model"), &x(nan, 0), "predict").expect("nothing").values.len(),
            0
        );
    }
}

/// Kind and path of the error when one attribute of a model is changed.
fn broken(name: &str, attribute: &str, value: Value) -> (ErrorKind, String) {
    let mut case = case(name);
    case["state"][attribute] = value;
    let error = read(&case).expect_err("a model that can't be read");
    (error.kind(), error.path().into())
}

#[test]
fn what_can_not_be_computed_is_named() {
    let refused = |name: &str, attribute: &str, value| {
        let (kind, path) = broken(name, attribute, value);
        assert_eq!(kind, ErrorKind::Unsupported, "{attribute}");
        path
    };
    assert_eq!(refused("kd_tree-uniform", "weights", json!({"tuple": []})), "weights");
    assert_eq!(refused("kd_tree-uniform", "weights", json!("far")), "weights");
    assert_eq!(refused("brute-uniform", "effective_metric_", json!("dice")), "metric");
    assert_eq!(refused("brute-uniform", "effective_metric_", json!({"tuple": []})), "metric");
    assert_eq!(refused("brute-uniform", "effective_metric_", json!("precomputed")), "metric");
    let variances = refused("brute-uniform", "effective_metric_", json!("seuclidean"));
    assert_eq!(variances, "effective_metric_params_[\"V\"]");
    assert_eq!(refused("brute-uniform", "n_neighbors", json!(16)), "n_neighbors");
    assert_eq!(refused("brute-uniform", "_fit_method", json!("auto")), "_fit_method");
}

#[test]
fn parts_that_do_not_fit_are_malformed_with_their_path() {
    let zeros = |shape: &[usize]| {
        let len: usize = shape.iter().product();
        json!({"dtype": "<i8", "shape": shape, "hex": "00".repeat(8 * len)})
    };
    let nines = json!({"dtype": "<i8", "shape": [15], "hex": "0900000000000000".repeat(15)});
    let cases = [
        ("brute-uniform", "_y", zeros(&[14]), "_y"),
        ("brute-uniform", "_y", zeros(&[15, 1]), "_y"),
        ("brute-uniform", "_y", nines, "_y"),
        ("multi", "_y", zeros(&[15, 3]), "_y"),
        ("mean", "_y", zeros(&[14]), "_y"),
        ("brute-uniform", "n_neighbors", json!(0), "n_neighbors"),
        ("brute-uniform", "_fit_X", zeros(&[15, 0]), "_fit_X"),
        ("brute-uniform", "_fit_X", json!("sparse"), "_fit_X"),
        ("kd_tree-uniform", "_fit_X", zeros(&[15, 3]), "_tree.data"),
    ];
    for (name, attribute, value, path) in cases {
        assert_eq!(broken(name, attribute, value), (ErrorKind::Malformed, path.into()));
    }
}

/// Each part of the tree's state, replaced by what does not fit.
#[test]
fn trees_that_do_not_fit_are_malformed() {
    let tree = |name: &str| case(name)["state"]["_tree"].clone();
    let ints = |shape: &[usize]| {
        let len: usize = shape.iter().product();
        json!({"dtype": "<i8", "shape": shape, "hex": "00".repeat(8 * len)})
    };
    for name in ["kd_tree-uniform", "ball_tree-uniform"] {
        let levels = tree(name)["with"]["tuple"][5].as_i64().expect("levels");
        let nodes = tree(name)["with"]["tuple"][6].as_u64().expect("nodes") as usize;
        let parts = [
            (0, ints(&[15, 3])),
            (1, ints(&[15])),
            (1, ints(&[14])),
            (2, ints(&[nodes])),
            (3, ints(&[2, nodes - 1, 2])),
            (3, ints(&[3, nodes, 2])),
            (5, json!(levels + 1)),
            (5, json!(-1)),
            (5, json!(64)),
            (6, json!(nodes + 1)),
            (11, json!("metric")),
        ];
        for (part, value) in parts {
            let mut tree = tree(name);
            tree["with"]["tuple"][part] = value;
            let (kind, path) = broken(name, "_tree", tree);
            assert_eq!(kind, ErrorKind::Malformed, "{name}, part {part}");
            assert!(path.starts_with("_tree"), "{path}");
        }
        // the second byte of the first node's end
        let mut tree = tree(name);
        let hex = tree["with"]["tuple"][2]["hex"].as_str().expect("bytes").to_owned();
        tree["with"]["tuple"][2]["hex"] = format!("{}ff{}", &hex[..18], &hex[20..]).into();
        assert_eq!(broken(name, "_tree", tree), (ErrorKind::Malformed, "_tree".into()));
    }
}
