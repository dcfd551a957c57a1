//! `sklearn.multiclass`: classes by classifiers of two.

mod binary;
mod one_vs_one;
mod one_vs_rest;
mod output_code;

use crate::entry::Entry;

pub(crate) const ENTRIES: &[Entry] = &[one_vs_one::ENTRY, one_vs_rest::ENTRY, output_code::ENTRY];
