//! `sklearn.semi_supervised`: classifiers that were fitted on data of which only some had a label.

mod label_propagation;
mod self_training;

use crate::entry::Entry;

pub(crate) const ENTRIES: &[Entry] = &[label_propagation::ENTRY, self_training::ENTRY];
