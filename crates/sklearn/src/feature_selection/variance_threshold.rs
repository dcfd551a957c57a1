//! `sklearn.feature_selection.VarianceThreshold`: columns whose variance at fit was above a threshold.

use super::selector::Selector;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::state::State;

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.feature_selection.VarianceThreshold"],
    // the second until 0.21
    modules: &[
        "sklearn.feature_selection._variance_threshold",
        "sklearn.feature_selection.variance_threshold",
    ],
    read,
};

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("variances_", "variances")?;
    let threshold = state.float("threshold")?;
    let mask = Vec::from_iter(state.floats("variances_")?.into_iter().map(|variance| variance > threshold));
    Ok(Box::new(Selector::new(state.name(), &mask, state.since(0, 22))))
}
