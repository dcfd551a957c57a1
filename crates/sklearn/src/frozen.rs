//! `sklearn.frozen.FrozenEstimator` (1.6 and later): an estimator as it is.

use cannery_graph::{Builder, Edge, Labels};

use crate::child::Child;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{ColumnHint, Input, Takes};
use crate::method::{Methods, Wanted};
use crate::names::Names;

pub(crate) const ENTRIES: &[Entry] = &[Entry {
    classes: &["sklearn.frozen.FrozenEstimator"],
    modules: &["sklearn.frozen._frozen"],
    read: |state| Ok(Box::new(Frozen(Child::read(state, "estimator")?))),
}];

#[derive(Debug)]
struct Frozen(Child);

impl Estimator for Frozen {
    fn name(&self) -> &'static str {
        "FrozenEstimator"
    }

    fn takes(&self) -> Takes {
        self.0.takes()
    }

    fn columns(&self) -> Vec<ColumnHint> {
        self.0.columns()
    }

    fn classes(&self) -> Vec<Labels> {
        self.0.classes()
    }

    fn decides_by_class(&self) -> bool {
        self.0.decides_by_class()
    }

    fn names_out(&self, names: Option<&Names>) -> Option<Names> {
        self.0.names_out(names)
    }

    fn inverse_columns(&self) -> Option<usize> {
        self.0.inverse_columns()
    }

    fn lower_inverse(&self, builder: &mut Builder, x: &Input) -> Result<Edge, Error> {
        self.0.lower_inverse(builder, x)
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        self.0.lower(builder, x, wanted)
    }
}
