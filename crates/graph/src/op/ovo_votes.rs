use std::fmt;

use super::{Exactness, Family, Operator, rule};
use crate::DType;
use crate::canonical::Canonical;
use crate::types::Type;

/// f64\[n,k(k−1)/2\] → i64\[n\]: the class with most votes.
///
/// Pairs run over i < j as in [`SvmPairs`](super::SvmPairs). Pair (i, j) votes for i when its decision is > 0, else (also
/// for NaN) for j. Of equal counts the lowest class wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OvoVotes {
    /// Number of classes, k.
    pub classes: usize,
}

impl Operator for OvoVotes {
    fn name(&self) -> &'static str {
        "ovo_votes"
    }

    fn family(&self) -> Family {
        Family::Scores
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        rule::expect_pairs(self, rule::one(self, inputs)?, self.classes)?;
        Ok(Type::vector(DType::I64))
    }

    fn exactness(&self) -> Exactness {
        Exactness::Exact
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        out.count(self.classes);
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " classes={}", self.classes)
    }
}
