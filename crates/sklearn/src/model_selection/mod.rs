//! `sklearn.model_selection`: searches for parameters.

mod search;

use crate::entry::Entry;

pub(crate) const ENTRIES: &[Entry] = &[search::ENTRY, search::HALVING];
