use std::fmt;

use super::{Exactness, Family, Operator, rule};
use crate::canonical::Canonical;
use crate::types::{Shape, Type};

/// Two edges of dense floats a and b of one dtype → the same dtype, a ∘ b element by element, rounded once.
///
/// Both have the same shape, or one of them is \[n\] or \[n,1\] and stands beside each column of the other. Two vectors give
/// a vector, all else \[n,d\].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arith {
    /// a + b
    Add,
    /// a − b
    Subtract,
    /// a · b
    Multiply,
    /// a / b
    Divide,
    /// The larger one; NaN if one of them is.
    Maximum,
    /// The smaller one; NaN if one of them is.
    Minimum,
}

impl Operator for Arith {
    fn name(&self) -> &'static str {
        "arith"
    }

    fn family(&self) -> Family {
        Family::Algebra
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let [a, b] = rule::take(self, inputs)?;
        let is_dense = |x: Type| matches!(x.shape, Shape::Vector | Shape::Matrix(_));
        if a.dtype != b.dtype || !a.dtype.is_float() || !is_dense(a) || !is_dense(b) {
            return Err(format!("arith takes two dense edges of floats of one dtype, not {a} and {b}"));
        }
        match (a.shape, b.shape) {
            (Shape::Vector, Shape::Vector) => Ok(a),
            _ if a.columns() == b.columns() || b.columns() == 1 => Ok(Type::matrix(a.dtype, a.columns())),
            _ if a.columns() == 1 => Ok(Type::matrix(a.dtype, b.columns())),
            _ => Err(format!("arith of {a} and {b}")),
        }
    }

    fn exactness(&self) -> Exactness {
        Exactness::Exact
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        out.word(self.word());
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " {}", self.word())
    }
}

impl Arith {
    fn word(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Subtract => "subtract",
            Self::Multiply => "multiply",
            Self::Divide => "divide",
            Self::Maximum => "maximum",
            Self::Minimum => "minimum",
        }
    }
}
