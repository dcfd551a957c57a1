//! `sklearn.preprocessing`: transformers of columns.

mod categories;
pub(crate) mod function_transformer;
mod one_hot_encoder;
mod one_hot_legacy;
mod ordinal_encoder;
mod standard_scaler;

pub(crate) use categories::scalar;

use crate::estimator::Class;

pub(crate) const CLASSES: &[Class] = &[
    Class {
        module: "sklearn.preprocessing._function_transformer",
        name: "FunctionTransformer",
        read: function_transformer::read,
    },
    Class { module: "sklearn.preprocessing._encoders", name: "OneHotEncoder", read: one_hot_encoder::read },
    Class { module: "sklearn.preprocessing._encoders", name: "OrdinalEncoder", read: ordinal_encoder::read },
    Class { module: "sklearn.preprocessing._data", name: "StandardScaler", read: standard_scaler::read },
    // until 0.19
    Class { module: "sklearn.preprocessing.data", name: "OneHotEncoder", read: one_hot_encoder::read },
    // until 0.21
    Class { module: "sklearn.preprocessing.data", name: "StandardScaler", read: standard_scaler::read },
];
