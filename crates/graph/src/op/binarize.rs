use std::fmt;

use super::{Exactness, Family, Operator, rule};
use crate::canonical::Canonical;
use crate::types::{Shape, Type};

/// Floats \[n,d\], dense or CSR → the same type: 1 where x > `above`, else (also for NaN) 0.
///
/// In float32 the bound is rounded to it first. Of a CSR matrix stored elements are compared, and those that become 0 are
/// no longer stored; `above` is not below 0 there.
///
/// Source: `binarize` in scikit-learn's `preprocessing/_data.py`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Binarize {
    /// What is to be exceeded.
    pub above: f64,
}

impl Operator for Binarize {
    fn name(&self) -> &'static str {
        "binarize"
    }

    fn family(&self) -> Family {
        Family::Columns
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let x = rule::one(self, inputs)?;
        match x.shape {
            Shape::Matrix(_) => rule::floats(self, x).map(|()| x),
            Shape::Csr(_) if self.above >= 0.0 => rule::floats(self, x).map(|()| x),
            _ => Err(rule::wants(self, "a matrix, dense where the bound is below 0,", x)),
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
