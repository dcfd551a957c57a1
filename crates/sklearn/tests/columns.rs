//! Encoders, imputers and transformers of columns against what scikit-learn computed: `columns/make.py` wrote the states
//! and the results.

mod json_heap;

use cannery_exec::{Batch, Cell, Column, OwnedCell, Program, Values};
use cannery_graph::Signature;
use cannery_sklearn::{ColumnKind, ErrorKind};
use json_heap::{Array, case, cases, read};
use serde_json::{Value, json};

const FILES: [&str; 7] = [
    include_str!("columns/columns-0.18.2.json"),
    include_str!("columns/columns-0.20.4.json"),
    include_str!("columns/columns-0.22.2.post1.json"),
    include_str!("columns/columns-0.24.2.json"),
    include_str!("columns/columns-1.1.3.json"),
    include_str!("columns/columns-1.2.2.json"),
    include_str!("columns/columns-1.9.1.json"),
];
const NEW: &str = FILES[6];

fn float(json: &Value) -> Option<f64> {
    let hex = json["float"].as_str()?;
    let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).expect("two digits");
    Some(f64::from_le_bytes(std::array::from_fn(|index| byte(2 * index))))
}

fn cell(json: &Value) -> Cell<'_> {
    match json {
        Value::Bool(b) => Cell::Bool(*b),
        Value::Number(n) => Cell::Int(n.as_i64().expect("an integer")),
        Value::String(text) => Cell::Str(text),
        other => float(other).map_or(Cell::None, Cell::Float),
    }
}

fn cells(json: &Value) -> Vec<Cell<'_>> {
    json.as_array().expect("cells").iter().map(cell).collect()
}

/// Cells of one kind, as a column of that dtype.
struct Typed<'c> {
    floats: Vec<f64>,
    ints: Vec<i64>,
    bools: Vec<bool>,
    texts: Vec<&'c str>,
    cells: Vec<Cell<'c>>,
}

impl<'c> Typed<'c> {
    fn of(cells: Vec<Cell<'c>>) -> Self {
        let mut typed = Self { floats: vec![], ints: vec![], bools: vec![], texts: vec![], cells };
        for cell in &typed.cells {
            match *cell {
                Cell::Float(x) => typed.floats.push(x),
                Cell::Int(i) => typed.ints.push(i),
                Cell::Bool(b) => typed.bools.push(b),
                Cell::Str(text) => typed.texts.push(text),
                Cell::None => {}
            }
        }
        typed
    }

    fn column(&self) -> Column<'_> {
        match self.cells.len() {
            n if n == self.floats.len() => Column::F64(&self.floats),
            n if n == self.ints.len() => Column::I64(&self.ints),
            n if n == self.bools.len() => Column::Bool(&self.bools),
            n if n == self.texts.len() => Column::Str(&self.texts),
            _ => Column::Any(&self.cells),
        }
    }
}

/// Calls something with the rows of a run.
fn with_rows<R>(x: &Value, call: impl FnOnce(&Batch<'_>) -> R) -> R {
    if let Some(columns) = x["frame"].as_array() {
        let typed = Vec::from_iter(columns.iter().map(|column| Typed::of(cells(&column["cells"]))));
        let name = |column: &'_ Value| column["name"].as_str().expect("a name").to_owned();
        let names = Vec::from_iter(columns.iter().map(name));
        let named = names.iter().zip(&typed).map(|(name, typed)| (&**name, typed.column()));
        let batch = Batch::frame(named.collect(), typed[0].cells.len());
        return call(&batch.expect("columns of one length"));
    }
    if let Some(columns) = x["columns"].as_u64() {
        let (cells, columns) = (cells(&x["cells"]), columns as usize);
        let batch = Batch::dense(Column::Any(&cells), cells.len() / columns, columns);
        return call(&batch.expect("a matrix"));
    }
    let array = Array::from_json(x);
    let (rows, columns) = (array.shape[0], array.shape[1]);
    let batch = |column| Batch::dense(column, rows, columns).expect("a matrix");
    match &*array.dtype {
        "<f8" => call(&batch(Column::F64(&array.f64s()))),
        "<i8" => call(&batch(Column::I64(&array.i64s()))),
        _ => {
            let texts = array.texts();
            let texts = Vec::from_iter(texts.iter().map(String::as_str));
            call(&batch(Column::Str(&texts)))
        }
    }
}

/// The elements of a result, a sparse one's as those of a dense one, and the name of their dtype.
fn elements(values: &Values, columns: usize) -> (Vec<OwnedCell>, &'static str) {
    match values {
        Values::F64(x) => (x.iter().map(|&x| OwnedCell::Float(x)).collect(), "float64"),
        Values::F32(x) => (x.iter().map(|&x| OwnedCell::Float(x.into())).collect(), "float32"),
        Values::I64(x) => (x.iter().map(|&x| OwnedCell::Int(x)).collect(), "int64"),
        Values::Bool(x) => (x.iter().map(|&x| OwnedCell::Bool(x)).collect(), "bool"),
        Values::Str(x) => (x.iter().map(|x| OwnedCell::Str(x.into())).collect(), "object"),
        Values::Any(x) => (x.clone(), "object"),
        Values::Csr(csr) => {
            let (stored, dtype) = elements(&csr.values, columns);
            let zero = if dtype == "int64" { OwnedCell::Int(0) } else { OwnedCell::Float(0.0) };
            let mut dense = vec![zero; (csr.indptr.len() - 1) * columns];
            for (row, range) in csr.indptr.windows(2).enumerate() {
                for at in range[0]..range[1] {
                    dense[row * columns + csr.indices[at] as usize] = stored[at].clone();
                }
            }
            (dense, dtype)
        }
    }
}

fn is_same(got: &OwnedCell, want: Cell<'_>) -> bool {
    match (Cell::from(got), want) {
        (Cell::Float(got), Cell::Float(want)) => {
            got.to_bits() == want.to_bits() || (got.is_nan() && want.is_nan())
        }
        (got, want) => got == want,
    }
}

#[test]
fn every_result_is_that_of_scikit_learn() {
    let mut checked = 0;
    for case in FILES.iter().flat_map(|file| cases(file)) {
        let model = read(&case).unwrap_or_else(|error| panic!("{}: {error}", case["name"]));
        for run in case["runs"].as_array().expect("runs") {
            let what = format!("{} of {}", case["name"], case["state"]["_sklearn_version"]);
            let output = with_rows(&run["x"], |batch| {
                let graph = model.lower(&batch.signature()).unwrap_or_else(|error| panic!("{what}: {error}"));
                let program = Program::compile(&graph, &["transform"]).expect("an output of the graph");
                program.run(batch).unwrap_or_else(|error| panic!("{what}: {error}")).remove(0)
            });
            let expected = &run["expected"];
            let columns = expected["columns"].as_u64().expect("a count") as usize;
            let (got, dtype) = elements(&output.values, columns);
            let want = cells(&expected["cells"]);
            assert_eq!(dtype, expected["dtype"], "{what}");
            assert_eq!(matches!(output.values, Values::Csr(_)), expected["sparse"] == true, "{what}");
            let all_same = got.iter().zip(&want).all(|(got, want)| is_same(got, *want));
            assert!(got.len() == want.len() && all_same, "{what}: {got:?} is not {want:?}");
            checked += 1;
        }
    }
    assert!(checked > 180, "{checked}");
}

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
    let error = program.run(&Batch::dense(Column::I64(&[4, 5]), 1, 2).expect("a row")).expect_err("no text");
    assert!(error.to_string().starts_with("Found unknown categories [4] in column 0"), "{error}");
}
