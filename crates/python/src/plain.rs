//! Values of a file as Python objects. Only plain data is made; nothing is called, and no class of the file is.

use cannery::{Elements, Plain, PlainArray};
use numpy::PyArray1;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyFrozenSet, PyList, PyString, PyTuple};

use crate::model::Model;

/// A number, text, container or array; anything else as a [`Model`] of that part.
pub(crate) fn object<'py>(py: Python<'py>, plain: Plain) -> PyResult<Bound<'py, PyAny>> {
    Ok(match plain {
        Plain::Bool(b) => b.into_pyobject(py)?.to_owned().into_any(),
        Plain::Int(i) => i.into_pyobject(py)?.into_any(),
        Plain::BigInt(digits) => py.import("builtins")?.call_method1("int", (digits, 0))?,
        Plain::Float(x) => x.into_pyobject(py)?.into_any(),
        Plain::Str(text) => PyString::new(py, &text).into_any(),
        Plain::Bytes(bytes) => PyBytes::new(py, &bytes).into_any(),
        Plain::List(items) => PyList::new(py, all(py, items)?)?.into_any(),
        Plain::Tuple(items) => PyTuple::new(py, all(py, items)?)?.into_any(),
        Plain::Set(items) => PyFrozenSet::new(py, all(py, items)?)?.into_any(),
        Plain::Dict(pairs) => {
            let dict = PyDict::new(py);
            for (key, value) in pairs {
                dict.set_item(object(py, key)?, object(py, value)?)?;
            }
            dict.into_any()
        }
        Plain::Array(plain) => array(py, plain)?,
        Plain::Object(part) => Model::of(part).into_pyobject(py)?.into_any(),
        _ => py.None().into_bound(py),
    })
}

fn all<'py>(py: Python<'py>, items: Vec<Plain>) -> PyResult<Vec<Bound<'py, PyAny>>> {
    items.into_iter().map(|item| object(py, item)).collect()
}

fn array<'py>(py: Python<'py>, plain: PlainArray) -> PyResult<Bound<'py, PyAny>> {
    let flat = match plain.elements {
        Elements::Bytes(bytes) => {
            let bytes = PyArray1::from_vec(py, bytes).into_any();
            match plain.dtype.as_str() {
                // elements of no width can't be counted by their bytes
                code if code.ends_with("U0") || code.ends_with("S0") => {
                    return py.import("numpy")?.call_method1("zeros", (plain.shape, code));
                }
                code => bytes.call_method1("view", (code,))?,
            }
        }
        Elements::Objects(items) => {
            let items = all(py, items)?.into_iter().map(Bound::unbind).collect();
            PyArray1::<Py<PyAny>>::from_vec(py, items).into_any()
        }
        _ => return Ok(py.None().into_bound(py)),
    };
    let order = if plain.fortran { "F" } else { "C" };
    let kwargs = PyDict::new(py);
    kwargs.set_item("order", order)?;
    flat.call_method("reshape", (PyTuple::new(py, plain.shape)?,), Some(&kwargs))
}
