//! `sklearn.neighbors.RadiusNeighborsRegressor`: the mean of the training points' targets within a radius.

use cannery_graph::{Builder, DType, Op, RadiusResult};

use super::index::Radius;
use super::k_neighbors_regressor::Targets;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Method, Methods, Wanted};
use crate::state::State;

#[derive(Debug)]
struct RadiusNeighborsRegressor {
    index: Radius,
    targets: Targets,
    is_uniform: bool,
}

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.neighbors.RadiusNeighborsRegressor"],
    // the second until 0.21
    modules: &["sklearn.neighbors._regression", "sklearn.neighbors.regression"],
    read,
};

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    let index = Radius::read(state, true)?;
    let targets = Targets::read(state, index.samples())?;
    let is_uniform = state.text("weights")?.as_deref() != Some("distance");
    Ok(Box::new(RadiusNeighborsRegressor { index, targets, is_uniform }))
}

impl Estimator for RadiusNeighborsRegressor {
    fn name(&self) -> &'static str {
        "RadiusNeighborsRegressor"
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.index.features() }
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let x = x.dense_floats(builder)?;
        let mut methods = Methods::new(wanted);
        methods.offer(Method::Predict, || {
            let result = RadiusResult::Mean(self.targets.values.clone());
            let mut mean = self.index.lower(builder, x, result)?;
            if self.targets.is_single && self.is_uniform {
                mean = builder.cast(mean, DType::F32)?;
            }
            Ok(if self.targets.is_vector { builder.add(Op::Flatten, &[mean])? } else { mean })
        })?;
        Ok(methods)
    }
}
