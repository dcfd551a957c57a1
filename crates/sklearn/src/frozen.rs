//! `sklearn.frozen.FrozenEstimator`: an estimator that is not fitted again.

use cannery_graph::{Builder, Edge, Labels};

use crate::child::Child;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{ColumnHint, Input, Takes};
use crate::method::{Methods, Wanted};
use crate::names::Names;
use crate::state::State;

#[derive(Debug)]
struct FrozenEstimator {
    estimator: Child,
}

pub(crate) const ENTRIES: &[Entry] = &[Entry {
    classes: &["sklearn.frozen.FrozenEstimator"],
    modules: &["sklearn.frozen._frozen"], // since 1.6
    read,
}];

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    Ok(Box::new(FrozenEstimator { estimator: Child::read(state, "estimator")? }))
}

impl Estimator for FrozenEstimator {
    fn name(&self) -> &'static str {
        "FrozenEstimator"
    }

    fn takes(&self) -> Takes {
        self.estimator.takes()
    }

    fn columns(&self) -> Vec<ColumnHint> {
        self.estimator.columns()
    }

    fn classes(&self) -> Vec<Labels> {
        self.estimator.classes()
    }

    fn decides_by_class(&self) -> bool {
        self.estimator.decides_by_class()
    }

    fn names_out(&self, names: Option<&Names>) -> Option<Names> {
        self.estimator.names_out(names)
    }

    fn inverse_columns(&self) -> Option<usize> {
        self.estimator.inverse_columns()
    }

    fn lower_inverse(&self, builder: &mut Builder, x: &Input) -> Result<Edge, Error> {
        self.estimator.lower_inverse(builder, x)
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        self.estimator.lower(builder, x, wanted)
    }
}
