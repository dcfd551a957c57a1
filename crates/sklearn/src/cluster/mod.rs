//! `sklearn.cluster`: the nearest of some points.

mod k_means;
mod nearest;

use crate::entry::Entry;

pub(crate) const ENTRIES: &[Entry] = &[k_means::ENTRY];
