use super::{Exactness, Family, Operator, rule};
use crate::DType;
use crate::canonical::Canonical;
use crate::types::{Shape, Type};

/// Floats \[n,k\] → i64\[n\]: the index of the first maximum; the first NaN, if there is one, counts as maximum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArgMax;

impl Operator for ArgMax {
    fn name(&self) -> &'static str {
        "arg_max"
    }

    fn family(&self) -> Family {
        Family::Scores
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let x = rule::one(self, inputs)?;
        match (x.dtype, x.shape) {
            (DType::F32 | DType::F64, Shape::Matrix(1..)) => Ok(Type::vector(DType::I64)),
            _ => Err(rule::wants(self, "a matrix of floats with a column", x)),
        }
    }

    fn exactness(&self) -> Exactness {
        Exactness::Exact
    }

    fn constants(&self, _: &mut Canonical<'_>) {}
}
