use std::fmt;

use super::{Exactness, Family, Missing, Operator, rule};
use crate::DType;
use crate::canonical::Canonical;
use crate::constant::Matrix;
use crate::types::Type;

/// f64\[n,d\] → the same type: missing elements replaced by the mean of the column over the nearest of constant points that
/// have it. Valid by construction; cheap to clone.
///
/// A point is as far as the Euclidean distance over the columns that neither it nor the row lacks, its square multiplied by
/// d and divided by their number; NaN where there is none. Of the points that have a column (the donors of it) the k nearest
/// count, each by its weight: 1, or the inverse of the distance (where one is infinite, 1 for such and 0 for the others);
/// 0 where the distance is NaN. Where all distances are NaN the mean over all donors counts. A column without a donor
/// becomes 0 in every row, whether missing or not.
///
/// Source: `sklearn/impute/_knn.py`, `nan_euclidean_distances` in `sklearn/metrics/pairwise.py`.
#[derive(Clone, Debug, PartialEq)]
pub struct KnnImpute {
    points: Matrix,
    lacks: Vec<bool>,
    missing: Missing,
    count: usize,
    by_distance: bool,
}

impl KnnImpute {
    /// Points with what they lack, element by element; takes it if all fits together, or says what does not.
    pub fn new(
        points: Matrix,
        lacks: Vec<bool>,
        missing: Missing,
        count: usize,
        by_distance: bool,
    ) -> Result<Self, String> {
        let (m, d) = (points.rows(), points.columns());
        if m == 0 || d == 0 || count == 0 || lacks.len() != points.values().len() {
            return Err(format!("{count} neighbours among {m} points of {d} features"));
        }
        Ok(Self { points, lacks, missing, count, by_distance })
    }

    /// The points; what they lack means nothing.
    pub fn points(&self) -> &Matrix {
        &self.points
    }

    /// What the points lack, element by element.
    pub fn lacks(&self) -> &[bool] {
        &self.lacks
    }

    /// Which elements of a row are missing.
    pub fn missing(&self) -> &Missing {
        &self.missing
    }

    /// How many donors count, at most.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Whether they count by their distance.
    pub fn by_distance(&self) -> bool {
        self.by_distance
    }
}

impl Operator for KnnImpute {
    fn name(&self) -> &'static str {
        "knn_impute"
    }

    fn family(&self) -> Family {
        Family::Models
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let x = rule::one(self, inputs)?;
        rule::expect(self, x, Type::matrix(DType::F64, self.points.columns()))?;
        match self.missing.is_of(x.dtype) {
            true => Ok(x),
            false => Err(format!("knn_impute {} does not take {x}", self.missing)),
        }
    }

    fn exactness(&self) -> Exactness {
        Exactness::SUMS
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        out.matrix(&self.points);
        out.list(&self.lacks, |out, lacks| out.flag(*lacks));
        self.missing.write(out);
        out.count(self.count);
        out.flag(self.by_distance);
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rows, columns) = (self.points.rows(), self.points.columns());
        write!(f, " {rows}x{columns} k={} {}", self.count, self.missing)
    }
}
