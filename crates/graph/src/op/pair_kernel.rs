use std::fmt;

use super::{Exactness, Family, Operator, rule};
use crate::DType;
use crate::canonical::Canonical;
use crate::constant::Points;
use crate::types::{Shape, Type};

/// f64\[n,d\] → f64\[n,m\]: the kernel of each row with each row of `vectors` (m × d), see [`Kernel`]. Rows may be CSR
/// where the vectors are sparse.
#[derive(Clone, Debug, PartialEq)]
pub struct PairKernel {
    /// Which kernel.
    pub kernel: Kernel,
    /// One support vector a row.
    pub vectors: Points,
}

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

impl Operator for PairKernel {
    fn name(&self) -> &'static str {
        "pair_kernel"
    }

    fn family(&self) -> Family {
        Family::Algebra
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let x = rule::one(self, inputs)?;
        let is_sparse = matches!(self.vectors, Points::Sparse(_));
        match x.shape {
            Shape::Csr(d) if is_sparse && x.dtype == DType::F64 && d == self.vectors.columns() => {}
            _ => rule::expect(self, x, Type::matrix(DType::F64, self.vectors.columns()))?,
        }
        Ok(Type::matrix(DType::F64, self.vectors.rows()))
    }

    fn exactness(&self) -> Exactness {
        Exactness::SUMS
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        match self.kernel {
            Kernel::Linear => out.word("linear"),
            Kernel::Poly { gamma, coef0, degree } => {
                out.word("poly");
                out.float(gamma);
                out.float(coef0);
                out.int(degree);
            }
            Kernel::Rbf { gamma } => {
                out.word("rbf");
                out.float(gamma);
            }
            Kernel::Sigmoid { gamma, coef0 } => {
                out.word("sigmoid");
                out.float(gamma);
                out.float(coef0);
            }
        }
        out.points(&self.vectors);
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sparse = if let Points::Sparse(_) = self.vectors { " csr" } else { "" };
        write!(f, " {} {}x{}{sparse}", self.kernel, self.vectors.rows(), self.vectors.columns())
    }
}

impl fmt::Display for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Linear => f.write_str("linear"),
            Self::Poly { gamma, coef0, degree } => {
                write!(f, "poly gamma={gamma:?} coef0={coef0:?} degree={degree}")
            }
            Self::Rbf { gamma } => write!(f, "rbf gamma={gamma:?}"),
            Self::Sigmoid { gamma, coef0 } => write!(f, "sigmoid gamma={gamma:?} coef0={coef0:?}"),
        }
    }
}
