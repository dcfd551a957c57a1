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
    /// 2ˣ.
    Exp2,
    /// The natural logarithm; −inf of 0 (also of −0), NaN below.
    Log,
    /// The logarithm to base 2; −inf of 0, NaN below.
    Log2,
    /// The logarithm to base 10; −inf of 0, NaN below.
    Log10,
    /// eˣ − 1, without loss near 0.
    ExpM1,
    /// The natural logarithm of 1 + x, without loss near 0; −inf of −1, NaN below.
    Log1P,
    /// √x, rounded once; NaN below 0, and −0 of −0. Exact.
    Sqrt,
    /// The cube root, negative where x is.
    Cbrt,
    /// |x|. Exact.
    Absolute,
    /// −1, 0 or 1; NaN of NaN, 0 of −0. Exact.
    Sign,
    /// x · x, rounded once. Exact.
    Square,
    /// 1 / x, rounded once. Exact.
    Reciprocal,
    /// The largest integer that is not above x. Exact.
    Floor,
    /// The smallest integer that is not below x. Exact.
    Ceil,
    /// The nearest integer, of two as near ones the even one. Exact.
    Round,
    /// x without its fraction. Exact.
    Truncate,
    /// The sine of an angle in radians.
    Sin,
    /// The cosine of an angle in radians.
    Cos,
    /// The tangent of an angle in radians.
    Tan,
    /// The inverse of the sine; NaN outside −1 … 1.
    ArcSin,
    /// The inverse of the cosine; NaN outside −1 … 1.
    ArcCos,
    /// The inverse of the tangent.
    ArcTan,
    /// The hyperbolic sine.
    Sinh,
    /// The hyperbolic cosine.
    Cosh,
    /// The hyperbolic tangent.
    Tanh,
    /// The inverse of the hyperbolic sine.
    ArcSinh,
    /// x where it is above 0, else 0; NaN of NaN. Exact.
    Relu,
    /// 1 / (1 + e⁻ˣ): scipy's `expit`. In float32 each of the three operations is rounded to it.
    Expit,
    /// The probability of less than x under the standard normal distribution: scipy's `ndtr`.
    NormalCdf,
    /// The inverse of that: scipy's `ndtri`. −inf of 0, inf of 1, NaN outside.
    NormalPpf,
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
            Self::Negate
            | Self::Sqrt
            | Self::Absolute
            | Self::Sign
            | Self::Square
            | Self::Reciprocal
            | Self::Floor
            | Self::Ceil
            | Self::Round
            | Self::Truncate
            | Self::Relu => Exactness::Exact,
            Self::Exp
            | Self::Exp2
            | Self::Log
            | Self::Log2
            | Self::Log10
            | Self::ExpM1
            | Self::Log1P
            | Self::Cbrt
            | Self::Sin
            | Self::Cos
            | Self::Tan
            | Self::ArcSin
            | Self::ArcCos
            | Self::ArcTan
            | Self::Sinh
            | Self::Cosh
            | Self::Tanh
            | Self::ArcSinh
            | Self::Expit
            | Self::NormalCdf
            | Self::NormalPpf => Exactness::Ulp(4),
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
            Self::Exp2 => "exp2",
            Self::Log => "log",
            Self::Log2 => "log2",
            Self::Log10 => "log10",
            Self::ExpM1 => "expm1",
            Self::Log1P => "log1p",
            Self::Sqrt => "sqrt",
            Self::Cbrt => "cbrt",
            Self::Absolute => "absolute",
            Self::Sign => "sign",
            Self::Square => "square",
            Self::Reciprocal => "reciprocal",
            Self::Floor => "floor",
            Self::Ceil => "ceil",
            Self::Round => "round",
            Self::Truncate => "truncate",
            Self::Sin => "sin",
            Self::Cos => "cos",
            Self::Tan => "tan",
            Self::ArcSin => "arcsin",
            Self::ArcCos => "arccos",
            Self::ArcTan => "arctan",
            Self::Sinh => "sinh",
            Self::Cosh => "cosh",
            Self::Tanh => "tanh",
            Self::ArcSinh => "arcsinh",
            Self::Relu => "relu",
            Self::Expit => "expit",
            Self::NormalCdf => "normal_cdf",
            Self::NormalPpf => "normal_ppf",
        }
    }
}

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
