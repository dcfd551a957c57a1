//! `scan` and `inspect`: the JSON of the facade, as dicts.

use std::path::PathBuf;

use cannery::Options;
use cannery::scan::{Policy, Scan};
use pyo3::prelude::*;

use crate::errors::raise;
use crate::open::{Source, source};

/// Judge whether model files are safe to load with pickle or joblib, without loading them.
///
/// Parameters
/// ----------
/// *paths : str or os.PathLike
///     Files, and folders whose files are all judged.
/// allow : sequence of str, optional
///     Exact names of your own classes and functions, ``module.Name``, that count as safe.
///
/// Returns
/// -------
/// dict
///     What ``cannery scan --format json`` prints. ``verdict`` is ``safe``, ``unknown``, ``dangerous`` or
///     ``malformed``; ``findings`` says why.
///
/// Examples
/// --------
/// >>> import cannery
/// >>> cannery.scan("examples/iris_svc.joblib")["verdict"]
/// 'safe'
#[pyfunction]
#[pyo3(signature = (*paths, allow=vec![]))]
pub(crate) fn scan(py: Python<'_>, paths: Vec<PathBuf>, allow: Vec<String>) -> PyResult<Py<PyAny>> {
    let report = py.detach(|| {
        let mut policy = Policy::default();
        allow.iter().try_for_each(|name| policy.allow(name))?;
        let mut json = Vec::new();
        Scan::default().policy(policy).run(&paths)?.write_json(&mut json)?;
        Ok::<_, cannery::Error>(json)
    });
    parsed(py, &report.map_err(|error| raise(py, &error))?)
}

/// Say what a model file holds: its summary and every value.
///
/// Parameters
/// ----------
/// file : str, os.PathLike or binary file object
///     The file, of whatever content: dangerous ones are inspected too.
/// arrays : bool, default=False
///     Give the elements of all arrays, not only of small ones.
///
/// Returns
/// -------
/// dict
///     What ``cannery inspect --format json`` prints.
///
/// Examples
/// --------
/// >>> import cannery
/// >>> cannery.inspect("examples/iris_svc.joblib")["summary"]["model"]["name"]
/// 'SVC'
#[pyfunction]
#[pyo3(signature = (file, *, arrays=false))]
pub(crate) fn inspect(py: Python<'_>, file: &Bound<'_, PyAny>, arrays: bool) -> PyResult<Py<PyAny>> {
    let source = source(file)?;
    let document = py.detach(|| {
        let model = match source {
            Source::Path(path) => Options::default().open(path),
            Source::Bytes(data) => Options::default().loads(&data),
        };
        let mut json = Vec::new();
        model?.write_json(arrays, &mut json)?;
        Ok::<_, cannery::Error>(json)
    });
    parsed(py, &document.map_err(|error| raise(py, &error))?)
}

/// JSON as Python reads it.
pub(crate) fn parsed(py: Python<'_>, json: &[u8]) -> PyResult<Py<PyAny>> {
    py.import("json")?.call_method1("loads", (json,)).map(Bound::unbind)
}
