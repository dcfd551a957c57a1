use crate::constant::Matrix;
use crate::types::{DType, Shape, Type};

/// The constants of [`Op::Linear`](super::Op::Linear): X·Wᵀ, then + b.
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

impl Linear {
    pub(super) fn infer(&self, x: Type) -> Result<Type, String> {
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
}
