//! `sklearn.gaussian_process`: Gaussian processes.

mod kernel;
mod regressor;

use crate::entry::Entry;

pub(crate) const ENTRIES: &[Entry] = &[regressor::ENTRY];
