use std::fmt;

use super::{Exactness, Family, Operator, rule};
use crate::DType;
use crate::canonical::Canonical;
use crate::types::Type;

/// f64\[n,d\] → f64\[n,m\]: the circular convolution of several sketches of a row.
///
/// A sketch has m elements: x\[j\], negated where it says so, is added to the element that column j has. Sums in any order.
///
/// Source: `PolynomialCountSketch` in scikit-learn's `kernel_approximation.py`, which convolves by FFT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountSketch {
    /// m.
    pub components: usize,
    /// d.
    pub columns: usize,
    /// The element of each column, sketch after sketch.
    pub places: Vec<u32>,
    /// Whether it is negated, likewise.
    pub negative: Vec<bool>,
}

impl Operator for CountSketch {
    fn name(&self) -> &'static str {
        "count_sketch"
    }

    fn family(&self) -> Family {
        Family::Algebra
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let x = rule::one(self, inputs)?;
        let is_whole =
            self.columns > 0 && !self.places.is_empty() && self.places.len().is_multiple_of(self.columns);
        let is_inside = self.places.iter().all(|&place| (place as usize) < self.components);
        if !is_whole || !is_inside || self.negative.len() != self.places.len() {
            return Err("count_sketch has places that do not fit together".into());
        }
        rule::expect(self, x, Type::matrix(DType::F64, self.columns))?;
        Ok(Type::matrix(DType::F64, self.components))
    }

    fn exactness(&self) -> Exactness {
        Exactness::SUMS
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        out.count(self.components);
        out.count(self.columns);
        out.list(&self.places, |out, &place| out.count(place as usize));
        out.list(&self.negative, |out, &negative| out.flag(negative));
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " {} of {}", self.components, self.places.len() / self.columns.max(1))
    }
}
