//! `sklearn.ensemble`: estimators made of estimators.

mod ada_boost_classifier;
mod ada_boost_regressor;
mod bagging;
mod forest;
mod gradient_boosting;
mod hist_gradient_boosting;
mod isolation_forest;
pub(crate) mod members;
mod random_trees_embedding;
mod stacking;
mod voting;

use crate::entry::Entry;

pub(crate) use bagging::same_dtype;

pub(crate) const ENTRIES: &[Entry] = &[
    ada_boost_classifier::ENTRY,
    ada_boost_regressor::ENTRY,
    bagging::CLASSIFIER,
    bagging::REGRESSOR,
    forest::CLASSIFIERS,
    forest::REGRESSORS,
    gradient_boosting::CLASSIFIER,
    gradient_boosting::REGRESSOR,
    hist_gradient_boosting::CLASSIFIER,
    hist_gradient_boosting::REGRESSOR,
    isolation_forest::ENTRY,
    random_trees_embedding::ENTRY,
    stacking::CLASSIFIER,
    stacking::REGRESSOR,
    voting::CLASSIFIER,
    voting::REGRESSOR,
];
