//! What comes to an estimator: from the caller, or from the step before it.

use cannery_graph::{Builder, DType, Edge, Op, Shape};

use crate::error::Error;

/// What an estimator was fitted on, and so takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Takes {
    /// A matrix of numbers. Columns with names do as well, one beside the other.
    Numbers {
        /// Number of columns.
        columns: usize,
    },
    /// A matrix of numbers, of any number of columns as far as the file says: before 0.24 many transformers that learn
    /// nothing did not keep it.
    AnyNumbers,
    /// Columns whose dtype matters: numbers, texts, anything.
    Columns {
        /// Number of columns.
        columns: usize,
    },
    /// A label a row, of whatever type: one column.
    Labels,
    /// A record a row, as the text of a JSON object or array.
    Records,
    /// A text a row.
    Texts,
}

impl Takes {
    /// Number of columns; texts are one, and 0 stands for any number.
    pub fn columns(self) -> usize {
        match self {
            Self::Numbers { columns } | Self::Columns { columns } => columns,
            Self::Labels | Self::Records | Self::Texts => 1,
            Self::AnyNumbers => 0,
        }
    }

    /// What each column holds.
    pub(crate) fn column_kind(self) -> ColumnKind {
        match self {
            Self::Numbers { .. } | Self::AnyNumbers => ColumnKind::Number,
            Self::Columns { .. } | Self::Labels => ColumnKind::Open,
            Self::Records | Self::Texts => ColumnKind::Text,
        }
    }
}

/// A column that an estimator takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnHint {
    /// Its name, where the estimator knows it. If all columns have one they are found by it in a table, and the table may
    /// have others.
    pub name: Option<Box<str>>,
    /// What it held at fit.
    pub kind: ColumnKind,
}

/// What a column held at fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// Nothing is known.
    Open,
    /// Numbers or truth values.
    Number,
    /// Texts, perhaps with values missing. Digits are texts as well.
    Text,
}

impl ColumnHint {
    /// Columns without names.
    pub(crate) fn unnamed(kind: ColumnKind, columns: usize) -> Vec<Self> {
        vec![Self { name: None, kind }; columns]
    }
}

/// What comes to an estimator.
#[derive(Clone, Debug)]
pub enum Input {
    /// A matrix, dense or CSR, of any dtype.
    Matrix(Edge),
    /// Columns with names: vectors, each of its own dtype.
    Frame(Vec<(Box<str>, Edge)>),
    /// A text a row.
    Texts(Edge),
}

impl From<Edge> for Input {
    fn from(matrix: Edge) -> Self {
        Self::Matrix(matrix)
    }
}

impl Input {
    /// Number of columns.
    pub(crate) fn columns(&self, builder: &Builder) -> Result<usize, Error> {
        match self {
            Self::Matrix(x) => Ok(builder.type_of(*x)?.columns()),
            Self::Frame(columns) => Ok(columns.len()),
            Self::Texts(_) => Ok(1),
        }
    }

    /// A dense matrix of float32 or float64, as `check_array(X, dtype=[float64, float32])` gives it.
    pub(crate) fn dense_floats(&self, builder: &mut Builder) -> Result<Edge, Error> {
        let x = self.floats(builder)?;
        Ok(builder.dense(x)?)
    }

    /// A matrix of float32 or float64, dense or CSR as it comes: `check_array(X, accept_sparse="csr",
    /// dtype=[float64, float32])`.
    pub(crate) fn floats(&self, builder: &mut Builder) -> Result<Edge, Error> {
        match self {
            Self::Matrix(x) => floats(builder, *x),
            Self::Frame(_) => {
                let x = self.matrix(builder)?;
                floats(builder, x)
            }
            Self::Texts(_) => Err(Error::unsupported("", "texts where numbers are taken")),
        }
    }

    /// A text a row.
    pub(crate) fn texts(&self) -> Result<Edge, Error> {
        match self {
            Self::Texts(texts) => Ok(*texts),
            Self::Matrix(_) | Self::Frame(_) => {
                Err(Error::unsupported("", "a table where a text a row is taken"))
            }
        }
    }

    /// A matrix of any dtype, dense or CSR as it comes. The columns of a frame get the dtype that
    /// `DataFrame.to_numpy` gives them together.
    pub(crate) fn matrix(&self, builder: &mut Builder) -> Result<Edge, Error> {
        match self {
            Self::Matrix(x) => Ok(*x),
            Self::Frame(columns) => {
                let edges: Vec<Edge> = columns.iter().map(|(_, edge)| *edge).collect();
                side_by_side(builder, &edges)
            }
            Self::Texts(_) => Err(Error::unsupported("", "texts where a table is taken")),
        }
    }
}

/// Elements as floats: float32 and float64 as they are, anything else as float64.
fn floats(builder: &mut Builder, x: Edge) -> Result<Edge, Error> {
    match builder.type_of(x)?.dtype {
        DType::F32 | DType::F64 => Ok(x),
        DType::I64 | DType::Bool | DType::Any => Ok(builder.cast(x, DType::F64)?),
        DType::Str => {
            let x = builder.cast(x, DType::Any)?;
            Ok(builder.cast(x, DType::F64)?)
        }
    }
}

/// Vectors and matrices as one matrix of their common dtype.
pub(crate) fn side_by_side(builder: &mut Builder, edges: &[Edge]) -> Result<Edge, Error> {
    let mut common: Option<DType> = None;
    for &edge in edges {
        let dtype = builder.type_of(edge)?.dtype;
        common = Some(common.map_or(dtype, |common| promote(common, dtype)));
    }
    let common = common.ok_or_else(|| Error::unsupported("", "a table of no column"))?;
    let mut cast = Vec::with_capacity(edges.len());
    for &edge in edges {
        cast.push(builder.cast(edge, common)?);
    }
    Ok(builder.add(Op::Concat, &cast)?)
}

/// Matrices side by side as `numpy.hstack` has them: what is sparse is made dense, and truth values become numbers beside
/// numbers.
pub(crate) fn hstack(builder: &mut Builder, edges: &[Edge]) -> Result<Edge, Error> {
    let mut dense = Vec::with_capacity(edges.len());
    for &edge in edges {
        dense.push(builder.dense(edge)?);
    }
    joined(builder, dense)
}

/// Matrices of numbers side by side as `scipy.sparse.hstack` has them: zeros of dense ones are not stored. Objects become
/// numbers, or it is an error.
pub(crate) fn hstack_sparse(builder: &mut Builder, edges: &[Edge]) -> Result<Edge, Error> {
    let mut sparse = Vec::with_capacity(edges.len());
    for &edge in edges {
        let edge = match builder.type_of(edge)?.dtype {
            DType::Str | DType::Any => floats(builder, edge)?,
            // of truth values alone scipy makes a matrix of truth values; beside others they are numbers
            DType::Bool if edges.len() > 1 => builder.cast(edge, DType::I64)?,
            DType::Bool => return Err(Error::unsupported("", "a sparse matrix of truth values")),
            DType::F32 | DType::F64 | DType::I64 => edge,
        };
        sparse.push(match builder.type_of(edge)?.shape {
            Shape::Csr(_) => edge,
            Shape::Vector | Shape::Matrix(_) | Shape::Ragged | Shape::Hits(_) => {
                builder.add(Op::Sparse, &[edge])?
            }
        });
    }
    joined(builder, sparse)
}

/// Matrices of one layout, cast to the dtype that numpy promotes theirs to.
fn joined(builder: &mut Builder, mut edges: Vec<Edge>) -> Result<Edge, Error> {
    let mut common: Option<DType> = None;
    for &edge in &edges {
        let dtype = builder.type_of(edge)?.dtype;
        common = Some(match (common, dtype) {
            (None, dtype) | (Some(DType::Bool), dtype @ (DType::F32 | DType::F64 | DType::I64)) => dtype,
            (Some(common @ (DType::F32 | DType::F64 | DType::I64)), DType::Bool) => common,
            (Some(common), dtype) => promote(common, dtype),
        });
    }
    let common = common.ok_or_else(|| Error::unsupported("", "a table of no column"))?;
    for edge in &mut edges {
        *edge = builder.cast(*edge, common)?;
    }
    match edges[..] {
        [edge] => Ok(edge),
        _ => Ok(builder.add(Op::Concat, &edges)?),
    }
}

/// The dtype that holds both, as numpy and pandas have it: int64 and float32 are float64, numbers and truth values or texts
/// are objects.
pub(crate) fn promote(a: DType, b: DType) -> DType {
    use DType::{Any, Bool, F32, F64, I64, Str};
    match (a, b) {
        _ if a == b => a,
        (F32 | F64 | I64, F32 | F64 | I64) => F64,
        (Bool | Str | Any | F32 | F64 | I64, _) => Any,
    }
}
