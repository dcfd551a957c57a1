use std::fmt;

use crate::types::{DType, Shape, Type};

/// The constants of [`Op::Impute`](super::Op::Impute): what counts as missing, and what stands for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Impute {
    /// Which elements are replaced.
    pub missing: Missing,
    /// The value of each column, rounded to the dtype of the edge where it is put in.
    pub fill: Vec<f64>,
}

/// Which elements are missing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Missing {
    /// NaN.
    Nan,
    /// Elements equal to this number; float32 is widened to be compared.
    Number(f64),
}

impl Impute {
    pub(super) fn infer(&self, x: Type) -> Result<Type, String> {
        match (x.dtype, x.shape) {
            (DType::F32 | DType::F64, Shape::Matrix(columns @ 1..)) if columns == self.fill.len() => Ok(x),
            _ => Err(format!("impute takes floats in {} columns, not {x}", self.fill.len())),
        }
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nan => f.write_str("nan"),
            Self::Number(number) => write!(f, "{number:?}"),
        }
    }
}
