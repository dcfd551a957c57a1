//! Stop words of vectorizers, and states of them that can't be read.

mod json_heap;

use std::collections::BTreeSet;

use cannery_exec::Program;
use cannery_graph::Signature;
use cannery_rows::{Column, Layout, RowsView};
use cannery_sklearn::{ErrorKind, Estimator};
use json_heap::read;
use serde_json::{Value, json};

const FILES: [&str; 3] = [
    include_str!("text/text-1.9.1.json"),
    include_str!("text/text-0.21.3.json"),
    include_str!("text/text-0.20.4-py27.json"),
];

fn files() -> impl Iterator<Item = Value> {
    FILES.iter().map(|text| serde_json::from_str(text).expect("JSON"))
}

fn transform(model: &(dyn Estimator + 'static), signature: &Signature, batch: &RowsView<'_>) -> Column {
    let graph = model.lower(signature).expect("a graph");
    let program = Program::compile(&graph, &["transform"]).expect("an output of the graph");
    program.run(batch).expect("a fine batch").remove(0)
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
        let model = read(&case).expect("a model");
        let text = Vec::from_iter(words.iter().copied().chain(["computer"])).join(" ");
        let Layout::Csr { indices, .. } =
            transform(&*model, &Signature::Text, &RowsView::texts(&[&text])).layout
        else {
            panic!("counts")
        };
        assert_eq!(indices, [318], "all but one are left out");
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
        let error = read(&case).expect_err(name);
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
        let error = read(&case).expect_err(attribute);
        assert_eq!((error.kind(), error.path()), (ErrorKind::Unsupported, attribute), "{error}");
    }
}
