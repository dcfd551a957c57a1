use std::fmt;

use super::{Exactness, Family, Operator, rule};
use crate::canonical::Canonical;
use crate::types::{Shape, Type};

/// Floats of a dtype → floats of the same, element by element: a function of one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// −x, the sign bit flipped. Exact.
    Negate,
    /// eˣ.
    Exp,
    /// The natural logarithm; −inf of 0 (also of −0), NaN below.
    Log,
    /// eˣ − 1, without loss near 0.
    ExpM1,
    /// The natural logarithm of 1 + x, without loss near 0; −inf of −1, NaN below.
    Log1P,
    /// √x, rounded once; NaN below 0, and −0 of −0. Exact.
    Sqrt,
    /// |x|. Exact.
    Absolute,
    /// x · x, rounded once. Exact.
    Square,
    /// 2ˣ.
    Exp2,
    /// 1 / (1 + e⁻ˣ): scipy's `expit`. In float32 each of the three operations is rounded to it.
    Expit,
}

impl Operator for Function {
    fn name(&self) -> &'static str {
        "elementwise"
    }

    fn family(&self) -> Family {
        Family::Columns
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let x = rule::one(self, inputs)?;
        match x.shape {
            Shape::Vector | Shape::Matrix(_) => rule::floats(self, x).map(|()| x),
            Shape::Csr(_) | Shape::Ragged | Shape::Hits(_) => {
                Err(rule::wants(self, "a vector or a dense matrix", x))
            }
        }
    }

    fn exactness(&self) -> Exactness {
        match self {
            Self::Negate | Self::Sqrt | Self::Absolute | Self::Square => Exactness::Exact,
            Self::Exp | Self::Exp2 | Self::Log | Self::ExpM1 | Self::Log1P | Self::Expit => Exactness::Ulp(4),
        }
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        out.word(self.word());
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " {self}")
    }
}

impl Function {
    fn word(self) -> &'static str {
        match self {
            Self::Negate => "negate",
            Self::Exp => "exp",
            Self::Log => "log",
            Self::ExpM1 => "expm1",
            Self::Log1P => "log1p",
            Self::Sqrt => "sqrt",
            Self::Absolute => "absolute",
            Self::Square => "square",
            Self::Exp2 => "exp2",
            Self::Expit => "expit",
        }
    }
}

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
