use std::fmt;

use super::{Exactness, Family, Operator, rule};
use crate::canonical::Canonical;
use crate::types::{Shape, Type};

/// Floats \[n,d\], not below 0 → \[n,(2s−1)·d\] of the same dtype: samples of the additive χ² kernel.
///
/// With interval L the first d columns are √(x·L); then, for j = 1 … s−1, d columns √(2·x·L / cosh(π·j·L))·cos(j·L·log x)
/// and d with the sine. Of 0 all are 0.
///
/// Source: `AdditiveChi2Sampler` in scikit-learn's `kernel_approximation.py`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdditiveChi2 {
    /// s, at least 1.
    pub steps: usize,
    /// L.
    pub interval: f64,
}

impl Operator for AdditiveChi2 {
    fn name(&self) -> &'static str {
        "additive_chi2"
    }

    fn family(&self) -> Family {
        Family::Columns
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let x = rule::one(self, inputs)?;
        let width = |columns: usize| (2 * self.steps).checked_sub(1)?.checked_mul(columns);
        match x.shape {
            Shape::Matrix(columns @ 1..) if x.dtype.is_float() && self.steps < 1 << 20 => {
                match width(columns) {
                    Some(width) if self.steps > 0 => Ok(Type::matrix(x.dtype, width)),
                    _ => Err(format!("additive_chi2 of {} steps", self.steps)),
                }
            }
            _ => Err(rule::wants(self, "a dense matrix of floats", x)),
        }
    }

    fn exactness(&self) -> Exactness {
        Exactness::Rel(1e-12)
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        out.count(self.steps);
        out.float(self.interval);
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " steps={} interval={:?}", self.steps, self.interval)
    }
}
