//! `sklearn.neighbors.NeighborhoodComponentsAnalysis` (0.21 and later): X·components_ᵀ.

use cannery_graph::{Builder, Check, DType, Linear, Matrix, Op};
use cannery_object::Kind;

use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Method, Methods, Wanted};
use crate::names::Names;
use crate::state::State;

#[derive(Debug)]
struct Components {
    weights: Matrix,
    is_single: bool,
}

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.neighbors.NeighborhoodComponentsAnalysis"],
    // the second in 0.21
    modules: &["sklearn.neighbors._nca", "sklearn.neighbors.nca"],
    read,
};

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("components_", "components")?;
    let weights = state.matrix("components_")?;
    if weights.rows() == 0 || weights.columns() == 0 {
        return Err(state.malformed("components_", "no component"));
    }
    let dtype = state.element_dtype("components_")?;
    let is_single = dtype.kind == Kind::Float && dtype.itemsize == 4;
    Ok(Box::new(Components { weights, is_single }))
}

impl Estimator for Components {
    fn name(&self) -> &'static str {
        "NeighborhoodComponentsAnalysis"
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.weights.columns() }
    }

    fn names_out(&self, _: Option<&Names>) -> Option<Names> {
        Names::of_class(self.name(), self.weights.rows())
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let mut methods = Methods::new(wanted);
        methods.offer(Method::Transform, || {
            let x = x.dense_floats(builder)?;
            let x = if self.is_single { x } else { builder.cast(x, DType::F64)? };
            let x = builder.add(Op::Guard(Check::Finite), &[x])?;
            Ok(builder.add(Op::Linear(Linear { weights: self.weights.clone(), intercepts: None }), &[x])?)
        })?;
        Ok(methods)
    }
}
