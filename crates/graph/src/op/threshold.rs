use std::fmt;

use super::{Exactness, Family, Operator, rule};
use crate::DType;
use crate::canonical::Canonical;
use crate::types::{Shape, Type};

/// Floats \[n\] → i64\[n\]: 1 where x > `above`, else (also for NaN) 0. float32 is widened to be compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold {
    /// What is to be exceeded.
    pub above: f64,
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
            Shape::Vector => rule::floats(self, x).map(|()| Type::vector(DType::I64)),
            _ => Err(rule::wants(self, "a vector", x)),
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
