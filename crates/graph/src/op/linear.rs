use std::fmt;

use super::{Exactness, Family, Operator, rule};
use crate::DType;
use crate::canonical::Canonical;
use crate::constant::Matrix;
use crate::types::{Shape, Type};

/// Floats \[n,d\], dense or CSR → \[n,m\] of the same dtype: X·Wᵀ, then + b.
///
/// y\[j\] = Σ x\[f\]·W\[j,f\], the sum in any order, rounded to the dtype of the edge; then, where there are
/// intercepts, y\[j\] + b\[j\], rounded again: never the start of the sum. In float32 all constants are float32 values
/// and the sum is that of float32 or better. Of a CSR matrix only stored elements are terms.
///
/// Source: `safe_sparse_dot(X, coef_.T) + intercept_` in scikit-learn's `linear_model/_base.py`.
#[derive(Clone, Debug, PartialEq)]
pub struct Linear {
    /// One row of weights an output, m × d.
    pub weights: Matrix,
    /// One intercept an output.
    pub intercepts: Option<Vec<f64>>,
}

impl Operator for Linear {
    fn name(&self) -> &'static str {
        "linear"
    }

    fn family(&self) -> Family {
        Family::Algebra
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let x = rule::one(self, inputs)?;
        let (outputs, features) = (self.weights.rows(), self.weights.columns());
        if outputs == 0 || features == 0 {
            return Err(format!("linear has {outputs} outputs of {features} features"));
        }
        if self.intercepts.as_ref().is_some_and(|intercepts| intercepts.len() != outputs) {
            return Err(format!("linear of {outputs} outputs has another number of intercepts"));
        }
        match (x.dtype, x.shape) {
            (DType::F32 | DType::F64, Shape::Matrix(columns) | Shape::Csr(columns))
                if columns == features =>
            {
                Ok(Type::matrix(x.dtype, outputs))
            }
            _ => Err(format!("linear takes floats in {features} columns, not {x}")),
        }
    }

    fn exactness(&self) -> Exactness {
        Exactness::SUMS
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        out.matrix(&self.weights);
        out.option(self.intercepts.as_deref(), Canonical::floats);
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bias = if self.intercepts.is_some() { "+b" } else { "" };
        write!(f, " {}x{}{bias}", self.weights.rows(), self.weights.columns())
    }
}
