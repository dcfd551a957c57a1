//! `sklearn.ensemble`: estimators made of estimators.

mod forest;
mod hist_gradient_boosting;

use crate::entry::Entry;

pub(crate) const ENTRIES: &[Entry] = &[
    forest::CLASSIFIERS,
    forest::REGRESSORS,
    hist_gradient_boosting::CLASSIFIER,
    hist_gradient_boosting::REGRESSOR,
];
