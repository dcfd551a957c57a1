//! The values of one column: decoded by the `parquet` crate, kept until they are given.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use cannery_object::{Limit, Limits};
use parquet::basic::Repetition;
use parquet::column::reader::{ColumnReader, ColumnReaderImpl, get_column_reader};
use parquet::data_type::{ByteArray, DataType};
use parquet::errors::ParquetError;
use parquet::schema::types::{ColumnDescriptor, ColumnPath, Type};

use super::footer::{Chunk, Column, Kind, malformed};
use super::pages::Pages;
use super::source::Source;
use crate::error::Error;
use cannery_rows::{Cell, Texts, Values};

/// Rows that are decoded at once.
pub(super) const STEP: usize = 1024;

/// Values of a column that were decoded. A null has a place among them.
#[derive(Debug)]
pub(super) struct Decoded {
    kind: Kind,
    values: Values,
    /// Which of them are null; empty as long as none is.
    nulls: Vec<bool>,
}

impl Decoded {
    pub(super) fn new(kind: Kind) -> Self {
        let values = match kind {
            Kind::Bool => Values::Bool(Vec::new()),
            Kind::Int32 { .. } | Kind::Int64 { .. } => Values::I64(Vec::new()),
            Kind::F32 => Values::F32(Vec::new()),
            Kind::F64 => Values::F64(Vec::new()),
            Kind::Text => Values::Str(Texts::new()),
            Kind::Null(_) => Values::Any(Vec::new()),
        };
        Self { kind, values, nulls: Vec::new() }
    }

    /// Bytes that the values take.
    pub(super) fn bytes(&self) -> usize {
        match &self.values {
            Values::Str(texts) => texts.bytes() + 8 * texts.len(),
            Values::Bool(values) => values.len(),
            Values::F64(_) | Values::F32(_) | Values::I64(_) => 8 * self.values.len(),
            Values::Any(cells) => size_of::<Cell>() * cells.len(),
        }
    }

    /// The first values, as pandas has them: an integer column with a null is float64; a null is NaN among numbers, None
    /// among truth values and texts.
    pub(super) fn values(&self, rows: usize) -> Values {
        let picked = self.values.picked(0..rows);
        let is_null = |row: usize| self.nulls.get(row).copied().unwrap_or(false);
        if !(0..rows).any(is_null) {
            return self.narrowed(picked);
        }
        let or_none = |cell: Cell, row| if is_null(row) { Cell::None } else { cell };
        match self.narrowed(picked) {
            Values::F64(values) => Values::F64(with_nan(values, f64::NAN, is_null)),
            Values::F32(values) => Values::F32(with_nan(values, f32::NAN, is_null)),
            Values::I64(values) => {
                let values = values.iter().map(|&value| value as f64).collect();
                Values::F64(with_nan(values, f64::NAN, is_null))
            }
            Values::Bool(values) => Values::Any(
                values.into_iter().zip(0..).map(|(value, row)| or_none(Cell::Bool(value), row)).collect(),
            ),
            Values::Str(texts) => Values::Any(
                texts.iter().zip(0..).map(|(text, row)| or_none(Cell::Str(text.into()), row)).collect(),
            ),
            Values::Any(cells) => Values::Any(cells),
        }
    }

    /// Unsigned integers of 64 bits are kept as their bits: float64 where one is too large for int64.
    fn narrowed(&self, values: Values) -> Values {
        match (self.kind, values) {
            (Kind::Int64 { is_signed: false }, Values::I64(bits)) if bits.iter().any(|&bits| bits < 0) => {
                Values::F64(bits.iter().map(|bits| bits.cast_unsigned() as f64).collect())
            }
            (_, values) => values,
        }
    }

    /// Forgets the first values.
    pub(super) fn give(&mut self, rows: usize) {
        let len = self.values.len();
        self.values = self.values.picked(rows.min(len)..len);
        self.nulls.drain(..rows.min(self.nulls.len()));
    }

    /// Adds a value for each of these levels: 1 where it is there, 0 where it is null. Without levels all are there.
    fn push(&mut self, levels: Option<&[i16]>, found: Values) {
        let before = self.values.len();
        let Some(levels) = levels else {
            self.values.append(found);
            self.nulls.resize(if self.nulls.is_empty() { 0 } else { self.values.len() }, false);
            return;
        };
        if levels.iter().all(|&level| level > 0) {
            return self.push(None, found);
        }
        self.nulls.resize(before, false);
        self.nulls.extend(levels.iter().map(|&level| level == 0));
        let mut next = 0;
        let places = levels.iter().map(|&level| {
            let place = (level > 0).then_some(next);
            next += usize::from(level > 0);
            place
        });
        self.values.append(found.spread(places));
    }
}

fn with_nan<T: Copy>(mut values: Vec<T>, nan: T, is_null: impl Fn(usize) -> bool) -> Vec<T> {
    values.iter_mut().enumerate().filter(|(row, _)| is_null(*row)).for_each(|(_, value)| *value = nan);
    values
}

/// Decodes the pages of a column in one row group.
pub(super) struct Decoder {
    reader: ColumnReader,
    name: String,
    is_optional: bool,
    limits: Limits,
}

impl Decoder {
    pub(super) fn new(
        source: &Source,
        column: &Column,
        chunk: &Chunk,
        limits: &Limits,
    ) -> Result<Self, Error> {
        let physical = chunk.check(column)?;
        let pages = Pages::new(source, chunk, physical, column.is_optional, STEP, limits)?;
        let (repetition, level) =
            if column.is_optional { (Repetition::OPTIONAL, 1) } else { (Repetition::REQUIRED, 0) };
        let primitive =
            Type::primitive_type_builder(&column.name, physical).with_repetition(repetition).build();
        let primitive = primitive.map_err(|error| malformed(error.to_string().to_lowercase()))?;
        let path = ColumnPath::new(vec![column.name.clone()]);
        let descriptor = Arc::new(ColumnDescriptor::new(Arc::new(primitive), level, 0, path));
        let reader = get_column_reader(descriptor, Box::new(pages));
        let (name, limits) = (column.name.clone(), limits.clone());
        Ok(Self { reader, name, is_optional: column.is_optional, limits })
    }

    /// Decodes exactly so many rows, at most [`STEP`].
    pub(super) fn read(&mut self, rows: usize, into: &mut Decoded) -> Result<(), Error> {
        let kind = into.kind;
        let (levels, found) = match &mut self.reader {
            ColumnReader::BoolColumnReader(reader) => {
                let (levels, values) = records(reader, rows, self.is_optional, &self.name)?;
                (levels, Values::Bool(values))
            }
            ColumnReader::Int32ColumnReader(reader) => {
                let (levels, values) = records(reader, rows, self.is_optional, &self.name)?;
                let wide = |value: i32| match kind {
                    Kind::Int32 { is_signed: false } => value.cast_unsigned().into(),
                    _ => value.into(),
                };
                (levels, Values::I64(values.into_iter().map(wide).collect()))
            }
            ColumnReader::Int64ColumnReader(reader) => {
                let (levels, values) = records(reader, rows, self.is_optional, &self.name)?;
                (levels, Values::I64(values))
            }
            ColumnReader::FloatColumnReader(reader) => {
                let (levels, values) = records(reader, rows, self.is_optional, &self.name)?;
                (levels, Values::F32(values))
            }
            ColumnReader::DoubleColumnReader(reader) => {
                let (levels, values) = records(reader, rows, self.is_optional, &self.name)?;
                (levels, Values::F64(values))
            }
            ColumnReader::ByteArrayColumnReader(reader) => {
                let (levels, values) = records(reader, rows, self.is_optional, &self.name)?;
                (levels, Values::Str(texts(&values, into.bytes(), &self.limits, &self.name)?))
            }
            ColumnReader::Int96ColumnReader(_) | ColumnReader::FixedLenByteArrayColumnReader(_) => {
                return Err(malformed(format!("column {:?} has a type that is not read", self.name)));
            }
        };
        if let Kind::Null(_) = kind {
            if !found.is_empty() {
                return Err(malformed(format!("column {:?} of nulls holds a value", self.name)));
            }
            into.values.append(Values::Any(vec![Cell::None; rows]));
            return Ok(());
        }
        into.push(levels.as_deref(), found);
        Ok(())
    }
}

/// Levels, if values may be null, and the values that are not.
type Records<T> = (Option<Vec<i16>>, Vec<T>);

/// The records of the next rows, exactly so many.
///
/// A panic of a decoder, which is not ours, is an error of the file.
fn records<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    rows: usize,
    is_optional: bool,
    name: &str,
) -> Result<Records<T::T>, Error> {
    let (mut levels, mut values) = (Vec::new(), Vec::new());
    let read = || reader.read_records(rows, is_optional.then_some(&mut levels), None, &mut values);
    let (records, found, _) = match catch_unwind(AssertUnwindSafe(read)) {
        Ok(Ok(counts)) => counts,
        Ok(Err(ParquetError::External(error))) => match error.downcast::<Error>() {
            Ok(error) => return Err(*error),
            Err(error) => return Err(bad(name, &error.to_string())),
        },
        Ok(Err(error)) => return Err(bad(name, &error.to_string())),
        Err(_) => return Err(bad(name, "a page that no decoder takes")),
    };
    let levels = is_optional.then_some(levels);
    let count = levels.as_ref().map_or(rows, |levels| levels.iter().filter(|&&level| level > 0).count());
    let is_whole = levels.as_ref().is_none_or(|levels| levels.len() == rows);
    if records != rows || !is_whole || found != values.len() || values.len() != count {
        return Err(bad(name, "fewer values than its row group has rows"));
    }
    Ok((levels, values))
}

/// Texts, whose bytes together with those `before` are under the limit: a dictionary makes many of a few.
fn texts(values: &[ByteArray], before: usize, limits: &Limits, name: &str) -> Result<Texts, Error> {
    let bytes = values.iter().fold(before, |sum, value| sum.saturating_add(value.len()));
    limits.check(Limit::DecompressedBytes, bytes as u64).map_err(cannery_format::Error::from)?;
    let mut texts = Texts::new();
    for value in values {
        texts.push(value.as_utf8().map_err(|_| bad(name, "text that is no UTF-8"))?);
    }
    Ok(texts)
}

fn bad(name: &str, what: &str) -> Error {
    let name: String = name.chars().take(60).collect();
    malformed(format!("column {name:?} of a Parquet file: {}", what.to_lowercase()))
}
