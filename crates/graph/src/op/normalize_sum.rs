use super::{Exactness, Family, Operator, rule};
use crate::canonical::Canonical;
use crate::types::{Shape, Type};

/// Floats \[n,k\] → the same type: each element divided by the sum of its row, the sum in any order.
///
/// A row whose sum is 0 becomes NaN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NormalizeSum;

impl Operator for NormalizeSum {
    fn name(&self) -> &'static str {
        "normalize_sum"
    }

    fn family(&self) -> Family {
        Family::Scores
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let x = rule::one(self, inputs)?;
        match x.shape {
            Shape::Matrix(1..) => rule::floats(self, x).map(|()| x),
            _ => Err(rule::wants(self, "a dense matrix with a column", x)),
        }
    }

    fn exactness(&self) -> Exactness {
        Exactness::SUMS
    }

    fn constants(&self, _: &mut Canonical<'_>) {}
}
