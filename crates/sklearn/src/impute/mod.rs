//! `sklearn.impute`: values for missing ones.

mod simple_imputer;

use crate::entry::Entry;

pub(crate) const ENTRIES: &[Entry] = &[simple_imputer::ENTRY, simple_imputer::IMPUTER];
