//! Rows with their results for models of other runtimes.

use std::path::Path;

use cannery_export::Verification;
use cannery_rows::{Batch, Cell, Column, Data, Layout, Values};

use crate::error::{Error, Result};
use crate::model::Model;
use crate::predict::{Reading, open_table};

/// Rows of a table that are written into a document.
const MAX_ROWS: usize = 10_000;

/// The rows of a table, and what the model gives for them.
pub(crate) fn verification(model: &Model, input: &Path, request: &str) -> Result<Verification> {
    let in_input = |error: Error| error.in_file(input.display());
    let mut table = open_table(input, model, &*model.read_estimator()?, &Reading::default())?;
    let batch = table.next_batch(MAX_ROWS + 1).map_err(|error| in_input(error.into()))?;
    let batch = batch.ok_or_else(|| in_input(Error::usage("there is no row")))?;
    if batch.rows > MAX_ROWS {
        return Err(in_input(Error::usage(format!(
            "more than {MAX_ROWS} rows, which a document should not hold: give it fewer"
        ))));
    }
    let results = model.call_view(request, batch.view().map_err(|error| in_input(error.into()))?);
    let results = results.map_err(in_input)?;
    let of_method = |column: &Column| Ok((column.name.clone(), columns(column).map_err(in_input)?));
    Ok(Verification {
        inputs: inputs(&batch),
        results: results.iter().map(of_method).collect::<Result<_>>()?,
    })
}

fn inputs(batch: &Batch) -> Vec<Vec<Cell>> {
    match &batch.data {
        Data::Dense { columns, values } => {
            (0..*columns).map(|column| every(values, *columns, column)).collect()
        }
        Data::Frame(named) => named.iter().map(|named| every(&named.values, 1, 0)).collect(),
        Data::Texts(texts) => vec![texts.iter().map(|text| Cell::Str(text.into())).collect()],
        Data::Csr { columns, indptr, indices, values } => {
            let mut cells = vec![vec![Cell::Float(0.0); batch.rows]; *columns];
            for (row, range) in indptr.windows(2).enumerate() {
                for place in range[0]..range[1] {
                    cells[indices[place] as usize][row] = values.cell(place);
                }
            }
            cells
        }
        // a form that came later fits no document
        _ => vec![],
    }
}

/// Every so many values, from one on.
fn every(values: &Values, step: usize, first: usize) -> Vec<Cell> {
    (first..values.len()).step_by(step).map(|place| values.cell(place)).collect()
}

/// The columns of a result.
fn columns(column: &Column) -> Result<Vec<Vec<Cell>>> {
    let width = match column.layout {
        Layout::Vector => 1,
        Layout::Matrix(columns) => columns,
        Layout::Csr { .. } => {
            let message = format!("rows of {}, which is sparse, in a document", column.name);
            return Err(Error::unsupported(message));
        }
    };
    Ok((0..width).map(|place| every(&column.values, width, place)).collect())
}
