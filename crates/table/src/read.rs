//! Tables of numbers, read batch by batch.

mod array;
mod compressed;
mod flat;
mod lines;
mod meter;
mod ndjson;
mod sparse;

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::Path;

use cannery_format::source::{Access, open};
use cannery_format::{Document, NoCompanions};
use cannery_object::{Limits, Value};

use self::array::ArrayRows;
use self::lines::CsvRows;
use self::meter::Metered;
use self::ndjson::NdjsonRows;
use self::sparse::SparseRows;
use crate::batch::Batch;
use crate::error::Error;

/// A table that is read batch by batch.
pub struct Table {
    rows: Rows,
    /// Rows that were given so far.
    given: u64,
}

enum Rows {
    Csv(Box<CsvRows>),
    Ndjson(Box<NdjsonRows>),
    Array(Box<ArrayRows>),
    Sparse(Box<SparseRows>),
}

/// What the first bytes of a table say.
enum Form {
    Npy,
    Npz,
    Csv,
    Ndjson,
}

/// Bytes that decide what a table is.
const PREFIX: u64 = 4096;

/// Most numbers of a batch as [`Table::batch_rows`] makes it: 16 MiB of float64.
const BATCH_NUMBERS: usize = 2 << 20;
/// Most rows of such a batch.
const BATCH_ROWS: usize = 16 << 10;

impl Table {
    /// Opens a table; what it is is decided by content.
    ///
    /// * `.npy`: a 2-d array of numbers, and `.npz` with such an array named `X` or `arr_0`, or with no other array.
    ///   Both are mapped.
    /// * `.npz` as `scipy.sparse.save_npz` writes it, CSR, CSC or COO. Its rows are given as CSR.
    /// * NDJSON: a line is an array of numbers, or an object with a number for each column. `null` is NaN.
    /// * CSV, with a header when a cell of the first line is no number. Missing values as pandas writes them are NaN.
    ///
    /// CSV and NDJSON can come from standard input, `-`. Text that begins with `[` or `{` is NDJSON unless the file's name
    /// ends in `.csv`.
    ///
    /// # Errors
    /// `Io`; `Format` when an array file can't be read or a limit is hit; `Usage` when it is none of these tables.
    pub fn open(path: &Path, limits: &Limits) -> Result<Self, Error> {
        if path.as_os_str() == "-" {
            return Self::of_stream(Box::new(std::io::stdin()), None, "");
        }
        let file = File::open(path)?;
        let len = file.metadata()?;
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let mut prefix = Vec::new();
        (&file).take(PREFIX).read_to_end(&mut prefix)?;
        match Form::of(&prefix, name)? {
            Form::Npy | Form::Npz => Self::of_arrays(path, limits),
            form => {
                let len = len.is_file().then_some(len.len());
                Self::of_text(&form, Box::new(Cursor::new(prefix).chain(file)), len)
            }
        }
    }

    /// Reads CSV or NDJSON from a stream. `len` is the number of its bytes, where that is known, and `name` the name
    /// of its file.
    pub fn of_stream(mut stream: Box<dyn Read>, len: Option<u64>, name: &str) -> Result<Self, Error> {
        let mut prefix = Vec::new();
        (&mut stream).take(PREFIX).read_to_end(&mut prefix)?;
        match Form::of(&prefix, name)? {
            Form::Npy | Form::Npz => {
                Err(Error::usage("an array on standard input can't be mapped: give the name of its file"))
            }
            form => Self::of_text(&form, Box::new(Cursor::new(prefix).chain(stream)), len),
        }
    }

    fn of_text(form: &Form, stream: Box<dyn Read>, len: Option<u64>) -> Result<Self, Error> {
        let metered = Metered::new(stream, len);
        let rows = match form {
            Form::Ndjson => Rows::Ndjson(Box::new(NdjsonRows::new(metered)?)),
            _ => Rows::Csv(Box::new(CsvRows::new(metered)?)),
        };
        Ok(Self { rows, given: 0 })
    }

    fn of_arrays(path: &Path, limits: &Limits) -> Result<Self, Error> {
        let bytes = open(path, Access::Map, limits, &mut |_, _| ())?;
        let document = cannery_format::read(&bytes, limits, &mut NoCompanions, &mut |_, _| ())?;
        let rows = match document.heap.as_dict(document.root) {
            Some(pairs) if sparse::is_sparse(&document.heap, pairs) => {
                Rows::Sparse(Box::new(SparseRows::read(&document.heap, pairs)?))
            }
            Some(pairs) => {
                let value = only_array(&document, pairs)?;
                Rows::Array(Box::new(ArrayRows::new(document, value)?))
            }
            None => {
                let value = document.root;
                Rows::Array(Box::new(ArrayRows::new(document, value)?))
            }
        };
        Ok(Self { rows, given: 0 })
    }

    /// Names of the columns, when the table has them.
    pub fn names(&self) -> Option<&[String]> {
        match &self.rows {
            Rows::Csv(rows) => rows.names(),
            Rows::Ndjson(rows) => rows.names(),
            Rows::Array(_) | Rows::Sparse(_) => None,
        }
    }

    /// Number of columns that each batch has.
    pub fn columns(&self) -> usize {
        match &self.rows {
            Rows::Csv(rows) => rows.columns(),
            Rows::Ndjson(rows) => rows.columns(),
            Rows::Array(rows) => rows.columns,
            Rows::Sparse(rows) => rows.columns(),
        }
    }

    /// Whether batches are of float32.
    pub fn is_f32(&self) -> bool {
        match &self.rows {
            Rows::Csv(_) | Rows::Ndjson(_) => false,
            Rows::Array(rows) => rows.is_f32,
            Rows::Sparse(rows) => rows.is_f32(),
        }
    }

    /// Whether batches are sparse.
    pub fn is_sparse(&self) -> bool {
        matches!(self.rows, Rows::Sparse(_))
    }

    /// Takes the columns of these names, in this order, and does not look at the others. A table without names stays as
    /// it is.
    ///
    /// # Errors
    /// `Usage` when a column is missing or stands there twice.
    pub fn select(&mut self, wanted: &[String]) -> Result<(), Error> {
        match &mut self.rows {
            Rows::Csv(rows) => rows.select(wanted),
            Rows::Ndjson(rows) => rows.select(wanted),
            Rows::Array(_) | Rows::Sparse(_) => Ok(()),
        }
    }

    /// The next rows, at most `most`; `None` at the end. The first call gives a batch even of an empty table.
    ///
    /// # Errors
    /// `Io`; `Usage` when a cell is no number, with its line and column.
    pub fn next_batch(&mut self, most: usize) -> Result<Option<Batch>, Error> {
        let batch = match &mut self.rows {
            Rows::Csv(rows) => rows.next_batch(most),
            Rows::Ndjson(rows) => rows.next_batch(most),
            Rows::Array(rows) => rows.next_batch(most),
            Rows::Sparse(rows) => Ok(rows.next_batch(most)),
        }?;
        let is_first = self.given == 0;
        self.given += batch.rows as u64;
        Ok((batch.rows > 0 || is_first).then_some(batch))
    }

    /// Rows of a batch that is large enough to keep every core busy and small enough to be forgotten.
    pub fn batch_rows(&self) -> usize {
        match &self.rows {
            Rows::Sparse(rows) => rows.rows_of(BATCH_NUMBERS).clamp(1, BATCH_ROWS),
            Rows::Csv(_) | Rows::Ndjson(_) | Rows::Array(_) => self.dense_batch_rows(),
        }
    }

    /// Rows of such a batch when sparse rows will be made dense ([`Batch::into_dense`]).
    pub fn dense_batch_rows(&self) -> usize {
        (BATCH_NUMBERS / self.columns().max(1)).clamp(1, BATCH_ROWS)
    }

    /// Rows in all: of an array the number, of a text an estimate from the bytes that the rows so far took.
    pub fn rows_in_all(&self) -> Option<u64> {
        let estimate = |meter: &meter::Meter| {
            let (done, all) = (meter.bytes(), meter.len()?);
            let rows = u128::from(self.given) * u128::from(all) / u128::from(done.max(1));
            Some(u64::try_from(rows).unwrap_or(u64::MAX).max(self.given))
        };
        match &self.rows {
            Rows::Csv(rows) => estimate(rows.meter()),
            Rows::Ndjson(rows) => estimate(rows.meter()),
            Rows::Array(rows) => Some(rows.rows as u64),
            Rows::Sparse(rows) => Some(rows.rows() as u64),
        }
    }
}

impl Form {
    fn of(prefix: &[u8], name: &str) -> Result<Self, Error> {
        if prefix.starts_with(b"\x93NUMPY") {
            return Ok(Self::Npy);
        }
        if prefix.starts_with(b"PK\x03\x04") || prefix.starts_with(b"PK\x05\x06") {
            return Ok(Self::Npz);
        }
        if prefix.contains(&0) || prefix.starts_with(b"\x1f\x8b") {
            return Err(Error::usage("the input is none of CSV, NDJSON, .npy and .npz"));
        }
        let text = prefix.strip_prefix(b"\xef\xbb\xbf").unwrap_or(prefix).trim_ascii_start();
        let ends_in =
            |ending: &str| name.len() >= ending.len() && name.to_ascii_lowercase().ends_with(ending);
        let is_ndjson = match text.first() {
            Some(b'[' | b'{') => !ends_in(".csv"),
            Some(b'"') | None => ends_in(".ndjson") || ends_in(".jsonl"),
            Some(_) => false,
        };
        Ok(if is_ndjson { Self::Ndjson } else { Self::Csv })
    }
}

/// The array of an archive that holds the rows.
fn only_array(document: &Document, pairs: &[Value]) -> Result<Value, Error> {
    let heap = &document.heap;
    if let Some(value) = heap.lookup(pairs, "X").or_else(|| heap.lookup(pairs, "arr_0")) {
        return Ok(value);
    }
    if let [_, value] = pairs {
        return Ok(*value);
    }
    let names = pairs.chunks_exact(2).filter_map(|pair| heap.as_str(pair[0])).take(20).collect::<Vec<_>>();
    let names = names.join(", ");
    Err(Error::usage(format!("which array holds the rows? name it X or arr_0; the archive has {names}")))
}

#[cfg(test)]
mod tests;
