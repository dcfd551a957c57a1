use std::fmt;

use super::{Exactness, Family, Operator, rule};
use crate::canonical::Canonical;
use crate::types::{Shape, Type};

/// Floats \[n,d\] → the same type: a power transform of each column with its λ, in float64, rounded to the dtype.
///
/// NaN stays. Source: `PowerTransformer` in scikit-learn's `preprocessing/_data.py`, and scipy's `boxcox`, `inv_boxcox` and
/// `yeojohnson`.
#[derive(Clone, Debug, PartialEq)]
pub struct Power {
    /// Which transform.
    pub how: PowerTransform,
    /// λ of each column.
    pub lambdas: Vec<f64>,
}

/// A transform of [`Power`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PowerTransform {
    /// log x where |λ| < 1e-19, else expm1(λ·log x) / λ.
    BoxCox,
    /// The inverse of that: exp x where λ is 0, else exp(log1p(λ·x) / λ).
    InverseBoxCox,
    /// Of x ≥ 0 log1p x where |λ| < ε, else ((x + 1)^λ − 1) / λ; below 0 −log1p(−x) where |λ − 2| ≤ ε, else
    /// −((1 − x)^(2 − λ) − 1) / (2 − λ). scikit-learn 1.8 and before.
    YeoJohnson,
    /// The same with expm1(λ·log1p x) for (x + 1)^λ − 1, and likewise below 0. scikit-learn 1.9 and later.
    YeoJohnsonExpM1,
    /// The inverse: of x ≥ 0 eˣ − 1 where |λ| < ε, else (λ·x + 1)^(1/λ) − 1; below 0 1 − e⁻ˣ where |λ − 2| ≤ ε, else
    /// 1 − (1 − (2 − λ)·x)^(1/(2 − λ)).
    InverseYeoJohnson,
}

impl Operator for Power {
    fn name(&self) -> &'static str {
        "power"
    }

    fn family(&self) -> Family {
        Family::Columns
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let x = rule::one(self, inputs)?;
        match x.shape {
            Shape::Matrix(columns @ 1..) if columns == self.lambdas.len() && x.dtype.is_float() => Ok(x),
            _ => Err(rule::wants(self, &format!("floats in {} columns", self.lambdas.len()), x)),
        }
    }

    /// Powers of float64 and their differences from 1 are that near only where these are not small.
    fn exactness(&self) -> Exactness {
        Exactness::Rel(1e-12)
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        out.word(self.how.word());
        out.floats(&self.lambdas);
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " {} x{}", self.how.word(), self.lambdas.len())
    }
}

impl PowerTransform {
    fn word(self) -> &'static str {
        match self {
            Self::BoxCox => "box-cox",
            Self::InverseBoxCox => "inverse-box-cox",
            Self::YeoJohnson => "yeo-johnson",
            Self::YeoJohnsonExpM1 => "yeo-johnson-expm1",
            Self::InverseYeoJohnson => "inverse-yeo-johnson",
        }
    }
}
