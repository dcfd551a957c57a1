//! `sklearn.neighbors.KNeighborsRegressor`: the mean of the nearest training points' targets.

use cannery_graph::{Builder, DType, Matrix, NeighborResult, Op};
use cannery_object::Kind;

use super::index::Index;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Method, Methods, Wanted};
use crate::state::State;

#[derive(Debug)]
struct KNeighborsRegressor {
    index: Index,
    targets: Targets,
}

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.neighbors.KNeighborsRegressor"],
    // the second until 0.21
    modules: &["sklearn.neighbors._regression", "sklearn.neighbors.regression"],
    read,
};

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    let index = Index::read(state)?;
    let targets = Targets::read(state, index.samples())?;
    Ok(Box::new(KNeighborsRegressor { index, targets }))
}

/// `_y`: what each training point is to be.
#[derive(Debug)]
pub(super) struct Targets {
    /// One row a sample.
    pub(super) values: Matrix,
    /// Whether there is one target, given without a column for it.
    pub(super) is_vector: bool,
    /// Whether the targets are of float32, and so their plain mean.
    pub(super) is_single: bool,
}

impl Targets {
    pub(super) fn read(state: &State<'_>, samples: usize) -> Result<Self, Error> {
        const NAME: &str = "_y";
        let array = state.array(NAME)?;
        let columns = match array.shape[..] {
            [rows] if rows == samples => 1,
            [rows, columns] if rows == samples => columns,
            _ => {
                let shape = &array.shape;
                return Err(state.malformed(NAME, format!("shape {shape:?} for {samples} samples")));
            }
        };
        let is_single = match (&array.dtype.kind, array.dtype.itemsize) {
            (Kind::Float, 4) => true,
            (Kind::Float, 8) | (Kind::Int | Kind::UInt | Kind::Bool, _) => false,
            _ => return Err(state.unsupported(NAME, format!("targets of dtype {}", array.dtype))),
        };
        let values = array.f64s().map_err(|error| Error::in_view(state.path_of(NAME), &error))?;
        let values = Matrix::new(samples, columns, &*values)
            .ok_or_else(|| state.malformed(NAME, "an array of another size than its shape"))?;
        Ok(Self { values, is_vector: array.ndim() == 1, is_single })
    }
}

impl Estimator for KNeighborsRegressor {
    fn name(&self) -> &'static str {
        "KNeighborsRegressor"
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.index.features() }
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let x = x.dense_floats(builder)?;
        let hits = self.index.lower(builder, x)?;
        let mut methods = Methods::new(wanted);
        methods.offer(Method::Predict, || {
            let mut mean = hits.reduce(builder, NeighborResult::Mean(self.targets.values.clone()))?;
            if self.targets.is_single && hits.is_uniform() {
                mean = builder.cast(mean, DType::F32)?;
            }
            Ok(if self.targets.is_vector { builder.add(Op::Flatten, &[mean])? } else { mean })
        })?;
        Ok(methods)
    }
}
