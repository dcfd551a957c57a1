//! An exception class for each kind of error, made in `cannery/_errors.py`.

use std::io::ErrorKind;

use cannery::Error;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyModule, PyType};

static CLASSES: PyOnceLock<Py<PyModule>> = PyOnceLock::new();

/// The exception that an error of the facade becomes, with its kind and place as attributes.
pub(crate) fn raise(py: Python<'_>, error: &Error) -> PyErr {
    exception(py, error, name_of(error)).unwrap_or_else(|failure| failure)
}

/// The same where a method was asked for: what is unsupported is an `AttributeError` too, so that `hasattr` is false.
pub(crate) fn no_method(py: Python<'_>, error: &Error) -> PyErr {
    let name = match name_of(error) {
        "UnsupportedError" => "UnsupportedMethodError",
        name => name,
    };
    exception(py, error, name).unwrap_or_else(|failure| failure)
}

fn name_of(error: &Error) -> &'static str {
    match error {
        Error::Io(_) if error.io_kind() == Some(ErrorKind::NotFound) => "MissingFileError",
        Error::Io(_) => "IoError",
        Error::Malformed(_) => "MalformedError",
        Error::Limit(_) => "LimitError",
        Error::Unsupported(_) => "UnsupportedError",
        Error::Unsafe(_) => "UnsafeError",
        Error::Usage(_) => "UsageError",
        _ => "InternalError",
    }
}

fn exception(py: Python<'_>, error: &Error, name: &str) -> PyResult<PyErr> {
    let value = class(py, name)?.call1((error.to_string(),))?;
    value.setattr("file", error.file())?;
    if matches!(error, Error::Io(_)) {
        value.setattr("filename", error.file())?;
    }
    value.setattr("offset", error.offset())?;
    value.setattr("member", error.member())?;
    value.setattr("path", error.path())?;
    value.setattr("operator", error.operator())?;
    value.setattr("opcode", error.opcode())?;
    value.setattr("limit", error.limit().map(|limit| limit.limit.name()))?;
    Ok(PyErr::from_value(value))
}

/// `UsageError` with a message: an argument that no model takes.
pub(crate) fn usage(py: Python<'_>, message: &str) -> PyErr {
    let value = class(py, "UsageError").and_then(|class| class.call1((message,)));
    value.map_or_else(|failure| failure, PyErr::from_value)
}

fn class<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyType>> {
    let module = CLASSES.get_or_try_init(py, || py.import("cannery._errors").map(Bound::unbind))?;
    Ok(module.bind(py).getattr(name)?.cast_into::<PyType>()?)
}
