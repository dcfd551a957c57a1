//! `sklearn.decomposition`: fewer columns that say most.

mod gaussian;
mod pca;
mod truncated_svd;

use crate::entry::Entry;

pub(crate) const ENTRIES: &[Entry] = &[pca::ENTRY, truncated_svd::ENTRY];
