//! `sklearn.discriminant_analysis`: normal classes, with one covariance for all or one for each.

mod linear;
mod quadratic;

use crate::entry::Entry;

pub(crate) const ENTRIES: &[Entry] = &[linear::ENTRY, quadratic::ENTRY];
