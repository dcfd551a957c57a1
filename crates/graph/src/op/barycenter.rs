use std::fmt;

use super::{Exactness, Family, Operator, rule};
use crate::DType;
use crate::canonical::Canonical;
use crate::constant::Matrix;
use crate::types::{Shape, Type};

/// f64\[n,d\] and the positions i64\[n,k\] of neighbours → f64\[n,c\]: the neighbours' rows of `embedding`, weighted so that the
/// neighbours make up x.
///
/// With C the neighbours less x and G = C·Cᵀ, whose diagonal grows by `reg`·trace (by `reg` where the trace is 0), G·w = 1 is solved by
/// Cholesky; the weights are w / Σw. A row whose G is not positive definite is an error.
///
/// Source: `barycenter_weights` in scikit-learn's `manifold/_locally_linear.py`.
#[derive(Clone, Debug, PartialEq)]
pub struct Barycenter {
    /// One point a row.
    pub points: Matrix,
    /// What each point became.
    pub embedding: Matrix,
    /// How much is added to the diagonal.
    pub reg: f64,
}

impl Operator for Barycenter {
    fn name(&self) -> &'static str {
        "barycenter"
    }

    fn family(&self) -> Family {
        Family::Models
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let [x, positions] = rule::take(self, inputs)?;
        rule::expect(self, x, Type::matrix(DType::F64, self.points.columns()))?;
        let Shape::Matrix(count @ 1..) = positions.shape else {
            return Err(rule::wants(self, "positions of neighbours", positions));
        };
        rule::expect(self, positions, Type::matrix(DType::I64, count))?;
        if self.points.rows() != self.embedding.rows() || self.points.columns() == 0 {
            return Err("barycenter has points that are not as many as their images".into());
        }
        Ok(Type::matrix(DType::F64, self.embedding.columns()))
    }

    fn exactness(&self) -> Exactness {
        Exactness::Rel(1e-6)
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        out.matrix(&self.points);
        out.matrix(&self.embedding);
        out.float(self.reg);
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " {} points reg={:?}", self.points.rows(), self.reg)
    }
}
