//! `sklearn.neighbors`: the nearest of the training points.

mod graph;
mod index;
mod k_neighbors_classifier;
mod k_neighbors_regressor;
mod kernel_density;
mod local_outlier_factor;
mod metric;
mod nearest_centroid;
mod neighborhood_components_analysis;
mod radius_neighbors_classifier;
mod radius_neighbors_regressor;
mod tree;

use crate::entry::Entry;

pub(crate) use index::Index;

pub(crate) const ENTRIES: &[Entry] = &[
    graph::K_NEIGHBORS,
    graph::RADIUS,
    k_neighbors_classifier::ENTRY,
    k_neighbors_regressor::ENTRY,
    kernel_density::ENTRY,
    local_outlier_factor::ENTRY,
    nearest_centroid::ENTRY,
    neighborhood_components_analysis::ENTRY,
    radius_neighbors_classifier::ENTRY,
    radius_neighbors_regressor::ENTRY,
];
