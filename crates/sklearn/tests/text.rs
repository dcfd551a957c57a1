//! Text vectorizers against what scikit-learn computed: `text/make.py` wrote the states and the results.

mod json_heap;

use std::collections::BTreeSet;

use cannery_exec::{Batch, Column, Output, Program, Values};
use cannery_graph::{DType, Shape, Signature};
use cannery_sklearn::{Error, ErrorKind, Estimator};
use json_heap::Array;
use serde_json::{Value, json};

const FILES: [&str; 3] = [
    include_str!("text/text-1.9.1.json"),
    include_str!("text/text-0.21.3.json"),
    include_str!("text/text-0.20.4-py27.json"),
];

fn files() -> impl Iterator<Item = Value> {
    FILES.iter().map(|text| serde_json::from_str(text).expect("JSON"))
}

fn read(case: &Value, python2: bool) -> Result<Box<dyn Estimator>, Error> {
    let state = case["state"].as_object().expect("a state");
    let (heap, value) = match python2 {
        true => json_heap::object_of_python2(&case["class"], state),
        false => json_heap::object(&case["class"], state),
    };
    cannery_sklearn::read(&heap, value)
}

fn transform(model: &(dyn Estimator + 'static), signature: &Signature, batch: &Batch<'_>) -> Output {
    let graph = model.lower(signature).expect("a graph");
    let program = Program::compile(&graph, &["transform"]).expect("an output of the graph");
    program.run(batch).expect("a fine batch").remove(0)
}

fn texts(file: &Value) -> Vec<String> {
    file["texts"]
        .as_array()
        .expect("texts")
        .iter()
        .map(|text| text.as_str().expect("a text").into())
        .collect()
}

fn numbers<T: TryFrom<u64>>(json: &Value) -> Vec<T> {
    let number = |json: &Value| T::try_from(json.as_u64().expect("a number")).ok().expect("a small one");
    json.as_array().expect("numbers").iter().map(number).collect()
}

/// What a vectorizer or transformer makes of the rows of a case.
fn run(case: &Value, file: &Value) -> Output {
    let model =
        read(case, file["python2"] == true).unwrap_or_else(|error| panic!("{}: {error}", case["name"]));
    let x = &case["x"];
    if x.is_null() {
        let texts = texts(file);
        let texts = Vec::from_iter(texts.iter().map(String::as_str));
        return transform(&*model, &Signature::Text, &Batch::texts(&texts));
    }
    let values = Array::from_json(if x["values"].is_null() { x } else { &x["values"] });
    let (f32s, f64s, i64s) = match values.dtype.as_str() {
        "<f4" => (values.f32s(), vec![], vec![]),
        "<f8" => (vec![], values.f64s(), vec![]),
        _ => (vec![], vec![], values.i64s()),
    };
    let (column, dtype) = match values.dtype.as_str() {
        "<f4" => (Column::F32(&f32s), DType::F32),
        "<f8" => (Column::F64(&f64s), DType::F64),
        _ => (Column::I64(&i64s), DType::I64),
    };
    let shape: Vec<usize> = numbers(&x["shape"]);
    if x["values"].is_null() {
        let batch = Batch::dense(column, shape[0], shape[1]).expect("a matrix");
        return transform(&*model, &Signature::dense(dtype), &batch);
    }
    let (indptr, indices): (Vec<usize>, Vec<u32>) = (numbers(&x["indptr"]), numbers(&x["indices"]));
    let batch = Batch::csr(&indptr, &indices, column, shape[1]).expect("a matrix");
    transform(&*model, &Signature::csr(dtype), &batch)
}

fn assert_equal(got: &Output, want: &Value, what: &str) {
    let Values::Csr(csr) = &got.values else { panic!("{what}: {:?}", got.values) };
    let shape: Vec<usize> = numbers(&want["shape"]);
    assert_eq!(got.shape, Shape::Csr(shape[1]), "{what}");
    assert_eq!(csr.indptr, numbers::<usize>(&want["indptr"]), "{what}");
    assert_eq!(csr.indices, numbers::<u32>(&want["indices"]), "{what}");
    let want = Array::from_json(&want["values"]);
    match &*csr.values {
        Values::I64(got) => assert_eq!(*got, want.i64s(), "{what}"),
        Values::F64(got) => assert_close(got, &want.f64s(), 1e-15, what),
        Values::F32(got) => {
            let widen = |x: &[f32]| Vec::from_iter(x.iter().map(|&x| f64::from(x)));
            assert_close(&widen(got), &widen(&want.f32s()), 1.2e-7, what);
        }
        other => panic!("{what}: {other:?}"),
    }
}

/// Two roundings: sums of norms in other orders, and logarithms, differ in the last place.
fn assert_close(got: &[f64], want: &[f64], bound: f64, what: &str) {
    assert_eq!(got.len(), want.len(), "{what}");
    for (got, want) in got.iter().zip(want) {
        assert!((got - want).abs() <= bound * want.abs(), "{what}: {got} is not {want}");
    }
}

#[test]
fn every_case_is_as_scikit_learn_computes() {
    let mut checked = 0;
    for file in files() {
        let cases = file["cases"].as_array().expect("cases");
        for case in cases {
            let got = run(case, &file);
            assert_equal(
                &got,
                &case["expected"],
                &format!("{} {}", case["state"]["_sklearn_version"], case["name"]),
            );
        }
        checked += cases.len();
    }
    assert!(checked > 140, "{checked} cases");
}

fn case(name: &str) -> Value {
    let file: Value = serde_json::from_str(FILES[0]).expect("JSON");
    let mut cases = file["cases"].as_array().expect("cases").iter();
    cases.find(|case| case["name"] == name).expect("a case of this name").clone()
}

#[test]
fn the_english_stop_words_are_those_of_every_version() {
    for file in files() {
        let words: BTreeSet<&str> =
            file["english"].as_array().expect("words").iter().filter_map(Value::as_str).collect();
        assert_eq!(words.len(), 318);
        let mut case = case("count-english");
        case["state"]["vocabulary_"] = Value::Null;
        case["state"]["vocabulary"] = json!(words.iter().chain(&["computer"]).collect::<Vec<_>>());
        let model = read(&case, false).expect("a model");
        let text = Vec::from_iter(words.iter().copied().chain(["computer"])).join(" ");
        let Values::Csr(csr) = transform(&*model, &Signature::Text, &Batch::texts(&[&text])).values else {
            panic!("counts")
        };
        assert_eq!(csr.indices, [318], "all but one are left out");
    }
}

#[test]
fn states_that_do_not_fit_together_are_malformed() {
    for (name, attribute, value, path) in [
        ("count-given-dict", "vocabulary_", json!({"pairs": ["a", 0, "b", 0]}), "vocabulary_"),
        ("count-given-dict", "vocabulary_", json!({"pairs": ["a", 0, "b", 2]}), "vocabulary_"),
        ("count-given-dict", "vocabulary_", json!({"pairs": ["a", -1]}), "vocabulary_"),
        ("count-given-dict", "vocabulary_", json!({"pairs": []}), "vocabulary_"),
        ("count-default", "ngram_range", json!([1]), "ngram_range"),
        ("hash-default", "n_features", json!(0), "n_features"),
        ("hash-default", "n_features", json!(2_147_483_648_u64), "n_features"),
        ("tfidf-default", "vocabulary_", json!({"pairs": ["a", 0]}), "_tfidf"),
        ("transformer-csr-0", "n_features_in_", json!(7), "n_features_in_"),
    ] {
        let mut case = case(name);
        case["state"][attribute] = value;
        let error = read(&case, false).expect_err(name);
        assert_eq!((error.kind(), error.path()), (ErrorKind::Malformed, path), "{error}");
    }
}

#[test]
fn options_that_are_not_computed_are_named() {
    for (name, attribute, value) in [
        ("count-default", "input", json!("filename")),
        ("count-default", "tokenizer", json!({"global": ["builtins", "str"]})),
        ("count-default", "preprocessor", json!({"global": ["builtins", "str"]})),
        ("count-default", "analyzer", json!({"global": ["builtins", "str"]})),
        ("count-default", "strip_accents", json!({"global": ["builtins", "str"]})),
        ("count-default", "ngram_range", json!([1, 1000])),
        ("count-default", "ngram_range", json!([0, 2])),
        ("count-default", "dtype", json!({"global": ["numpy", "int8"]})),
        ("count-default", "token_pattern", json!("(?i)a(?=b)")),
        ("count-default", "stop_words", json!("french")),
        ("count-default", "vocabulary_", json!({"pairs": [1, 0]})),
        ("tfidf-default", "_tfidf", Value::Null),
    ] {
        let mut case = case(name);
        case["state"][attribute] = value;
        let error = read(&case, false).expect_err(attribute);
        assert_eq!((error.kind(), error.path()), (ErrorKind::Unsupported, attribute), "{error}");
    }
}
