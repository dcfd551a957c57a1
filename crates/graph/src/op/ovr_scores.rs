use std::fmt;

use super::{Exactness, Family, Operator, rule};
use crate::DType;
use crate::canonical::Canonical;
use crate::types::Type;

/// f64\[n,k(k−1)/2\] → f64\[n,k\]: scikit-learn's `_ovr_decision_function` of libsvm's decisions.
///
/// With d the decision of pair (i, j), pairs in the order of [`SvmPairs`](super::SvmPairs): s\[i\] += d and s\[j\] −= d, from
/// 0.0; votes\[j\] += 1 if d < 0, else votes\[i\] += 1. The result is votes + c with c by [`Confidence`].
///
/// libsvm and this function do not agree on d = 0 and NaN ([`OvoVotes`](super::OvoVotes) gives them to j, this to i);
/// that is how scikit-learn computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OvrScores {
    /// Number of classes, k.
    pub classes: usize,
    /// How the sums s become a fraction of a vote.
    pub confidence: Confidence,
}

/// How [`OvrScores`] makes a sum of confidences a fraction of a vote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confidence {
    /// c = s / (3·(|s| + 1)). scikit-learn 0.21 and later.
    Bounded,
    /// c = s·((0.5 − 2⁻⁵²) / max(|max|, |min|)), the maximum and minimum over **all** s of the batch; no c at all
    /// when these are equal. scikit-learn 0.20 and before: what a row gets depends on the rows around it.
    BatchScaled,
}

impl Operator for OvrScores {
    fn name(&self) -> &'static str {
        "ovr_scores"
    }

    fn family(&self) -> Family {
        Family::Scores
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        rule::expect_pairs(self, rule::one(self, inputs)?, self.classes)?;
        Ok(Type::matrix(DType::F64, self.classes))
    }

    fn exactness(&self) -> Exactness {
        Exactness::Exact
    }

    fn needs_batch(&self) -> bool {
        self.confidence == Confidence::BatchScaled
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        out.count(self.classes);
        out.word(self.confidence.word());
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " classes={} {}", self.classes, self.confidence.word())
    }
}

impl Confidence {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Bounded => "bounded",
            Self::BatchScaled => "batch-scaled",
        }
    }
}
