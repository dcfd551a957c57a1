use std::fmt;

use super::{Exactness, Family, Operator, rule};
use crate::DType;
use crate::canonical::Canonical;
use crate::constant::Matrix;
use crate::types::Type;

/// f64\[n,m\] → f64\[n,k(k−1)/2\]: libsvm's one-against-one decisions over k classes and m support vectors.
///
/// Support vectors are sorted by class: `counts[0]` of class 0, then `counts[1]` of class 1, and so on. For each
/// pair i < j, in the order (0,1), (0,2), …, (1,2), …, with K the row of kernel values:
/// from 0.0, add `coefs[j−1][v]`·K\[v\] for each v of class i in order, then `coefs[i][v]`·K\[v\] for each v of class j in
/// order, then add `intercepts[pair]` (libsvm subtracts rho, which is its negative: the same number).
/// Source: `svm_predict_values` in `svm.cpp`.
#[derive(Clone, Debug, PartialEq)]
pub struct SvmPairs {
    /// Support vectors of each class; k entries whose sum is m.
    pub counts: Vec<usize>,
    /// Dual coefficients, (k − 1) × m.
    pub coefs: Matrix,
    /// One intercept a pair, k(k−1)/2.
    pub intercepts: Vec<f64>,
}

impl SvmPairs {
    /// Number of classes, k.
    pub fn classes(&self) -> usize {
        self.counts.len()
    }

    fn check(&self) -> Result<(), String> {
        let (k, m) = (self.classes(), self.coefs.columns());
        let total = self.counts.iter().try_fold(0_usize, |sum, &n| sum.checked_add(n));
        if total != Some(m) {
            return Err(format!("svm_pairs counts {:?} are not {m} support vectors", self.counts));
        }
        if rule::pair_count(k) != Some(self.intercepts.len()) || self.coefs.rows() != k - 1 {
            let (rows, n) = (self.coefs.rows(), self.intercepts.len());
            return Err(format!(
                "svm_pairs over {k} classes has {rows} rows of coefficients and {n} intercepts"
            ));
        }
        Ok(())
    }
}

impl Operator for SvmPairs {
    fn name(&self) -> &'static str {
        "svm_pairs"
    }

    fn family(&self) -> Family {
        Family::Models
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let x = rule::one(self, inputs)?;
        self.check()?;
        rule::expect(self, x, Type::matrix(DType::F64, self.coefs.columns()))?;
        Ok(Type::matrix(DType::F64, self.intercepts.len()))
    }

    fn exactness(&self) -> Exactness {
        Exactness::SUMS
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        out.counts(&self.counts);
        out.matrix(&self.coefs);
        out.floats(&self.intercepts);
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " counts={:?}", self.counts)
    }
}
