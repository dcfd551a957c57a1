//! `scan` and `inspect`: the JSON of the facade, as dicts.

use std::path::PathBuf;

use cannery::Options;
use cannery::scan::{Policy, Scan};
use pyo3::prelude::*;

use crate::errors::raise;

/// Judges files and folders.
#[pyfunction]
#[pyo3(signature = (*paths, allow=vec![]))]
pub(crate) fn scan(py: Python<'_>, paths: Vec<PathBuf>, allow: Vec<String>) -> PyResult<Py<PyAny>> {
    let report = py.detach(|| {
        let mut policy = Policy::default();
        for name in &allow {
            policy.allow(name)?;
        }
        let mut json = Vec::new();
        Scan::default().policy(policy).run(&paths)?.write_json(&mut json)?;
        Ok::<_, cannery::Error>(json)
    });
    parsed(py, &report.map_err(|error| raise(py, &error))?)
}

/// What a file holds.
#[pyfunction]
#[pyo3(signature = (path, *, arrays=false))]
pub(crate) fn inspect(py: Python<'_>, path: PathBuf, arrays: bool) -> PyResult<Py<PyAny>> {
    let document = py.detach(|| {
        let mut json = Vec::new();
        Options::default().open(path)?.write_json(arrays, &mut json)?;
        Ok::<_, cannery::Error>(json)
    });
    parsed(py, &document.map_err(|error| raise(py, &error))?)
}

fn parsed(py: Python<'_>, json: &[u8]) -> PyResult<Py<PyAny>> {
    py.import("json")?.call_method1("loads", (json,)).map(Bound::unbind)
}
