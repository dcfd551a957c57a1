//! `sklearn.decomposition`: fewer columns that say most.

mod dictionary_learning;
mod factor_analysis;
mod fast_ica;
mod gaussian;
mod kernel_pca;
mod latent_dirichlet_allocation;
mod nmf;
mod pca;
mod sparse_pca;
mod truncated_svd;

pub(crate) use kernel_pca::KernelPca;

use crate::entry::Entry;
use crate::error::Error;
use crate::state::State;

pub(crate) const ENTRIES: &[Entry] = &[
    dictionary_learning::ENTRY,
    factor_analysis::ENTRY,
    fast_ica::ENTRY,
    kernel_pca::ENTRY,
    latent_dirichlet_allocation::ENTRY,
    nmf::ENTRY,
    pca::ENTRY,
    sparse_pca::ENTRY,
    truncated_svd::ENTRY,
];

/// A number of rounds of a solver: not more than end in a reasonable time.
fn rounds(state: &State<'_>, name: &str) -> Result<usize, Error> {
    const MOST: i64 = 100_000;
    match state.int(name)? {
        rounds @ 0..=MOST => Ok(rounds as usize),
        rounds => Err(state.unsupported(name, format!("{rounds} rounds; up to {MOST} work"))),
    }
}
