//! Bundles: `seal`, `sign`, `verify` and `keygen`, as the command line has them.

use std::path::PathBuf;

use cannery::keep::{self, Curve};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::errors::raise;
use crate::judge::parsed;

/// Make a bundle of a model file and what is needed to trust it and to train it again.
///
/// Parameters
/// ----------
/// model : str or os.PathLike
///     The model file. Nothing in it is executed.
/// bundle : str or os.PathLike
///     The bundle to write: a folder, or a zip if the name ends in ``.zip``.
/// record : str or os.PathLike, optional
///     The record of the training that ``cannery.record`` wrote.
/// data : sequence of str, optional
///     Files and folders of training data, which are hashed, and references such as ``s3://bucket/key?versionId=ID``.
/// source : str, optional
///     The training script, a folder of git, or ``git+https://...@COMMIT#path``.
/// environment : str or os.PathLike, optional
///     ``pylock.toml``, ``uv.lock`` or a requirements file.
/// scores : str or os.PathLike, optional
///     JSON with the score of each fold.
/// golden : str or os.PathLike, optional
///     A few rows whose predictions ``verify`` computes again.
/// method : str, optional
///     The methods for ``golden``, separated by commas.
/// license, name : str, optional
///     An SPDX expression; the name of the model.
/// key : str or os.PathLike, optional
///     A private key that signs the bundle.
/// allow_mutable, require_all, replace : bool, default=False
///     Accept data that may change; fail if an item is missing; replace a bundle that is there.
///
/// Returns
/// -------
/// dict
///     What ``cannery seal --format json`` prints.
#[pyfunction]
#[pyo3(signature = (model, bundle, *, record=None, data=vec![], source=None, environment=None, scores=None, golden=None,
    method=None, license=None, name=None, key=None, allow_mutable=false, require_all=false, replace=false))]
#[allow(clippy::too_many_arguments, reason = "keywords of a Python function")]
pub(crate) fn seal(
    py: Python<'_>,
    model: PathBuf,
    bundle: PathBuf,
    record: Option<PathBuf>,
    data: Vec<PathBuf>,
    source: Option<PathBuf>,
    environment: Option<PathBuf>,
    scores: Option<PathBuf>,
    golden: Option<PathBuf>,
    method: Option<String>,
    license: Option<String>,
    name: Option<String>,
    key: Option<PathBuf>,
    allow_mutable: bool,
    require_all: bool,
    replace: bool,
) -> PyResult<Py<PyAny>> {
    let text = |path: PathBuf| path.to_string_lossy().into_owned();
    let seal = keep::Seal::new(model)
        .record(record)
        .data(data.into_iter().map(text).collect())
        .source(source.map(text))
        .environment(environment)
        .scores(scores)
        .golden(golden, method)
        .license(license)
        .name(name)
        .key(key)
        .allow_mutable(allow_mutable)
        .require_all(require_all)
        .replace(replace);
    let json = py.detach(|| {
        let mut json = Vec::new();
        keep::write_sealed_json(&seal.run(&bundle)?, &bundle, &mut json)?;
        Ok::<_, cannery::Error>(json)
    });
    parsed(py, &json.map_err(|error| raise(py, &error))?)
}

/// Sign a bundle with a private key: writes ``model.sig``, as OpenSSF Model Signing v1.
///
/// Parameters
/// ----------
/// bundle, key : str or os.PathLike
///     The bundle; the private key.
#[pyfunction]
pub(crate) fn sign(py: Python<'_>, bundle: PathBuf, key: PathBuf) -> PyResult<()> {
    py.detach(|| keep::sign(&bundle, &key)).map_err(|error| raise(py, &error))
}

/// Check a bundle: digests, signature, scan, predictions, data. Nothing is executed and nothing fetched.
///
/// Parameters
/// ----------
/// bundle : str or os.PathLike
///     The bundle.
/// key : str or os.PathLike, optional
///     The public key that the bundle must be signed with.
/// data_root : str or os.PathLike, optional
///     The folder with the training data.
/// digests_only : bool, default=False
///     Check digests and signature only.
///
/// Returns
/// -------
/// dict
///     What ``cannery verify --format json`` prints: ``verified`` is true if no check failed, ``checks`` has each one.
#[pyfunction]
#[pyo3(signature = (bundle, *, key=None, data_root=None, digests_only=false))]
pub(crate) fn verify(
    py: Python<'_>,
    bundle: PathBuf,
    key: Option<PathBuf>,
    data_root: Option<PathBuf>,
    digests_only: bool,
) -> PyResult<Py<PyAny>> {
    let verify = keep::Verify::default().key(key).data_root(data_root).digests_only(digests_only);
    let json = py.detach(|| {
        let mut json = Vec::new();
        keep::write_verification_json(&verify.run(&bundle)?, &bundle, &mut json)?;
        Ok::<_, cannery::Error>(json)
    });
    parsed(py, &json.map_err(|error| raise(py, &error))?)
}

/// Make a key to sign bundles with.
///
/// Parameters
/// ----------
/// key : str or os.PathLike
///     The private key to write; the public one gets the ending ``.pub.pem``.
/// curve : {'p256', 'p384'}, default='p256'
///     The elliptic curve.
///
/// Returns
/// -------
/// pathlib.Path
///     Where the public key is.
#[pyfunction]
#[pyo3(signature = (key, *, curve="p256"))]
pub(crate) fn keygen(py: Python<'_>, key: PathBuf, curve: &str) -> PyResult<PathBuf> {
    let curve = match curve {
        "p256" => Curve::P256,
        "p384" => Curve::P384,
        _ => return Err(PyValueError::new_err(format!("curve is {curve:?}, expected 'p256' or 'p384'"))),
    };
    py.detach(|| keep::keygen(&key, curve)).map_err(|error| raise(py, &error))
}
