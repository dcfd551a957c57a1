//! `sklearn.compose`: transformers for some of the columns each.

pub(crate) mod column_transformer;
mod selection;

use crate::entry::Entry;

pub(crate) const ENTRIES: &[Entry] = &[column_transformer::ENTRY];
