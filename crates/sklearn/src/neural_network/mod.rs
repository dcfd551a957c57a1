//! `sklearn.neural_network`: layers of products and functions.

mod mlp;

use crate::entry::Entry;

pub(crate) const ENTRIES: &[Entry] = &[mlp::ENTRY];
