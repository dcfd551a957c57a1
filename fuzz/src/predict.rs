//! From bytes to predictions: open, read the estimator, lower it for every signature, compile, run on a few rows.

use std::ops::Range;

use cannery::Model;
use cannery_exec::Program;
use cannery_graph::{DType, Signature};
use cannery_rows::{CellView, Column, Layout, RowsView, Values, ValuesView};
use cannery_sklearn::Estimator;

use super::read;

/// Rows of a table.
const ROWS: usize = 5;
/// Rows without NaN, infinities and the like.
const USUAL: usize = 3;
/// The most columns that rows are made of.
const MOST_COLUMNS: usize = 64;

const NUMBERS: &[f64] = &[0.5, 1.0, -2.0, 3.25, 0.0, 7.0, -0.0, 1e300, 5e-324, f64::NAN, f64::INFINITY];
const USUAL_NUMBERS: usize = 7;
const TEXTS: &[&str] = &["a", "b c", "", "The cat, the Hat", "été ǅ 1\u{0}x", "aaaa bbbb aaaa"];

/// # Panics
/// When what [`predictions`] or [`read`](mod@super::read) asks does not hold.
pub fn check(data: &[u8]) {
    if let Some(model) = read::read(data) {
        let _ = model.methods(); // finds an estimator in a container; refusing is fine
        predictions(&model);
    }
}

/// Predicts for every kind of table that the model takes; gives how many of them it takes.
///
/// # Panics
/// When a result has not as many rows as its table, or a row alone gives something else than among others.
pub fn predictions(model: &Model) -> usize {
    let Ok(estimator) = cannery_sklearn::read(model.heap(), model.root()) else { return 0 };
    let columns = estimator.takes().columns();
    if columns > MOST_COLUMNS {
        return 0;
    }
    let names = model.feature_names_in().filter(|names| names.len() == columns);
    let names = names.unwrap_or_else(|| (0..columns).map(|column| format!("c{column}")).collect());
    let taken = signatures(&names).into_iter().filter(|signature| match compile(&*estimator, signature) {
        Some(program) => run(&program, &Table { signature: signature.clone(), columns }),
        None => false,
    });
    taken.count()
}

fn signatures(names: &[String]) -> Vec<Signature> {
    let frame = |dtype: DType| Signature::frame(names.iter().map(|name| (name.as_str(), dtype)));
    let mut signatures = vec![Signature::Text];
    signatures.extend([DType::F64, DType::F32, DType::I64, DType::Str, DType::Any].map(Signature::dense));
    signatures.extend([DType::F64, DType::F32].map(Signature::csr));
    signatures.extend([DType::F64, DType::Bool, DType::Str, DType::Any].map(frame));
    signatures
}

/// A program for all results that can be compiled.
fn compile(estimator: &(dyn Estimator + 'static), signature: &Signature) -> Option<Program> {
    let graph = estimator.lower(signature).ok()?;
    let again = estimator.lower(signature).expect("as before");
    assert_eq!(graph.to_string(), again.to_string());
    let mut names: Vec<&str> = graph.outputs().iter().map(|output| &*output.name).collect();
    Program::compile(&graph, &names).ok().or_else(|| {
        names.retain(|name| Program::compile(&graph, &[name]).is_ok());
        Program::compile(&graph, &names).ok()
    })
}

/// Whether the usual rows are taken.
fn run(program: &Program, table: &Table) -> bool {
    let _ = table.run(program, 0..ROWS); // unusual values may be refused
    let Some(outputs) = table.run(program, 0..USUAL) else { return false };
    let first = table.run(program, 0..1);
    for (at, output) in outputs.iter().enumerate() {
        let rows: Vec<String> = (0..USUAL).map(|row| shown(output, row)).collect();
        if !program.needs_whole_batch() {
            let alone = first.as_ref().and_then(|outputs| outputs.get(at)).expect("a row that was taken");
            assert_eq!(rows[0], shown(alone, 0), "{} of a row among others, and alone", output.name);
        }
    }
    !outputs.is_empty()
}

/// A row of a result.
fn shown(output: &Column, row: usize) -> String {
    match (&output.values, &output.layout) {
        (values, Layout::Csr { indptr, indices, .. }) => {
            let stored = indptr[row]..indptr[row + 1];
            format!("{:?} {}", &indices[stored.clone()], part(values, stored))
        }
        (values, Layout::Matrix(columns)) => part(values, row * columns..(row + 1) * columns),
        (values, Layout::Vector) => part(values, row..row + 1),
    }
}

fn part(values: &Values, range: Range<usize>) -> String {
    match values {
        Values::F32(values) => format!("{:?}", &values[range]),
        Values::F64(values) => format!("{:?}", &values[range]),
        Values::I64(values) => format!("{:?}", &values[range]),
        Values::Bool(values) => format!("{:?}", &values[range]),
        Values::Any(values) => format!("{:?}", &values[range]),
        Values::Str(texts) => range.map(|at| format!("{:?} ", texts.get(at))).collect(),
    }
}

/// Rows that fit a signature.
struct Table {
    signature: Signature,
    columns: usize,
}

impl Table {
    /// The results for some of the rows; `None` when they are refused.
    fn run(&self, program: &Program, rows: Range<usize>) -> Option<Vec<Column>> {
        let (first, count) = (rows.start, rows.len());
        let cells: Vec<usize> = (first * self.columns..rows.end * self.columns).collect();
        let held = |dtype, cells: &[usize]| Held::of(dtype, cells, self.columns);
        match &self.signature {
            Signature::Text => {
                let texts: Vec<&str> = rows.map(|row| TEXTS[row % TEXTS.len()]).collect();
                program.run(&RowsView::texts(&texts)).ok()
            }
            Signature::Dense { dtype } => {
                let held = held(*dtype, &cells);
                program.run(&RowsView::dense(held.column(), count, self.columns).expect("a matrix")).ok()
            }
            Signature::Csr { dtype } => {
                let (indptr, stored) = self.stored(rows);
                let indices: Vec<u32> = stored.iter().map(|cell| (cell % self.columns) as u32).collect();
                let held = held(*dtype, &stored);
                let batch = RowsView::csr(&indptr, &indices, held.column(), self.columns);
                program.run(&batch.expect("a sparse matrix")).ok()
            }
            Signature::Frame(fields) => {
                let columns = (0..self.columns).map(|column| {
                    let cells: Vec<usize> = rows.clone().map(|row| row * self.columns + column).collect();
                    held(fields[column].dtype, &cells)
                });
                let columns: Vec<Held> = columns.collect();
                let named = fields.iter().zip(&columns).map(|(field, held)| (&*field.name, held.column()));
                program.run(&RowsView::frame(named.collect(), count).expect("a frame")).ok()
            }
            other => panic!("{other:?} is new: make rows for it"),
        }
    }

    /// Every third cell is not stored.
    fn stored(&self, rows: Range<usize>) -> (Vec<usize>, Vec<usize>) {
        let (mut indptr, mut stored) = (vec![0], Vec::new());
        for row in rows {
            stored.extend((row * self.columns..(row + 1) * self.columns).filter(|cell| cell % 3 != 2));
            indptr.push(stored.len());
        }
        (indptr, stored)
    }
}

/// Cells of one dtype.
enum Held {
    F32(Vec<f32>),
    F64(Vec<f64>),
    I64(Vec<i64>),
    Bool(Vec<bool>),
    Str(Vec<&'static str>),
    Any(Vec<CellView<'static>>),
}

impl Held {
    fn of(dtype: DType, cells: &[usize], columns: usize) -> Self {
        let text = |cell: &usize| TEXTS[cell % TEXTS.len()];
        let number = |cell: &usize| {
            let numbers = if cell / columns.max(1) < USUAL { &NUMBERS[..USUAL_NUMBERS] } else { NUMBERS };
            numbers[cell % numbers.len()]
        };
        match dtype {
            DType::F32 => Self::F32(cells.iter().map(|cell| number(cell) as f32).collect()),
            DType::F64 => Self::F64(cells.iter().map(number).collect()),
            DType::I64 => Self::I64(cells.iter().map(|cell| number(cell) as i64).collect()),
            DType::Bool => Self::Bool(cells.iter().map(|cell| cell % 2 == 0).collect()),
            DType::Str => Self::Str(cells.iter().map(text).collect()),
            DType::Any => Self::Any(
                cells
                    .iter()
                    .map(|cell| match cell % 5 {
                        0 => CellView::None,
                        1 => CellView::Bool(true),
                        2 => CellView::Int(*cell as i64 - 2),
                        3 => CellView::Float(number(cell)),
                        _ => CellView::Str(text(cell)),
                    })
                    .collect(),
            ),
        }
    }

    fn column(&self) -> ValuesView<'_> {
        match self {
            Self::F32(values) => ValuesView::F32(values),
            Self::F64(values) => ValuesView::F64(values),
            Self::I64(values) => ValuesView::I64(values),
            Self::Bool(values) => ValuesView::Bool(values),
            Self::Str(values) => ValuesView::Str(values),
            Self::Any(values) => ValuesView::Any(values),
        }
    }
}
