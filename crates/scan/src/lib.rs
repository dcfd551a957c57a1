//! Whether a scikit-learn model file is safe to load, and why not.
//!
//! [`scan`] reads a file with the one parser that also loads models, and judges every name, call and state in it, the
//! parts that fit or don't, and the container around them. Nothing in the file is executed. A file is
//! [`Safe`](Verdict::Safe) when every byte of it was read and all of it is known; whatever is not known is a [`Finding`].
//!
//! This crate does not know graphs, and what models compute.

#![forbid(unsafe_code)]

mod file;
mod folder;
mod hashing;
mod held;
mod judge;
mod names;
mod nested;
mod nesting;
mod place;
mod policy;
mod readers;
mod rule;
mod shown;
mod site;
mod sound;
mod trace;
mod uses;
mod verdict;
mod work;

pub use file::{Options, scan, scan_in_folder};
pub use folder::{has_model_extension, is_something_else, reason_to_skip_by_start};
pub use policy::{Policy, PolicyError};
pub use rule::{RULES, Rule, RuleInfo};
pub use verdict::{Finding, Report, Verdict};

/// Findings that one file or part is reported with; further ones are counted in [`Finding::more`] of the last.
pub const MAX_FINDINGS: usize = 100;
