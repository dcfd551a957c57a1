//! What comes to an estimator: from the caller, or from the step before it.

use cannery_graph::{Builder, DType, Edge, Op};

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
    /// Columns whose dtype matters: numbers, texts, anything.
    Columns {
        /// Number of columns.
        columns: usize,
    },
    /// A text a row.
    Texts,
}

impl Takes {
    /// Number of columns; texts are one.
    pub fn columns(self) -> usize {
        match self {
            Self::Numbers { columns } | Self::Columns { columns } => columns,
            Self::Texts => 1,
        }
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

/// The dtype that holds both, as numpy and pandas have it: int64 and float32 are float64, numbers and truth values or texts
/// are objects.
fn promote(a: DType, b: DType) -> DType {
    use DType::{Any, Bool, F32, F64, I64, Str};
    match (a, b) {
        _ if a == b => a,
        (F32 | F64 | I64, F32 | F64 | I64) => F64,
        (Bool | Str | Any | F32 | F64 | I64, _) => Any,
    }
}
