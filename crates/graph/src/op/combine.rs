use std::fmt;

use super::{Exactness, Family, Operator, rule};
use crate::DType;
use crate::canonical::Canonical;
use crate::types::{Shape, Type};

/// One edge or more of one type → what the members of an ensemble give together, see [`CombineRule`].
#[derive(Clone, Debug, PartialEq)]
pub struct Combine(pub CombineRule);

/// How the results of k members x₀ … xₖ₋₁ become one, element by element.
#[derive(Clone, Debug, PartialEq)]
pub enum CombineRule {
    /// Floats → the same type: x₀ + x₁ + …, in this order.
    Sum,
    /// Floats → the same type: the sum as above, divided by k.
    Mean,
    /// f64 → the same type: x₀·w₀ + x₁·w₁ + …, in this order, divided by the total.
    Average {
        /// One weight a member.
        weights: Vec<f64>,
        /// What the sum is divided by.
        total: f64,
    },
    /// f64 → the same type: log(eˣ⁰ + eˣ¹ + …), two at a time in this order, as `numpy.logaddexp` computes it.
    LogAddExp,
    /// f64\[n\] → f64\[n\]: with the members in the order of their results (equal ones in their own order), the result of
    /// the first whose weight and those before it, added in this order, reach half of all of them.
    Median {
        /// One weight a member.
        weights: Vec<f64>,
    },
    /// i64\[n\] → f64\[n,classes\]: from 0.0, each member adds its hit to the class that it gives and its miss to every
    /// other class, in the order of the members. A class below 0 or too large is a miss of all.
    Votes {
        /// Number of classes.
        classes: usize,
        /// What each member adds to the class that it gives.
        hits: Vec<f64>,
        /// What each member adds to every other class.
        misses: Vec<f64>,
    },
}

impl Operator for Combine {
    fn name(&self) -> &'static str {
        "combine"
    }

    fn family(&self) -> Family {
        Family::Models
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let Some((&x, rest)) = inputs.split_first() else {
            return Err("combine takes an edge or more".into());
        };
        if let Some(other) = rest.iter().find(|other| **other != x) {
            return Err(format!("combine of {x} and {other}"));
        }
        self.0.expect_members(inputs.len())?;
        let is_dense = matches!(x.shape, Shape::Vector | Shape::Matrix(_));
        match &self.0 {
            CombineRule::Sum | CombineRule::Mean if is_dense => rule::floats(self, x).map(|()| x),
            CombineRule::Average { .. } | CombineRule::LogAddExp if is_dense && x.dtype == DType::F64 => {
                Ok(x)
            }
            CombineRule::Median { .. } => {
                rule::expect(self, x, Type::vector(DType::F64))?;
                Ok(x)
            }
            CombineRule::Votes { classes, .. } => {
                rule::expect(self, x, Type::vector(DType::I64))?;
                Ok(Type::matrix(DType::F64, *classes))
            }
            _ => Err(rule::wants(self, "dense floats", x)),
        }
    }

    fn exactness(&self) -> Exactness {
        match self.0 {
            CombineRule::LogAddExp => Exactness::SUMS,
            _ => Exactness::Exact,
        }
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        out.word(self.0.word());
        match &self.0 {
            CombineRule::Sum | CombineRule::Mean | CombineRule::LogAddExp => {}
            CombineRule::Average { weights, total } => {
                out.floats(weights);
                out.float(*total);
            }
            CombineRule::Median { weights } => out.floats(weights),
            CombineRule::Votes { classes, hits, misses } => {
                out.count(*classes);
                out.floats(hits);
                out.floats(misses);
            }
        }
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " {}", self.0.word())
    }
}

impl CombineRule {
    fn expect_members(&self, members: usize) -> Result<(), String> {
        let fits = match self {
            Self::Sum | Self::Mean | Self::LogAddExp => true,
            Self::Average { weights, .. } => weights.len() == members,
            // a weight that is no number would reach no half
            Self::Median { weights } => weights.len() == members && weights.iter().all(|w| w.is_finite()),
            Self::Votes { classes, hits, misses } => {
                *classes > 0 && hits.len() == members && misses.len() == members
            }
        };
        if fits { Ok(()) } else { Err(format!("combine by {} of {members} members", self.word())) }
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Sum => "sum",
            Self::Mean => "mean",
            Self::Average { .. } => "average",
            Self::LogAddExp => "log-add-exp",
            Self::Median { .. } => "median",
            Self::Votes { .. } => "votes",
        }
    }
}
