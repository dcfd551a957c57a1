//! `sklearn.svm`: support vector machines.

mod kernel_row;
mod svc;
mod svr;

use crate::entry::Entry;
use crate::linear_model::{classifier, regressor};

pub(crate) const ENTRIES: &[Entry] = &[classifier::SVC, regressor::SVR, svc::ENTRY, svr::ENTRY];
