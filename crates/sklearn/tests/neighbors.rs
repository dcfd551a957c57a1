//! Neighbour estimators against what scikit-learn computed: `neighbors/make.py` wrote the states and the results.

mod json_heap;

use cannery_exec::{Batch, Error as RunError, Output, Program, Values};
use cannery_graph::{DType, Shape, Signature};
use cannery_sklearn::{Error, ErrorKind, Estimator};
use json_heap::Array;
use serde_json::{Value, json};

const NEW: &str = include_str!("neighbors/neighbors-1.9.1.json");
const OLD: &str = include_str!("neighbors/neighbors-0.18.2.json");

fn cases(text: &str) -> Vec<Value> {
    let Ok(Value::Array(cases)) = serde_json::from_str(text) else { panic!("a list of cases") };
    cases
}

fn case(name: &str) -> Value {
    cases(NEW).into_iter().find(|case| case["name"] == name).expect("a case of this name")
}

fn read(case: &Value) -> Result<Box<dyn Estimator>, Error> {
    let (heap, value) = json_heap::object(&case["class"], case["state"].as_object().expect("a state"));
    cannery_sklearn::read(&heap, value)
}

fn run(case: &Value, x: &Array, name: &str) -> Result<Output, RunError> {
    let (rows, columns) = (x.shape[0], x.shape[1]);
    let dtype = if x.dtype == "<f4" { DType::F32 } else { DType::F64 };
    let graph = read(case).expect("a model").lower(&Signature::dense(dtype)).expect("a graph");
    let program = Program::compile(&graph, &[name]).expect("an output of the graph");
    let outputs = match dtype {
        DType::F32 => program.run(&Batch::f32(&x.f32s(), rows, columns).expect("a matrix")),
        _ => program.run(&Batch::f64(&x.f64s(), rows, columns).expect("a matrix")),
    };
    outputs.map(|mut outputs| outputs.remove(0))
}

fn assert_equal(got: &Output, want: &Value, what: &str) {
    let want = Array::from_json(want);
    let shape = match got.shape {
        Shape::Vector => vec![got.values.len()],
        Shape::Matrix(columns) => vec![got.values.len() / columns, columns],
        Shape::Csr(_) | Shape::Ragged | Shape::Hits(_) => panic!("{what}: {:?}", got.shape),
    };
    assert_eq!(shape, want.shape, "{what}");
    match &got.values {
        Values::F32(got) => assert_close(&widen(got), &widen(&want.f32s()), 1e-6, what),
        Values::F64(got) => assert_close(got, &want.f64s(), 1e-12, what),
        Values::I64(got) => assert_eq!(*got, want.i64s(), "{what}"),
        Values::Bool(got) => {
            assert_eq!(Vec::from_iter(got.iter().map(|&b| u8::from(b))), want.bytes, "{what}");
        }
        Values::Str(got) => assert_eq!(Vec::from_iter(got.iter()), want.texts(), "{what}"),
        Values::Any(_) | Values::Csr(_) => panic!("{what}: {:?}", got.values),
    }
}

fn widen(x: &[f32]) -> Vec<f64> {
    x.iter().map(|&x| f64::from(x)).collect()
}

/// numpy orders the sums of means.
fn assert_close(got: &[f64], want: &[f64], bound: f64, what: &str) {
    assert_eq!(got.len(), want.len(), "{what}");
    for (got, want) in got.iter().zip(want) {
        assert!((got - want).abs() <= bound * want.abs().max(1.0), "{what}: {got} is not {want}");
    }
}

fn check(text: &str) -> usize {
    let mut checked = 0;
    for case in cases(text) {
        let x = Array::from_json(&case["x"]);
        for (name, want) in case["expected"].as_object().expect("outputs") {
            let got = run(&case, &x, name).expect("a fine batch");
            assert_equal(&got, want, &format!("{} {name}", case["name"]));
            checked += 1;
        }
    }
    checked
}

#[test]
fn equal_to_scikit_learn_1_9() {
    assert_eq!(check(NEW), 30);
}

/// Trees without sample weights, and of the class that both share.
#[test]
fn equal_to_scikit_learn_0_18() {
    assert_eq!(check(OLD), 30);
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
            assert!(run(&case(name), &x(hex, 1), "predict").is_err(), "{name}");
        }
        assert_eq!(run(&case(name), &x(nan, 0), "predict").expect("nothing").values.len(), 0);
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
