use std::fmt;

use super::{Exactness, Family, Operator, rule};
use crate::canonical::Canonical;
use crate::constant::Matrix;
use crate::types::{Shape, Type};

/// Floats \[n,d\], dense or CSR → the same type: the part of a distribution below x, column by column, or back from that.
///
/// All is computed in float64, and the result of each step rounded to the dtype. NaN stays.
///
/// Forward: ½·(interp(x, quantiles, references) − interp(−x, −quantiles reversed, −references reversed)), where interp is
/// numpy's: the last knot that is not above x, its value where x equals it, else slope·(x − knot) + value. Then, with ends
/// `equal`, 0 where x is the first quantile and 1 where it is the last one; else 0 where x − 1e-7 is below the first and 1
/// where x + 1e-7 is above the last one. For the normal distribution its ppf of that, clipped to ppf(1e-7 − ε) and
/// ppf(1 − (1e-7 − ε)).
///
/// Inverse: for the normal distribution the cdf of x first; then interp(x, references, quantiles), with the first or last
/// quantile at the ends, which are 0 and 1. Of a CSR matrix only stored elements are looked at.
///
/// Source: `QuantileTransformer._transform_col` in scikit-learn's `preprocessing/_data.py`.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantiles {
    /// The quantiles of a column are a row, which ascends.
    pub quantiles: Matrix,
    /// What part of all is below each quantile; ascends.
    pub references: Vec<f64>,
    /// Whether the distribution is the standard normal one, else uniform from 0 to 1.
    pub is_normal: bool,
    /// Whether only x that equals an end is at the end.
    pub has_equal_ends: bool,
    /// Bounds that the forward result is clipped to.
    pub bounds: Option<(f64, f64)>,
    /// Whether it goes back.
    pub is_inverse: bool,
}

impl Operator for Quantiles {
    fn name(&self) -> &'static str {
        "quantiles"
    }

    fn family(&self) -> Family {
        Family::Columns
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let x = rule::one(self, inputs)?;
        if self.references.is_empty() || self.quantiles.columns() != self.references.len() {
            let (n, m) = (self.quantiles.columns(), self.references.len());
            return Err(format!("quantiles has {n} quantiles a column for {m} references"));
        }
        match x.shape {
            Shape::Matrix(d @ 1..) | Shape::Csr(d @ 1..)
                if d == self.quantiles.rows() && x.dtype.is_float() =>
            {
                Ok(x)
            }
            _ => Err(rule::wants(self, &format!("floats in {} columns", self.quantiles.rows()), x)),
        }
    }

    fn exactness(&self) -> Exactness {
        if self.is_normal { Exactness::Rel(1e-12) } else { Exactness::Exact }
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        out.matrix(&self.quantiles);
        out.floats(&self.references);
        out.flag(self.is_normal);
        out.flag(self.has_equal_ends);
        out.option(self.bounds, |out, (low, high)| {
            out.float(low);
            out.float(high);
        });
        out.flag(self.is_inverse);
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let distribution = if self.is_normal { "normal" } else { "uniform" };
        let inverse = if self.is_inverse { " inverse" } else { "" };
        write!(f, " {distribution} {}x{}{inverse}", self.quantiles.rows(), self.quantiles.columns())
    }
}
