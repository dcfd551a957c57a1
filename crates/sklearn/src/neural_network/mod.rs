//! `sklearn.neural_network`: layers of products and functions.

mod bernoulli_rbm;
mod mlp;

use crate::entry::Entry;

pub(crate) const ENTRIES: &[Entry] = &[bernoulli_rbm::ENTRY, mlp::ENTRY];
