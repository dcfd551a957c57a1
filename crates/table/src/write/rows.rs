//! Rows of results as lines of text.

use std::io::{self, Write};

use crate::column::{Column, Values};

/// A name for each cell: `predict`, `predict_proba[0]`, …
pub(super) fn header(columns: &[Column]) -> Vec<String> {
    let names = |column: &Column| match column.width {
        None => vec![column.name.clone()],
        Some(width) => (0..width).map(|k| format!("{}[{k}]", column.name)).collect(),
    };
    columns.iter().flat_map(names).collect()
}

/// Cells with tabs between them.
pub(super) fn write_text(columns: &[Column], out: &mut impl Write) -> io::Result<()> {
    (0..rows(columns)).try_for_each(|row| writeln!(out, "{}", cells(columns, row).join("\t")))
}

/// Lines of CSV, without a header.
pub(super) fn write_csv(columns: &[Column], out: &mut csv::Writer<impl Write>) -> csv::Result<()> {
    (0..rows(columns)).try_for_each(|row| out.write_record(cells(columns, row)))
}

/// An object a line. NaN is `null`, which JSON has no number for; an infinity is a number out of range, `1e999`, which
/// readers of JSON take for one.
pub(super) fn write_ndjson(columns: &[Column], out: &mut impl Write) -> io::Result<()> {
    for row in 0..rows(columns) {
        for (index, column) in columns.iter().enumerate() {
            write!(out, "{}{}: ", if index == 0 { "{" } else { ", " }, quoted(&column.name))?;
            match column.width {
                None => out.write_all(json(&column.values, row).as_bytes())?,
                Some(width) => {
                    let values = (row * width..(row + 1) * width).map(|index| json(&column.values, index));
                    write!(out, "[{}]", values.collect::<Vec<_>>().join(", "))?;
                }
            }
        }
        out.write_all(b"}\n")?;
    }
    Ok(())
}

fn rows(columns: &[Column]) -> usize {
    columns.first().map_or(0, |c| c.values.len().checked_div(c.width.unwrap_or(1)).unwrap_or(0))
}

fn cells(columns: &[Column], row: usize) -> Vec<String> {
    let texts = |column: &Column| {
        let width = column.width.unwrap_or(1);
        (row * width..(row + 1) * width).map(|index| column.values.text(index)).collect::<Vec<_>>()
    };
    columns.iter().flat_map(texts).collect()
}

fn json(values: &Values, index: usize) -> String {
    let number = |value: f64, text: String| match value {
        v if v.is_nan() => "null".to_owned(),
        v if v.is_infinite() => if v > 0.0 { "1e999" } else { "-1e999" }.to_owned(),
        _ => text,
    };
    match values {
        Values::F64(v) => number(v[index], format!("{:?}", v[index])),
        Values::F32(v) => number(v[index].into(), format!("{:?}", v[index])),
        Values::I64(v) => v[index].to_string(),
        Values::Bool(v) => v[index].to_string(),
        Values::Str(v) => quoted(&v[index]),
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
