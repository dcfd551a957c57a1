use super::{Exactness, Family, Operator, rule};
use crate::canonical::Canonical;
use crate::types::{Shape, Type};

/// Floats \[n,d\] → the same type: each column divided by √Σ x² over all rows of the batch; a norm of 0 counts as 1.
///
/// Source: `SparsePCA.transform` without `normalize_components` in scikit-learn until 0.21.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchNorm;

impl Operator for BatchNorm {
    fn name(&self) -> &'static str {
        "batch_norm"
    }

    fn family(&self) -> Family {
        Family::Columns
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

    fn needs_batch(&self) -> bool {
        true
    }

    fn constants(&self, _: &mut Canonical<'_>) {}
}
