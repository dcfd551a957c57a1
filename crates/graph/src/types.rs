use std::fmt;
use std::sync::Arc;

use cannery_rows::{DType, DataView, RowsView};

/// What a batch of n rows has on an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// One element a row; numpy's shape (n,).
    Vector,
    /// This many elements a row; numpy's shape (n, columns).
    Matrix(usize),
    /// A matrix of this many columns of which only some elements are stored: scipy's CSR. Those of a row stand in the
    /// order of their columns, each column at most once. What is not stored is 0.
    Csr(usize),
    /// Any number of elements a row.
    Ragged,
    /// This many neighbours a row, each an index (i64) and a distance of the dtype.
    Hits(usize),
}

impl Shape {
    /// Elements of one row, stored or not; neighbours of one; 0 where that differs from row to row.
    pub fn columns(self) -> usize {
        match self {
            Self::Vector => 1,
            Self::Matrix(columns) | Self::Csr(columns) | Self::Hits(columns) => columns,
            Self::Ragged => 0,
        }
    }
}

/// Type of an edge. Its text form is `f64[n,4]` for a matrix, `i64[n]` for a vector, `f64[n,4 csr]` where not all elements
/// are stored, `str[n,*]` where rows differ in length, `f64[n,5 hits]` for neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Type {
    /// Type of the elements.
    pub dtype: DType,
    /// Elements of each row.
    pub shape: Shape,
}

impl Type {
    /// One element a row.
    pub const fn vector(dtype: DType) -> Self {
        Self { dtype, shape: Shape::Vector }
    }

    /// `columns` elements a row.
    pub const fn matrix(dtype: DType, columns: usize) -> Self {
        Self { dtype, shape: Shape::Matrix(columns) }
    }

    /// `columns` elements a row, of which some are stored.
    pub const fn csr(dtype: DType, columns: usize) -> Self {
        Self { dtype, shape: Shape::Csr(columns) }
    }

    /// Any number of elements a row.
    pub const fn ragged(dtype: DType) -> Self {
        Self { dtype, shape: Shape::Ragged }
    }

    /// `count` neighbours a row, with distances of this dtype.
    pub const fn hits(dtype: DType, count: usize) -> Self {
        Self { dtype, shape: Shape::Hits(count) }
    }

    /// Elements of one row, as [`Shape::columns`] counts them.
    pub fn columns(self) -> usize {
        self.shape.columns()
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.shape {
            Shape::Vector => write!(f, "{}[n]", self.dtype),
            Shape::Matrix(columns) => write!(f, "{}[n,{columns}]", self.dtype),
            Shape::Csr(columns) => write!(f, "{}[n,{columns} csr]", self.dtype),
            Shape::Ragged => write!(f, "{}[n,*]", self.dtype),
            Shape::Hits(count) => write!(f, "{}[n,{count} hits]", self.dtype),
        }
    }
}

/// What the caller brings. It decides arithmetic and output types; how many columns there must be is the
/// model's to say.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Signature {
    /// A dense matrix of one dtype, rows one after another.
    Dense {
        /// Type of the elements.
        dtype: DType,
    },
    /// A sparse matrix of floats or integers, see [`Shape::Csr`].
    Csr {
        /// Type of the elements.
        dtype: DType,
    },
    /// A text a row.
    Text,
    /// Columns with names, each of its own dtype.
    Frame(Arc<[Field]>),
}

/// A column of a [`Signature::Frame`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Field {
    /// Name of the column.
    pub name: Box<str>,
    /// Type of its elements.
    pub dtype: DType,
}

impl Signature {
    /// A dense matrix.
    pub const fn dense(dtype: DType) -> Self {
        Self::Dense { dtype }
    }

    /// A sparse matrix.
    pub const fn csr(dtype: DType) -> Self {
        Self::Csr { dtype }
    }

    /// What a graph must be made for to take these rows.
    pub fn of(rows: &RowsView<'_>) -> Self {
        match rows.data() {
            DataView::Dense { values, .. } => Self::dense(values.dtype()),
            DataView::Csr { values, .. } => Self::csr(values.dtype()),
            DataView::Texts(_) => Self::Text,
            DataView::Frame(columns) => {
                Self::frame(columns.iter().map(|(name, values)| (*name, values.dtype())))
            }
        }
    }

    /// Columns with their names and types.
    pub fn frame<'n>(fields: impl IntoIterator<Item = (&'n str, DType)>) -> Self {
        Self::Frame(fields.into_iter().map(|(name, dtype)| Field { name: name.into(), dtype }).collect())
    }
}

impl Default for Signature {
    /// Dense float64: what numpy users bring unless they say otherwise.
    fn default() -> Self {
        Self::dense(DType::F64)
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dense { dtype } => write!(f, "dense {dtype}"),
            Self::Csr { dtype } => write!(f, "csr {dtype}"),
            Self::Text => f.write_str("text"),
            Self::Frame(fields) => {
                f.write_str("frame")?;
                fields.iter().try_for_each(|field| write!(f, " {:?}: {}", field.name, field.dtype))
            }
        }
    }
}
