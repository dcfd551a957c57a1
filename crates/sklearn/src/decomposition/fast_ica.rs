//! `sklearn.decomposition.FastICA`: independent sources of centered rows.

use cannery_graph::{Arithmetic, Builder, Check, Edge, Op};

use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Methods, Wanted};
use crate::names::Names;
use crate::numpy::{Vector, Weights};
use crate::state::State;

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.decomposition.FastICA"],
    // the second until 0.21
    modules: &["sklearn.decomposition._fastica", "sklearn.decomposition.fastica_"],
    read,
};

#[derive(Debug)]
struct FastIca {
    components: Weights,
    /// One row a feature.
    mixing: Weights,
    /// There is none without whitening.
    mean: Option<Vector>,
}

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("components_", "components")?;
    let components = Weights::read(state, "components_")?;
    let mixing = Weights::read(state, "mixing_")?;
    let (k, d) = (components.rows(), components.columns());
    if (mixing.rows(), mixing.columns()) != (d, k) {
        let (rows, columns) = (mixing.rows(), mixing.columns());
        return Err(
            state.malformed("mixing_", format!("shape ({rows}, {columns}) for components ({k}, {d})"))
        );
    }
    let mean = state.has("mean_").then(|| Vector::read(state, "mean_", d)).transpose()?;
    Ok(Box::new(FastIca { components, mixing, mean }))
}

impl Estimator for FastIca {
    fn name(&self) -> &'static str {
        "FastICA"
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.components.columns() }
    }

    fn names_out(&self, _: Option<&Names>) -> Option<Names> {
        Names::of_class(self.name(), self.components.rows())
    }

    fn inverse_columns(&self) -> Option<usize> {
        Some(self.components.rows())
    }

    fn lower_inverse(&self, builder: &mut Builder, x: &Input) -> Result<Edge, Error> {
        let x = x.dense_floats(builder)?;
        let x = self.mixing.product(builder, x)?;
        match &self.mean {
            Some(mean) => mean.step_in_place(builder, Arithmetic::Add, x),
            None => Ok(x),
        }
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, _: Wanted) -> Result<Methods, Error> {
        let x = x.dense_floats(builder)?;
        let mut x = builder.add(Op::Guard(Check::Finite), &[x])?;
        if let Some(mean) = &self.mean {
            x = mean.step_in_place(builder, Arithmetic::Subtract, x)?;
        }
        Ok(Methods::transform(self.components.product(builder, x)?))
    }
}
