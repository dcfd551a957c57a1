//! `sklearn.tree`: decision trees.

mod decision_tree;
mod input;
pub(crate) mod nodes;
mod targets;

use crate::estimator::Class;

pub(crate) use decision_tree::{TreeKind, n_features};
pub(crate) use input::Missing;
pub(crate) use nodes::importances;
pub(crate) use targets::Targets;

pub(crate) const CLASSES: &[Class] = &[
    Class { module: "sklearn.tree._classes", name: "DecisionTreeClassifier", read: decision_tree::read },
    Class { module: "sklearn.tree._classes", name: "DecisionTreeRegressor", read: decision_tree::read },
    Class { module: "sklearn.tree._classes", name: "ExtraTreeClassifier", read: decision_tree::read },
    Class { module: "sklearn.tree._classes", name: "ExtraTreeRegressor", read: decision_tree::read },
    // until 0.21
    Class { module: "sklearn.tree.tree", name: "DecisionTreeClassifier", read: decision_tree::read },
    Class { module: "sklearn.tree.tree", name: "DecisionTreeRegressor", read: decision_tree::read },
    Class { module: "sklearn.tree.tree", name: "ExtraTreeClassifier", read: decision_tree::read },
    Class { module: "sklearn.tree.tree", name: "ExtraTreeRegressor", read: decision_tree::read },
];
