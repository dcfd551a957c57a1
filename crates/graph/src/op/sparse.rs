use super::{Exactness, Family, Operator, rule};
use crate::DType;
use crate::canonical::Canonical;
use crate::types::{Shape, Type};

/// Floats or i64 \[n,d\] → \[n,d csr\] of the same dtype: elements that are not equal to 0 are stored, so NaN is and
/// −0.0 is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sparse;

impl Operator for Sparse {
    fn name(&self) -> &'static str {
        "sparse"
    }

    fn family(&self) -> Family {
        Family::Glue
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let x = rule::one(self, inputs)?;
        match (x.dtype, x.shape) {
            (DType::F32 | DType::F64 | DType::I64, Shape::Matrix(columns)) => Ok(Type::csr(x.dtype, columns)),
            _ => Err(rule::wants(self, "a dense matrix of numbers", x)),
        }
    }

    fn exactness(&self) -> Exactness {
        Exactness::Exact
    }

    fn constants(&self, _: &mut Canonical<'_>) {}
}
