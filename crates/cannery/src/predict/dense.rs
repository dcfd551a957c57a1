//! Prediction for a matrix that the caller holds, without a copy of it.

use cannery_exec::{Batch, Column as ExecColumn};
use cannery_graph::{DType, Signature};
use cannery_table::Column;

use super::{expect_rows, rows};
use crate::error::{Error, Result};
use crate::model::Model;

/// Numbers that the caller holds.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Numbers<'n> {
    /// `float64`.
    F64(&'n [f64]),
    /// `float32`.
    F32(&'n [f32]),
}

impl Model {
    /// Calls methods for a matrix in C order, as [`call_all`](Self::call_all) does, without a copy of it.
    ///
    /// ```
    /// use cannery::{Numbers, Values};
    /// let model = cannery::open("../../examples/iris_svc.joblib")?;
    /// let results = model.call_dense("predict", Numbers::F32(&[5.1, 3.5, 1.4, 0.2]), 1, 4)?;
    /// assert_eq!(results[0].values, Values::I64(vec![0]));
    /// # Ok::<(), cannery::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of `call_all`; `Usage` where there are not `rows` × `columns` numbers.
    pub fn call_dense(
        &self,
        request: &str,
        numbers: Numbers<'_>,
        rows: usize,
        columns: usize,
    ) -> Result<Vec<Column>> {
        let (column, dtype, len) = match numbers {
            Numbers::F64(values) => (ExecColumn::F64(values), DType::F64, values.len()),
            Numbers::F32(values) => (ExecColumn::F32(values), DType::F32, values.len()),
        };
        if rows.checked_mul(columns) != Some(len) {
            return Err(Error::usage(format!("{len} numbers are not {rows} rows of {columns}")));
        }
        expect_rows(rows as u64, &*self.read_estimator()?)?;
        let program = self.program(request, &Signature::dense(dtype))?;
        let outputs = program.run(&Batch::dense(column, rows, columns)?)?;
        Ok(outputs.into_iter().map(|output| rows::column(output, rows)).collect())
    }
}
