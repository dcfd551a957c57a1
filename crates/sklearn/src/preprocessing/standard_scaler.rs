//! `sklearn.preprocessing.StandardScaler`: columns less their mean, divided by their standard deviation.

use cannery_graph::{Arithmetic, Builder, Check, DType, Edge, Op, Scale, Shape};

use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Method, Methods, Wanted};
use crate::names::Names;
use crate::state::State;

#[derive(Debug)]
struct StandardScaler {
    n_features: usize,
    mean: Option<Vec<f64>>,
    scale: Option<Vec<f64>>,
    takes_nan: bool,
    casts_first: bool,
}

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.preprocessing.StandardScaler"],
    // the second until 0.21
    modules: &["sklearn.preprocessing._data", "sklearn.preprocessing.data"],
    read,
};

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    if !state.has("scale_") {
        return Err(state.unsupported("scale_", "this StandardScaler is not fitted, or by scikit-learn 0.16"));
    }
    let mean = state.bool("with_mean")?.then(|| state.floats("mean_")).transpose()?;
    let scale = state.bool("with_std")?.then(|| state.floats("scale_")).transpose()?;
    Ok(Box::new(StandardScaler {
        n_features: n_features(state, mean.as_deref(), scale.as_deref())?,
        mean,
        scale,
        takes_nan: state.since(0, 20),
        casts_first: state.since(1, 8),
    }))
}

fn n_features(state: &State<'_>, mean: Option<&[f64]>, scale: Option<&[f64]>) -> Result<usize, Error> {
    let n = match (mean, scale) {
        (Some(mean), Some(scale)) if mean.len() != scale.len() => {
            let (n, m) = (scale.len(), mean.len());
            return Err(state.malformed("scale_", format!("{n} columns, and mean_ has {m}")));
        }
        (Some(constants), _) | (None, Some(constants)) => constants.len(),
        // since 0.23
        (None, None) if state.has("n_features_in_") => {
            usize::try_from(state.int("n_features_in_")?).unwrap_or_default()
        }
        (None, None) => {
            let message = "this attribute is missing, and no other one says how many columns there are";
            return Err(state.unsupported("n_features_in_", message));
        }
    };
    let name = if mean.is_some() { "mean_" } else { "scale_" };
    if n == 0 { Err(state.malformed(name, "a scaler of no column")) } else { Ok(n) }
}

impl Estimator for StandardScaler {
    fn name(&self) -> &'static str {
        "StandardScaler"
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.n_features }
    }

    fn names_out(&self, names: Option<&Names>) -> Option<Names> {
        Names::of(names, self.n_features)
    }

    fn inverse_columns(&self) -> Option<usize> {
        Some(self.n_features)
    }

    /// X *= scale_, X += mean_; sparse data is not centered.
    fn lower_inverse(&self, builder: &mut Builder, x: &Input) -> Result<Edge, Error> {
        let x = x.floats(builder)?;
        let ty = builder.type_of(x)?;
        let is_f32 = ty.dtype == DType::F32;
        if matches!(ty.shape, Shape::Csr(_)) && self.mean.is_some() {
            return Err(Error::unsupported("", "a sparse matrix, which a scaler with a mean does not take"));
        }
        let step =
            |step, constants: &Option<Vec<f64>>| Some((step, self.constants(constants.as_ref()?, is_f32)));
        let multiply = step(Arithmetic::Multiply, &self.scale);
        let add = step(Arithmetic::Add, &self.mean);
        let scale = Scale { steps: multiply.into_iter().chain(add).collect() };
        Ok(builder.add(Op::Scale(scale), &[x])?)
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, _: Wanted) -> Result<Methods, Error> {
        let check = if self.takes_nan { Check::NotInfinite } else { Check::Finite };
        let x = x.floats(builder)?;
        let x = builder.add(Op::Guard(check), &[x])?;
        if let Shape::Csr(_) = builder.type_of(x)?.shape {
            return self.lower_sparse(builder, x);
        }
        let is_f32 = builder.type_of(x)?.dtype == DType::F32;
        let step =
            |step, constants: &Option<Vec<f64>>| Some((step, self.constants(constants.as_ref()?, is_f32)));
        let subtract = step(Arithmetic::Subtract, &self.mean);
        let divide = step(Arithmetic::Divide, &self.scale);
        let scale = Scale { steps: subtract.into_iter().chain(divide).collect() };
        let transformed = builder.add(Op::Scale(scale), &[x])?;
        Ok(Methods::transform(transformed))
    }
}

impl StandardScaler {
    /// Sparse data is not divided but multiplied: `inplace_column_scale(X, 1 / self.scale_)`.
    fn lower_sparse(&self, builder: &mut Builder, x: Edge) -> Result<Methods, Error> {
        if self.mean.is_some() {
            let reason = "sparse matrices can't be centered; this scaler was fitted with with_mean=True";
            let mut methods = Methods::new(Wanted::ALL);
            methods.refuse(Method::Transform, reason);
            return Ok(methods);
        }
        let Some(scale) = &self.scale else {
            return Ok(Methods::transform(x));
        };
        let steps = vec![(Arithmetic::Multiply, scale.iter().map(|scale| 1.0 / scale).collect())];
        let transformed = builder.add(Op::Scale(Scale { steps }), &[x])?;
        Ok(Methods::transform(transformed))
    }

    /// Since 1.8 the constants are cast to the dtype of X first; before, float32 data met float64 constants.
    fn constants(&self, constants: &[f64], is_f32: bool) -> Vec<f64> {
        match is_f32 && self.casts_first {
            true => constants.iter().map(|&c| f64::from(c as f32)).collect(),
            false => constants.to_vec(),
        }
    }
}
