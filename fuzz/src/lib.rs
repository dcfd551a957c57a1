//! What is asked of every input, target by target: more than not to crash.
//!
//! The targets in `fuzz_targets/` call these checks under libFuzzer; `crates/cannery/tests/fuzz_regressions.rs` includes
//! this file and carries them out on what fuzzing has kept. A check panics when something is wrong.

pub mod joblib;
pub mod numpy;
pub mod pickle;
pub mod predict;
pub mod read;
pub mod scan;
pub mod skops;
pub mod table;

use peak_alloc::PeakAlloc;

/// Counts what is allocated, so that a check can compare it with what was accounted for.
#[global_allocator]
pub static MEMORY: PeakAlloc = PeakAlloc;

/// The check of an input.
pub type Check = fn(&[u8]);

/// Every target with its check.
pub const TARGETS: &[(&str, Check)] = &[
    ("pickle", pickle::check),
    ("joblib", joblib::check),
    ("numpy", numpy::check),
    ("skops", skops::check),
    ("scan", scan::check),
    ("predict", predict::check),
    ("table", table::check),
];
