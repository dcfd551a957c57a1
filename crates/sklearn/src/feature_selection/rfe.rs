//! `sklearn.feature_selection.RFE` and `RFECV`: the columns that are left, and the estimator that was fitted on them.

use cannery_graph::{Builder, Edge, Labels};

use super::selector::{Selector, takes_nan};
use crate::child::Child;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Method, Methods, Wanted};
use crate::names::Names;
use crate::state::State;

#[derive(Debug)]
struct Rfe {
    selector: Selector,
    estimator: Child,
}

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.feature_selection.RFE", "sklearn.feature_selection.RFECV"],
    // the second until 0.21
    modules: &["sklearn.feature_selection._rfe", "sklearn.feature_selection.rfe"],
    read,
};

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    let selector = Selector::of_support(state, takes_nan(state, "estimator_"))?;
    let estimator = Child::read(state, "estimator_")?;
    if selector.selected() != estimator.takes().columns() {
        let (selected, takes) = (selector.selected(), estimator.takes().columns());
        let message = format!("{selected} columns for an estimator of {takes}");
        return Err(state.malformed("support_", message));
    }
    Ok(Box::new(Rfe { selector, estimator }))
}

impl Estimator for Rfe {
    fn name(&self) -> &'static str {
        self.selector.name
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.selector.features() }
    }

    fn classes(&self) -> Vec<Labels> {
        self.estimator.classes()
    }

    fn decides_by_class(&self) -> bool {
        self.estimator.decides_by_class()
    }

    fn names_out(&self, names: Option<&Names>) -> Option<Names> {
        self.selector.pick(names)
    }

    fn inverse_columns(&self) -> Option<usize> {
        Some(self.selector.selected())
    }

    fn lower_inverse(&self, builder: &mut Builder, x: &Input) -> Result<Edge, Error> {
        self.selector.restore(builder, x)
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let selected = self.selector.lower(builder, x)?;
        let of_estimator = self.estimator.lower(builder, &selected.into(), wanted)?;
        let mut methods = Methods::new(wanted);
        methods.hand_on(&of_estimator, &HANDED_ON)?;
        methods.offer(Method::Transform, || Ok(selected))?;
        Ok(methods)
    }
}

/// The methods of the estimator that the selector has too.
const HANDED_ON: [Method; 4] =
    [Method::Predict, Method::PredictProba, Method::PredictLogProba, Method::DecisionFunction];
