//! Tables, read batch by batch.

mod array;
mod compressed;
mod csv;
mod dialect;
mod flat;
mod infer;
mod inflate;
mod layouts;
mod lines;
mod meter;
mod names;
mod ndjson;
mod options;
#[cfg_attr(not(feature = "parquet"), path = "read/no_parquet.rs")]
mod parquet;
mod sparse;
mod tokens;

use std::fs::File;
use std::io::{Cursor, Read, Seek};
use std::path::Path;

use cannery_format::source::{Access, open};
use cannery_format::{Document, NoCompanions};
use cannery_object::{Limits, Value};

use self::array::ArrayRows;
use self::csv::CsvRows;
use self::lines::{Lines, TextRows};
use self::meter::Metered;
pub use self::names::Hint;
use self::ndjson::NdjsonRows;
pub use self::options::{Header, TableOptions};
use self::parquet::ParquetRows;
use self::sparse::SparseRows;
use crate::error::Error;
use cannery_rows::Batch;

/// A table that is read batch by batch.
///
/// ```
/// # fn main() -> Result<(), cannery_table::Error> {
/// use cannery_table::{Data, Table, TableOptions, Values, Wanted};
/// let csv = "city,age\nParis,30\nZürich,\n";
/// let names = Some(vec!["age".to_owned()]);
/// let options = TableOptions::new(Wanted::Frame).names(names);
/// let mut table = Table::of_stream(Box::new(csv.as_bytes()), None, "", &options)?;
/// table.select(&["age".to_owned()])?;
/// let batch = table.next_batch(100)?.expect("two rows");
/// let Data::Frame(columns) = batch.data else { panic!("a frame") };
/// assert!(matches!(&columns[0].values, Values::F64(ages) if ages[0] == 30.0 && ages[1].is_nan()));
/// # Ok(())
/// # }
/// ```
pub struct Table {
    rows: Rows,
    wanted: Wanted,
    /// Rows that were given so far.
    given: u64,
    /// A batch was given.
    is_begun: bool,
}

/// What the rows of a table are to become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Wanted {
    /// A matrix of float64, or of float32 where all is: [`Data::Dense`], or [`Data::Csr`] of a sparse matrix. A text is
    /// an error that names its line and column; None is NaN.
    Numbers,
    /// A matrix of what is there: [`Data::Dense`] of one type, which is `Any` where columns differ, or [`Data::Csr`].
    /// Numbers of text formats are float64.
    Matrix,
    /// Columns with a name and a type each: [`Data::Frame`].
    Frame,
    /// A text a row: [`Data::Texts`].
    Texts,
}

enum Rows {
    Csv(Box<CsvRows>),
    Ndjson(Box<NdjsonRows>),
    Texts(Box<TextRows>),
    Parquet(Box<ParquetRows>),
    Array(Box<ArrayRows>),
    Sparse(Box<SparseRows>),
}

/// What the first bytes of a table say.
enum Form {
    Npy,
    Npz,
    Parquet,
    Csv,
    Ndjson,
    /// A whole document, as pandas writes it.
    Json,
    /// A text a line, or NDJSON: the first line decides.
    Texts,
}

/// Bytes that decide what a table is.
const PREFIX: u64 = 4096;

/// Most numbers of a batch as [`Table::batch_rows`] makes it: 16 MiB of float64.
const BATCH_NUMBERS: usize = 2 << 20;
/// Most rows of such a batch.
const BATCH_ROWS: usize = 16 << 10;
/// Bytes of text that are enough for a batch, however many rows they are.
const BATCH_BYTES: usize = 32 << 20;

impl Table {
    /// Opens a table; its content decides what it is.
    ///
    /// * `.npy`: a 2-d array of numbers, bools, texts, or of objects that are plain values; and `.npz` with such an array
    ///   named `X` or `arr_0`, or with no other array. Both are mapped.
    /// * `.npz` as `scipy.sparse.save_npz` writes it, CSR, CSC or COO. Its rows are given as CSR.
    /// * Parquet, row group by row group: numbers, bools and texts; nulls are those of pandas.
    /// * NDJSON: a line is an array, an object with a value for each column, or a string.
    /// * JSON as `DataFrame.to_json` writes it, in its layouts `columns`, `records`, `split`, `values`, `index` and `table`.
    /// * CSV, with commas, tabs, semicolons or bars between cells. [`Header`] says when the first line is a header. Missing
    ///   values are those of `pandas.read_csv`.
    /// * Where texts are wanted, text, of which each line is one as it stands there, even a blank one. It is NDJSON where
    ///   the first line is a string, an array or an object of JSON, and CSV where the file's name ends in `.csv`.
    ///
    /// Text may be compressed by gzip or zstd. A table of texts has one column. CSV, NDJSON and text can come from standard
    /// input, `-`. Text that begins with `[` or `{` is JSON unless the file's name ends in `.csv`.
    ///
    /// # Errors
    /// `Io`; `Format` when an array file can't be read or a limit is hit; `Usage` when it is none of these tables, or its
    /// first line could be a header or a row.
    pub fn open(path: &Path, options: &TableOptions) -> Result<Self, Error> {
        if path.as_os_str() == "-" {
            return Self::of_stream(Box::new(std::io::stdin()), None, "", options);
        }
        let mut file = File::open(path)?;
        let len = file.metadata()?;
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let mut prefix = Vec::new();
        (&file).take(PREFIX).read_to_end(&mut prefix)?;
        let rows = match prefix {
            prefix if prefix.starts_with(b"\x93NUMPY") || is_zip(&prefix) => {
                Rows::of_arrays(path, &options.limits)?
            }
            prefix if is_parquet(&prefix) => {
                file.rewind()?;
                Rows::Parquet(Box::new(ParquetRows::of_file(file, &options.limits)?))
            }
            prefix => {
                let len = len.is_file().then_some(len.len());
                return Self::of_stream(Box::new(Cursor::new(prefix).chain(file)), len, name, options);
            }
        };
        Self::of_rows(rows, options)
    }

    /// Reads CSV, JSON, Parquet or text from a stream. `len` is the number of its bytes, where that is known, and `name` the
    /// name of its file.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn of_stream(
        mut stream: Box<dyn Read>,
        mut len: Option<u64>,
        name: &str,
        options: &TableOptions,
    ) -> Result<Self, Error> {
        let mut prefix = prefix_of(&mut stream)?;
        let mut name = name;
        if let Some(codec) = inflate::Codec::of(&prefix) {
            let packed = Cursor::new(prefix).chain(stream);
            stream = inflate::inflate(codec, Box::new(packed), &options.limits)?;
            prefix = prefix_of(&mut stream)?;
            len = None;
            name = codec.plain_name(name);
        }
        let form = match Form::of(&prefix, name, options.wanted)? {
            Form::Json | Form::Ndjson | Form::Csv if options.records => Form::Texts,
            form => form,
        };
        let source = Box::new(Cursor::new(prefix.clone()).chain(stream));
        let rows = match form {
            Form::Npy | Form::Npz => {
                return Err(Error::usage(
                    "an array in a stream or in gzip can't be mapped: give the name of the plain file",
                ));
            }
            Form::Parquet => Rows::Parquet(Box::new(ParquetRows::of_stream(source, &options.limits)?)),
            form => Rows::of_text(&form, Metered::new(source, len), &prefix, options)?,
        };
        Self::of_rows(rows, options)
    }

    fn of_rows(mut rows: Rows, options: &TableOptions) -> Result<Self, Error> {
        if let (true, Rows::Array(rows)) = (options.vectors, &mut rows) {
            rows.is_vector = false;
        }
        rows.check(options.wanted)?;
        Ok(Self { rows, wanted: options.wanted, given: 0, is_begun: false })
    }

    /// Says what the next rows are to become. Texts are said when the table is opened.
    ///
    /// # Errors
    /// `Usage` when the table can't become that.
    pub fn expect(&mut self, wanted: Wanted) -> Result<(), Error> {
        self.rows.check(wanted)?;
        self.wanted = wanted;
        Ok(())
    }

    /// Names of the columns, when the table has them.
    pub fn names(&self) -> Option<&[String]> {
        match &self.rows {
            Rows::Csv(rows) => rows.names(),
            Rows::Ndjson(rows) => rows.names(),
            Rows::Parquet(rows) => Some(rows.names()),
            Rows::Texts(_) | Rows::Array(_) | Rows::Sparse(_) => None,
        }
    }

    /// Number of columns that each batch has.
    pub fn columns(&self) -> usize {
        match &self.rows {
            Rows::Csv(rows) => rows.columns(),
            Rows::Ndjson(rows) => rows.columns(),
            Rows::Texts(_) => 1,
            Rows::Parquet(rows) => rows.columns(),
            Rows::Array(rows) => rows.columns,
            Rows::Sparse(rows) => rows.columns(),
        }
    }

    /// Whether batches are sparse.
    pub fn is_sparse(&self) -> bool {
        matches!(self.rows, Rows::Sparse(_))
    }

    /// Takes the columns of these names, in this order, and does not look at the others. A table without names stays as
    /// it is; the columns of its frames get these names, and must be as many.
    ///
    /// # Errors
    /// `Usage` when a column is missing or stands there twice.
    pub fn select(&mut self, wanted: &[String]) -> Result<(), Error> {
        match &mut self.rows {
            Rows::Csv(rows) => rows.select(wanted),
            Rows::Ndjson(rows) => rows.select(wanted),
            Rows::Parquet(rows) => rows.select(wanted),
            Rows::Array(rows) => {
                rows.select(wanted);
                Ok(())
            }
            Rows::Texts(_) | Rows::Sparse(_) => Ok(()),
        }
    }

    /// Says what columns of CSV hold, in the order in which they are taken, for frames and matrices of what is there. Text
    /// that is digits stays text then.
    pub fn hint(&mut self, hints: &[Hint]) {
        match &mut self.rows {
            Rows::Csv(rows) => rows.hint(hints),
            Rows::Ndjson(_) | Rows::Texts(_) | Rows::Parquet(_) | Rows::Array(_) | Rows::Sparse(_) => {}
        }
    }

    /// The next rows, at most `most`; `None` at the end. The first call gives a batch even of an empty table. Long rows of
    /// text may be fewer, but for `usize::MAX`, which gives all under the limit `decompressed-bytes`.
    ///
    /// # Errors
    /// `Io`; `Usage` when a cell is not a number, with its line and column; `Format` when a limit is hit.
    pub fn next_batch(&mut self, most: usize) -> Result<Option<Batch>, Error> {
        let batch = self.peek(most)?;
        let is_first = !std::mem::replace(&mut self.is_begun, true);
        self.given += batch.rows as u64;
        match &mut self.rows {
            Rows::Csv(rows) => rows.give(batch.rows),
            Rows::Ndjson(rows) => rows.give(batch.rows),
            Rows::Texts(rows) => rows.give(batch.rows),
            Rows::Parquet(rows) => rows.give(batch.rows),
            Rows::Array(rows) => rows.give(batch.rows),
            Rows::Sparse(rows) => rows.give(batch.rows),
        }
        Ok((batch.rows > 0 || is_first).then_some(batch))
    }

    /// The rows that [`next_batch`](Self::next_batch) would give, which it gives nevertheless. At the end there are none.
    ///
    /// # Errors
    /// As [`next_batch`](Self::next_batch).
    pub fn peek(&mut self, most: usize) -> Result<Batch, Error> {
        match &mut self.rows {
            Rows::Csv(rows) => rows.peek(most, self.wanted),
            Rows::Ndjson(rows) => rows.peek(most, self.wanted),
            Rows::Texts(rows) => rows.peek(most),
            Rows::Parquet(rows) => rows.peek(most, self.wanted),
            Rows::Array(rows) => rows.peek(most, self.wanted),
            Rows::Sparse(rows) => Ok(rows.peek(most)),
        }
    }

    /// Rows of a batch that is large enough to keep every core busy and small enough to be forgotten.
    pub fn batch_rows(&self) -> usize {
        match &self.rows {
            Rows::Sparse(rows) => rows.rows_of(BATCH_NUMBERS).clamp(1, BATCH_ROWS),
            Rows::Csv(_) | Rows::Ndjson(_) | Rows::Texts(_) | Rows::Parquet(_) | Rows::Array(_) => {
                (BATCH_NUMBERS / self.columns().max(1)).clamp(1, BATCH_ROWS)
            }
        }
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
            Rows::Texts(rows) => estimate(rows.meter()),
            Rows::Parquet(rows) => Some(rows.rows_in_all()),
            Rows::Array(rows) => Some(rows.rows as u64),
            Rows::Sparse(rows) => Some(rows.rows() as u64),
        }
    }
}

fn prefix_of(stream: &mut dyn Read) -> Result<Vec<u8>, Error> {
    let mut prefix = Vec::new();
    stream.take(PREFIX).read_to_end(&mut prefix)?;
    Ok(prefix)
}

fn is_zip(prefix: &[u8]) -> bool {
    prefix.starts_with(b"PK\x03\x04") || prefix.starts_with(b"PK\x05\x06")
}

fn is_parquet(prefix: &[u8]) -> bool {
    prefix.starts_with(b"PAR1") && prefix.contains(&0)
}

impl Form {
    fn of(prefix: &[u8], name: &str, wanted: Wanted) -> Result<Self, Error> {
        if prefix.starts_with(b"\x93NUMPY") {
            return Ok(Self::Npy);
        }
        if is_zip(prefix) {
            return Ok(Self::Npz);
        }
        if is_parquet(prefix) {
            return Ok(Self::Parquet);
        }
        if prefix.contains(&0) {
            return Err(Error::usage("the input is none of CSV, JSON, NDJSON, Parquet, .npy and .npz"));
        }
        let text = prefix.strip_prefix(b"\xef\xbb\xbf").unwrap_or(prefix).trim_ascii_start();
        let ending = Path::new(name).extension().unwrap_or_default().to_ascii_lowercase();
        let (is_csv, is_ndjson) = (ending == "csv", ending == "ndjson" || ending == "jsonl");
        Ok(match (wanted, text.first()) {
            (Wanted::Texts, _) if is_csv => Self::Csv,
            (Wanted::Texts, Some(b'[' | b'{')) if layouts::is_layout(text) => Self::Json,
            (Wanted::Texts, _) if !is_ndjson => Self::Texts,
            (_, Some(b'[' | b'{')) if !is_csv && layouts::is_layout(text) => Self::Json,
            (_, Some(b'[' | b'{')) if !is_csv => Self::Ndjson,
            (_, Some(b'"') | None) if is_ndjson => Self::Ndjson,
            (Wanted::Texts, _) => Self::Ndjson,
            (Wanted::Numbers | Wanted::Matrix | Wanted::Frame, _) => Self::Csv,
        })
    }
}

impl Rows {
    fn of_text(form: &Form, source: Metered, prefix: &[u8], options: &TableOptions) -> Result<Self, Error> {
        let limits = &options.limits;
        let lines = |source| Lines::new(source, limits);
        Ok(match form {
            Form::Csv => Self::Csv(Box::new(CsvRows::new(source, prefix, options)?)),
            Form::Ndjson => Self::Ndjson(Box::new(NdjsonRows::new(lines(source))?)),
            Form::Json => {
                let rows = layouts::lines(source, options)?;
                let len = rows.len() as u64;
                let source = Metered::new(Box::new(Cursor::new(rows)), Some(len));
                Self::Ndjson(Box::new(NdjsonRows::new(lines(source))?))
            }
            Form::Texts | Form::Npy | Form::Npz | Form::Parquet => {
                let mut lines = lines(source).with_blank();
                match lines.first()? {
                    Some((_, line)) if flat::is_row(line) && !options.records => {
                        Self::Ndjson(Box::new(NdjsonRows::new(lines.without_blank())?))
                    }
                    _ => Self::Texts(Box::new(TextRows::new(lines))),
                }
            }
        })
    }

    fn of_arrays(path: &Path, limits: &Limits) -> Result<Self, Error> {
        let bytes = open(path, Access::Map, limits, &mut |_, _| ())?;
        let document = cannery_format::read(&bytes, limits, &mut NoCompanions, &mut |_, _| ())?;
        let value = match document.heap.as_dict(document.root) {
            Some(pairs) if sparse::is_sparse(&document.heap, pairs) => {
                return Ok(Self::Sparse(Box::new(SparseRows::read(&document.heap, pairs)?)));
            }
            Some(pairs) => only_array(&document, pairs)?,
            None => document.root,
        };
        Ok(Self::Array(Box::new(ArrayRows::new(document, value)?)))
    }

    /// Fails when rows can't become what is wanted, as far as that is known without reading them.
    fn check(&self, wanted: Wanted) -> Result<(), Error> {
        match (self, wanted) {
            (Self::Array(rows), wanted) => rows.check(wanted),
            (Self::Sparse(_), Wanted::Frame | Wanted::Texts) => {
                Err(Error::usage("a sparse matrix, and the model takes columns with names, or texts"))
            }
            (Self::Texts(_), Wanted::Numbers | Wanted::Matrix | Wanted::Frame) => {
                Err(Error::usage("a text a line, and the model takes rows of values"))
            }
            (Self::Texts(_), Wanted::Texts)
            | (Self::Sparse(_), Wanted::Numbers | Wanted::Matrix)
            | (Self::Csv(_) | Self::Ndjson(_) | Self::Parquet(_), _) => Ok(()),
        }
    }
}

/// The names of the columns of a table that has none: those that were asked for, or numbers from 1.
fn names_by_position(columns: usize, wanted: Option<&[String]>) -> Result<Vec<String>, Error> {
    match wanted {
        Some(names) if names.len() == columns => Ok(names.to_vec()),
        Some(names) => {
            let count = names.len();
            Err(Error::usage(format!("{columns} columns without names, and the model was fitted on {count}")))
        }
        None => Ok((1..=columns).map(|column| column.to_string()).collect()),
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
