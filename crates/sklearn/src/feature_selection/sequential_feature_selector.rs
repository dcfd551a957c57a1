//! `sklearn.feature_selection.SequentialFeatureSelector` (0.24 and later).

use super::selector::{Selector, takes_nan};
use crate::entry::Entry;

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.feature_selection.SequentialFeatureSelector"],
    modules: &["sklearn.feature_selection._sequential"],
    read: |state| Ok(Box::new(Selector::of_support(state, takes_nan(state, "estimator"))?)),
};
