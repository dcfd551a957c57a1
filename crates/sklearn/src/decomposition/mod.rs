//! `sklearn.decomposition`: fewer columns that say most.

mod factor_analysis;
mod fast_ica;
mod gaussian;
mod kernel_pca;
mod pca;
mod sparse_pca;
mod truncated_svd;

use crate::entry::Entry;

pub(crate) const ENTRIES: &[Entry] = &[
    factor_analysis::ENTRY,
    fast_ica::ENTRY,
    kernel_pca::ENTRY,
    pca::ENTRY,
    sparse_pca::ENTRY,
    truncated_svd::ENTRY,
];
