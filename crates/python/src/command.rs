//! The command `cannery`, from Python.

use std::ffi::OsString;

use pyo3::prelude::*;

/// Runs the command line on arguments, the first of which is the program's name, and gives the exit status.
#[pyfunction]
pub(crate) fn main(py: Python<'_>, args: Vec<OsString>) -> u8 {
    py.detach(|| cannery_cli::main(args))
}
