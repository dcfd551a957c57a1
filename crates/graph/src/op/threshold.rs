use std::fmt;

use super::{Exactness, Family, Operator, rule};
use crate::DType;
use crate::canonical::Canonical;
use crate::types::{Shape, Type};

/// Floats → i64 of the same shape: 1 where x > `above`, else (also for NaN) 0. float32 is widened to be compared. Of a CSR
/// matrix, whose zeros may not be above, only ones are stored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold {
    /// What is to be exceeded.
    pub above: f64,
}

impl Threshold {
    /// 1 where x is this or more.
    pub fn at_least(least: f64) -> Self {
        Self { above: least.next_down() }
    }
}

impl Operator for Threshold {
    fn name(&self) -> &'static str {
        "threshold"
    }

    fn family(&self) -> Family {
        Family::Scores
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let x = rule::one(self, inputs)?;
        match x.shape {
            Shape::Csr(_) if self.above < 0.0 => Err(rule::wants(self, "a dense matrix where 0 is above", x)),
            Shape::Vector | Shape::Matrix(_) | Shape::Csr(_) => {
                rule::floats(self, x).map(|()| Type { dtype: DType::I64, ..x })
            }
            _ => Err(rule::wants(self, "floats", x)),
        }
    }

    fn exactness(&self) -> Exactness {
        Exactness::Exact
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        out.float(self.above);
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " above={:?}", self.above)
    }
}
