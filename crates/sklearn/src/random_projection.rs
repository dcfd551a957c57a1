//! `sklearn.random_projection`: products with random components.

use cannery_graph::{Builder, Check, Edge, Op, Shape};
use cannery_object::View;

use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::linalg::Square;
use crate::method::{Methods, Wanted};
use crate::names::Names;
use crate::numpy::Weights;
use crate::state::State;

pub(crate) const ENTRIES: &[Entry] = &[Entry {
    classes: &[
        "sklearn.random_projection.GaussianRandomProjection",
        "sklearn.random_projection.SparseRandomProjection",
    ],
    modules: &["sklearn.random_projection"],
    read,
}];

#[derive(Debug)]
struct RandomProjection {
    name: &'static str,
    components: Weights,
    /// Whether the product with sparse rows is sparse.
    stays_sparse: bool,
    /// The pseudo-inverse of the components, one row a feature.
    inverse: Option<Weights>,
}

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    const NAME: &str = "components_";
    state.expect_fitted(NAME, "components")?;
    let components = Weights::read(state, NAME)?;
    let is_sparse = matches!(state.heap().view(state.value(NAME)?), View::Sparse(_));
    let stays_sparse = is_sparse && !(state.has("dense_output") && state.bool("dense_output")?);
    let inverse = match state.has("inverse_components_") {
        true => Some(Weights::read(state, "inverse_components_")?),
        // since 1.1
        false if state.has("compute_inverse_components") => pseudo_inverse(&components),
        false => None,
    };
    if inverse.as_ref().is_some_and(|i| (i.rows(), i.columns()) != (components.columns(), components.rows()))
    {
        return Err(state.malformed("inverse_components_", "not of the shape of the components, transposed"));
    }
    Ok(Box::new(RandomProjection { name: state.name(), components, stays_sparse, inverse }))
}

/// Cᵀ(C·Cᵀ)⁻¹, where the rows of C are independent.
fn pseudo_inverse(components: &Weights) -> Option<Weights> {
    let (k, d) = (components.rows(), components.columns());
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let c = &components.matrix;
    let gram = Square::from_fn(k, |i, j| dot(c.row(i), c.row(j)))?;
    let (inverse, _) = gram.inverse()?;
    let element = |at: usize| (0..k).map(|i| c.row(i)[at / k] * inverse.at(i, at % k)).sum();
    Some(components.with(d, k, (0..d * k).map(element).collect()))
}

impl Estimator for RandomProjection {
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
        self.inverse.as_ref().map(Weights::columns)
    }

    fn lower_inverse(&self, builder: &mut Builder, x: &Input) -> Result<Edge, Error> {
        let inverse = self.inverse.as_ref().ok_or_else(|| crate::inverse::absent(self))?;
        let x = x.floats(builder)?;
        inverse.product(builder, x)
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, _: Wanted) -> Result<Methods, Error> {
        let x = x.floats(builder)?;
        let x = builder.add(Op::Guard(Check::Finite), &[x])?;
        let is_sparse = matches!(builder.type_of(x)?.shape, Shape::Csr(_));
        let product = self.components.product(builder, x)?;
        Ok(Methods::transform(match is_sparse && self.stays_sparse {
            true => builder.add(Op::Sparse, &[product])?,
            false => product,
        }))
    }
}
