use super::{Exactness, Family, Operator, rule};
use crate::canonical::Canonical;
use crate::types::{Shape, Type};

/// Floats \[n,k\] → the same type: with m the maximum of a row, e = exp(x − m), then e / Σe.
///
/// Each step is rounded to the dtype; the sum has any order. The maximum is NaN if an element is, and then so is
/// the whole row; so is a row whose maximum is infinite. Source: `sklearn.utils.extmath.softmax`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Softmax;

impl Operator for Softmax {
    fn name(&self) -> &'static str {
        "softmax"
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
