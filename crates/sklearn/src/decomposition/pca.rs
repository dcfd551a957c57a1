//! `sklearn.decomposition.PCA` and `IncrementalPCA`: products of centered rows with components.
//!
//! Source: `sklearn/decomposition/_base.py` and `PCA.score_samples`.

use cannery_graph::{Arithmetic, Builder, Check, DType, Edge, Op, Shape};

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
    classes: &["sklearn.decomposition.PCA", "sklearn.decomposition.IncrementalPCA"],
    // the last two until 0.21
    modules: &[
        "sklearn.decomposition._pca",
        "sklearn.decomposition._incremental_pca",
        "sklearn.decomposition.pca",
        "sklearn.decomposition.incremental_pca",
    ],
    read,
};

#[derive(Debug)]
struct Pca {
    name: &'static str,
    components: Weights,
    mean: Vector,
    /// Variance of each component, where the result is divided by its root.
    variance: Vector,
    whitens: bool,
    noise: f64,
    /// Since 1.5 the product is centered, before that X.
    centers_last: bool,
    takes_sparse: bool,
}

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("components_", "components")?;
    let components = Weights::read(state, "components_")?;
    Ok(Box::new(Pca {
        name: state.name(),
        mean: Vector::read(state, "mean_", components.columns())?,
        variance: Vector::read(state, "explained_variance_", components.rows())?,
        whitens: state.bool("whiten")?,
        noise: state.float("noise_variance_")?,
        centers_last: state.since(1, 5),
        takes_sparse: state.since(1, 5) || state.name() == "IncrementalPCA",
        components,
    }))
}

impl Pca {
    fn roots(&self) -> Vector {
        self.variance.map(f64::sqrt)
    }

    /// Components as `inverse_transform` and the covariance take them.
    fn scaled(&self) -> Weights {
        if !self.whitens {
            return self.components.clone();
        }
        let (rows, columns) = (self.components.rows(), self.components.columns());
        let roots = self.roots().values;
        let values = self.components.matrix.values().iter().enumerate();
        self.components.with(rows, columns, values.map(|(at, x)| x * roots[at / columns]).collect())
    }

    /// The inverse of the covariance, and the logarithm of its determinant. Where there is noise by the matrix inversion
    /// lemma.
    fn precision(&self) -> Option<(Square, f64)> {
        let scaled = self.scaled();
        let (k, d) = (scaled.rows(), scaled.columns());
        let v = scaled.matrix.values();
        let differences: Vec<f64> = self.variance.values.iter().map(|x| (x - self.noise).max(0.0)).collect();
        if self.noise == 0.0 {
            let covariance = Square::from_fn(d, |i, j| {
                (0..k).map(|c| v[c * d + i] * differences[c] * v[c * d + j]).sum()
            })?;
            let (inverse, log_det) = covariance.inverse()?;
            return Some((inverse, -log_det));
        }
        let inner = Square::from_fn(k, |i, j| {
            let product: f64 = (0..d).map(|f| v[i * d + f] * v[j * d + f]).sum();
            product / self.noise + if i == j { 1.0 / differences[i] } else { 0.0 }
        })?;
        let (inner, _) = inner.inverse()?;
        let half: Vec<f64> =
            (0..k * d).map(|at| (0..k).map(|c| inner.at(at / d, c) * v[c * d + at % d]).sum()).collect();
        let precision = Square::from_fn(d, |i, j| {
            let sum: f64 = (0..k).map(|c| v[c * d + i] * half[c * d + j]).sum();
            sum / -(self.noise * self.noise) + if i == j { 1.0 / self.noise } else { 0.0 }
        })?;
        let (_, log_det) = precision.inverse()?;
        Some((precision, log_det))
    }

    fn projected(&self, builder: &mut Builder, x: Edge) -> Result<Edge, Error> {
        if !self.centers_last {
            let x = self.mean.step(builder, Arithmetic::Subtract, x)?;
            return self.components.product(builder, x);
        }
        let product = self.components.product(builder, x)?;
        let row = |row: usize| {
            self.components.matrix.row(row).iter().zip(&self.mean.values).map(|(v, m)| v * m).sum()
        };
        let dtype = if self.mean.dtype == DType::F32 { self.components.dtype } else { DType::F64 };
        let offsets = Vector { values: (0..self.components.rows()).map(row).collect(), dtype };
        offsets.map(|x| x).step_in_place(builder, Arithmetic::Subtract, product)
    }
}

impl Estimator for Pca {
    fn name(&self) -> &'static str {
        self.name
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.components.columns() }
    }

    fn names_out(&self, _: Option<&Names>) -> Option<Names> {
        Names::of_class(self.name, self.components.rows())
    }

    fn inverse_columns(&self) -> Option<usize> {
        Some(self.components.rows())
    }

    fn lower_inverse(&self, builder: &mut Builder, x: &Input) -> Result<Edge, Error> {
        let x = x.dense_floats(builder)?;
        let product = self.scaled().transposed().product(builder, x)?;
        self.mean.step(builder, Arithmetic::Add, product)
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let x = x.floats(builder)?;
        let mut x = builder.add(Op::Guard(Check::Finite), &[x])?;
        if let Shape::Csr(_) = builder.type_of(x)?.shape {
            if !self.takes_sparse {
                let name = self.name;
                return Err(Error::unsupported(
                    "",
                    format!("a sparse matrix; this {name} takes a dense one"),
                ));
            }
            if !self.centers_last || self.name != "PCA" {
                x = builder.dense(x)?;
            }
        }
        let mut methods = Methods::new(wanted);
        methods.offer(Method::Transform, || {
            let mut projected = self.projected(builder, x)?;
            if self.whitens {
                let least = match (self.centers_last, self.variance.dtype) {
                    (false, _) => f64::NEG_INFINITY,
                    (true, DType::F32) => f64::from(f32::EPSILON),
                    (true, _) => f64::EPSILON,
                };
                let roots = self.roots().map(|root| if root < least { least } else { root });
                projected = roots.step_in_place(builder, Arithmetic::Divide, projected)?;
            }
            Ok(projected)
        })?;
        if self.name == "PCA" {
            match methods.wants(Method::ScoreSamples).then(|| self.precision()) {
                None => {}
                Some(Some((precision, log_det))) => methods.offer(Method::ScoreSamples, || {
                    let x = builder.dense(x)?;
                    let x = self.mean.step(builder, Arithmetic::Subtract, x)?;
                    gaussian::log_likelihood(builder, x, &precision, log_det)
                })?,
                Some(None) => {
                    methods.refuse(Method::ScoreSamples, "the covariance is too large, or has no inverse");
                }
            }
        }
        Ok(methods)
    }
}
