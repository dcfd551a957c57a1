use super::{Exactness, Family, Operator, rule};
use crate::DType;
use crate::canonical::Canonical;
use crate::types::{Shape, Type};

/// f64\[n,k\] → f64\[n,k\]: with m the maximum of a row (0.0 if that is not finite), x − (log Σ exp(x − m) + m).
///
/// The sum has any order. Source: `x - scipy.special.logsumexp(x)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogSoftmax;

impl Operator for LogSoftmax {
    fn name(&self) -> &'static str {
        "log_softmax"
    }

    fn family(&self) -> Family {
        Family::Scores
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let x = rule::one(self, inputs)?;
        match (x.dtype, x.shape) {
            (DType::F64, Shape::Matrix(1..)) => Ok(x),
            _ => Err(rule::wants(self, "a matrix of f64 with a column", x)),
        }
    }

    fn exactness(&self) -> Exactness {
        Exactness::SUMS
    }

    fn constants(&self, _: &mut Canonical<'_>) {}
}
