use std::fmt;

use super::{Exactness, Family, Operator, rule};
use crate::canonical::Canonical;
use crate::constant::Matrix;
use crate::types::{Shape, Type};

/// Floats \[n,d\] → \[n,m\] of the same dtype: splines of each column, one column after another.
///
/// A spline is Σ basis\[i\]·coefficients\[i\], with the B-spline basis of the column's knots by de Boor's recurrence, in
/// float64 and rounded to the dtype. Inside the knots it is that; what is outside, see [`Outside`].
///
/// Source: `SplineTransformer` in scikit-learn's `preprocessing/_polynomial.py`, `BSpline` of scipy.
#[derive(Clone, Debug, PartialEq)]
pub struct Spline {
    /// One for each column.
    pub columns: Vec<SplineColumn>,
    /// Whether all splines of NaN are 0; else they are NaN.
    pub nan_is_zero: bool,
}

/// The splines of one column.
#[derive(Clone, Debug, PartialEq)]
pub struct SplineColumn {
    /// Knots, which ascend.
    pub knots: Vec<f64>,
    /// Degree of the pieces; knots are at least 2·degree + 2.
    pub degree: usize,
    /// A row for each of the knots − degree − 1 basis functions, a column for each spline.
    pub coefficients: Matrix,
    /// What is given outside the knots from number `degree` to number `degree` from the end.
    pub outside: Outside,
}

/// What splines are where there are no knots.
#[derive(Clone, Debug, PartialEq)]
pub enum Outside {
    /// The polynomials of the first or last piece.
    Continue,
    /// An error.
    Error,
    /// x is moved by whole periods first: a + (x − a) mod (b − a), with the remainder of Python.
    Periodic,
    /// Lines: below `low` and above `high` value + (x − bound)·slope for some splines, and 0 for all others.
    Lines {
        /// The lower bound.
        low: f64,
        /// The upper bound.
        high: f64,
        /// Splines that are a line below the lower bound.
        below: Vec<Line>,
        /// Splines that are a line above the upper bound.
        above: Vec<Line>,
    },
}

/// A line of [`Outside::Lines`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// Which spline.
    pub spline: usize,
    /// Its value at the bound.
    pub value: f64,
    /// Its slope.
    pub slope: f64,
}

impl SplineColumn {
    fn is_sound(&self) -> bool {
        let splines = self.coefficients.columns();
        let lines_fit = match &self.outside {
            Outside::Lines { below, above, .. } => {
                below.iter().chain(above).all(|line| line.spline < splines)
            }
            Outside::Continue | Outside::Error | Outside::Periodic => true,
        };
        let basis = self.knots.len().checked_sub(self.degree + 1);
        let has_piece = self.knots.len() >= 2 * self.degree + 2;
        has_piece && self.knots.is_sorted() && basis == Some(self.coefficients.rows()) && lines_fit
    }
}

impl Operator for Spline {
    fn name(&self) -> &'static str {
        "spline"
    }

    fn family(&self) -> Family {
        Family::Columns
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let x = rule::one(self, inputs)?;
        if !self.columns.iter().all(SplineColumn::is_sound) {
            return Err("spline has knots, coefficients and lines that do not fit together".into());
        }
        let splines =
            self.columns.iter().try_fold(0_usize, |sum, c| sum.checked_add(c.coefficients.columns()));
        match (x.shape, splines) {
            (Shape::Matrix(columns @ 1..), Some(splines))
                if columns == self.columns.len() && x.dtype.is_float() =>
            {
                Ok(Type::matrix(x.dtype, splines))
            }
            _ => Err(rule::wants(self, &format!("floats in {} columns", self.columns.len()), x)),
        }
    }

    fn exactness(&self) -> Exactness {
        Exactness::SUMS
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        out.list(&self.columns, |out, column| {
            out.floats(&column.knots);
            out.count(column.degree);
            out.matrix(&column.coefficients);
            match &column.outside {
                Outside::Continue => out.word("continue"),
                Outside::Error => out.word("error"),
                Outside::Periodic => out.word("periodic"),
                Outside::Lines { low, high, below, above } => {
                    out.word("lines");
                    out.float(*low);
                    out.float(*high);
                    [below, above].iter().for_each(|lines| {
                        out.list(lines.iter(), |out, line| {
                            out.count(line.spline);
                            out.float(line.value);
                            out.float(line.slope);
                        });
                    });
                }
            }
        });
        out.flag(self.nan_is_zero);
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " of {}", self.columns.len())
    }
}
