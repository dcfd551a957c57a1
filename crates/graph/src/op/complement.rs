use super::{Exactness, Family, Operator, rule};
use crate::canonical::Canonical;
use crate::types::{Shape, Type};

/// Floats \[n\] or \[n,1\] → \[n,2\] of the same dtype: \[1 − p, p\].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Complement;

impl Operator for Complement {
    fn name(&self) -> &'static str {
        "complement"
    }

    fn family(&self) -> Family {
        Family::Scores
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let x = rule::one(self, inputs)?;
        match x.shape {
            Shape::Vector | Shape::Matrix(1) => rule::floats(self, x).map(|()| Type::matrix(x.dtype, 2)),
            _ => Err(rule::wants(self, "one column", x)),
        }
    }

    fn exactness(&self) -> Exactness {
        Exactness::Exact
    }

    fn constants(&self, _: &mut Canonical<'_>) {}
}
