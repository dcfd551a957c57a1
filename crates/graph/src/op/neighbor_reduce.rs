use std::fmt;
use std::sync::Arc;

use super::{Exactness, Family, Operator, rule};
use crate::DType;
use crate::canonical::Canonical;
use crate::constant::Matrix;
use crate::types::{Shape, Type};

/// f64\[n,k hits\] → what becomes of the neighbours of a row, see [`NeighborResult`].
#[derive(Clone, Debug, PartialEq)]
pub struct NeighborReduce {
    /// How much each neighbour counts.
    pub weights: NeighborWeights,
    /// What comes of them.
    pub result: NeighborResult,
}

/// How much a neighbour counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NeighborWeights {
    /// 1.
    Uniform,
    /// 1/distance. In a row where one of these is infinite, 1 where it is and 0 elsewhere.
    Inverse,
    /// As `Inverse`, the quotient being rounded to float32.
    InverseF32,
}

/// What neighbours become, from the results that their points have.
///
/// A row whose weights are all 0 is an error. Source: scikit-learn's `neighbors/_classification.py`,
/// `neighbors/_regression.py`.
#[derive(Clone, Debug, PartialEq)]
pub enum NeighborResult {
    /// → i64\[n,g\]: for each of g outputs the class of the largest sum of weights, in any order, the lowest of equal ones.
    /// The classes of each output are counted on from those of the outputs before it.
    Votes(Vec<ClassCodes>),
    /// → f64\[n,c\]: the sum of weights of each class, from 0.0 in the order of the neighbours, divided by the sum of
    /// these in any order.
    Shares(ClassCodes),
    /// → f64\[n,g\]: Σ weight·value / Σ weight, both in any order; `values` has one row of g a point.
    Mean(Matrix),
    /// → i64\[n,k\]: the positions, whatever the weights.
    Positions,
    /// → f64\[n,k\]: the distances, whatever the weights.
    Distances,
    /// → f64\[n,m csr\]: a row of all m points, in which the neighbours are stored, whatever the weights.
    Graph {
        /// Number of points, m.
        points: usize,
        /// Distances; 1 without.
        distances: bool,
    },
}

/// The class of each point: numbers below the number of classes. Cheap to clone.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassCodes {
    classes: usize,
    codes: Arc<[u32]>,
}

impl ClassCodes {
    /// `None` when a code is not below the number of classes.
    pub fn new(classes: usize, codes: impl Into<Arc<[u32]>>) -> Option<Self> {
        let codes = codes.into();
        codes.iter().all(|&code| (code as usize) < classes).then_some(Self { classes, codes })
    }

    /// Number of classes.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// One class a point.
    pub fn codes(&self) -> &[u32] {
        &self.codes
    }
}

impl Operator for NeighborReduce {
    fn name(&self) -> &'static str {
        "neighbor_reduce"
    }

    fn family(&self) -> Family {
        Family::Models
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let x = rule::one(self, inputs)?;
        let (DType::F64, Shape::Hits(count @ 1..)) = (x.dtype, x.shape) else {
            return Err(rule::wants(self, "f64 hits", x));
        };
        Ok(match &self.result {
            NeighborResult::Votes(outputs) => Type::matrix(DType::I64, outputs.len()),
            NeighborResult::Shares(codes) => Type::matrix(DType::F64, codes.classes),
            NeighborResult::Mean(values) => Type::matrix(DType::F64, values.columns()),
            NeighborResult::Positions => Type::matrix(DType::I64, count),
            NeighborResult::Distances => Type::matrix(DType::F64, count),
            NeighborResult::Graph { points, .. } => Type::csr(DType::F64, *points),
        })
    }

    fn exactness(&self) -> Exactness {
        Exactness::SUMS
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        out.word(self.weights.word());
        match &self.result {
            NeighborResult::Votes(outputs) => {
                out.word("votes");
                out.list(outputs, |out, codes| codes.write(out));
            }
            NeighborResult::Shares(codes) => {
                out.word("shares");
                codes.write(out);
            }
            NeighborResult::Mean(values) => {
                out.word("mean");
                out.matrix(values);
            }
            NeighborResult::Positions => out.word("positions"),
            NeighborResult::Distances => out.word("distances"),
            NeighborResult::Graph { points, distances } => {
                out.word("graph");
                out.count(*points);
                out.flag(*distances);
            }
        }
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " {}", self.weights.word())?;
        match &self.result {
            NeighborResult::Votes(outputs) => write!(f, " votes outputs={}", outputs.len()),
            NeighborResult::Shares(codes) => write!(f, " shares classes={}", codes.classes),
            NeighborResult::Mean(values) => write!(f, " mean {}x{}", values.rows(), values.columns()),
            NeighborResult::Positions => f.write_str(" positions"),
            NeighborResult::Distances => f.write_str(" distances"),
            NeighborResult::Graph { points, .. } => write!(f, " graph points={points}"),
        }
    }
}

impl NeighborWeights {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Uniform => "uniform",
            Self::Inverse => "inverse",
            Self::InverseF32 => "inverse-f32",
        }
    }
}

impl ClassCodes {
    pub(super) fn write(&self, out: &mut Canonical<'_>) {
        out.count(self.classes);
        out.list(self.codes(), |out, code| out.int(*code));
    }
}
