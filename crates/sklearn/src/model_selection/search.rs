//! `GridSearchCV`, `RandomizedSearchCV` and the halving searches: the methods of the best estimator.

use cannery_graph::{Builder, Labels};

use crate::child::Child;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{ColumnHint, Input, Takes};
use crate::method::{Methods, Wanted};
use crate::names::Names;
use crate::state::State;

#[derive(Debug)]
struct Search {
    name: &'static str,
    best: Child,
}

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.model_selection.GridSearchCV", "sklearn.model_selection.RandomizedSearchCV"],
    // the second until 0.19
    modules: &["sklearn.model_selection._search", "sklearn.grid_search"],
    read,
};

pub(crate) const HALVING: Entry = Entry {
    classes: &[
        "sklearn.model_selection.HalvingGridSearchCV",
        "sklearn.model_selection.HalvingRandomSearchCV",
    ],
    modules: &["sklearn.model_selection._search_successive_halving"],
    read,
};

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    let name = state.name();
    const BEST: &str = "best_estimator_";
    if state.has(BEST) {
        return Ok(Box::new(Search { name, best: Child::read(state, BEST)? }));
    }
    let refits = state.has("refit") && !matches!(state.bool("refit"), Ok(false));
    Err(match refits {
        true => state.unsupported(BEST, format!("this {name} is not fitted: it has no best estimator")),
        false => state.unsupported("refit", "refit=False leaves no estimator to predict with"),
    })
}

impl Estimator for Search {
    fn name(&self) -> &'static str {
        self.name
    }

    fn takes(&self) -> Takes {
        self.best.takes()
    }

    fn columns(&self) -> Vec<ColumnHint> {
        self.best.columns()
    }

    fn classes(&self) -> Vec<Labels> {
        self.best.classes()
    }

    fn decides_by_class(&self) -> bool {
        self.best.decides_by_class()
    }

    /// scikit-learn has the names only in `best_estimator_`.
    fn names_out(&self, names: Option<&Names>) -> Option<Names> {
        self.best.names_out(names)
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        self.best.lower(builder, x, wanted)
    }
}
