use std::fmt;

use super::{Exactness, Family, Operator, rule};
use crate::canonical::Canonical;
use crate::types::{Shape, Type};

/// Dense floats → the same type, element by element: the height at x of the lines between points, see [`LineRule`]. NaN stays
/// NaN. Of one knot all is its y.
#[derive(Clone, Debug, PartialEq)]
pub struct Interp {
    /// Where points stand; they rise.
    pub knots: Vec<f64>,
    /// How high each of them is.
    pub heights: Vec<f64>,
    /// What there is below the first and above the last.
    pub outside: Beyond,
    /// How it is computed.
    pub line: LineRule,
}

/// How [`Interp`] computes what lies between two knots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineRule {
    /// In float64, with x\[j\] the last knot that is not above x: y\[j\] where they are equal, else
    /// (y\[j+1\] − y\[j\]) / (x\[j+1\] − x\[j\]) · (x − x\[j\]) + y\[j\]. Source: `numpy.interp`.
    Numpy,
    /// With x\[j\] the last knot below x, or the first: the same, each operation rounded to the dtype of the edge. Source:
    /// scipy's `interp1d` until 1.16, of float32.
    Slope,
    /// (x − x\[j\]) / (x\[j+1\] − x\[j\]) · y\[j+1\] + (x\[j+1\] − x) / (x\[j+1\] − x\[j\]) · y\[j\], rounded and with j as of
    /// slopes. Source: scipy's `interp1d` since 1.17, of float32.
    Weights,
}

/// What [`Interp`] gives outside its knots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beyond {
    /// The height of the nearest point.
    Nearest,
    /// NaN.
    Nan,
    /// An error.
    Error,
}

impl Operator for Interp {
    fn name(&self) -> &'static str {
        "interp"
    }

    fn family(&self) -> Family {
        Family::Columns
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let x = rule::one(self, inputs)?;
        let rises = self.knots.windows(2).all(|pair| pair[0] < pair[1]);
        let are_numbers = self.knots.iter().chain(&self.heights).all(|number| number.is_finite());
        if self.knots.is_empty() || self.knots.len() != self.heights.len() || !rises || !are_numbers {
            let (n, m) = (self.knots.len(), self.heights.len());
            return Err(format!("interp of {n} knots, which must rise, and {m} heights"));
        }
        match x.shape {
            Shape::Vector | Shape::Matrix(_) => rule::floats(self, x).map(|()| x),
            Shape::Csr(_) | Shape::Ragged | Shape::Hits(_) => {
                Err(rule::wants(self, "a vector or a dense matrix", x))
            }
        }
    }

    fn exactness(&self) -> Exactness {
        Exactness::SUMS
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        out.floats(&self.knots);
        out.floats(&self.heights);
        out.word(self.outside.word());
        out.word(self.line.word());
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " {} {}", self.knots.len(), self.outside.word())
    }
}

impl LineRule {
    fn word(self) -> &'static str {
        match self {
            Self::Numpy => "numpy",
            Self::Slope => "slope",
            Self::Weights => "weights",
        }
    }
}

impl Beyond {
    fn word(self) -> &'static str {
        match self {
            Self::Nearest => "nearest",
            Self::Nan => "nan",
            Self::Error => "error",
        }
    }
}
