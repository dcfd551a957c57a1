//! The Python package: arguments, arrays and errors translated; no logic of its own.

#![deny(unsafe_code)]
#![allow(clippy::needless_pass_by_value, reason = "arguments of Python functions are owned")]

mod arrow;
mod command;
mod dump;
mod errors;
mod judge;
mod keep;
mod method;
mod model;
mod open;
mod plain;
mod results;
mod rows;

use pyo3::prelude::*;

/// The compiled half of the package `cannery`; its public face is `cannery/__init__.py`.
#[pymodule]
mod _cannery {
    #[pymodule_export]
    use crate::command::main;
    #[pymodule_export]
    use crate::dump::{dump, dumps};
    #[pymodule_export]
    use crate::judge::{inspect, scan};
    #[pymodule_export]
    use crate::keep::{keygen, seal, sign, verify};
    #[pymodule_export]
    use crate::method::Method;
    #[pymodule_export]
    use crate::model::Model;
    #[pymodule_export]
    use crate::open::{load, loads};
}
