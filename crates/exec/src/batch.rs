use cannery_graph::{DType, Signature};

use crate::buffer::View;
use crate::cell::Cell;
use crate::csr::{self, CsrView, StoredView};
use crate::error::Error;

/// Rows to run a program on.
#[derive(Clone, Debug)]
pub struct Batch<'a> {
    rows: usize,
    data: Data<'a>,
}

#[derive(Clone, Debug)]
enum Data<'a> {
    Dense { columns: usize, values: Column<'a> },
    Csr { columns: usize, rows: CsrView<'a> },
    Texts(&'a [&'a str]),
    Frame(Vec<(&'a str, Column<'a>)>),
}

/// Elements of one dtype.
#[derive(Clone, Copy, Debug)]
pub enum Column<'a> {
    /// float32.
    F32(&'a [f32]),
    /// float64.
    F64(&'a [f64]),
    /// int64.
    I64(&'a [i64]),
    /// bool.
    Bool(&'a [bool]),
    /// Text.
    Str(&'a [&'a str]),
    /// Values that say what they are.
    Any(&'a [Cell<'a>]),
}

impl<'a> Batch<'a> {
    /// A matrix of float64, `rows` × `columns`, in C order.
    ///
    /// # Errors
    /// `Usage` when there are more or fewer values.
    pub fn f64(values: &'a [f64], rows: usize, columns: usize) -> Result<Self, Error> {
        Self::dense(Column::F64(values), rows, columns)
    }

    /// A matrix of float32, `rows` × `columns`, in C order.
    ///
    /// # Errors
    /// `Usage` when there are more or fewer values.
    pub fn f32(values: &'a [f32], rows: usize, columns: usize) -> Result<Self, Error> {
        Self::dense(Column::F32(values), rows, columns)
    }

    /// A matrix of any dtype, `rows` × `columns`, in C order.
    ///
    /// # Errors
    /// `Usage` when there are more or fewer values.
    pub fn dense(values: Column<'a>, rows: usize, columns: usize) -> Result<Self, Error> {
        let len = values.len();
        if rows.checked_mul(columns) != Some(len) {
            return Err(Error::usage(format!("{len} values are not {rows} rows of {columns} columns")));
        }
        Ok(Self { rows, data: Data::Dense { columns, values } })
    }

    /// A CSR matrix of float32, float64 or int64, as scipy has it: row i has the elements `indptr[i]..indptr[i + 1]` of
    /// `indices` and `values`, in the order of their columns, each column once.
    ///
    /// # Errors
    /// `Usage` when the parts do not fit together, a row is not in order, or the dtype is another.
    pub fn csr(
        indptr: &'a [usize],
        indices: &'a [u32],
        values: Column<'a>,
        columns: usize,
    ) -> Result<Self, Error> {
        let values = match values {
            Column::F32(values) => StoredView::F32(values),
            Column::F64(values) => StoredView::F64(values),
            Column::I64(values) => StoredView::I64(values),
            Column::Bool(_) | Column::Str(_) | Column::Any(_) => {
                return Err(Error::usage("a sparse matrix must contain numbers"));
            }
        };
        let Some(rows) = indptr.len().checked_sub(1) else {
            return Err(Error::usage("indptr is empty"));
        };
        let view = CsrView::new(indptr, indices, values);
        csr::check(view, rows, columns).map_err(Error::usage)?;
        Ok(Self { rows, data: Data::Csr { columns, rows: view } })
    }

    /// A text a row.
    pub fn texts(texts: &'a [&'a str]) -> Self {
        Self { rows: texts.len(), data: Data::Texts(texts) }
    }

    /// Columns with names, each of `rows` elements.
    ///
    /// # Errors
    /// `Usage` when a column has more or fewer.
    pub fn frame(columns: Vec<(&'a str, Column<'a>)>, rows: usize) -> Result<Self, Error> {
        match columns.iter().find(|(_, column)| column.len() != rows) {
            Some((name, column)) => {
                Err(Error::usage(format!("column {name:?} has {} values, not {rows}", column.len())))
            }
            None => Ok(Self { rows, data: Data::Frame(columns) }),
        }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns; of texts there is one.
    pub fn columns(&self) -> usize {
        match &self.data {
            Data::Dense { columns, .. } | Data::Csr { columns, .. } => *columns,
            Data::Texts(_) => 1,
            Data::Frame(columns) => columns.len(),
        }
    }

    /// What a graph must be made for to take this batch.
    pub fn signature(&self) -> Signature {
        match &self.data {
            Data::Dense { values, .. } => Signature::dense(values.dtype()),
            Data::Csr { rows, .. } => Signature::csr(rows.values.dtype()),
            Data::Texts(_) => Signature::Text,
            Data::Frame(columns) => {
                Signature::frame(columns.iter().map(|(name, column)| (*name, column.dtype())))
            }
        }
    }

    /// Rows `first..last` of the matrix.
    pub(crate) fn matrix(&self, first: usize, last: usize) -> View<'a, 'a> {
        match &self.data {
            Data::Dense { columns, values } => values.slice(first * columns, last * columns),
            Data::Csr { rows, .. } => View::Csr(rows.slice(first, last)),
            Data::Texts(_) | Data::Frame(_) => {
                unreachable!("the signature was compared: a matrix is brought")
            }
        }
    }

    /// Rows `first..last` of a column of the frame, or of the texts.
    pub(crate) fn field(&self, column: usize, first: usize, last: usize) -> View<'a, 'a> {
        match &self.data {
            Data::Texts(texts) => View::Str(&texts[first..last]),
            Data::Frame(columns) => columns[column].1.slice(first, last),
            Data::Dense { .. } | Data::Csr { .. } => {
                unreachable!("the signature was compared: columns are brought")
            }
        }
    }
}

impl<'a> Column<'a> {
    /// Number of elements.
    pub fn len(self) -> usize {
        match self {
            Self::F32(values) => values.len(),
            Self::F64(values) => values.len(),
            Self::I64(values) => values.len(),
            Self::Bool(values) => values.len(),
            Self::Str(values) => values.len(),
            Self::Any(values) => values.len(),
        }
    }

    /// Whether there is no element.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Type of the elements.
    pub fn dtype(self) -> DType {
        match self {
            Self::F32(_) => DType::F32,
            Self::F64(_) => DType::F64,
            Self::I64(_) => DType::I64,
            Self::Bool(_) => DType::Bool,
            Self::Str(_) => DType::Str,
            Self::Any(_) => DType::Any,
        }
    }

    fn slice(self, first: usize, last: usize) -> View<'a, 'a> {
        match self {
            Self::F32(values) => View::F32(&values[first..last]),
            Self::F64(values) => View::F64(&values[first..last]),
            Self::I64(values) => View::I64(&values[first..last]),
            Self::Bool(values) => View::Bool(&values[first..last]),
            Self::Str(values) => View::Str(&values[first..last]),
            Self::Any(values) => View::Any(&values[first..last]),
        }
    }
}
