//! Graphs of SVC, and states of it that can't be read.

mod json_heap;

use cannery_exec::Program;
use cannery_graph::Signature;
use cannery_sklearn::{Error, ErrorKind, Estimator};
use json_heap::{Array, Model};
use serde_json::{Map, Value, json};

const NEW: &str = include_str!("svc/svc-1.9.1.json");
/// The model of a case with some attributes changed; null takes an attribute away.
fn read(case: &Value, changes: &Value) -> Result<Box<dyn Estimator>, Error> {
    Model { params: changes, ..Model::of(case) }.read()
}

fn case(name: &str) -> Value {
    json_heap::case(NEW, name)
}

#[test]
fn text_form() {
    let model = read(&case("rbf-3"), &json!({})).expect("a fitted SVC");
    assert_eq!((model.name(), model.takes().columns()), ("SVC", 3));
    let m = Array::from_json(&case("rbf-3")["state"]["support_vectors_"]).shape[0];
    let counts = Array::from_json(&case("rbf-3")["state"]["_n_support"]).i32s();
    assert_eq!(
        model.lower(&Signature::default()).expect("a graph").to_string(),
        format!(
            "\
signature dense f64
%0: f64[n,3] = input
%1: f64[n,3] = guard finite %0
%2: f64[n,{m}] = pair_kernel rbf gamma=0.3 {m}x3 %1
%3: f64[n,3] = svm_pairs counts={counts:?} %2
%4: i64[n] = ovo_votes classes=3 %3
%5: i64[n] = labels 3xi64 %4
output predict = %5
output decision_function = %3
refuse predict_proba: predict_proba is not available when probability=False
refuse predict_log_proba: predict_proba is not available when probability=False
"
        )
    );
}

/// Kind and text of the error when one attribute of a three-class model is changed.
fn broken(changes: &Value) -> (ErrorKind, String, String) {
    let error = read(&case("rbf-3"), changes).expect_err("a model that can't be read");
    (error.kind(), error.path().into(), error.to_string())
}

#[test]
fn parts_that_do_not_fit_are_malformed_with_their_path() {
    let zeros = |shape: &[usize]| {
        let len: usize = shape.iter().product();
        json!({"dtype": "<f8", "shape": shape, "hex": "00".repeat(8 * len)})
    };
    let cases = [
        (json!({"_dual_coef_": zeros(&[2, 5])}), "_dual_coef_"),
        (json!({"_dual_coef_": zeros(&[6])}), "_dual_coef_"),
        (json!({"_dual_coef_": "no"}), "_dual_coef_"),
        (json!({"_intercept_": zeros(&[2])}), "_intercept_"),
        (json!({"_n_support": zeros(&[3])}), "_n_support"),
        (json!({"_n_support": {"dtype": "<i4", "shape": [2], "hex": "0700000008000000"}}), "_n_support"),
        (
            json!({"_n_support": {"dtype": "<i4", "shape": [3], "hex": "ffffffff0800000001000000"}}),
            "_n_support",
        ),
        (json!({"support_vectors_": zeros(&[4, 0])}), "support_vectors_"),
        (json!({"classes_": zeros(&[1])}), "classes_"),
        (json!({"classes_": zeros(&[4])}), "_n_support"),
        (json!({"kernel": "poly", "degree": -1}), "degree"),
        (json!({"kernel": "sigmoid", "coef0": "x"}), "coef0"),
        (json!({"_gamma": {"tuple": []}}), "_gamma"),
    ];
    for (changes, path) in cases {
        let (kind, at, message) = broken(&changes);
        assert_eq!((kind, at.as_str()), (ErrorKind::Malformed, path), "{message}");
    }
}

#[test]
fn options_that_can_not_be_computed_are_named() {
    let sparse = |shape: [u64; 2]| {
        let empty = json!({"dtype": "<i4", "shape": [0], "hex": ""});
        let state = json!({"_shape": {"tuple": shape}, "data": empty, "indices": empty, "indptr": empty});
        json!({"class": ["scipy.sparse._csr", "csr_matrix"], "state": state})
    };
    let cases = [
        (json!({"kernel": {"tuple": []}}), "kernel: a kernel that is a Python function"),
        (
            json!({"kernel": "cosine"}),
            "kernel: kernel \"cosine\"; linear, poly, rbf, sigmoid and precomputed work",
        ),
        (json!({"decision_function_shape": "both"}), "decision_function_shape: neither 'ovo' nor 'ovr'"),
    ];
    for (changes, want) in cases {
        let (kind, _, message) = broken(&changes);
        assert_eq!((kind, message.as_str()), (ErrorKind::Unsupported, want));
    }
    for shape in [[2, 3], [1 << 40, 1 << 40]] {
        let (kind, path, _) = broken(&json!({"support_vectors_": sparse(shape), "_sparse": true}));
        assert_eq!((kind, path.as_str()), (ErrorKind::Malformed, "support_vectors_"), "{shape:?}");
    }
}

#[test]
fn other_classes_are_named() {
    let other = json!(["sklearn.linear_model._ridge", "Bridge"]);
    let (heap, value) = json_heap::object(&other, &Map::new());
    let error = cannery_sklearn::read(&heap, value).expect_err("no SVC");
    let message = "sklearn.linear_model._ridge.Bridge is not supported by predict yet; inspect works";
    assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Unsupported, message));
    let (heap, value) = json_heap::object(&json!(["sklearn.svm._classes", "SVC"]), &Map::new());
    let error = cannery_sklearn::read(&heap, value).expect_err("no attributes");
    assert_eq!(error.to_string(), "support_vectors_: this SVC is not fitted: it has no support vectors");
    assert!(cannery_sklearn::supported().any(|class| class == ("sklearn.svm.classes", "SVC")));
}

fn refusal(case: &Value, changes: &Value, method: &str) -> String {
    let graph = read(case, changes).expect("a fitted SVC").lower(&Signature::default()).expect("a graph");
    Program::compile(&graph, &[method]).expect_err("a refusal").to_string()
}

#[test]
fn methods_that_are_not_offered_say_why() {
    let proba = refusal(&case("rbf-3"), &json!({}), "predict_proba");
    assert_eq!(proba, "no predict_proba: predict_proba is not available when probability=False");
    let ties =
        refusal(&case("rbf-3"), &json!({"break_ties": true, "decision_function_shape": "ovo"}), "predict");
    assert_eq!(ties, "no predict: break_ties must be False when decision_function_shape is 'ovo'");
}

/// A very old state says gamma only, and one against one by having no shape.
#[test]
fn attributes_that_old_versions_do_not_have() {
    let gone = json!({"_gamma": null, "gamma": {"float": "333333333333d33f"}, "break_ties": null});
    let case = case("rbf-3");
    let graph =
        |changes| read(&case, &changes).expect("a fitted SVC").lower(&Signature::default()).expect("a graph");
    assert_eq!(graph(gone), graph(json!({})));
    let auto = graph(json!({"_gamma": null, "gamma": "auto"})).to_string();
    assert!(auto.contains("rbf gamma=0.3333333333333333 "), "{auto}");
    let shape = graph(json!({"decision_function_shape": null})).to_string();
    assert!(shape.contains("output decision_function = %3"), "{shape}");
    let scale = broken(&json!({"_gamma": null, "gamma": "scale"}));
    assert_eq!((scale.0, scale.1.as_str()), (ErrorKind::Unsupported, "_gamma"));
}
