//! `sklearn.feature_selection`: some of the columns.

mod importances;
mod rfe;
mod select_from_model;
mod selector;
mod sequential_feature_selector;
mod univariate;
mod variance_threshold;

use crate::entry::Entry;

pub(crate) const ENTRIES: &[Entry] = &[
    rfe::ENTRY,
    select_from_model::ENTRY,
    sequential_feature_selector::ENTRY,
    univariate::ENTRY,
    variance_threshold::ENTRY,
];
