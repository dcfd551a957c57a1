//! `sklearn.impute`: values for missing ones.

mod simple_imputer;

use crate::estimator::Class;
use simple_imputer as simple;

pub(crate) const CLASSES: &[Class] = &[
    Class { module: "sklearn.impute._base", name: "SimpleImputer", read: simple::read },
    // 0.20
    Class { module: "sklearn.impute", name: "SimpleImputer", read: simple::read },
    // until 0.21
    Class { module: "sklearn.preprocessing.imputation", name: "Imputer", read: simple::read_old },
];
