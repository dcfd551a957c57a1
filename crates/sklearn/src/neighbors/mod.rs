//! `sklearn.neighbors`: the nearest of the training points.

mod index;
mod k_neighbors_classifier;
mod k_neighbors_regressor;
mod metric;
mod tree;

use crate::estimator::Class;

pub(crate) const CLASSES: &[Class] = &[
    Class {
        module: "sklearn.neighbors._classification",
        name: "KNeighborsClassifier",
        read: k_neighbors_classifier::read,
    },
    Class {
        module: "sklearn.neighbors._regression",
        name: "KNeighborsRegressor",
        read: k_neighbors_regressor::read,
    },
    // until 0.21
    Class {
        module: "sklearn.neighbors.classification",
        name: "KNeighborsClassifier",
        read: k_neighbors_classifier::read,
    },
    Class {
        module: "sklearn.neighbors.regression",
        name: "KNeighborsRegressor",
        read: k_neighbors_regressor::read,
    },
];
