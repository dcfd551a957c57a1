//! `sklearn.kernel_approximation.RBFSampler` and `SkewedChi2Sampler`: cosines of random projections.

use cannery_graph::{Arithmetic, Builder, Check, Function, Op, Scale};

use super::MODULES;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Methods, Wanted};
use crate::names::Names;
use crate::numpy::{Vector, Weights};
use crate::state::State;

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.kernel_approximation.RBFSampler", "sklearn.kernel_approximation.SkewedChi2Sampler"],
    modules: MODULES,
    read,
};

#[derive(Debug)]
struct RandomCosines {
    name: &'static str,
    weights: Weights,
    offsets: Vector,
    factor: f64,
    skewedness: Option<f64>,
}

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("random_weights_", "weights")?;
    let weights = Weights::read(state, "random_weights_")?.transposed();
    let n = weights.rows() as f64;
    let is_rbf = state.name() == "RBFSampler";
    let factor = match is_rbf && state.since(1, 1) {
        true => (2.0 / n).powf(0.5),
        false => 2_f64.sqrt() / n.sqrt(),
    };
    let skewedness = if is_rbf { None } else { Some(state.float("skewedness")?) };
    let offsets = Vector::read(state, "random_offset_", weights.rows())?;
    Ok(Box::new(RandomCosines { name: state.name(), weights, offsets, factor, skewedness }))
}

impl Estimator for RandomCosines {
    fn name(&self) -> &'static str {
        self.name
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.weights.columns() }
    }

    fn names_out(&self, _: Option<&Names>) -> Option<Names> {
        Names::of_class(self.name, self.weights.rows())
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, _: Wanted) -> Result<Methods, Error> {
        let x = x.floats(builder)?;
        let mut x = builder.add(Op::Guard(Check::Finite), &[x])?;
        if let Some(skewedness) = self.skewedness {
            x = builder.dense(x)?;
            let steps = vec![(Arithmetic::Add, vec![skewedness; self.weights.columns()])];
            x = builder.add(Op::Scale(Scale { steps }), &[x])?;
            x = builder.add(Op::Guard(Check::Above0), &[x])?;
            x = builder.add(Op::Elementwise(Function::Log), &[x])?;
        }
        let projected = self.weights.product(builder, x)?;
        let projected = self.offsets.step_in_place(builder, Arithmetic::Add, projected)?;
        let cosines = builder.add(Op::Elementwise(Function::Cos), &[projected])?;
        let steps = vec![(Arithmetic::Multiply, vec![self.factor; self.weights.rows()])];
        Ok(Methods::transform(builder.add(Op::Scale(Scale { steps }), &[cosines])?))
    }
}
