//! `sklearn.neighbors`: the nearest of the training points.

mod index;
mod k_neighbors_classifier;
mod k_neighbors_regressor;
mod metric;
mod tree;

use crate::entry::Entry;

pub(crate) use index::Index;

pub(crate) const ENTRIES: &[Entry] = &[k_neighbors_classifier::ENTRY, k_neighbors_regressor::ENTRY];
