//! `sklearn.linear_model`: linear models.

mod coefficients;
mod logistic_regression;

use crate::entry::Entry;

pub(crate) const ENTRIES: &[Entry] = &[logistic_regression::ENTRY];
