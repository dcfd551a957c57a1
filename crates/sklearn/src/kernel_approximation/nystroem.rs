//! `sklearn.kernel_approximation.Nystroem`: kernels with some training rows, decorrelated.

use cannery_graph::{Builder, Check, Op};

use super::MODULES;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::kernels::PairwiseKernel;
use crate::method::{Methods, Wanted};
use crate::names::Names;
use crate::numpy::Weights;
use crate::state::State;

pub(crate) const ENTRY: Entry =
    Entry { classes: &["sklearn.kernel_approximation.Nystroem"], modules: MODULES, read };

#[derive(Debug)]
struct Nystroem {
    kernel: PairwiseKernel,
    points: Weights,
    normalization: Weights,
}

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("components_", "rows")?;
    const PARAMS: &str = "kernel_params";
    if !state.is_none(PARAMS)? && state.heap().as_dict(state.value(PARAMS)?) != Some(&[]) {
        return Err(state.unsupported(PARAMS, "parameters of a kernel by their names"));
    }
    let kernel = PairwiseKernel::read(state, "gamma")?;
    let points = Weights::read(state, "components_")?;
    let normalization = Weights::read(state, "normalization_")?;
    let columns = match kernel {
        PairwiseKernel::Precomputed => points.columns(),
        _ => points.rows(),
    };
    if normalization.columns() != columns {
        return Err(state.malformed("normalization_", format!("not for {columns} rows")));
    }
    Ok(Box::new(Nystroem { kernel, points, normalization }))
}

impl Estimator for Nystroem {
    fn name(&self) -> &'static str {
        "Nystroem"
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.points.columns() }
    }

    fn names_out(&self, _: Option<&Names>) -> Option<Names> {
        Names::of_class(self.name(), self.normalization.rows())
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, _: Wanted) -> Result<Methods, Error> {
        let x = x.floats(builder)?;
        let x = builder.add(Op::Guard(Check::Finite), &[x])?;
        let kernel = self.kernel.lower(builder, x, &self.points)?;
        Ok(Methods::transform(self.normalization.product(builder, kernel)?))
    }
}
