//! `sklearn.manifold`: rows on a surface of fewer dimensions.

mod isomap;
mod locally_linear_embedding;

use crate::entry::Entry;

pub(crate) const ENTRIES: &[Entry] = &[isomap::ENTRY, locally_linear_embedding::ENTRY];
