use std::fmt;

use super::{Exactness, Family, Operator, rule};
use crate::canonical::Canonical;
use crate::constant::Matrix;
use crate::types::{Shape, Type};

/// Floats \[n,d\], dense or CSR → \[n,m\] of the same dtype: the distance of each row to each of `points` (m × d).
///
/// In float32 all is computed in float64 and the result rounded.
///
/// Source: `euclidean_distances` and `manhattan_distances` in scikit-learn's `metrics/pairwise.py`.
#[derive(Clone, Debug, PartialEq)]
pub struct PairDistance {
    /// Which distance.
    pub distance: Distance,
    /// One point a row.
    pub points: Matrix,
}

/// A distance of a row x to a point y.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distance {
    /// The root of [`SquaredEuclidean`](Self::SquaredEuclidean).
    Euclidean,
    /// (−2·x·y + x·x) + y·y, or 0 where that is below; sums in any order.
    SquaredEuclidean,
    /// √ Σ (x − y)², term by term: `scipy.spatial.distance.cdist`.
    Direct,
    /// Σ (x − y)².
    DirectSquared,
    /// Σ |x − y|.
    Manhattan,
    /// Σ (x − y)² / (x + y), where terms of 0 / 0 are 0: `chi2_kernel` is exp(−gamma · this).
    ChiSquared,
}

impl Operator for PairDistance {
    fn name(&self) -> &'static str {
        "pair_distance"
    }

    fn family(&self) -> Family {
        Family::Algebra
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let x = rule::one(self, inputs)?;
        match x.shape {
            Shape::Matrix(d @ 1..) | Shape::Csr(d @ 1..)
                if x.dtype.is_float() && d == self.points.columns() =>
            {
                Ok(Type::matrix(x.dtype, self.points.rows()))
            }
            _ => Err(rule::wants(self, &format!("floats in {} columns", self.points.columns()), x)),
        }
    }

    fn exactness(&self) -> Exactness {
        Exactness::SUMS
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        out.word(self.distance.word());
        out.matrix(&self.points);
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " {} {}x{}", self.distance.word(), self.points.rows(), self.points.columns())
    }
}

impl Distance {
    fn word(self) -> &'static str {
        match self {
            Self::Euclidean => "euclidean",
            Self::SquaredEuclidean => "squared-euclidean",
            Self::Direct => "direct",
            Self::DirectSquared => "direct-squared",
            Self::Manhattan => "manhattan",
            Self::ChiSquared => "chi-squared",
        }
    }
}
