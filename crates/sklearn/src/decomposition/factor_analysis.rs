//! `sklearn.decomposition.FactorAnalysis`: the expected factors of a row, and how likely it is.

use cannery_graph::{Arithmetic, Builder, Check, DType, Edge, Op};

use super::gaussian;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::linalg::Square;
use crate::method::{Method, Methods, Wanted};
use crate::names::Names;
use crate::numpy::{Vector, Weights};
use crate::state::State;

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.decomposition.FactorAnalysis"],
    // the second until 0.21
    modules: &["sklearn.decomposition._factor_analysis", "sklearn.decomposition.factor_analysis"],
    read,
};

#[derive(Debug)]
struct FactorAnalysis {
    components: Weights,
    mean: Vector,
    noise: Vector,
    /// (I + W Ψ⁻¹ Wᵀ)⁻¹
    covariance: Square,
}

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("components_", "components")?;
    let components = Weights::read(state, "components_")?;
    let noise = Vector::read(state, "noise_variance_", components.columns())?;
    let mean = Vector::read(state, "mean_", components.columns())?;
    let w = &components.matrix;
    let inner = Square::from_fn(components.rows(), |i, j| {
        let terms = w.row(i).iter().zip(w.row(j)).zip(&noise.values);
        f64::from(u8::from(i == j)) + terms.map(|((a, b), noise)| a / noise * b).sum::<f64>()
    });
    let covariance = inner.and_then(|inner| inner.inverse()).map(|(inverse, _)| inverse);
    let covariance = covariance.ok_or_else(|| {
        state.unsupported("components_", "a covariance that is too large or has no inverse")
    })?;
    Ok(Box::new(FactorAnalysis { components, mean, noise, covariance }))
}

impl FactorAnalysis {
    /// W Ψ⁻¹
    fn weighted(&self) -> Weights {
        let d = self.components.columns();
        let values = self.components.matrix.values().iter().enumerate();
        let values = values.map(|(at, w)| w / self.noise.values[at % d]).collect();
        let both = if self.noise.dtype == DType::F64 { DType::F64 } else { self.components.dtype };
        Weights { dtype: both, ..self.components.clone() }.with(self.components.rows(), d, values)
    }

    /// The inverse of Wᵀ W + Ψ by the matrix inversion lemma, and the logarithm of its determinant.
    fn precision(&self) -> Option<(Square, f64)> {
        let (k, d) = (self.components.rows(), self.components.columns());
        let (w, psi) = (self.components.matrix.values(), &self.noise.values);
        let half: Vec<f64> = (0..k * d)
            .map(|at| (0..k).map(|c| self.covariance.at(at / d, c) * w[c * d + at % d]).sum())
            .collect();
        let precision = Square::from_fn(d, |i, j| {
            let sum: f64 = (0..k).map(|c| w[c * d + i] * half[c * d + j]).sum();
            sum / psi[i] / -psi[j] + if i == j { 1.0 / psi[i] } else { 0.0 }
        })?;
        let (_, log_det) = precision.inverse()?;
        Some((precision, log_det))
    }
}

impl Estimator for FactorAnalysis {
    fn name(&self) -> &'static str {
        "FactorAnalysis"
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.components.columns() }
    }

    fn names_out(&self, _: Option<&Names>) -> Option<Names> {
        Names::of_class(self.name(), self.components.rows())
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let x = x.dense_floats(builder)?;
        let x = builder.add(Op::Guard(Check::Finite), &[x])?;
        let x: Edge = self.mean.step(builder, Arithmetic::Subtract, x)?;
        let mut methods = Methods::new(wanted);
        methods.offer(Method::Transform, || {
            let weighted = self.weighted();
            let scores = weighted.product(builder, x)?;
            let k = self.components.rows();
            // rows of the result are products with columns
            let columns = (0..k * k).map(|at| self.covariance.at(at % k, at / k)).collect();
            weighted.with(k, k, columns).product(builder, scores)
        })?;
        match methods.wants(Method::ScoreSamples).then(|| self.precision()) {
            None => {}
            Some(Some((precision, log_det))) => methods
                .offer(Method::ScoreSamples, || gaussian::log_likelihood(builder, x, &precision, log_det))?,
            Some(None) => {
                methods.refuse(Method::ScoreSamples, "the covariance is too large, or has no inverse");
            }
        }
        Ok(methods)
    }
}
