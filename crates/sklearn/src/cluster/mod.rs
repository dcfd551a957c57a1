//! `sklearn.cluster`: the nearest of some points.

mod bisecting_k_means;
mod feature_agglomeration;
mod k_means;
mod nearest;
mod points;

use crate::entry::Entry;

pub(crate) const ENTRIES: &[Entry] =
    &[bisecting_k_means::ENTRY, feature_agglomeration::ENTRY, k_means::ENTRY, points::ENTRY];
