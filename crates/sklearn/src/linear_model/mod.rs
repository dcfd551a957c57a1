//! `sklearn.linear_model`: linear models.

pub(crate) mod classifier;
pub(crate) mod coefficients;
mod generalized;
mod logistic_regression;
mod ransac_regressor;
pub(crate) mod regressor;
mod ridge_classifier;
mod sgd_one_class_svm;

use crate::entry::Entry;

pub(crate) const ENTRIES: &[Entry] = &[
    classifier::PASSIVE_AGGRESSIVE,
    classifier::PERCEPTRON,
    classifier::SGD,
    generalized::ENTRY,
    logistic_regression::ENTRY,
    ransac_regressor::ENTRY,
    regressor::BASE,
    regressor::BAYES,
    regressor::COORDINATE_DESCENT,
    regressor::HUBER,
    regressor::LEAST_ANGLE,
    regressor::MATCHING_PURSUIT,
    regressor::PASSIVE_AGGRESSIVE,
    regressor::QUANTILE,
    regressor::RIDGE,
    regressor::SGD,
    regressor::THEIL_SEN,
    ridge_classifier::ENTRY,
    sgd_one_class_svm::ENTRY,
];
