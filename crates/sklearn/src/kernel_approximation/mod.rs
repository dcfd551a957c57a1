//! `sklearn.kernel_approximation`: columns whose products are nearly a kernel.

mod additive_chi2_sampler;
mod nystroem;
mod polynomial_count_sketch;
mod random_cosines;

use crate::entry::Entry;

pub(crate) const ENTRIES: &[Entry] =
    &[additive_chi2_sampler::ENTRY, nystroem::ENTRY, polynomial_count_sketch::ENTRY, random_cosines::ENTRY];

/// Module of all of them.
const MODULES: &[&str] = &["sklearn.kernel_approximation"];
