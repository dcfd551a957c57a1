use std::fmt;

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
}

impl DType {
    /// The name in text forms: `f32`, `f64`, `i64`, `bool`, `str`.
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F64 => "f64",
            Self::I64 => "i64",
            Self::Bool => "bool",
            Self::Str => "str",
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
}

impl Shape {
    /// Elements of one row.
    pub fn columns(self) -> usize {
        match self {
            Self::Vector => 1,
            Self::Matrix(columns) => columns,
        }
    }
}

/// Type of an edge. Its text form is `f64[n,4]` for a matrix and `i64[n]` for a vector.
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

    /// Elements of one row.
    pub fn columns(self) -> usize {
        self.shape.columns()
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.shape {
            Shape::Vector => write!(f, "{}[n]", self.dtype),
            Shape::Matrix(columns) => write!(f, "{}[n,{columns}]", self.dtype),
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
}

impl Signature {
    /// A dense matrix.
    pub const fn dense(dtype: DType) -> Self {
        Self::Dense { dtype }
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
        }
    }
}
