//! Graphs of trees and forests, and states of them that can't be read.

mod json_heap;

use cannery_exec::Program;
use cannery_graph::{Op, Signature};
use cannery_sklearn::ErrorKind;
use json_heap::{case, cases, read};
use serde_json::{Value, json};

const FILES: [&str; 6] = [
    include_str!("tree/tree-0.18.2.json"),
    include_str!("tree/tree-1.3.2.json"),
    include_str!("tree/tree-1.9.1.json"),
    include_str!("tree/forest-0.18.2.json"),
    include_str!("tree/forest-1.3.2.json"),
    include_str!("tree/forest-1.9.1.json"),
];
const NEW: &str = FILES[2];
const NEW_FORESTS: &str = FILES[5];

/// The nodes with integers of 4 bytes, and all numbers with their most significant byte first.
fn of_another_machine(state: &mut Value) {
    let (nodes, values) = (&state["nodes"], &state["values"]);
    let number = |field: &Value| field[1] == "<i8" || field[1] == "<f8";
    let fields = nodes["fields"].as_array().expect("fields");
    let (mut made, mut offset) = (vec![], 0);
    for field in fields.iter().filter(|&field| number(field)) {
        let code = if field[1] == "<i8" { ">i4" } else { ">f8" };
        made.push(json!([field[0], code, offset]));
        offset += if code == ">i4" { 4 } else { 8 };
    }
    let reversed = |hex: &str| Vec::from_iter(hex.as_bytes().rchunks(2)).concat();
    let mut hex = Vec::new();
    for node in nodes["hex"]
        .as_str()
        .expect("digits")
        .as_bytes()
        .chunks(2 * nodes["itemsize"].as_u64().expect("a size") as usize)
    {
        for field in fields.iter().filter(|&field| number(field)) {
            let first = 2 * field[2].as_u64().expect("an offset") as usize;
            let digits = std::str::from_utf8(&node[first..first + 16]).expect("digits");
            let digits = reversed(digits);
            hex.extend_from_slice(if field[1] == "<i8" { &digits[8..] } else { &digits });
        }
    }
    let of_value = |eight: &[u8]| reversed(std::str::from_utf8(eight).expect("digits"));
    let values_hex = values["hex"].as_str().expect("digits").as_bytes().chunks(16).flat_map(of_value);
    let text = |hex: Vec<u8>| String::from_utf8(hex).expect("digits");
    let values = json!({"dtype": ">f8", "shape": values["shape"], "hex": text(values_hex.collect())});
    let nodes = json!({"fields": made, "itemsize": offset, "shape": nodes["shape"], "hex": text(hex)});
    (state["nodes"], state["values"]) = (nodes, values);
}

#[test]
fn trees_of_other_machines() {
    for case in cases(FILES[0]) {
        let graph =
            |case: &Value| read(case).expect("a fitted model").lower(&Signature::default()).expect("a graph");
        let mut other = case.clone();
        of_another_machine(&mut other["state"]["tree_"]["state"]);
        assert_eq!(graph(&other).digest(), graph(&case).digest(), "{}", case["name"]);
    }
}

#[test]
fn text_forms() {
    let text = |case: &Value| {
        read(case).expect("a fitted model").lower(&Signature::default()).expect("a graph").to_string()
    };
    let nodes = |case: &Value| case["state"]["tree_"]["state"]["node_count"].as_i64().expect("a number");
    let counts = case(FILES[1], "classifier");
    let n = nodes(&counts);
    assert_eq!(
        text(&counts),
        format!(
            "\
signature dense f64
%0: f64[n,4] = input
%1: f32[n,4] = cast f32 %0
%2: f32[n,4] = guard not-infinite %1
%3: f64[n,3] = tree_ensemble only trees=1 nodes={n} leaf=3 %2
%4: i64[n] = arg_max %3
%5: i64[n] = labels 3xi64 %4
%6: f64[n,3] = tree_ensemble only trees=1 nodes={n} leaf=3 %2
%7: f64[n,3] = elementwise log %6
output predict = %5
output predict_proba = %6
output predict_log_proba = %7
"
        )
    );
    let two = text(&case(NEW_FORESTS, "extra-trees-regressor-2"));
    assert!(two.contains("tree_ensemble mean trees=2") && two.contains("output predict = %3"), "{two}");
    assert!(two.contains("guard not-infinite"), "NaN has a side since 1.6: {two}");
    let both = text(&case(NEW_FORESTS, "forest-2"));
    assert!(
        both.contains("group_arg_max [3, 2]") && both.contains("output predict_proba = %6 %8 (list)"),
        "{both}"
    );
}

/// Kind and path of the error when a number of one node is changed.
fn broken_node(node: usize, field: &str, number: i64) -> (ErrorKind, String) {
    let mut case = case(NEW, "classifier");
    let nodes = &mut case["state"]["tree_"]["state"]["nodes"];
    let fields = nodes["fields"].as_array().expect("fields");
    let field = fields.iter().find(|f| f[0] == field).expect("a field");
    let first = 2
        * (node as u64 * nodes["itemsize"].as_u64().expect("a size") + field[2].as_u64().expect("an offset"))
            as usize;
    let digits: String = number.to_le_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let mut hex = nodes["hex"].as_str().expect("digits").to_owned();
    hex.replace_range(first..first + 16, &digits);
    nodes["hex"] = hex.into();
    let error = read(&case).expect_err("a tree that can't be walked");
    (error.kind(), error.path().into())
}

#[test]
fn nodes_that_lead_astray_are_malformed() {
    let cases = [
        (0, "left_child", 0, "tree_.nodes[0].left_child"),
        (1, "left_child", 1, "tree_.nodes[1].left_child"),
        (1, "right_child", 0, "tree_.nodes[1].right_child"),
        (0, "right_child", 2, "tree_.nodes[1].left_child"),
        (0, "right_child", 99, "tree_.nodes[0].right_child"),
        (0, "left_child", -2, "tree_.nodes[0].left_child"),
        (0, "right_child", -1, "tree_.nodes[0].right_child"),
        (0, "left_child", i64::MAX, "tree_.nodes[0].left_child"),
        (0, "left_child", i64::MIN, "tree_.nodes[0].left_child"),
        (0, "feature", 4, "tree_.nodes[0].feature"),
        (1, "feature", -2, "tree_.nodes[1].feature"),
        (1, "feature", 1 << 32, "tree_.nodes[1].feature"),
    ];
    for (node, field, number, path) in cases {
        assert_eq!(broken_node(node, field, number), (ErrorKind::Malformed, path.into()), "{field} {number}");
    }
}

fn broken(text: &str, name: &str, change: impl FnOnce(&mut Value)) -> (ErrorKind, String) {
    let mut case = case(text, name);
    change(&mut case["state"]);
    let error = read(&case).expect_err("a model that can't be read");
    (error.kind(), error.path().into())
}

#[test]
fn parts_that_do_not_fit_are_malformed_with_their_path() {
    let zeros = |shape: &[usize]| {
        let len: usize = shape.iter().product();
        json!({"dtype": "<f8", "shape": shape, "hex": "00".repeat(8 * len)})
    };
    let nodes = case(NEW, "classifier")["state"]["tree_"]["state"]["node_count"].as_u64().expect("a number");
    let of_tree = |change: fn(&mut Value, Value), value| {
        broken(NEW, "classifier", |state| change(&mut state["tree_"]["state"], value))
    };
    let cases = [
        (of_tree(|tree, it| tree["values"] = it, zeros(&[3, 1, 3])), "tree_.values"),
        (of_tree(|tree, it| tree["values"] = it, zeros(&[9])), "tree_.values"),
        (of_tree(|tree, it| tree["node_count"] = it, json!(2)), "tree_.node_count"),
        (of_tree(|tree, it| tree["nodes"] = it, zeros(&[nodes as usize])), "tree_.nodes"),
        (of_tree(|tree, it| tree["nodes"]["fields"][0][0] = it, json!("left")), "tree_.nodes.left_child"),
        (of_tree(|tree, it| tree["nodes"]["fields"][0][1] = it, json!("<f8")), "tree_.nodes.left_child"),
        (broken(NEW, "classifier", |state| state["n_classes_"] = json!(4)), "n_classes_"),
        (broken(NEW, "classifier", |state| state["n_outputs_"] = json!(0)), "n_outputs_"),
        (broken(NEW, "classifier", |state| state["n_outputs_"] = json!(2)), "classes_"),
        (broken(NEW, "classifier", |state| state["classes_"] = zeros(&[4])), "n_classes_"),
        (broken(NEW, "classifier", |state| state["n_features_in_"] = json!(-1)), "n_features_in_"),
        (broken(NEW, "classifier", |state| state["n_features_in_"] = json!(0)), "tree_.nodes[0].feature"),
        (broken(NEW, "classifier", |state| state["tree_"] = json!(5)), "tree_"),
        (broken(NEW, "regressor", |state| state["n_outputs_"] = json!(2)), "tree_.values"),
        (broken(NEW_FORESTS, "forest-2", |state| state["estimators_"][1] = json!("x")), "estimators_[1]"),
        (
            broken(NEW_FORESTS, "forest-11", |state| {
                state["estimators_"][1]["state"]["tree_"]["state"]["node_count"] = json!(1);
            }),
            "estimators_[1].tree_.node_count",
        ),
        (
            broken(NEW_FORESTS, "forest-regressor", |state| {
                state["estimators_"][1]["class"][1] = json!("ExtraTreeClassifier");
            }),
            "estimators_[1].tree_",
        ),
    ];
    for ((kind, at), path) in cases {
        assert_eq!((kind, at.as_str()), (ErrorKind::Malformed, path));
    }
}

#[test]
fn what_can_not_be_computed_is_named() {
    let unsupported = |path: &str| (ErrorKind::Unsupported, path.to_owned());
    assert_eq!(broken(NEW, "classifier", |state| state["tree_"] = Value::Null), unsupported("tree_"));
    for trees in [Value::Null, json!([])] {
        let unfitted = broken(NEW_FORESTS, "forest-2", |state| state["estimators_"] = trees.clone());
        assert_eq!(unfitted, unsupported("estimators_"));
    }
    let other = |state: &mut Value| state["estimators_"][0]["class"][1] = json!("MyTree");
    assert_eq!(broken(NEW_FORESTS, "forest-2", other), unsupported("estimators_[0].tree_"));
    // memory by a number that nothing in the file stands for
    let many = |state: &mut Value| state["n_outputs_"] = json!(1_u64 << 32);
    assert_eq!(broken(NEW, "regressor", many), unsupported("n_outputs_"));
    let no_element = |state: &mut Value| {
        state["classes_"] = json!({"dtype": "<U0", "shape": [1_u64 << 40], "hex": ""});
    };
    assert_eq!(broken(NEW, "classifier", no_element), (ErrorKind::Malformed, "classes_".into()));
    let renamed = |state: &mut Value| state["n_estimators"] = json!(7);
    assert_eq!(broken(FILES[3], "forest-2", renamed), unsupported("n_estimators"));
}

/// Until 0.20 the labels of several outputs come as floats, which texts can't be.
#[test]
fn texts_of_several_outputs_in_an_old_version() {
    let mut case = case(FILES[0], "classifier-2");
    let texts = |letters: &str| {
        let hex: String = letters.bytes().map(|letter| format!("{letter:02x}000000")).collect();
        json!({"dtype": "<U1", "shape": [letters.len()], "hex": hex})
    };
    case["state"]["classes_"] = json!([texts("abc"), texts("xy")]);
    let graph = read(&case).expect("a fitted model").lower(&Signature::default()).expect("a graph");
    let error = Program::compile(&graph, &["predict"]).expect_err("a refusal").to_string();
    assert!(error.starts_with("no predict: scikit-learn until 0.20"), "{error}");
    assert!(Program::compile(&graph, &["predict_proba.1"]).is_ok());
}

/// Until 0.18 trees select the features whose importance reaches the mean.
#[test]
fn an_old_tree_selects_features() {
    let graph = read(&case(FILES[0], "classifier-2")).expect("a fitted model");
    let graph = graph.lower(&Signature::default()).expect("a graph");
    let columns = graph.output("transform").expect("a tree of 0.18").edges()[0];
    assert!(matches!(&graph.node(columns).op, Op::Columns(kept) if (1..4).contains(&kept.0.len())));
    let graph = read(&case(NEW, "classifier-2")).expect("a fitted model");
    assert!(graph.lower(&Signature::default()).expect("a graph").output("transform").is_none());
}
