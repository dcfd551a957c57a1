//! `load` and `loads`: from a path, a file object or bytes to a model.

use std::path::PathBuf;

use cannery::Options;
use cannery::scan::Policy;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;

use crate::errors::{raise, usage};
use crate::model::Model;

/// Open a model file: pickle, joblib, skops, npy or npz, compressed or not.
///
/// Nothing in the file is executed, and scikit-learn is not needed. A file that :func:`scan` calls dangerous is not
/// opened.
///
/// Parameters
/// ----------
/// file : str, os.PathLike or binary file object
///     The file; an object with ``read`` is read to its end. A member of an archive is ``models.zip::model.pkl``.
/// part : str, optional
///     The part of the file that is the model, such as ``models.clf[1]``.
/// allow : sequence of str, optional
///     Exact names of your own classes and functions, ``module.Name``, that are no reason to call the file dangerous.
///
/// Returns
/// -------
/// Model
///
/// Raises
/// ------
/// UnsafeError
///     If the file is dangerous to load with pickle or joblib.
/// MalformedError, LimitError, UnsupportedError, IoError, UsageError
///
/// Examples
/// --------
/// >>> import cannery
/// >>> cannery.load("examples/iris_svc.joblib")
/// SVC
/// >>> with open("examples/iris_svc.joblib", "rb") as file:
/// ...     cannery.load(file).n_features_in_
/// 4
#[pyfunction]
#[pyo3(signature = (file, *, part=None, allow=vec![]))]
pub(crate) fn load(
    py: Python<'_>,
    file: &Bound<'_, PyAny>,
    part: Option<String>,
    allow: Vec<String>,
) -> PyResult<Model> {
    match source(file)? {
        Source::Path(path) => open(py, part, allow, |policy| Options::default().open_judged(path, policy)),
        Source::Bytes(data) => open(py, part, allow, |policy| Options::default().loads_judged(&data, policy)),
    }
}

/// Read a model from bytes, as :func:`load` does from a file.
///
/// Parameters
/// ----------
/// data : bytes or bytearray
///     What ``pickle.dumps`` gives, or the content of a model file.
/// part, allow
///     As for :func:`load`.
///
/// Returns
/// -------
/// Model
///
/// Examples
/// --------
/// >>> import cannery, pickle
/// >>> cannery.loads(pickle.dumps({"a": [1, 2]}), part="a[1]")
/// 2
#[pyfunction]
#[pyo3(signature = (data, *, part=None, allow=vec![]))]
pub(crate) fn loads(
    py: Python<'_>,
    data: PyBackedBytes,
    part: Option<String>,
    allow: Vec<String>,
) -> PyResult<Model> {
    open(py, part, allow, |policy| Options::default().loads_judged(&data, policy))
}

fn open(
    py: Python<'_>,
    part: Option<String>,
    allow: Vec<String>,
    read: impl FnOnce(&Policy) -> cannery::Result<cannery::Model> + Send,
) -> PyResult<Model> {
    let opened = py.detach(|| {
        let mut policy = Policy::default();
        allow.iter().try_for_each(|name| policy.allow(name))?;
        let model = read(&policy)?;
        part.map_or(Ok(model.clone()), |part| model.part(&part))
    });
    opened.map(Model::of).map_err(|error: cannery::Error| raise(py, &error))
}

/// Where a file comes from.
pub(crate) enum Source {
    Path(PathBuf),
    Bytes(PyBackedBytes),
}

/// A path, or the bytes that a file object gives.
pub(crate) fn source(file: &Bound<'_, PyAny>) -> PyResult<Source> {
    if !file.hasattr("read")? {
        return file.extract().map(Source::Path);
    }
    let content = file.call_method0("read")?;
    let text = || usage(file.py(), "the file is not open in binary mode: open(path, \"rb\")");
    content.extract().map(Source::Bytes).map_err(|_| text())
}
