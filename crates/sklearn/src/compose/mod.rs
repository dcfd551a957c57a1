//! `sklearn.compose`: transformers for some of the columns each.

pub(crate) mod column_transformer;
mod selection;
mod transformed_target_regressor;

use crate::entry::Entry;

pub(crate) const ENTRIES: &[Entry] = &[column_transformer::ENTRY, transformed_target_regressor::ENTRY];
