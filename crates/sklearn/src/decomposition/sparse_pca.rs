//! `sklearn.decomposition.SparsePCA` and `MiniBatchSparsePCA`: a ridge regression of each row on the components.
//!
//! Source: `_BaseSparsePCA.transform` in `sklearn/decomposition/_sparse_pca.py`. Its solution is a product with
//! (V·Vᵀ + α·I)⁻¹, which is computed once.

use cannery_graph::{Arithmetic, Builder, Check, Edge, Matrix, Op};

use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::linalg::Square;
use crate::method::{Methods, Wanted};
use crate::names::Names;
use crate::numpy::{Vector, Weights};
use crate::state::State;

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.decomposition.SparsePCA", "sklearn.decomposition.MiniBatchSparsePCA"],
    // the second until 0.21
    modules: &["sklearn.decomposition._sparse_pca", "sklearn.decomposition.sparse_pca"],
    read,
};

#[derive(Debug)]
struct SparsePca {
    name: &'static str,
    components: Weights,
    /// The inverse, symmetric.
    solver: Weights,
    /// Without it columns are divided by their norm over all rows: `normalize_components=False` until 0.21.
    mean: Option<Vector>,
    goes_back: bool,
}

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("components_", "components")?;
    let components = Weights::read(state, "components_")?;
    let ridge = state.float("ridge_alpha")?;
    let solver = solver(&components, ridge);
    let solver = solver
        .ok_or_else(|| state.unsupported("components_", "components that are too many or dependent"))?;
    const NORMALIZE: &str = "normalize_components"; // 0.20 to 0.23
    // in 0.18 and 0.19 there was nothing else
    let is_normal = match state.has(NORMALIZE) && !state.since(0, 22) {
        true => state.bool(NORMALIZE)?,
        false => state.since(0, 22),
    };
    let mean = is_normal.then(|| Vector::read(state, "mean_", components.columns())).transpose()?;
    Ok(Box::new(SparsePca { name: state.name(), components, solver, mean, goes_back: state.since(1, 2) }))
}

fn solver(components: &Weights, ridge: f64) -> Option<Weights> {
    let k = components.rows();
    let v = &components.matrix;
    let gram: Vec<f64> =
        (0..k * k).map(|at| v.row(at / k).iter().zip(v.row(at % k)).map(|(a, b)| a * b).sum()).collect();
    // of float32 components it is float32
    let gram = components.with(k, k, gram);
    let square = Square::from_fn(k, |i, j| gram.matrix.row(i)[j] + if i == j { ridge } else { 0.0 })?;
    let (inverse, _) = square.inverse()?;
    Some(Weights { dtype: components.dtype, matrix: Matrix::new(k, k, inverse.values)? })
}

impl SparsePca {
    fn codes(&self, builder: &mut Builder, x: Edge) -> Result<Edge, Error> {
        let products = self.components.product(builder, x)?;
        self.solver.product(builder, products)
    }
}

impl Estimator for SparsePca {
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
        (self.goes_back && self.mean.is_some()).then(|| self.components.rows())
    }

    fn lower_inverse(&self, builder: &mut Builder, x: &Input) -> Result<Edge, Error> {
        let mean = self.mean.as_ref().ok_or_else(|| crate::inverse::absent(self))?;
        let x = x.dense_floats(builder)?;
        let x = self.components.transposed().product(builder, x)?;
        mean.step(builder, Arithmetic::Add, x)
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, _: Wanted) -> Result<Methods, Error> {
        let x = x.dense_floats(builder)?;
        let x = builder.add(Op::Guard(Check::Finite), &[x])?;
        Ok(Methods::transform(match &self.mean {
            Some(mean) => {
                let x = mean.step(builder, Arithmetic::Subtract, x)?;
                self.codes(builder, x)?
            }
            None => {
                let codes = self.codes(builder, x)?;
                builder.add(Op::BatchNorm, &[codes])?
            }
        }))
    }
}
