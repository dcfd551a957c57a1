use std::fmt;

use super::{Exactness, Family, Operator, rule};
use crate::DType;
use crate::canonical::Canonical;
use crate::types::{Shape, Type};

/// Any edge → n rows, each of them the same. Of what comes only the number of rows counts.
///
/// The result is of the type `ty`: \[n\] or dense \[n,d\] of floats or integers. float32 elements are the constants rounded,
/// i64 ones are those that are integers.
#[derive(Clone, Debug, PartialEq)]
pub struct Constant {
    /// Type of the result.
    pub ty: Type,
    /// The row: an element for each column.
    pub row: Vec<f64>,
}

impl Constant {
    /// One number for each row.
    pub fn vector(dtype: DType, value: f64) -> Self {
        Self { ty: Type::vector(dtype), row: vec![value] }
    }

    /// The same row for each row.
    pub fn matrix(dtype: DType, row: impl Into<Vec<f64>>) -> Self {
        let row = row.into();
        Self { ty: Type::matrix(dtype, row.len()), row }
    }
}

impl Operator for Constant {
    fn name(&self) -> &'static str {
        "constant"
    }

    fn family(&self) -> Family {
        Family::Glue
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        rule::one(self, inputs)?;
        let is_dense = matches!(self.ty.shape, Shape::Vector | Shape::Matrix(_));
        let fits = match self.ty.dtype {
            DType::F32 | DType::F64 => true,
            DType::I64 => self.row.iter().all(|x| x.fract() == 0.0 && x.abs() < 9e15),
            DType::Bool | DType::Str | DType::Any => false,
        };
        if is_dense && fits && self.ty.columns() == self.row.len() {
            return Ok(self.ty);
        }
        Err(format!("constant of {} elements as {}", self.row.len(), self.ty))
    }

    fn exactness(&self) -> Exactness {
        Exactness::Exact
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        out.floats(&self.row);
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.row[..] {
            [value] => write!(f, " {value:?}"),
            row => write!(f, " x{}", row.len()),
        }
    }
}
