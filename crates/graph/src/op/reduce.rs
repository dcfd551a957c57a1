use std::fmt;

use super::{Exactness, Family, Operator, rule};
use crate::canonical::Canonical;
use crate::types::{Shape, Type};

/// Dense floats \[n,d\] → one number of the same dtype for each row, \[n\]; with groups of columns one for each group,
/// \[n,g\].
///
/// Sums are in any order, in the dtype of the edge or better. A group takes its columns in the order in which they are given;
/// none is empty, and a column may be in several of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reduce {
    /// What becomes of the elements.
    pub how: Reduction,
    /// The columns of each group; `None` for all columns together.
    pub groups: Option<Vec<Vec<usize>>>,
}

/// What [`Reduce`] makes of some elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reduction {
    /// Σ x.
    Sum,
    /// Σ x, divided by the number of elements.
    Mean,
    /// The smallest; NaN if one is.
    Minimum,
    /// The largest; NaN if one is.
    Maximum,
    /// That in the middle of the sorted elements, or the mean of the two there; NaN if one is.
    Median,
    /// Σ x · x.
    SumOfSquares,
    /// m + log Σ exp(x − m), where m is the largest element, or 0 if that is not finite.
    LogSumExp,
}

impl Reduce {
    /// All columns of a row together.
    pub fn row(how: Reduction) -> Self {
        Self { how, groups: None }
    }

    fn check(&self, columns: usize) -> Result<(), String> {
        for group in self.groups.iter().flatten() {
            if group.is_empty() {
                return Err("reduce of a group without a column".into());
            }
            if let Some(column) = group.iter().find(|&&column| column >= columns) {
                return Err(format!("reduce of column {column} of {columns}"));
            }
        }
        Ok(())
    }
}

impl Operator for Reduce {
    fn name(&self) -> &'static str {
        "reduce"
    }

    fn family(&self) -> Family {
        Family::Algebra
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let x = rule::one(self, inputs)?;
        match x.shape {
            Shape::Matrix(columns @ 1..) => {
                rule::floats(self, x)?;
                self.check(columns)?;
            }
            _ => return Err(rule::wants(self, "a dense matrix with a column", x)),
        }
        Ok(match &self.groups {
            None => Type::vector(x.dtype),
            Some(groups) => Type::matrix(x.dtype, groups.len()),
        })
    }

    fn exactness(&self) -> Exactness {
        match self.how {
            Reduction::Minimum | Reduction::Maximum | Reduction::Median => Exactness::Exact,
            Reduction::Sum | Reduction::Mean | Reduction::SumOfSquares | Reduction::LogSumExp => {
                Exactness::SUMS
            }
        }
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        out.word(self.how.word());
        out.option(self.groups.as_ref(), |out, groups| {
            out.list(groups, |out, group| out.counts(group));
        });
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " {}", self.how.word())?;
        self.groups.as_ref().map_or(Ok(()), |groups| write!(f, " groups={}", groups.len()))
    }
}

impl Reduction {
    fn word(self) -> &'static str {
        match self {
            Self::Sum => "sum",
            Self::Mean => "mean",
            Self::Minimum => "minimum",
            Self::Maximum => "maximum",
            Self::Median => "median",
            Self::SumOfSquares => "sum-of-squares",
            Self::LogSumExp => "logsumexp",
        }
    }
}
