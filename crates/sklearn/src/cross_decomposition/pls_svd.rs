//! `sklearn.cross_decomposition.PLSSVD`: scores of standardized rows.

use cannery_graph::{Arithmetic, Builder, Check, DType, Op};

use super::pls::Standard;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Methods, Wanted};
use crate::names::Names;
use crate::numpy::Weights;
use crate::state::State;

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.cross_decomposition.PLSSVD"],
    // the second until 0.21
    modules: &["sklearn.cross_decomposition._pls", "sklearn.cross_decomposition.pls_"],
    read,
};

#[derive(Debug)]
struct PlsSvd {
    standard: Standard,
    weights: Weights,
}

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("x_weights_", "weights")?;
    let weights = Weights::read(state, "x_weights_")?.transposed();
    Ok(Box::new(PlsSvd { standard: Standard::read(state, weights.columns())?, weights }))
}

impl Estimator for PlsSvd {
    fn name(&self) -> &'static str {
        "PLSSVD"
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.weights.columns() }
    }

    fn names_out(&self, _: Option<&Names>) -> Option<Names> {
        Names::of_class(self.name(), self.weights.rows())
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, _: Wanted) -> Result<Methods, Error> {
        let x = x.dense_floats(builder)?;
        let x = builder.cast(x, DType::F64)?;
        let x = builder.add(Op::Guard(Check::Finite), &[x])?;
        let x = self.standard.mean.step(builder, Arithmetic::Subtract, x)?;
        let x = self.standard.std.step(builder, Arithmetic::Divide, x)?;
        Ok(Methods::transform(self.weights.product(builder, x)?))
    }
}
