use std::fmt;

use super::{Confidence, Exactness, Family, Operator, rule};
use crate::DType;
use crate::canonical::Canonical;
use crate::types::Type;

/// i64\[n,p\] and f64\[n,p\] → f64\[n,k\]: scikit-learn's `_ovr_decision_function` of the classes and the confidences that
/// p = k(k−1)/2 classifiers of two classes give.
///
/// Pairs (i, j) run over i < j as in [`SvmPairs`](super::SvmPairs). With d the confidence of a pair: s\[i\] −= d and s\[j\] += d,
/// from 0.0; its class 0 is a vote for i, 1 a vote for j. The result is votes + c with c by [`Confidence`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OvoScores {
    /// Number of classes, k.
    pub classes: usize,
    /// How the sums s become a fraction of a vote.
    pub confidence: Confidence,
}

impl Operator for OvoScores {
    fn name(&self) -> &'static str {
        "ovo_scores"
    }

    fn family(&self) -> Family {
        Family::Scores
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let [votes, confidences] = rule::take::<2>(self, inputs)?;
        rule::expect_pairs(self, confidences, self.classes)?;
        rule::expect(self, votes, Type { dtype: DType::I64, ..confidences })?;
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
