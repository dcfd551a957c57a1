//! `sklearn.tree`: decision trees.

mod decision_tree;
mod input;
pub(crate) mod nodes;
mod targets;

use crate::entry::Entry;

pub(crate) use decision_tree::{TreeKind, n_features};
pub(crate) use input::Missing;
pub(crate) use nodes::importances;
pub(crate) use targets::Targets;

pub(crate) const ENTRIES: &[Entry] = &[decision_tree::ENTRY];
