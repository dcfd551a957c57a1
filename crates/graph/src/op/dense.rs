use super::{Exactness, Family, Operator, rule};
use crate::canonical::Canonical;
use crate::types::{Shape, Type};

/// \[n,d csr\] → \[n,d\]: what is not stored becomes 0. Dense matrices need no such step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dense;

impl Operator for Dense {
    fn name(&self) -> &'static str {
        "dense"
    }

    fn family(&self) -> Family {
        Family::Glue
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let x = rule::one(self, inputs)?;
        match x.shape {
            Shape::Csr(columns) => Ok(Type::matrix(x.dtype, columns)),
            Shape::Vector | Shape::Matrix(_) | Shape::Ragged | Shape::Hits(_) => {
                Err(rule::wants(self, "a CSR matrix", x))
            }
        }
    }

    fn exactness(&self) -> Exactness {
        Exactness::Exact
    }

    fn constants(&self, _: &mut Canonical<'_>) {}
}
