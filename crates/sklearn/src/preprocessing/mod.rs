//! `sklearn.preprocessing`: transformers of columns.

mod binarizer;
mod categories;
pub(crate) mod function_transformer;
mod kbins_discretizer;
mod kernel_centerer;
mod label_binarizer;
mod label_encoder;
mod max_abs_scaler;
mod min_max_scaler;
mod multi_label_binarizer;
mod normalizer;
mod one_hot_encoder;
mod one_hot_legacy;
mod ordinal_encoder;
mod polynomial_features;
mod power_transformer;
mod quantile_transformer;
mod robust_scaler;
mod spline_transformer;
mod standard_scaler;
mod target_encoder;

pub(crate) use categories::{result_dtype, scalar};
pub(crate) use kernel_centerer::KernelCenterer;

use crate::entry::Entry;

pub(crate) const ENTRIES: &[Entry] = &[
    binarizer::ENTRY,
    function_transformer::ENTRY,
    kbins_discretizer::ENTRY,
    kernel_centerer::ENTRY,
    label_binarizer::ENTRY,
    label_encoder::ENTRY,
    max_abs_scaler::ENTRY,
    min_max_scaler::ENTRY,
    multi_label_binarizer::ENTRY,
    normalizer::ENTRY,
    one_hot_encoder::ENTRY,
    ordinal_encoder::ENTRY,
    polynomial_features::ENTRY,
    power_transformer::ENTRY,
    quantile_transformer::ENTRY,
    robust_scaler::ENTRY,
    spline_transformer::ENTRY,
    standard_scaler::ENTRY,
    target_encoder::ENTRY,
];
