use std::fmt;

use super::{Exactness, Family, Operator, rule};
use crate::DType;
use crate::canonical::Canonical;
use crate::types::{Shape, Type};

/// x → x, dense or CSR, or an error that names the first offending element in row order. Of a CSR matrix the stored
/// elements are looked at; of any, where infinities are fine, those that are NaN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// Finite numbers: neither NaN nor infinite.
    Finite,
    /// Finite numbers and NaN.
    NotInfinite,
    /// Integers from 0 on.
    NotNegative,
    /// Floats from 0 on, and NaN.
    NotBelow0,
    /// Floats above 0, and NaN.
    Above0,
}

impl Operator for Check {
    fn name(&self) -> &'static str {
        "guard"
    }

    fn family(&self) -> Family {
        Family::Glue
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let x = rule::one(self, inputs)?;
        match self {
            Self::Finite | Self::NotInfinite => match x.shape {
                Shape::Vector | Shape::Matrix(_) | Shape::Csr(_) if x.dtype.is_float() => Ok(x),
                Shape::Vector | Shape::Matrix(_) if x.dtype == DType::Any => Ok(x),
                _ => Err(rule::wants(self, "floats or any", x)),
            },
            Self::NotBelow0 => match x.shape {
                Shape::Matrix(_) | Shape::Csr(_) => rule::floats(self, x).map(|()| x),
                _ => Err(rule::wants(self, "a matrix of floats", x)),
            },
            Self::Above0 => match x.shape {
                Shape::Matrix(_) => rule::floats(self, x).map(|()| x),
                _ => Err(rule::wants(self, "a dense matrix of floats", x)),
            },
            Self::NotNegative => match (x.dtype, x.shape) {
                (DType::I64, Shape::Vector | Shape::Matrix(_)) => Ok(x),
                _ => Err(rule::wants(self, "dense i64", x)),
            },
        }
    }

    fn exactness(&self) -> Exactness {
        Exactness::Exact
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        out.word(self.word());
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " {}", self.word())
    }
}

impl Check {
    fn word(self) -> &'static str {
        match self {
            Self::Finite => "finite",
            Self::NotInfinite => "not-infinite",
            Self::NotNegative => "not-negative",
            Self::NotBelow0 => "not-below-0",
            Self::Above0 => "above-0",
        }
    }
}
