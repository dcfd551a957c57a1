//! What a method gives, as scikit-learn gives it: numpy arrays, sparse matrices of scipy, lists of them.

use cannery::{Cell, Column, Layout, Values};
use numpy::PyArray1;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString};

/// How numpy's code of a dtype says that its bytes lie as this machine's do.
const NATIVE: char = if cfg!(target_endian = "little") { '<' } else { '>' };

/// The results of one method: an array, or a list of them where the estimator has several targets.
pub(crate) fn result<'py>(
    py: Python<'py>,
    method: &str,
    mut columns: Vec<Column>,
    labels: Option<&str>,
) -> PyResult<Bound<'py, PyAny>> {
    match columns.pop() {
        Some(only) if columns.is_empty() && only.name == method => array(py, only, labels),
        Some(last) => {
            columns.push(last);
            let arrays = columns.into_iter().map(|column| array(py, column, labels));
            Ok(PyList::new(py, arrays.collect::<PyResult<Vec<_>>>()?)?.into_any())
        }
        None => Ok(PyList::empty(py).into_any()),
    }
}

/// `labels` is the dtype of labels: that of `classes_`.
fn array<'py>(py: Python<'py>, column: Column, labels: Option<&str>) -> PyResult<Bound<'py, PyAny>> {
    let flat = flat(py, column.values, labels)?;
    match column.layout {
        Layout::Matrix(columns) => flat.call_method1("reshape", ((column.rows, columns),)),
        Layout::Csr { columns, indptr, indices } => {
            let starts = indptr.into_iter().map(|start| start as i64).collect();
            let places = indices.into_iter().map(i64::from).collect();
            // scipy takes 32 bits where they are enough
            let parts = (flat, PyArray1::<i64>::from_vec(py, places), PyArray1::<i64>::from_vec(py, starts));
            let shape = (column.rows, columns);
            py.import("scipy.sparse")?.call_method1("csr_matrix", (parts, shape))
        }
        _ => Ok(flat),
    }
}

/// The values as one dimension. Labels get their dtype, where it is another.
fn flat<'py>(py: Python<'py>, values: Values, labels: Option<&str>) -> PyResult<Bound<'py, PyAny>> {
    let (flat, own) = match values {
        Values::F64(values) => (PyArray1::from_vec(py, values).into_any(), "f8"),
        Values::F32(values) => (PyArray1::from_vec(py, values).into_any(), "f4"),
        Values::I64(values) => (PyArray1::from_vec(py, values).into_any(), "i8"),
        Values::Bool(values) => (PyArray1::from_vec(py, values).into_any(), "b1"),
        Values::Str(texts) => {
            let texts = texts.iter().map(|text| PyString::new(py, text).into_any().unbind());
            (PyArray1::<Py<PyAny>>::from_vec(py, texts.collect()).into_any(), "O")
        }
        Values::Any(cells) => {
            let objects = cells.into_iter().map(|cell| object(py, cell)).collect::<PyResult<_>>()?;
            (PyArray1::<Py<PyAny>>::from_vec(py, objects).into_any(), "O")
        }
    };
    match labels {
        Some(dtype) if dtype.trim_start_matches(NATIVE) != own => flat.call_method1("astype", (dtype,)),
        _ => Ok(flat),
    }
}

fn object(py: Python<'_>, cell: Cell) -> PyResult<Py<PyAny>> {
    Ok(match cell {
        Cell::Bool(b) => b.into_pyobject(py)?.to_owned().into_any().unbind(),
        Cell::Int(i) => i.into_pyobject(py)?.into_any().unbind(),
        Cell::Float(x) => x.into_pyobject(py)?.into_any().unbind(),
        Cell::Str(text) => PyString::new(py, &text).into_any().unbind(),
        _ => py.None(),
    })
}
