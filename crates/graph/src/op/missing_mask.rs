use std::fmt;

use super::{Exactness, Family, Operator, rule};
use crate::DType;
use crate::Scalar;
use crate::canonical::Canonical;
use crate::types::{Shape, Type};

/// Floats, i64 or any\[n,d\] → bool\[n,d\]: whether each element is missing. Floats \[n,d csr\] → the same type: 1 for each
/// stored element that is missing, and nothing else stored.
#[derive(Clone, Debug, PartialEq)]
pub struct MissingMask(pub Missing);

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

impl Operator for MissingMask {
    fn name(&self) -> &'static str {
        "missing_mask"
    }

    fn family(&self) -> Family {
        Family::Columns
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let (x, Self(missing)) = (rule::one(self, inputs)?, self);
        match x.shape {
            Shape::Matrix(_) if missing.is_of(x.dtype) => Ok(Type { dtype: DType::Bool, ..x }),
            Shape::Csr(_) if x.dtype.is_float() && missing.is_of(x.dtype) => Ok(x),
            _ => Err(format!("missing_mask {missing} does not take {x}")),
        }
    }

    fn exactness(&self) -> Exactness {
        Exactness::Exact
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        self.0.write(out);
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " {}", self.0)
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

    /// Writes it into the canonical text.
    pub(super) fn write(&self, out: &mut Canonical<'_>) {
        match self {
            Self::Nan => out.word("nan"),
            Self::Number(number) => {
                out.word("number");
                out.float(*number);
            }
            Self::Scalar(scalar) => {
                out.word("scalar");
                out.scalar(scalar);
            }
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
