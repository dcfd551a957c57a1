//! `sklearn.covariance`: distances under a covariance.

mod empirical_covariance;

use crate::entry::Entry;

pub(crate) const ENTRIES: &[Entry] = &[empirical_covariance::ENTRY];
