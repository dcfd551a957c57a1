use super::infer::pair_count;
use crate::constant::Matrix;

/// A kernel as libsvm computes it, for a row x and a support vector y of d features. Float64 throughout.
///
/// x·y is Σ x\[f\]·y\[f\] and D² is Σ (x\[f\] − y\[f\])², both over f in order, from 0.0.
/// Source: `Kernel::k_function` in scikit-learn's `svm/src/libsvm/svm.cpp`, where BLAS may sum in another order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kernel {
    /// x·y
    Linear,
    /// (gamma·(x·y) + coef0) ^ degree, by repeated squaring from the lowest bit of the degree; ^ 0 is 1.
    Poly {
        /// Factor of the dot product.
        gamma: f64,
        /// Summand.
        coef0: f64,
        /// Exponent.
        degree: u32,
    },
    /// exp(−gamma·D²)
    Rbf {
        /// Factor of the squared distance.
        gamma: f64,
    },
    /// tanh(gamma·(x·y) + coef0)
    Sigmoid {
        /// Factor of the dot product.
        gamma: f64,
        /// Summand.
        coef0: f64,
    },
}

/// The constants of libsvm's one-against-one decisions over k classes and m support vectors.
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

/// How [`Op::OvrScores`] makes a sum of confidences a fraction of a vote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confidence {
    /// c = s / (3·(|s| + 1)). scikit-learn 0.21 and later.
    Bounded,
    /// c = s·((0.5 − 2⁻⁵²) / max(|max|, |min|)), the maximum and minimum over **all** s of the batch; no c at all
    /// when these are equal. scikit-learn 0.20 and before: what a row gets depends on the rows around it.
    BatchScaled,
}

impl SvmPairs {
    /// Number of classes, k.
    pub fn classes(&self) -> usize {
        self.counts.len()
    }

    pub(super) fn check(&self) -> Result<(), String> {
        let (k, m) = (self.classes(), self.coefs.columns());
        let total = self.counts.iter().try_fold(0_usize, |sum, &n| sum.checked_add(n));
        if total != Some(m) {
            return Err(format!("svm_pairs counts {:?} are not {m} support vectors", self.counts));
        }
        if pair_count(k) != Some(self.intercepts.len()) || self.coefs.rows() != k - 1 {
            let (rows, n) = (self.coefs.rows(), self.intercepts.len());
            return Err(format!(
                "svm_pairs over {k} classes has {rows} rows of coefficients and {n} intercepts"
            ));
        }
        Ok(())
    }
}
