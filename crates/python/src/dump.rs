//! `dump` and `dumps`: a model, or any object that pickle takes, as a file that pickle or joblib load.

use std::path::PathBuf;

use cannery::scan::Policy;
use cannery::{Codec, DumpOptions, Format, Options};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyBytes;

use crate::errors::{raise, usage};
use crate::model::Model;

/// Write a model file that ``pickle.load`` or ``joblib.load`` reads.
///
/// A file of this name appears whole or not at all.
///
/// Parameters
/// ----------
/// obj : Model or object
///     A model that cannery opened, or any object that pickle takes, such as a fitted estimator: it is pickled, judged
///     as :func:`scan` does, and written by cannery.
/// file : str, os.PathLike or binary file object
///     Where to. An object with ``write`` gets the bytes.
/// format : {'pickle', 'joblib'}, optional
///     Without it, joblib for names that end in ``.joblib``, and pickle for others.
/// protocol : int, default=4
///     The pickle protocol, 0 to 5.
/// compress : bool, int, str or tuple of str and int, optional
///     As for ``joblib.dump``: a level of zlib, a codec (``zlib``, ``gzip``, ``bz2``, ``xz``, ``lzma``, ``lz4``), or both.
///     Without it the end of the name decides: ``model.joblib.gz``.
///
/// Raises
/// ------
/// UnsafeError
///     If the object would be dangerous to load.
/// UnsupportedError, IoError, UsageError
///
/// Examples
/// --------
/// >>> import cannery, io, pickle
/// >>> file = io.BytesIO()
/// >>> cannery.dump({"a": [1, 2]}, file)
/// >>> pickle.loads(file.getvalue())
/// {'a': [1, 2]}
#[pyfunction]
#[pyo3(signature = (obj, file, *, format=None, protocol=4, compress=None))]
pub(crate) fn dump(
    obj: &Bound<'_, PyAny>,
    file: &Bound<'_, PyAny>,
    format: Option<&str>,
    protocol: u8,
    compress: Option<Compress>,
) -> PyResult<()> {
    let py = obj.py();
    let (model, options) = (model_of(obj)?, options(py, format, protocol, compress)?);
    if file.hasattr("write")? {
        let bytes = py.detach(|| options.dumps(&model)).map_err(|error| raise(py, &error))?;
        file.call_method1("write", (PyBytes::new(py, &bytes),))?;
        return Ok(());
    }
    let path: PathBuf = file.extract()?;
    py.detach(|| options.dump(&model, path)).map_err(|error| raise(py, &error))
}

/// The bytes of a model file, as :func:`dump` writes them.
///
/// Parameters
/// ----------
/// obj, protocol, compress
///     As for :func:`dump`.
/// format : {'pickle', 'joblib'}, default='pickle'
///     What the bytes are.
///
/// Returns
/// -------
/// bytes
///
/// Examples
/// --------
/// >>> import cannery, pickle
/// >>> pickle.loads(cannery.dumps({"a": [1, 2]}, protocol=2))
/// {'a': [1, 2]}
/// >>> model = cannery.load("examples/iris_svc.joblib")
/// >>> cannery.loads(cannery.dumps(model)).predict([[5.1, 3.5, 1.4, 0.2]])
/// array([0])
#[pyfunction]
#[pyo3(signature = (obj, *, format=None, protocol=4, compress=None))]
pub(crate) fn dumps<'py>(
    obj: &Bound<'py, PyAny>,
    format: Option<&str>,
    protocol: u8,
    compress: Option<Compress>,
) -> PyResult<Bound<'py, PyBytes>> {
    let py = obj.py();
    let (model, options) = (model_of(obj)?, options(py, format, protocol, compress)?);
    bytes_of(py, &model, &options)
}

/// What `dumps` gives for a model.
pub(crate) fn bytes_of<'py>(
    py: Python<'py>,
    model: &cannery::Model,
    options: &DumpOptions,
) -> PyResult<Bound<'py, PyBytes>> {
    let bytes = py.detach(|| options.dumps(model)).map_err(|error| raise(py, &error))?;
    Ok(PyBytes::new(py, &bytes))
}

/// What `joblib.dump` takes as `compress`.
#[derive(FromPyObject)]
pub(crate) enum Compress {
    Flag(bool),
    Level(u8),
    Codec(String),
    Both(String, u8),
}

fn options(
    py: Python<'_>,
    format: Option<&str>,
    protocol: u8,
    compress: Option<Compress>,
) -> PyResult<DumpOptions> {
    if protocol > 5 {
        return Err(usage(py, &format!("protocol {protocol} does not exist; there are 0 to 5")));
    }
    let options = DumpOptions::default().protocol(protocol).compress(codec(py, compress)?);
    Ok(match format {
        None => options,
        Some("pickle") => options.format(Format::Pickle),
        Some("joblib") => options.format(Format::Joblib),
        Some(other) => {
            return Err(usage(py, &format!("format {other:?} does not exist; there are pickle and joblib")));
        }
    })
}

fn codec(py: Python<'_>, compress: Option<Compress>) -> PyResult<Option<Codec>> {
    let (name, level) = match compress {
        None | Some(Compress::Flag(false) | Compress::Level(0)) => return Ok(None),
        Some(Compress::Flag(true)) => ("zlib".to_owned(), None),
        Some(Compress::Level(level)) => ("zlib".to_owned(), Some(level)),
        Some(Compress::Codec(name)) => (name, None),
        Some(Compress::Both(name, level)) => (name, Some(level)),
    };
    let known = Codec::named(&name, level);
    let unknown = || usage(py, &format!("compress={name:?} at level {level:?} does not exist"));
    known.map(Some).ok_or_else(unknown)
}

/// The model that an object is, or what pickle makes of it.
fn model_of(obj: &Bound<'_, PyAny>) -> PyResult<cannery::Model> {
    if let Ok(model) = obj.cast::<Model>() {
        return Ok(model.get().inner().clone());
    }
    let py = obj.py();
    let data: PyBackedBytes = py.import("pickle")?.call_method1("dumps", (obj, 4))?.extract()?;
    py.detach(|| Options::default().loads_judged(&data, &Policy::default()))
        .map_err(|error| raise(py, &error))
}
