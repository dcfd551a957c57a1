//! `sklearn.model_selection`: searches for parameters, and thresholds.

mod search;
mod threshold;

use crate::entry::Entry;

pub(crate) const ENTRIES: &[Entry] = &[search::ENTRY, search::HALVING, threshold::ENTRY];
