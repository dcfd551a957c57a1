//! Tables of numbers: CSV, streamed, and `.npy`.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use cannery_format::source::{Access, open};
use cannery_format::{Document, NoCompanions};
use cannery_object::{Kind, Limits};

use crate::error::Error;

/// Some rows of numbers.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Number of rows.
    pub rows: usize,
    /// Number of columns.
    pub columns: usize,
    /// The numbers, row by row.
    pub numbers: Numbers,
}

/// Numbers of one width.
#[derive(Clone, Debug, PartialEq)]
pub enum Numbers {
    /// `float64`; integers and bools become this.
    F64(Vec<f64>),
    /// `float32`: a `.npy` of that dtype.
    F32(Vec<f32>),
}

/// A table that is read batch by batch.
pub struct Table {
    /// Names of the columns, when the first line of a CSV gives them.
    pub names: Option<Vec<String>>,
    rows: Rows,
}

enum Rows {
    Csv(Box<CsvRows>),
    Whole(Option<Batch>),
}

struct CsvRows {
    reader: csv::Reader<Box<dyn Read>>,
    record: csv::StringRecord,
    /// The record is read and not yet given: the first line, when it is no header.
    pending: bool,
    line: u64,
}

impl Table {
    /// Opens a table: CSV, or a 2-d array in a `.npy` file. Which of them is decided by content; `-` is CSV from
    /// standard input.
    pub fn open(path: &Path, limits: &Limits) -> Result<Self, Error> {
        if path.as_os_str() == "-" {
            return Self::csv(Box::new(std::io::stdin()));
        }
        let mut magic = Vec::new();
        File::open(path)?.take(6).read_to_end(&mut magic)?;
        if magic == b"\x93NUMPY" {
            return Self::npy(path, limits);
        }
        Self::csv(Box::new(File::open(path)?))
    }

    /// Reads CSV. The first line is a header when one of its cells is no number.
    pub fn csv(source: Box<dyn Read>) -> Result<Self, Error> {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(source);
        let mut record = csv::StringRecord::new();
        let some = reader.read_record(&mut record)?;
        let is_header = some && record.iter().any(|cell| number(cell).is_none());
        let names = is_header.then(|| record.iter().map(|name| name.trim().to_owned()).collect());
        let rows = CsvRows { reader, record, pending: some && !is_header, line: 1 };
        Ok(Self { names, rows: Rows::Csv(Box::new(rows)) })
    }

    fn npy(path: &Path, limits: &Limits) -> Result<Self, Error> {
        let bytes = open(path, Access::Map, limits, &mut |_, _| ())?;
        let document = cannery_format::read(&bytes, limits, &mut NoCompanions, &mut |_, _| ())?;
        Ok(Self { names: None, rows: Rows::Whole(Some(array_batch(&document)?)) })
    }

    /// The next rows, at most `most`; `None` at the end. The first call gives a batch even of an empty table.
    pub fn next_batch(&mut self, most: usize) -> Result<Option<Batch>, Error> {
        match &mut self.rows {
            Rows::Whole(batch) => Ok(batch.take()),
            Rows::Csv(rows) => rows.next_batch(most, self.names.as_deref()),
        }
    }
}

fn array_batch(document: &Document) -> Result<Batch, Error> {
    let array =
        document.heap.ndarray(document.root).ok_or_else(|| Error::usage("the input holds no array"))?;
    let array = array.map_err(cannery_format::Error::from)?;
    let &[rows, columns] = &*array.shape else {
        let n = array.ndim();
        return Err(Error::usage(format!("expected a 2D array, got {n}D: one row is shape (1, n_features)")));
    };
    let values = array.f64s().map_err(cannery_format::Error::from)?;
    let is_f32 = array.dtype.kind == Kind::Float && array.dtype.itemsize == 4;
    let numbers = if is_f32 {
        Numbers::F32(values.iter().map(|&x| x as f32).collect())
    } else {
        Numbers::F64(values.into_owned())
    };
    Ok(Batch { rows, columns, numbers })
}

impl CsvRows {
    fn next_batch(&mut self, most: usize, names: Option<&[String]>) -> Result<Option<Batch>, Error> {
        let first = self.line == 1;
        let mut batch = Batch { rows: 0, columns: self.record.len(), numbers: Numbers::F64(Vec::new()) };
        let mut numbers = Vec::new();
        while batch.rows < most && self.advance()? {
            for (index, cell) in self.record.iter().enumerate() {
                numbers.push(number(cell).ok_or_else(|| self.no_number(index, cell, names))?);
            }
            batch.rows += 1;
        }
        batch.numbers = Numbers::F64(numbers);
        Ok((batch.rows > 0 || first).then_some(batch))
    }

    fn advance(&mut self) -> Result<bool, Error> {
        self.line += 1;
        if self.pending {
            self.pending = false;
            return Ok(true);
        }
        Ok(self.reader.read_record(&mut self.record)?)
    }

    fn no_number(&self, index: usize, cell: &str, names: Option<&[String]>) -> Error {
        let line = self.record.position().map_or(self.line, csv::Position::line);
        let column =
            names.and_then(|names| names.get(index)).map_or_else(|| (index + 1).to_string(), Clone::clone);
        Error::usage(format!("line {line}, column {column}: {cell:?} is no number"))
    }
}

/// A cell as a number; the ways in which pandas writes and reads a missing one are NaN.
fn number(cell: &str) -> Option<f64> {
    match cell.trim() {
        "" | "NA" | "N/A" | "n/a" | "#N/A" | "NULL" | "null" | "None" | "<NA>" => Some(f64::NAN),
        text => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn csv(text: &'static str) -> Table {
        Table::csv(Box::new(text.as_bytes())).expect("a table")
    }

    #[test]
    fn a_header_is_recognised_by_its_text() {
        let mut table = csv("a,b\n1,2\n3,\n");
        assert_eq!(table.names.as_deref(), Some(&["a".to_owned(), "b".to_owned()][..]));
        let batch = table.next_batch(10).expect("numbers").expect("rows");
        assert_eq!((batch.rows, batch.columns), (2, 2));
        let Numbers::F64(numbers) = batch.numbers else { panic!("CSV is float64") };
        assert_eq!(&numbers[..3], [1.0, 2.0, 3.0]);
        assert!(numbers[3].is_nan());
        assert!(table.next_batch(10).expect("the end").is_none());
    }

    #[test]
    fn without_a_header_no_row_is_lost_and_batches_are_bounded() {
        let mut table = csv("1,2\n3,4\n5,6\n");
        assert!(table.names.is_none());
        let sizes: Vec<_> =
            std::iter::from_fn(|| table.next_batch(2).expect("numbers")).map(|b| b.rows).collect();
        assert_eq!(sizes, [2, 1]);
    }

    #[test]
    fn a_cell_that_is_no_number_is_named() {
        let error = csv("a,b\n1,2\n3,x\n").next_batch(9).expect_err("x");
        assert_eq!(error.to_string(), "line 3, column b: \"x\" is no number");
    }
}
