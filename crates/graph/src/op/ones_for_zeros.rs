use super::{Exactness, Family, Operator, rule};
use crate::canonical::Canonical;
use crate::types::{Shape, Type};

/// Dense floats \[n,k\] → the same type: a row whose elements are all 0 becomes all 1, the others stay as they are.
///
/// Divided by their sum, scores that say nothing are equally probable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OnesForZeros;

impl Operator for OnesForZeros {
    fn name(&self) -> &'static str {
        "ones_for_zeros"
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
        Exactness::Exact
    }

    fn constants(&self, _: &mut Canonical<'_>) {}
}
