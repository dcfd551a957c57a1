//! Columns side by side as one matrix, as the values of a pandas frame are.

use crate::error::Error;
use cannery_rows::{Cell, Named, Values};

/// The values of a frame, row by row: bools where all are, float32 where all are, float64 where all are numbers, and
/// objects otherwise.
pub(crate) fn matrix(columns: &[Named], rows: usize) -> Result<Values, Error> {
    let all = |fits: fn(&Values) -> bool| columns.iter().all(|column| fits(&column.values));
    if all(|values| matches!(values, Values::F64(_) | Values::F32(_) | Values::I64(_))) {
        return numbers(columns, rows);
    }
    if all(|values| matches!(values, Values::Bool(_))) {
        return rowwise(columns, rows, |values, row| match values {
            Values::Bool(v) => v[row],
            Values::F64(_) | Values::F32(_) | Values::I64(_) | Values::Str(_) | Values::Any(_) => false,
        })
        .map(Values::Bool);
    }
    rowwise(columns, rows, Values::cell).map(Values::Any)
}

/// The values of a frame of numbers and bools, row by row: float32 where all are, else float64. None is NaN.
///
/// # Errors
/// `Usage` for a text, with the column's name and the row in the batch, from 0.
pub(crate) fn numbers(columns: &[Named], rows: usize) -> Result<Values, Error> {
    if !columns.is_empty() && columns.iter().all(|column| matches!(column.values, Values::F32(_))) {
        return rowwise(columns, rows, |values, row| match values {
            Values::F32(v) => v[row],
            Values::F64(_) | Values::I64(_) | Values::Bool(_) | Values::Str(_) | Values::Any(_) => f32::NAN,
        })
        .map(Values::F32);
    }
    for column in columns {
        let text = match &column.values {
            Values::F64(_) | Values::F32(_) | Values::I64(_) | Values::Bool(_) => None,
            Values::Str(texts) => texts.get(0),
            Values::Any(cells) => cells.iter().find_map(Cell::as_str),
        };
        if let Some(text) = text {
            let text: String = text.chars().take(60).collect();
            return Err(Error::usage(format!("column {}: {text:?} is not a number", column.name)));
        }
    }
    rowwise(columns, rows, |values, row| match values {
        Values::F64(v) => v[row],
        Values::F32(v) => v[row].into(),
        Values::I64(v) => v[row] as f64,
        Values::Bool(v) => f64::from(u8::from(v[row])),
        Values::Str(_) => f64::NAN,
        Values::Any(v) => v[row].float().unwrap_or(f64::NAN),
    })
    .map(Values::F64)
}

/// The columns of a matrix, each with its name.
pub(crate) fn of_matrix(matrix: &Values, rows: usize, names: Vec<String>) -> Vec<Named> {
    let columns = names.len();
    let column = |(column, name)| {
        let values = matrix.picked((0..rows).map(|row| row * columns + column));
        Named { name, values }
    };
    names.into_iter().enumerate().map(column).collect()
}

/// What `value` gives for each column of each row. Every column has as many values as there are rows.
fn rowwise<T>(columns: &[Named], rows: usize, value: impl Fn(&Values, usize) -> T) -> Result<Vec<T>, Error> {
    if let Some(column) = columns.iter().find(|column| column.values.len() != rows) {
        let (name, len) = (&column.name, column.values.len());
        return Err(Error::usage(format!("column {name} has {len} values for {rows} rows")));
    }
    let mut matrix = room(rows.saturating_mul(columns.len()))?;
    (0..rows).for_each(|row| matrix.extend(columns.iter().map(|column| value(&column.values, row))));
    Ok(matrix)
}

/// An empty vector with room for some values.
pub(crate) fn room<T>(len: usize) -> Result<Vec<T>, Error> {
    let mut values = Vec::new();
    let no_memory = |_| Error::usage(format!("there is no memory for a batch of {len} values"));
    values.try_reserve_exact(len).map_err(no_memory)?;
    Ok(values)
}
