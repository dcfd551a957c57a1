//! `sklearn.impute`: values for missing ones.

mod indicator;
mod iterative_imputer;
mod knn_imputer;
mod missing_indicator;
mod simple_imputer;

use crate::entry::Entry;

pub(crate) const ENTRIES: &[Entry] = &[
    iterative_imputer::ENTRY,
    knn_imputer::ENTRY,
    missing_indicator::ENTRY,
    simple_imputer::ENTRY,
    simple_imputer::IMPUTER,
];
