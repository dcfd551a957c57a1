//! Rows of results as lines of text.

use std::io::{self, Write};

use super::labels::{Labels, escaped, quoted_key};
use crate::error::Error;
use cannery_rows::{Cell, Column, Layout, Values};

/// Most columns of a sparse matrix that is written as cells.
const MAX_COLUMNS: usize = 16 << 10;

/// A name for each cell of CSV: `predict`, `predict_proba[setosa]`, …
pub(super) fn csv_header(columns: &[Column], labels: &Labels) -> Vec<String> {
    let names = |(result, column): (usize, &Column)| names(column, column.width(), result, labels);
    columns.iter().enumerate().flat_map(names).collect()
}

/// A name for each cell of text; a row of a sparse matrix is one cell.
pub(super) fn text_header(columns: &[Column], labels: &Labels) -> Vec<String> {
    let width = |column: &Column| match column.layout {
        Layout::Vector | Layout::Csr { .. } => None,
        Layout::Matrix(width) => Some(width),
    };
    let names = |(result, column): (usize, &Column)| names(column, width(column), result, labels);
    columns.iter().enumerate().flat_map(names).map(|name| escaped(&name).into_owned()).collect()
}

/// Names of the values of a row.
pub(super) fn names(column: &Column, width: Option<usize>, result: usize, labels: &Labels) -> Vec<String> {
    match width {
        None => vec![column.name.clone()],
        Some(width) => (0..width).map(|k| format!("{}[{}]", column.name, labels.label(result, k))).collect(),
    }
}

/// Cells with tabs between them; a row of a sparse matrix is `name:value` pairs with spaces between
/// them.
pub(super) fn write_text(columns: &[Column], labels: &Labels, out: &mut impl Write) -> io::Result<()> {
    let cells = |(result, column): (usize, &Column), row| match places(column, row) {
        Places::Run(range) => range.map(|place| column.values.text(place)).collect(),
        Places::Listed(listed) => {
            let pair = |(index, place): (u32, usize)| {
                let label = labels.label(result, index as usize);
                format!("{}:{}", quoted_key(&label), column.values.text(place))
            };
            vec![listed.map(pair).collect::<Vec<_>>().join(" ")]
        }
    };
    for row in 0..rows(columns) {
        let cells: Vec<String> = columns.iter().enumerate().flat_map(|column| cells(column, row)).collect();
        writeln!(out, "{}", cells.join("\t"))?;
    }
    Ok(())
}

/// Lines of CSV, without a header. Absent values of a sparse matrix are written too.
pub(super) fn write_csv(columns: &[Column], out: &mut csv::Writer<impl Write>) -> csv::Result<()> {
    let cells = |column: &Column, row| match places(column, row) {
        Places::Run(range) => range.map(|place| column.values.text(place)).collect(),
        Places::Listed(listed) => {
            let mut cells = vec![absent(&column.values).to_owned(); column.width().unwrap_or(1)];
            for (index, place) in listed {
                cells[index as usize] = column.values.text(place);
            }
            cells
        }
    };
    let mut line = |row| out.write_record(columns.iter().flat_map(|column| cells(column, row)));
    (0..rows(columns)).try_for_each(&mut line)
}

/// An object a line; several values are an object by their names where they have names, else an array. A row of a sparse
/// matrix is an object of the values that are there, by the names or numbers of their columns. NaN is `null`, which JSON has no number for, as None is; an infinity is a number out of range, `1e999`,
/// which readers of JSON take for one.
pub(super) fn write_ndjson(columns: &[Column], labels: &Labels, out: &mut impl Write) -> io::Result<()> {
    for row in 0..rows(columns) {
        for (index, column) in columns.iter().enumerate() {
            write!(out, "{}{}: ", if index == 0 { "{" } else { ", " }, quoted(&column.name))?;
            write_json(column, row, index, labels, out)?;
        }
        out.write_all(b"}\n")?;
    }
    Ok(())
}

fn write_json(
    column: &Column,
    row: usize,
    result: usize,
    labels: &Labels,
    out: &mut impl Write,
) -> io::Result<()> {
    let pair = |index: usize, place| {
        format!("{}: {}", quoted(&labels.label(result, index)), json(&column.values, place))
    };
    match places(column, row) {
        Places::Run(range) if column.width().is_none() => {
            range.into_iter().try_for_each(|place| out.write_all(json(&column.values, place).as_bytes()))
        }
        Places::Run(range) if labels.has(result) => {
            let pairs = range.enumerate().map(|(index, place)| pair(index, place));
            write!(out, "{{{}}}", pairs.collect::<Vec<_>>().join(", "))
        }
        Places::Run(range) => {
            let values = range.map(|place| json(&column.values, place));
            write!(out, "[{}]", values.collect::<Vec<_>>().join(", "))
        }
        Places::Listed(listed) => {
            let pairs = listed.map(|(index, place)| pair(index as usize, place));
            write!(out, "{{{}}}", pairs.collect::<Vec<_>>().join(", "))
        }
    }
}

/// Refuses a sparse matrix that is too wide to be written with what is absent from it.
pub(super) fn refuse_wide(columns: &[Column]) -> Result<(), Error> {
    let is_wide = |column: &&Column| match column.layout {
        Layout::Vector | Layout::Matrix(_) => false,
        Layout::Csr { columns, .. } => columns > MAX_COLUMNS,
    };
    let Some(column) = columns.iter().find(is_wide) else { return Ok(()) };
    let (name, width) = (&column.name, column.width().unwrap_or(0));
    Err(Error::usage(format!(
        "{name} is a sparse matrix of {width} columns, and dense ones have at most {MAX_COLUMNS}: write .npz or .ndjson"
    )))
}

fn rows(columns: &[Column]) -> usize {
    columns.first().map_or(0, |column| column.rows)
}

/// Where among the values those of a row are.
enum Places<R, L> {
    /// One after the other, and all of them.
    Run(R),
    /// With the numbers of their columns.
    Listed(L),
}

fn places(
    column: &Column,
    row: usize,
) -> Places<std::ops::Range<usize>, impl Iterator<Item = (u32, usize)> + '_> {
    match &column.layout {
        Layout::Vector => Places::Run(row..row + 1),
        Layout::Matrix(width) => Places::Run(row * width..(row + 1) * width),
        Layout::Csr { indptr, indices, .. } => {
            Places::Listed((indptr[row]..indptr[row + 1]).map(|place| (indices[place], place)))
        }
    }
}

/// The text of a value that a sparse matrix does not hold.
fn absent(values: &Values) -> &'static str {
    match values {
        Values::F64(_) | Values::F32(_) => "0.0",
        Values::I64(_) | Values::Any(_) => "0",
        Values::Bool(_) => "False",
        Values::Str(_) => "",
    }
}

fn json(values: &Values, index: usize) -> String {
    match values {
        Values::F64(v) => json_number(v[index], format!("{:?}", v[index])),
        Values::F32(v) => json_number(v[index].into(), format!("{:?}", v[index])),
        Values::I64(v) => v[index].to_string(),
        Values::Bool(v) => v[index].to_string(),
        Values::Str(v) => quoted(v.get(index).unwrap_or_default()),
        Values::Any(v) => match &v[index] {
            Cell::None => "null".to_owned(),
            Cell::Bool(value) => value.to_string(),
            Cell::Int(value) => value.to_string(),
            Cell::Float(value) => json_number(*value, format!("{value:?}")),
            Cell::Str(text) => quoted(text),
        },
    }
}

fn json_number(value: f64, text: String) -> String {
    match value {
        v if v.is_nan() => "null".to_owned(),
        v if v.is_infinite() => if v > 0.0 { "1e999" } else { "-1e999" }.to_owned(),
        _ => text,
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
