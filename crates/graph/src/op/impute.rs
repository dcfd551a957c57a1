use std::fmt;

use crate::scalar::Scalar;
use crate::types::{DType, Shape, Type};

/// The constants of [`Op::Impute`](super::Op::Impute): what counts as missing, and what stands for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Impute {
    /// Which elements are replaced.
    pub missing: Missing,
    /// What is put in.
    pub fill: Fill,
}

/// The value of each column that stands for missing elements.
#[derive(Clone, Debug, PartialEq)]
pub enum Fill {
    /// For floats, rounded to the dtype of the edge where it is put in.
    Floats(Vec<f64>),
    /// For i64.
    Integers(Vec<i64>),
    /// For any.
    Scalars(Vec<Scalar>),
}

/// Which elements are missing.
#[derive(Clone, Debug, PartialEq)]
pub enum Missing {
    /// NaN.
    Nan,
    /// Numbers equal to this one; what is no float is widened to be compared.
    Number(f64),
    /// Elements equal to this one as in Python; for any and i64.
    Scalar(Scalar),
}

impl Fill {
    /// Number of columns.
    pub fn len(&self) -> usize {
        match self {
            Self::Floats(fill) => fill.len(),
            Self::Integers(fill) => fill.len(),
            Self::Scalars(fill) => fill.len(),
        }
    }

    /// Whether there is no column.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Impute {
    pub(super) fn infer(&self, x: Type) -> Result<Type, String> {
        let fits = match (&self.fill, x.dtype) {
            (Fill::Floats(_), DType::F32 | DType::F64) => true,
            (Fill::Integers(_), DType::I64) | (Fill::Scalars(_), DType::Any) => {
                matches!(x.shape, Shape::Matrix(_))
            }
            _ => false,
        };
        match x.shape {
            Shape::Matrix(columns @ 1..) | Shape::Csr(columns @ 1..)
                if fits && columns == self.fill.len() && self.missing.is_of(x.dtype) =>
            {
                Ok(x)
            }
            _ => Err(format!("impute {} of {} columns does not take {x}", self.missing, self.fill.len())),
        }
    }
}

impl Missing {
    /// Whether elements of a dtype can be asked.
    pub(super) fn is_of(&self, dtype: DType) -> bool {
        match self {
            Self::Nan | Self::Number(_) => {
                matches!(dtype, DType::F32 | DType::F64 | DType::I64 | DType::Any)
            }
            Self::Scalar(_) => matches!(dtype, DType::I64 | DType::Any),
        }
    }

    /// Type of the mask of some elements.
    pub(super) fn mask(&self, x: Type) -> Result<Type, String> {
        match x.shape {
            Shape::Matrix(_) if self.is_of(x.dtype) => Ok(Type { dtype: DType::Bool, ..x }),
            Shape::Csr(_) if x.dtype.is_float() && self.is_of(x.dtype) => Ok(x),
            _ => Err(format!("missing_mask {self} does not take {x}")),
        }
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nan => f.write_str("nan"),
            Self::Number(number) => write!(f, "{number:?}"),
            Self::Scalar(scalar) => write!(f, "={scalar}"),
        }
    }
}
