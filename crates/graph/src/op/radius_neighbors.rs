use std::fmt;

use super::{ClassCodes, Exactness, Family, Metric, NeighborWeights, Operator, rule};
use crate::DType;
use crate::canonical::Canonical;
use crate::constant::Matrix;
use crate::types::Type;

/// f64\[n,d\] → what becomes of all of m constant points of d features that are within a radius, see [`RadiusResult`].
/// Valid by construction; cheap to clone.
///
/// The points of a row come in their order. Reduced distances are compared with that of the radius, see [`Metric`].
#[derive(Clone, Debug, PartialEq)]
pub struct RadiusNeighbors {
    points: Matrix,
    radius: f64,
    metric: Metric,
    weights: NeighborWeights,
    result: RadiusResult,
}

/// What the points within a radius become. Source: scikit-learn's `neighbors/_classification.py`, `_regression.py`.
#[derive(Clone, Debug, PartialEq)]
pub enum RadiusResult {
    /// → f64\[n,c\]: the sum of weights of each class, divided by the sum of these, unless that is 0.
    Shares {
        /// The class of each point.
        codes: ClassCodes,
        /// What a row without a point gets.
        outlier: Outlier,
    },
    /// → f64\[n,g\]: Σ weight·value / Σ weight, NaN for a row without a point; `values` has one row of g a point.
    Mean(Matrix),
    /// → f64\[n,m csr\]: a row of all points, in which those within the radius are stored, also where they are 0.
    Graph {
        /// Distances; 1 without.
        distances: bool,
    },
}

/// What a row without a point within the radius gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outlier {
    /// An error.
    Error,
    /// 1 for this class, 0 for the others.
    Class(usize),
    /// 0 for each class.
    None,
}

impl RadiusNeighbors {
    /// Takes it if all fits together, or says what does not.
    pub fn new(
        points: Matrix,
        radius: f64,
        metric: Metric,
        weights: NeighborWeights,
        result: RadiusResult,
    ) -> Result<Self, String> {
        let (m, d) = (points.rows(), points.columns());
        if d == 0 || m == 0 || u32::try_from(m).is_err() {
            return Err(format!("{m} points of {d} features"));
        }
        metric.check(d)?;
        let fits = match &result {
            RadiusResult::Shares { codes, outlier } => {
                let is_class = !matches!(outlier, Outlier::Class(class) if *class >= codes.classes());
                codes.codes().len() == m && is_class
            }
            RadiusResult::Mean(values) => values.rows() == m,
            RadiusResult::Graph { .. } => true,
        };
        match fits {
            true => Ok(Self { points, radius, metric, weights, result }),
            false => Err(format!("the results of {m} points do not fit")),
        }
    }

    /// The points, one a row.
    pub fn points(&self) -> &Matrix {
        &self.points
    }

    /// How far points may be.
    pub fn radius(&self) -> f64 {
        self.radius
    }

    /// What distance is.
    pub fn metric(&self) -> &Metric {
        &self.metric
    }

    /// How much each point counts.
    pub fn weights(&self) -> NeighborWeights {
        self.weights
    }

    /// What becomes of the points.
    pub fn result(&self) -> &RadiusResult {
        &self.result
    }
}

impl Operator for RadiusNeighbors {
    fn name(&self) -> &'static str {
        "radius_neighbors"
    }

    fn family(&self) -> Family {
        Family::Models
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let x = rule::one(self, inputs)?;
        rule::expect(self, x, Type::matrix(DType::F64, self.points.columns()))?;
        Ok(match &self.result {
            RadiusResult::Shares { codes, .. } => Type::matrix(DType::F64, codes.classes()),
            RadiusResult::Mean(values) => Type::matrix(DType::F64, values.columns()),
            RadiusResult::Graph { .. } => Type::csr(DType::F64, self.points.rows()),
        })
    }

    fn exactness(&self) -> Exactness {
        Exactness::SUMS
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        out.matrix(&self.points);
        out.float(self.radius);
        self.metric.write(out);
        out.word(self.weights.word());
        out.word(self.result.word());
        match &self.result {
            RadiusResult::Shares { codes, outlier } => {
                codes.write(out);
                match outlier {
                    Outlier::Error => out.word("error"),
                    Outlier::None => out.word("none"),
                    Outlier::Class(class) => out.count(*class),
                }
            }
            RadiusResult::Mean(values) => out.matrix(values),
            RadiusResult::Graph { distances } => out.flag(*distances),
        }
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rows, columns) = (self.points.rows(), self.points.columns());
        write!(f, " {} {rows}x{columns} radius={:?} {}", self.metric, self.radius, self.result.word())
    }
}

impl RadiusResult {
    fn word(&self) -> &'static str {
        match self {
            Self::Shares { .. } => "shares",
            Self::Mean(_) => "mean",
            Self::Graph { .. } => "graph",
        }
    }
}
