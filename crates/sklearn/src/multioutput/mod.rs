//! `sklearn.multioutput`: an estimator for each output.

mod chain;
mod multi_output;

use crate::entry::Entry;

pub(crate) const ENTRIES: &[Entry] = &[chain::ENTRY, multi_output::ENTRY];
