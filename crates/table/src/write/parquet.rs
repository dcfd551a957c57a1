//! Results as Parquet: a column for each value of a row, Snappy, row groups of about a million values.

use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, FloatType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::Type;

use super::labels::Labels;
use super::rows;
use crate::error::Error;
use cannery_format::AtomicFile;
use cannery_rows::{Cell, Column, Layout, Plain, Values};

/// Values of a row group, from which on it is written.
const GROUP: usize = 1 << 20;

/// Takes results until they are a row group.
pub(super) struct ParquetSink {
    state: State,
    pending: Vec<Column>,
}

enum State {
    /// Nothing was written.
    New(AtomicFile),
    /// With the types of the columns.
    Open(Box<SerializedFileWriter<AtomicFile>>, Vec<Type>),
    /// An error closed the file.
    Failed,
}

impl ParquetSink {
    #[allow(clippy::unnecessary_wraps, reason = "it fails where the feature `parquet` is off")]
    pub(super) fn new(file: AtomicFile) -> Result<Self, Error> {
        Ok(Self { state: State::New(file), pending: Vec::new() })
    }

    /// Takes the results of a batch. Those with objects, whose type all rows decide, are kept to the end.
    pub(super) fn push(&mut self, columns: Vec<Column>, labels: &Labels) -> Result<(), Error> {
        rows::refuse_wide(&columns)?;
        if self.pending.is_empty() {
            self.pending = columns;
        } else {
            self.pending.iter_mut().zip(columns).for_each(|(pending, more)| pending.append(more));
        }
        let has_objects = self.pending.iter().any(|column| matches!(column.values, Values::Any(_)));
        let count: usize =
            self.pending.iter().map(|column| column.rows.saturating_mul(column.width().unwrap_or(1))).sum();
        if count >= GROUP && !has_objects { self.write(labels) } else { Ok(()) }
    }

    /// Writes what is left, and gives the file its name.
    pub(super) fn finish(mut self, labels: &Labels) -> Result<(), Error> {
        self.write(labels)?;
        match self.state {
            State::New(file) => file.finish()?,
            State::Open(writer, _) => writer.into_inner().map_err(bad)?.finish()?,
            State::Failed => {}
        }
        Ok(())
    }

    /// Writes the pending rows as a row group.
    fn write(&mut self, labels: &Labels) -> Result<(), Error> {
        let columns = std::mem::take(&mut self.pending);
        if columns.is_empty() {
            return Ok(());
        }
        let columns: Vec<Typed> = columns.into_iter().map(Typed::of).collect();
        let fields = columns.iter().enumerate().flat_map(|(result, column)| column.fields(result, labels));
        let fields = fields.collect::<Result<Vec<_>, _>>().map_err(bad)?;
        let mut writer = match std::mem::replace(&mut self.state, State::Failed) {
            State::New(file) => Box::new(open(file, &fields)?),
            State::Open(writer, before) if before == fields => writer,
            State::Open(..) => {
                return Err(Error::usage(
                    "the type of a result changes between batches, which Parquet can't store; write .csv or .ndjson",
                ));
            }
            State::Failed => return Err(Error::usage("the output failed before")),
        };
        let mut group = writer.next_row_group().map_err(bad)?;
        columns.iter().try_for_each(|column| column.write(&mut group))?;
        group.close().map_err(bad)?;
        self.state = State::Open(writer, fields);
        Ok(())
    }
}

fn open(file: AtomicFile, fields: &[Type]) -> Result<SerializedFileWriter<AtomicFile>, Error> {
    let fields = fields.iter().cloned().map(Arc::new).collect();
    let schema = Type::group_type_builder("schema").with_fields(fields).build().map_err(bad)?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by(concat!("cannery ", env!("CARGO_PKG_VERSION")).to_owned());
    SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties.build())).map_err(bad)
}

/// A result whose values have one type.
struct Typed {
    column: Column,
    /// Which texts are null: those that stand for None or NaN among objects.
    nulls: Option<Vec<bool>>,
}

impl Typed {
    fn of(mut column: Column) -> Self {
        let mut nulls = None;
        if let Values::Any(cells) = &column.values {
            column.values = match Cell::plain(cells) {
                Plain::Numbers(numbers) => Values::F64(numbers),
                Plain::Texts(texts) => {
                    nulls = Some(cells.iter().map(Cell::is_missing).collect());
                    Values::Str(texts)
                }
            };
        }
        Self { column, nulls }
    }

    fn fields(&self, result: usize, labels: &Labels) -> impl Iterator<Item = Result<Type, ParquetError>> {
        let (physical, logical) = match self.column.values {
            Values::F64(_) => (Physical::DOUBLE, None),
            Values::F32(_) => (Physical::FLOAT, None),
            Values::I64(_) => (Physical::INT64, None),
            Values::Bool(_) => (Physical::BOOLEAN, None),
            Values::Str(_) | Values::Any(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        };
        let repetition = if self.nulls.is_some() { Repetition::OPTIONAL } else { Repetition::REQUIRED };
        rows::names(&self.column, self.column.width(), result, labels).into_iter().map(move |name| {
            let field = Type::primitive_type_builder(&name, physical).with_repetition(repetition);
            field.with_logical_type(logical.clone()).build()
        })
    }

    /// Writes the columns that this result is.
    fn write(&self, group: &mut SerializedRowGroupWriter<'_, AtomicFile>) -> Result<(), Error> {
        let rows = self.column.rows;
        match &self.column.layout {
            Layout::Vector => self.write_one((0..rows).map(Some), group),
            Layout::Matrix(width) => (0..*width)
                .try_for_each(|index| self.write_one((0..rows).map(|row| Some(row * width + index)), group)),
            Layout::Csr { columns, indptr, indices } => {
                let mut by_column = vec![Vec::new(); *columns];
                for row in 0..rows {
                    for place in indptr[row]..indptr[row + 1] {
                        by_column[indices[place] as usize].push((row, place));
                    }
                }
                by_column.iter().try_for_each(|stored| {
                    let mut stored = stored.iter().peekable();
                    let place = |row| stored.next_if(|(at, _)| *at == row).map(|&(_, place)| place);
                    self.write_one((0..rows).map(place), group)
                })
            }
        }
    }

    /// Writes a column of the values at these places; where there is none, of a zero or an empty text.
    fn write_one(
        &self,
        places: impl Iterator<Item = Option<usize>>,
        group: &mut SerializedRowGroupWriter<'_, AtomicFile>,
    ) -> Result<(), Error> {
        let absent = || Error::usage("the output has fewer columns than its schema");
        let mut out = group.next_column().map_err(bad)?.ok_or_else(absent)?;
        let places: Vec<Option<usize>> = places.collect();
        match self.column.values.spread(places.iter().copied()) {
            Values::F64(values) => put::<DoubleType>(&mut out, &values, None)?,
            Values::F32(values) => put::<FloatType>(&mut out, &values, None)?,
            Values::I64(values) => put::<Int64Type>(&mut out, &values, None)?,
            Values::Bool(values) => put::<BoolType>(&mut out, &values, None)?,
            Values::Str(texts) => {
                let is_null = |place: Option<usize>| {
                    let nulls = self.nulls.as_ref();
                    nulls.zip(place).and_then(|(nulls, place)| nulls.get(place)).copied().unwrap_or(false)
                };
                let levels: Vec<i16> = places.iter().map(|&place| i16::from(!is_null(place))).collect();
                let texts = texts.iter().zip(&levels).filter(|(_, level)| **level > 0);
                let texts: Vec<ByteArray> = texts.map(|(text, _)| text.into()).collect();
                let levels = self.nulls.is_some().then_some(&levels[..]);
                put::<ByteArrayType>(&mut out, &texts, levels)?;
            }
            Values::Any(_) => return Err(absent()),
        }
        out.close().map_err(bad)
    }
}

fn put<T: DataType>(
    out: &mut SerializedColumnWriter<'_>,
    values: &[T::T],
    levels: Option<&[i16]>,
) -> Result<(), Error> {
    out.typed::<T>().write_batch(values, levels, None).map(drop).map_err(bad)
}

/// The writer fails when the file does: what it writes is sound.
fn bad(error: ParquetError) -> Error {
    match error {
        ParquetError::External(error) => match error.downcast::<std::io::Error>() {
            Ok(error) => (*error).into(),
            Err(error) => Error::usage(format!("the Parquet output can't be written: {error}")),
        },
        other => Error::usage(format!("the Parquet output can't be written: {other}")),
    }
}
