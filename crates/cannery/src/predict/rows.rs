//! Rows of a table in a file, as a model takes them.

use std::path::Path;

use cannery_object::Limits;
use cannery_sklearn::{Estimator, Takes};
use cannery_table::{Header, Table, TableOptions, Wanted};

use crate::error::{Error, Result};
use crate::model::Model;

/// How the rows are read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reading {
    pub(crate) header: Header,
    pub(crate) separator: Option<u8>,
    pub(crate) limits: Limits,
}

/// Opens the rows for a model, as it takes them and with the columns that it was fitted on. A frame is only what has names
/// where the model knows them; else the rows are a matrix, as they were at fit.
pub(crate) fn open_table(
    input: &Path,
    model: &Model,
    estimator: &dyn Estimator,
    reading: &Reading,
) -> Result<Table> {
    let in_input = |error| Error::from(error).in_file(input.display());
    let (names, hints) = model.columns(estimator);
    let wanted = match estimator.takes() {
        Takes::Texts | Takes::Records => Wanted::Texts,
        Takes::Columns { .. } | Takes::Labels => Wanted::Matrix,
        _ => Wanted::Numbers,
    };
    let options = TableOptions::new(wanted)
        .names(names.clone())
        .hints(hints.clone())
        .records(estimator.takes() == Takes::Records)
        .vectors(estimator.takes() == Takes::Labels || estimator.takes_vector())
        .header(reading.header)
        .separator(reading.separator)
        .limits(reading.limits.clone());
    let mut table = Table::open(input, &options).map_err(in_input)?;
    if let Some(names) = &names {
        table.select(names).map_err(in_input)?;
        if wanted == Wanted::Matrix && table.names().is_some() {
            table.expect(Wanted::Frame).map_err(in_input)?;
        }
    }
    // of columns that are not found by name all must be there
    if table.names().is_some() && names.is_some() || hints.len() == table.columns() {
        table.hint(&hints);
    }
    Ok(table)
}
