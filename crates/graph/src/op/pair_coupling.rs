use std::fmt;

use super::{Exactness, Family, Operator, rule};
use crate::DType;
use crate::canonical::Canonical;
use crate::types::Type;

/// f64\[n,k(k−1)/2\] → f64\[n,k\]: libsvm's probabilities of k classes out of
/// one-against-one decisions.
///
/// For pair (i, j) with decision d, pairs in the order of [`SvmPairs`](super::SvmPairs): with z = d·a + b, the sigmoid is
/// e⁻ᶻ/(1 + e⁻ᶻ) if z ≥ 0, else 1/(1 + eᶻ). r\[i,j\] is the sigmoid if that is > 1e-7 (else, also for NaN, 1e-7) and then
/// the lesser of it and 1 − 1e-7; r\[j,i\] = 1 − r\[i,j\].
///
/// The probabilities p begin as 1/k. Q\[t,t\] = Σ r\[j,t\]² over j ≠ t in order; Q\[t,j\] = Q\[j,t\] = −r\[j,t\]·r\[t,j\]. At most
/// max(100, k) times: Qp\[t\] = Σ Q\[t,j\]·p\[j\]; s = Σ p\[t\]·Qp\[t\]; stop when all |Qp\[t\] − s| < 0.005/k; else for each t in
/// order: δ = (s − Qp\[t\])/Q\[t,t\]; p\[t\] += δ; s = (s + δ·(δ·Q\[t,t\] + 2·Qp\[t\]))/(1 + δ)/(1 + δ); and for each j
/// Qp\[j\] = (Qp\[j\] + δ·Q\[t,j\])/(1 + δ), p\[j\] /= 1 + δ.
///
/// Source: `svm_predict_probability` and `multiclass_probability` in scikit-learn's `svm/src/libsvm/svm.cpp`; the method
/// is the second one of T.-F. Wu, C.-J. Lin and R. C. Weng, Journal of Machine Learning Research 5 (2004).
#[derive(Clone, Debug, PartialEq)]
pub struct PairCoupling {
    /// Number of classes, k.
    pub classes: usize,
    /// Slope of the sigmoid of each pair, k(k−1)/2.
    pub a: Vec<f64>,
    /// Offset of the sigmoid of each pair, k(k−1)/2.
    pub b: Vec<f64>,
}

impl Operator for PairCoupling {
    fn name(&self) -> &'static str {
        "pair_coupling"
    }

    fn family(&self) -> Family {
        Family::Scores
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let x = rule::one(self, inputs)?;
        let pairs =
            rule::pair_count(self.classes).filter(|&pairs| (self.a.len(), self.b.len()) == (pairs, pairs));
        let pairs = pairs.ok_or_else(|| {
            let (a, b) = (self.a.len(), self.b.len());
            format!("pair_coupling over {} classes has {a} slopes and {b} offsets", self.classes)
        })?;
        rule::expect(self, x, Type::matrix(DType::F64, pairs))?;
        Ok(Type::matrix(DType::F64, self.classes))
    }

    fn exactness(&self) -> Exactness {
        Exactness::SUMS
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        out.count(self.classes);
        out.floats(&self.a);
        out.floats(&self.b);
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " classes={}", self.classes)
    }
}
