use std::fmt;
use std::sync::Arc;

/// Type of the elements on an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DType {
    /// IEEE 754 binary32.
    F32,
    /// IEEE 754 binary64.
    F64,
    /// Signed 64-bit integer.
    I64,
    /// Truth value.
    Bool,
    /// Text.
    Str,
    /// A value of Python that says what it is: None, a bool, an integer, a float or a text. Two are equal as they are in
    /// Python (`1 == 1.0 == True`); None and NaN are distinct.
    Any,
}

impl DType {
    /// Whether it is one of the two float types.
    pub fn is_float(self) -> bool {
        match self {
            Self::F32 | Self::F64 => true,
            Self::I64 | Self::Bool | Self::Str | Self::Any => false,
        }
    }

    /// The name in text forms: `f32`, `f64`, `i64`, `bool`, `str`, `any`.
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F64 => "f64",
            Self::I64 => "i64",
            Self::Bool => "bool",
            Self::Str => "str",
            Self::Any => "any",
        }
    }
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

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
