//! `sklearn.preprocessing`: transformers of columns.

mod standard_scaler;

use crate::estimator::Class;

pub(crate) const CLASSES: &[Class] = &[
    Class { module: "sklearn.preprocessing._data", name: "StandardScaler", read: standard_scaler::read },
    // until 0.21
    Class { module: "sklearn.preprocessing.data", name: "StandardScaler", read: standard_scaler::read },
];
