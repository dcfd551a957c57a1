//! Rows of a table as a program takes them, and its results as a table takes them.

use cannery_exec::{Batch as ExecBatch, Cell as ExecCell, Column as ExecColumn, Output, OwnedCell, Program};
use cannery_exec::{Csr, Values as ExecValues};
use cannery_graph::{DType, Shape, Signature};
use cannery_table::{Batch, Cell, Column, Data, Layout, Named, Values};

use crate::error::{Error, Result};

/// What a graph must be made for to take these rows.
pub(crate) fn signature(data: &Data) -> Result<Signature> {
    Ok(match data {
        Data::Dense { values, .. } => Signature::dense(dtype(values)?),
        Data::Csr { values, .. } => Signature::csr(dtype(values)?),
        Data::Texts(_) => Signature::Text,
        Data::Frame(columns) => {
            let fields = columns.iter().map(|column| Ok((column.name.as_str(), dtype(&column.values)?)));
            Signature::frame(fields.collect::<Result<Vec<_>>>()?)
        }
        _ => return Err(unknown()),
    })
}

/// Runs a program on some rows.
pub(crate) fn run(program: &Program, batch: &Batch) -> Result<Vec<Column>> {
    let outputs = program.run(&Held::of(batch)?.batch()?)?;
    Ok(outputs.into_iter().map(|output| column(output, batch.rows)).collect())
}

/// Rows of a table in the form in which a program takes them.
pub(crate) enum Held<'t> {
    Dense { values: HeldValues<'t>, rows: usize, columns: usize },
    Csr { indptr: &'t [usize], indices: &'t [u32], values: HeldValues<'t>, columns: usize },
    Texts(Vec<&'t str>),
    Frame { columns: Vec<(&'t str, HeldValues<'t>)>, rows: usize },
}

impl<'t> Held<'t> {
    /// Texts become references into the table's.
    pub(crate) fn of(batch: &'t Batch) -> Result<Self> {
        let rows = batch.rows;
        Ok(match &batch.data {
            Data::Dense { columns, values } => {
                Self::Dense { values: HeldValues::of(values)?, rows, columns: *columns }
            }
            Data::Csr { columns, indptr, indices, values } => {
                Self::Csr { indptr, indices, values: HeldValues::of(values)?, columns: *columns }
            }
            Data::Texts(texts) => Self::Texts(texts.iter().collect()),
            Data::Frame(columns) => {
                let columns = columns.iter().map(|named| Ok((&*named.name, HeldValues::of(&named.values)?)));
                Self::Frame { columns: columns.collect::<Result<_>>()?, rows }
            }
            _ => return Err(unknown()),
        })
    }

    /// The rows for a program.
    pub(crate) fn batch(&self) -> Result<ExecBatch<'_>> {
        Ok(match self {
            Self::Dense { values, rows, columns } => ExecBatch::dense(values.column(), *rows, *columns)?,
            Self::Csr { indptr, indices, values, columns } => {
                ExecBatch::csr(indptr, indices, values.column(), *columns)?
            }
            Self::Texts(texts) => ExecBatch::texts(texts),
            Self::Frame { columns, rows } => {
                let columns = columns.iter().map(|(name, values)| (*name, values.column())).collect();
                ExecBatch::frame(columns, *rows)?
            }
        })
    }
}

/// The columns of these names, in this order.
pub(crate) fn select(mut columns: Vec<Named>, names: &[String]) -> Result<Vec<Named>> {
    let mut take = |name: &String| {
        let place = columns.iter().position(|column| column.name == *name);
        place
            .map(|place| columns.swap_remove(place))
            .ok_or_else(|| Error::usage(format!("column {name:?} is missing")))
    };
    names.iter().map(&mut take).collect()
}

fn unknown() -> Error {
    Error::unsupported("rows of a form that no model takes")
}

fn dtype(values: &Values) -> Result<DType> {
    Ok(match values {
        Values::F64(_) => DType::F64,
        Values::F32(_) => DType::F32,
        Values::I64(_) => DType::I64,
        Values::Bool(_) => DType::Bool,
        Values::Str(_) => DType::Str,
        Values::Any(_) => DType::Any,
        _ => return Err(unknown()),
    })
}

/// Values as a program takes them; texts as references into the table's.
pub(crate) enum HeldValues<'t> {
    F64(&'t [f64]),
    F32(&'t [f32]),
    I64(&'t [i64]),
    Bool(&'t [bool]),
    Str(Vec<&'t str>),
    Any(Vec<ExecCell<'t>>),
}

impl<'t> HeldValues<'t> {
    fn of(values: &'t Values) -> Result<Self> {
        Ok(match values {
            Values::F64(values) => Self::F64(values),
            Values::F32(values) => Self::F32(values),
            Values::I64(values) => Self::I64(values),
            Values::Bool(values) => Self::Bool(values),
            Values::Str(texts) => Self::Str(texts.iter().collect()),
            Values::Any(cells) => Self::Any(cells.iter().map(exec_cell).collect::<Result<_>>()?),
            _ => return Err(unknown()),
        })
    }

    fn column(&self) -> ExecColumn<'_> {
        match self {
            Self::F64(values) => ExecColumn::F64(values),
            Self::F32(values) => ExecColumn::F32(values),
            Self::I64(values) => ExecColumn::I64(values),
            Self::Bool(values) => ExecColumn::Bool(values),
            Self::Str(texts) => ExecColumn::Str(texts),
            Self::Any(cells) => ExecColumn::Any(cells),
        }
    }
}

fn exec_cell(cell: &Cell) -> Result<ExecCell<'_>> {
    Ok(match cell {
        Cell::None => ExecCell::None,
        Cell::Bool(value) => ExecCell::Bool(*value),
        Cell::Int(value) => ExecCell::Int(*value),
        Cell::Float(value) => ExecCell::Float(*value),
        Cell::Str(text) => ExecCell::Str(text),
        _ => return Err(unknown()),
    })
}

/// One result.
pub(crate) fn column(output: Output, rows: usize) -> Column {
    let (layout, values) = match (output.shape, output.values) {
        (Shape::Csr(columns), ExecValues::Csr(Csr { indptr, indices, values })) => {
            (Layout::Csr { columns, indptr, indices }, *values)
        }
        (Shape::Matrix(columns) | Shape::Csr(columns), values) => (Layout::Matrix(columns), values),
        (Shape::Vector | Shape::Ragged | Shape::Hits(_), values) => (Layout::Vector, values),
    };
    Column { name: output.name.into(), rows, layout, values: table_values(values) }
}

fn table_values(values: ExecValues) -> Values {
    match values {
        ExecValues::F32(values) => Values::F32(values),
        ExecValues::F64(values) => Values::F64(values),
        ExecValues::I64(values) => Values::I64(values),
        ExecValues::Bool(values) => Values::Bool(values),
        ExecValues::Str(values) => Values::Str(values.iter().collect()),
        ExecValues::Any(cells) => Values::Any(cells.into_iter().map(table_cell).collect()),
        ExecValues::Csr(matrix) => table_values(*matrix.values),
    }
}

fn table_cell(cell: OwnedCell) -> Cell {
    match cell {
        OwnedCell::None => Cell::None,
        OwnedCell::Bool(value) => Cell::Bool(value),
        OwnedCell::Int(value) => Cell::Int(value),
        OwnedCell::Float(value) => Cell::Float(value),
        OwnedCell::Str(text) => Cell::Str(text),
    }
}
