//! `sklearn.cross_decomposition`: what columns have in common with targets.

mod pls;
mod pls_svd;

use crate::entry::Entry;

pub(crate) const ENTRIES: &[Entry] = &[pls::ENTRY, pls_svd::ENTRY];
