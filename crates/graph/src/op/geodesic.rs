use std::fmt;

use super::{Exactness, Family, Operator, rule};
use crate::DType;
use crate::canonical::Canonical;
use crate::constant::Matrix;
use crate::types::{Shape, Type};

/// Positions i64\[n,k\] and distances f64\[n,k\] of neighbours → f64\[n,m\]: how far each of m points is by way of the neighbours,
/// the least of distance + `between`\[position\].
///
/// Source: `Isomap.transform` in scikit-learn's `manifold/_isomap.py`.
#[derive(Clone, Debug, PartialEq)]
pub struct Geodesic {
    /// How far points are from each other, m × m.
    pub between: Matrix,
}

impl Operator for Geodesic {
    fn name(&self) -> &'static str {
        "geodesic"
    }

    fn family(&self) -> Family {
        Family::Models
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let [positions, distances] = rule::take(self, inputs)?;
        let Shape::Matrix(count @ 1..) = positions.shape else {
            return Err(rule::wants(self, "positions of neighbours", positions));
        };
        rule::expect(self, positions, Type::matrix(DType::I64, count))?;
        rule::expect(self, distances, Type::matrix(DType::F64, count))?;
        if self.between.rows() != self.between.columns() {
            return Err("geodesic has distances that are not square".into());
        }
        Ok(Type::matrix(DType::F64, self.between.columns()))
    }

    fn exactness(&self) -> Exactness {
        Exactness::Exact
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        out.matrix(&self.between);
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " {} points", self.between.rows())
    }
}
