use std::fmt;
use std::sync::Arc;

use crate::types::DType;

/// A constant float64 matrix in C order. Cheap to clone.
#[derive(Clone, PartialEq)]
pub struct Matrix {
    rows: usize,
    columns: usize,
    values: Arc<[f64]>,
}

impl Matrix {
    /// A matrix over its elements in C order; `None` when they are not `rows` × `columns`.
    pub fn new(rows: usize, columns: usize, values: impl Into<Arc<[f64]>>) -> Option<Self> {
        let values = values.into();
        (rows.checked_mul(columns)? == values.len()).then_some(Self { rows, columns, values })
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The elements in C order.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// One row.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn row(&self, row: usize) -> &[f64] {
        &self.values[row * self.columns..][..self.columns]
    }
}

impl fmt::Debug for Matrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Matrix({}x{})", self.rows, self.columns)
    }
}

/// The labels of the classes, by class index. Cheap to clone.
#[derive(Clone, Debug, PartialEq)]
pub enum Labels {
    /// Integers.
    I64(Arc<[i64]>),
    /// Floats.
    F64(Arc<[f64]>),
    /// Truth values.
    Bool(Arc<[bool]>),
    /// Text.
    Str(Arc<[Box<str>]>),
}

impl Labels {
    /// Number of classes.
    pub fn len(&self) -> usize {
        match self {
            Self::I64(labels) => labels.len(),
            Self::F64(labels) => labels.len(),
            Self::Bool(labels) => labels.len(),
            Self::Str(labels) => labels.len(),
        }
    }

    /// Whether there is no class.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Type of the labels.
    pub fn dtype(&self) -> DType {
        match self {
            Self::I64(_) => DType::I64,
            Self::F64(_) => DType::F64,
            Self::Bool(_) => DType::Bool,
            Self::Str(_) => DType::Str,
        }
    }
}
