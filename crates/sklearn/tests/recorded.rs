//! Every recorded model predicts what scikit-learn predicted. Models are the cases of all `FOLDER/NAME-VERSION.json` here,
//! which the `make.py` of the folder wrote with [`record.py`](record.py); a new class adds cases, and no code.
//!
//! `FOLDER/damaged.jsonl` has a line for each edit of a recorded state that must be refused, with its kind and path.
//!
//! How near a result must come to the recorded one is what its operators say: to the bit where all of them are exact.

mod json_heap;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cannery_exec::{ErrorKind as RunErrorKind, Program};
use cannery_graph::{Exactness, Graph, Signature};
use cannery_rows::{Column, RowsView};
use cannery_sklearn::{Estimator, Method};
use json_heap::expected::{Bound, assert_same};
use json_heap::{Model, rows};
use serde_json::Value;

#[test]
fn every_model_predicts_what_scikit_learn_predicted() {
    let counts: Vec<usize> = files("json").iter().map(|path| check_file(path)).collect();
    let all: usize = counts.iter().sum();
    assert!(counts.iter().all(|&count| count > 0) && all >= 800, "{all} results in {} files", counts.len());
}

#[test]
fn damaged_states_are_refused_where_they_are_damaged() {
    let mut checked = 0;
    for path in files("jsonl") {
        for line in fs::read_to_string(&path).expect("a file").lines() {
            let edit: Value = serde_json::from_str(line).expect("JSON");
            let recorded = path.with_file_name(edit["file"].as_str().expect("a file"));
            let text = fs::read_to_string(recorded).expect("a file of cases");
            let mut case = json_heap::case(&text, edit["case"].as_str().expect("a case"));
            let place = edit["set"].as_str().expect("a place");
            *case["state"].pointer_mut(place).expect("a part of the state") = edit["to"].clone();
            let error = Model::of(&case).read().expect_err(line);
            let kind = format!("{:?}", error.kind()).to_lowercase();
            assert_eq!(edit["error"], format!("{kind} {}", error.path()), "{line}: {error}");
            checked += 1;
        }
    }
    assert!(checked >= 6, "{checked} edits");
}

fn files(extension: &str) -> Vec<PathBuf> {
    let list = |folder: &Path| {
        let entries = fs::read_dir(folder).expect("a folder of tests");
        Vec::from_iter(entries.map(|entry| entry.expect("an entry").path()))
    };
    let folders = list(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests"));
    let mut files: Vec<PathBuf> =
        folders.iter().filter(|path| path.is_dir()).flat_map(|path| list(path)).collect();
    files.retain(|path| path.extension().is_some_and(|of_file| of_file == extension));
    files.sort();
    files
}

/// Gives the number of results.
fn check_file(path: &Path) -> usize {
    let file: Value = serde_json::from_slice(&fs::read(path).expect("a file")).expect("JSON");
    let cases = file.as_array().or(file["cases"].as_array()).expect("cases");
    let name = path.file_stem().expect("a name").to_string_lossy();
    cases.iter().map(|case| check_case(&file, case, &format!("{name}: {}", case["name"]))).sum()
}

/// A case has runs, or is one itself.
fn check_case(file: &Value, case: &Value, what: &str) -> usize {
    let runs = case["runs"].as_array().map_or_else(|| vec![case.clone()], Clone::clone);
    let results: usize = runs.iter().map(|run| check_run(file, case, run, what)).sum();
    let refused = case["refused"].as_array().map_or(&[][..], |batches| batches);
    refused.iter().for_each(|x| check_refused(file, case, x, what));
    results + refused.len()
}

fn check_run(file: &Value, case: &Value, run: &Value, what: &str) -> usize {
    let model = Model { python2: file["python2"] == true, params: &run["params"], ..Model::of(case) };
    let model: Arc<dyn Estimator> = Arc::from(model.read().unwrap_or_else(|error| panic!("{what}: {error}")));
    let x = if run["x"].is_null() { &case["x"] } else { &run["x"] };
    rows::with(x, &file["texts"], |batch| {
        let model = cannery_sklearn::sized(Arc::clone(&model), batch.columns());
        let graph = model.lower(&Signature::of(batch)).unwrap_or_else(|error| panic!("{what}: {error}"));
        let results = results(&run["expected"]);
        for (method, want) in &results {
            let what = format!("{what} {method} {}", run["params"]);
            let (output, bound) = output(&graph, method, batch, &what);
            assert_same(&output, want, bound, &what);
        }
        results.len()
    })
}

/// Results by method; a result that says no method is that of `transform`.
fn results(expected: &Value) -> Vec<(&str, &Value)> {
    let all = expected.as_object().expect("results");
    let is_method =
        |name: &str| Method::ALL.iter().any(|method| name.split('.').next() == Some(method.name()));
    match all.keys().all(|name| is_method(name)) {
        true => all.iter().map(|(name, want)| (name.as_str(), want)).collect(),
        false => vec![("transform", expected)],
    }
}

fn output(graph: &Graph, method: &str, batch: &RowsView<'_>, what: &str) -> (Column, Bound) {
    let program = Program::compile(graph, &[method]).unwrap_or_else(|error| panic!("{what}: {error}"));
    let mut outputs = program.run(batch).unwrap_or_else(|error| panic!("{what}: {error}"));
    (outputs.remove(0), bound(graph, method))
}

/// What the operators that a method needs allow together.
fn bound(graph: &Graph, method: &str) -> Bound {
    let of_method = graph.outputs().iter().filter(|output| Some(&*output.name) == method.split('.').next());
    let edges = Vec::from_iter(of_method.flat_map(|output| output.edges().iter().copied()));
    let needed = graph.steps().zip(graph.needed(&edges)).filter(|(_, is_needed)| *is_needed);
    needed.map(|(step, _)| step.op.exactness()).fold(Bound::Bits, |bound, exactness| {
        match (bound, exactness) {
            (bound, Exactness::Exact) => bound,
            (Bound::Sums, _) | (_, Exactness::Rel(_)) => Bound::Sums,
            (Bound::Bits | Bound::Ulps, Exactness::Ulp(_)) => Bound::Ulps,
        }
    })
}

/// Rows that scikit-learn refuses are an error of who brings them.
fn check_refused(file: &Value, case: &Value, x: &Value, what: &str) {
    let model: Box<dyn Estimator> = Model::of(case).read().expect("a model");
    rows::with(x, &file["texts"], |batch| {
        let graph = model.lower(&Signature::of(batch)).expect("a graph");
        let first = graph.outputs().first().expect("a method");
        let program = Program::compile(&graph, &[&first.name]).expect("an output of the graph");
        let error = program.run(batch).expect_err("what scikit-learn refuses");
        assert_eq!(error.kind(), RunErrorKind::Usage, "{what} {error}");
    });
}
