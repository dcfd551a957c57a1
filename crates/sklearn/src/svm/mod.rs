//! `sklearn.svm`: support vector machines.

mod svc;

use crate::entry::Entry;

pub(crate) const ENTRIES: &[Entry] = &[svc::ENTRY];
