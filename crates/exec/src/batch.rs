use cannery_graph::{DType, Signature};

use crate::buffer::View;
use crate::error::Error;

/// Rows to run a program on: a dense matrix, rows one after another.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    rows: usize,
    columns: usize,
    values: Floats<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Floats<'a> {
    F32(&'a [f32]),
    F64(&'a [f64]),
}

impl<'a> Batch<'a> {
    /// A matrix of float64, `rows` × `columns`, in C order.
    ///
    /// # Errors
    /// `Usage` when there are more or fewer values.
    pub fn f64(values: &'a [f64], rows: usize, columns: usize) -> Result<Self, Error> {
        Self::new(Floats::F64(values), values.len(), rows, columns)
    }

    /// A matrix of float32, `rows` × `columns`, in C order.
    ///
    /// # Errors
    /// `Usage` when there are more or fewer values.
    pub fn f32(values: &'a [f32], rows: usize, columns: usize) -> Result<Self, Error> {
        Self::new(Floats::F32(values), values.len(), rows, columns)
    }

    fn new(values: Floats<'a>, len: usize, rows: usize, columns: usize) -> Result<Self, Error> {
        if rows.checked_mul(columns) != Some(len) {
            return Err(Error::usage(format!("{len} values are not {rows} rows of {columns} columns")));
        }
        Ok(Self { rows, columns, values })
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// What a graph must be made for to take this batch.
    pub fn signature(&self) -> Signature {
        Signature::dense(match self.values {
            Floats::F32(_) => DType::F32,
            Floats::F64(_) => DType::F64,
        })
    }

    /// Rows `start..end`.
    pub(crate) fn slice(&self, start: usize, end: usize) -> View<'a> {
        let range = start * self.columns..end * self.columns;
        match self.values {
            Floats::F32(values) => View::F32(&values[range]),
            Floats::F64(values) => View::F64(&values[range]),
        }
    }
}
