//! `GridSearchCV`, `RandomizedSearchCV` and the halving searches: the methods of the best estimator.

use cannery_graph::Builder;

use crate::child::Child;
use crate::error::Error;
use crate::estimator::{Estimator, Methods};
use crate::input::{ColumnHint, Input, Takes};
use crate::state::State;

#[derive(Debug)]
struct Search {
    name: &'static str,
    best: Child,
}

pub(crate) fn read_grid(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    read(state, "GridSearchCV")
}

pub(crate) fn read_randomized(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    read(state, "RandomizedSearchCV")
}

pub(crate) fn read_halving_grid(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    read(state, "HalvingGridSearchCV")
}

pub(crate) fn read_halving_random(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    read(state, "HalvingRandomSearchCV")
}

fn read(state: &State<'_>, name: &'static str) -> Result<Box<dyn Estimator>, Error> {
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

    fn lower_onto(&self, builder: &mut Builder, x: &Input) -> Result<Methods, Error> {
        self.best.lower(builder, x)
    }
}
