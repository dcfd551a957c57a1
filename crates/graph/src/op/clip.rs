use std::cmp::Ordering;
use std::fmt;

use super::{Exactness, Family, Operator, rule};
use crate::canonical::Canonical;
use crate::types::{Shape, Type};

/// Floats \[n\] or \[n,d\] → the same type: `low` where x < low, `high` where x > high, else x, also for NaN.
///
/// In float32 the bounds are rounded to it first. The sign of a zero at a bound of zero is free. Source: `numpy.clip`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clip {
    /// The lower bound.
    pub low: f64,
    /// The upper bound, at least the lower one.
    pub high: f64,
}

impl Operator for Clip {
    fn name(&self) -> &'static str {
        "clip"
    }

    fn family(&self) -> Family {
        Family::Columns
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let x = rule::one(self, inputs)?;
        match x.shape {
            _ if self.low.partial_cmp(&self.high).is_none_or(Ordering::is_gt) => {
                Err(format!("clip to {:?} … {:?}", self.low, self.high))
            }
            Shape::Vector | Shape::Matrix(_) => rule::floats(self, x).map(|()| x),
            Shape::Csr(_) | Shape::Ragged | Shape::Hits(_) => Err(rule::wants(self, "dense floats", x)),
        }
    }

    fn exactness(&self) -> Exactness {
        Exactness::Exact
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        out.float(self.low);
        out.float(self.high);
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " {:?} {:?}", self.low, self.high)
    }
}
