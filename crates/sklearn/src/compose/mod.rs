//! `sklearn.compose`: transformers for some of the columns each.

pub(crate) mod column_transformer;
mod selection;

use crate::estimator::Class;

pub(crate) const CLASSES: &[Class] = &[Class {
    module: "sklearn.compose._column_transformer",
    name: "ColumnTransformer",
    read: column_transformer::read,
}];
