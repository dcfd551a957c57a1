//! `sklearn.preprocessing`: transformers of columns.

mod categories;
pub(crate) mod function_transformer;
mod min_max_scaler;
mod one_hot_encoder;
mod one_hot_legacy;
mod ordinal_encoder;
mod standard_scaler;

pub(crate) use categories::scalar;

use crate::entry::Entry;

pub(crate) const ENTRIES: &[Entry] = &[
    function_transformer::ENTRY,
    min_max_scaler::ENTRY,
    one_hot_encoder::ENTRY,
    ordinal_encoder::ENTRY,
    standard_scaler::ENTRY,
];
