//! `sklearn.ensemble`: estimators made of estimators.

mod forest;
mod hist_gradient_boosting;

use crate::estimator::Class;

pub(crate) const CLASSES: &[Class] = &[
    Class {
        module: "sklearn.ensemble._forest",
        name: "RandomForestClassifier",
        read: forest::read_random_classifier,
    },
    Class {
        module: "sklearn.ensemble._forest",
        name: "RandomForestRegressor",
        read: forest::read_random_regressor,
    },
    Class {
        module: "sklearn.ensemble._forest",
        name: "ExtraTreesClassifier",
        read: forest::read_extra_classifier,
    },
    Class {
        module: "sklearn.ensemble._forest",
        name: "ExtraTreesRegressor",
        read: forest::read_extra_regressor,
    },
    // until 0.21
    Class {
        module: "sklearn.ensemble.forest",
        name: "RandomForestClassifier",
        read: forest::read_random_classifier,
    },
    Class {
        module: "sklearn.ensemble.forest",
        name: "RandomForestRegressor",
        read: forest::read_random_regressor,
    },
    Class {
        module: "sklearn.ensemble.forest",
        name: "ExtraTreesClassifier",
        read: forest::read_extra_classifier,
    },
    Class {
        module: "sklearn.ensemble.forest",
        name: "ExtraTreesRegressor",
        read: forest::read_extra_regressor,
    },
    Class {
        module: "sklearn.ensemble._hist_gradient_boosting.gradient_boosting",
        name: "HistGradientBoostingClassifier",
        read: hist_gradient_boosting::read_classifier,
    },
    Class {
        module: "sklearn.ensemble._hist_gradient_boosting.gradient_boosting",
        name: "HistGradientBoostingRegressor",
        read: hist_gradient_boosting::read_regressor,
    },
];
