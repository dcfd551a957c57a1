//! CSV (RFC 4180, with or without a header).

use csv::ByteRecord;

use super::meter::{Meter, Metered};
use crate::batch::{Batch, Data, room};
use crate::error::Error;
use crate::values::Values;

/// The rows of a CSV.
pub(super) struct CsvRows {
    reader: csv::Reader<Metered>,
    record: ByteRecord,
    names: Option<Vec<String>>,
    /// Cells of each line.
    width: usize,
    /// Which cells to take, in order; all when nothing was selected.
    order: Option<Vec<usize>>,
    /// The record is read and not yet given: the first line, when it is no header.
    pending: bool,
    meter: Meter,
}

impl CsvRows {
    /// Reads the first line, which is a header when one of its cells is no number.
    pub(super) fn new(source: Metered) -> Result<Self, Error> {
        let meter = source.meter();
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(64 << 10)
            .from_reader(source);
        let mut record = ByteRecord::new();
        let some = reader.read_byte_record(&mut record)?;
        meter.end_row();
        let is_header = some && record.iter().any(|cell| number(cell).is_none());
        let names = is_header.then(|| record.iter().map(name).collect());
        let width = record.len();
        Ok(Self { reader, record, names, width, order: None, pending: some && !is_header, meter })
    }

    pub(super) fn names(&self) -> Option<&[String]> {
        self.names.as_deref()
    }

    pub(super) fn columns(&self) -> usize {
        self.order.as_ref().map_or(self.width, Vec::len)
    }

    pub(super) fn meter(&self) -> &Meter {
        &self.meter
    }

    pub(super) fn select(&mut self, wanted: &[String]) -> Result<(), Error> {
        self.take_header(wanted);
        let Some(names) = &self.names else { return Ok(()) };
        self.order = Some(wanted.iter().map(|column| place(names, column)).collect::<Result<_, _>>()?);
        Ok(())
    }

    /// A first line of numbers is a header after all when it holds exactly the names that are wanted.
    fn take_header(&mut self, wanted: &[String]) {
        let names: Vec<String> = self.record.iter().map(name).collect();
        if self.pending && !wanted.is_empty() && names == wanted {
            self.names = Some(names);
            self.pending = false;
        }
    }

    /// The next rows, none at the end.
    pub(super) fn next_batch(&mut self, most: usize) -> Result<Batch, Error> {
        let columns = self.columns();
        let mut numbers = Vec::new();
        let mut rows = 0;
        while rows < most && self.advance()? {
            if numbers.is_empty() {
                numbers = room(columns)?;
            }
            self.push_row(&mut numbers)?;
            rows += 1;
        }
        Ok(Batch { rows, data: Data::Dense { columns, values: Values::F64(numbers) } })
    }

    fn advance(&mut self) -> Result<bool, Error> {
        if self.pending {
            self.pending = false;
            return Ok(true);
        }
        let some = self.reader.read_byte_record(&mut self.record)?;
        self.meter.end_row();
        if some && self.record.len() != self.width {
            let (line, cells, width) = (self.line(), self.record.len(), self.width);
            return Err(Error::usage(format!(
                "line {line} has {cells} cells, and the first line has {width}"
            )));
        }
        Ok(some)
    }

    fn push_row(&self, numbers: &mut Vec<f64>) -> Result<(), Error> {
        match &self.order {
            None => (0..self.width).try_for_each(|cell| self.push_cell(cell, numbers)),
            Some(order) => order.iter().try_for_each(|&cell| self.push_cell(cell, numbers)),
        }
    }

    fn push_cell(&self, index: usize, numbers: &mut Vec<f64>) -> Result<(), Error> {
        let cell = self.record.get(index).unwrap_or_default();
        numbers.push(number(cell).ok_or_else(|| self.no_number(index, cell))?);
        Ok(())
    }

    fn line(&self) -> u64 {
        self.record.position().map_or(0, csv::Position::line)
    }

    fn no_number(&self, index: usize, cell: &[u8]) -> Error {
        let names = self.names.as_deref();
        let column =
            names.and_then(|names| names.get(index)).map_or_else(|| (index + 1).to_string(), Clone::clone);
        let cell: String = String::from_utf8_lossy(cell).chars().take(60).collect();
        Error::usage(format!("line {}, column {column}: {cell:?} is no number", self.line()))
    }
}

/// Where a column stands among the names.
fn place(names: &[String], column: &str) -> Result<usize, Error> {
    let mut places = names.iter().enumerate().filter(|(_, name)| *name == column).map(|(place, _)| place);
    match (places.next(), places.next()) {
        (Some(place), None) => Ok(place),
        (Some(_), Some(_)) => Err(Error::usage(format!("column {column:?} stands there twice"))),
        (None, _) => Err(missing(column)),
    }
}

/// What is said of a column that the table should have.
pub(super) fn missing(column: &str) -> Error {
    Error::usage(format!("column {column:?}, which the model was fitted on, is missing"))
}

fn name(cell: &[u8]) -> String {
    String::from_utf8_lossy(cell).trim().to_owned()
}

/// A cell as a number; the ways in which pandas writes and reads a missing one are NaN.
fn number(cell: &[u8]) -> Option<f64> {
    match cell.trim_ascii() {
        b"" | b"NA" | b"N/A" | b"n/a" | b"#N/A" | b"NULL" | b"null" | b"None" | b"<NA>" => Some(f64::NAN),
        text => str::from_utf8(text).ok()?.parse().ok(),
    }
}
