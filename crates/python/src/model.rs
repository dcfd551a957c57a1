//! A model file that was opened.

use std::path::PathBuf;
use std::sync::OnceLock;

use cannery::Options;
use pyo3::exceptions::PyAttributeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList};

use crate::errors::raise;
use crate::method::{METHODS, Method};
use crate::{plain, results, rows};

/// A model of scikit-learn that was read from a file. Nothing in the file was executed.
///
/// It has the methods of the estimator that cannery can compute (``hasattr`` says which), its parameters and its fitted
/// attributes. An instance is never changed, so that threads can share it.
#[pyclass(module = "cannery", frozen)]
pub(crate) struct Model {
    model: cannery::Model,
    methods: OnceLock<Vec<String>>,
    labels: OnceLock<Option<String>>,
}

impl Model {
    pub(crate) fn of(model: cannery::Model) -> Self {
        Self { model, methods: OnceLock::new(), labels: OnceLock::new() }
    }

    fn has(&self, method: &str) -> bool {
        self.methods
            .get_or_init(|| self.model.methods().unwrap_or_default())
            .iter()
            .any(|name| name == method)
    }

    /// What a method gives for the rows of `x`.
    pub(crate) fn call<'py>(
        &self,
        py: Python<'py>,
        method: &str,
        x: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let batch = rows::batch(x)?;
        let columns = py.detach(|| self.model.call_all(method, batch)).map_err(|error| raise(py, &error))?;
        results::result(py, method, columns, self.labels())
    }

    fn labels(&self) -> Option<&str> {
        self.labels
            .get_or_init(|| match self.model.estimator_part().ok()?.attribute("classes_") {
                Ok(Some(cannery::Plain::Array(array))) => {
                    Some(array.dtype.trim_start_matches('|').to_owned())
                }
                _ => None,
            })
            .as_deref()
    }
}

#[pymethods]
impl Model {
    /// A method, parameter or fitted attribute of the estimator.
    fn __getattr__<'py>(slf: &Bound<'py, Self>, name: &str) -> PyResult<Bound<'py, PyAny>> {
        let (py, this) = (slf.py(), slf.get());
        if let Some((method, _)) = METHODS.iter().find(|(method, _)| *method == name) {
            if this.has(method) {
                return Ok(Method::new(slf.clone().unbind(), method).into_pyobject(py)?.into_any());
            }
        } else if !name.starts_with("__") {
            let part = this.estimator()?;
            if let Some(value) = part.attribute(name).map_err(|error| raise(py, &error))? {
                return plain::object(py, value);
            }
        }
        Err(this.absent(name))
    }

    /// The parameters of the estimator by name.
    fn get_params<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let part = self.estimator()?;
        let params = PyDict::new(py);
        for (name, value) in part.params().map_err(|error| raise(py, &error))? {
            params.set_item(name, plain::object(py, value)?)?;
        }
        Ok(params)
    }

    /// The steps of a pipeline, or the transformers of a union, by name; each is a model.
    #[getter]
    fn steps<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let (py, part) = (slf.py(), slf.get().estimator()?);
        for name in ["steps", "transformer_list"] {
            if let Some(value) = part.attribute(name).map_err(|error| raise(py, &error))? {
                return plain::object(py, value);
            }
        }
        Err(slf.get().absent("steps"))
    }

    fn _repr_html_(&self) -> String {
        self.model.summary().to_html()
    }

    pub(crate) fn __repr__(&self, _py: Python<'_>) -> String {
        let summary = self.model.summary().to_string();
        summary.lines().next().unwrap_or_default().to_owned()
    }

    fn __dir__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyList>> {
        let (py, this) = (slf.py(), slf.get());
        let names = py.import("builtins")?.call_method1("object", ())?.call_method0("__dir__")?;
        let names = names.cast_into::<PyList>()?;
        for (method, _) in METHODS.iter().filter(|(method, _)| this.has(method)) {
            names.append(method)?;
        }
        if let Ok(part) = this.model.estimator_part() {
            part.attributes().iter().try_for_each(|name| names.append(name))?;
        }
        Ok(names)
    }
}

impl Model {
    /// The estimator that predicts: the root, or the one in the containers of the file.
    fn estimator(&self) -> PyResult<cannery::Model> {
        self.model.estimator_part().map_err(|error| Python::attach(|py| raise(py, &error)))
    }

    fn absent(&self, name: &str) -> PyErr {
        let class = self.model.class().map_or("this value", |(_, class)| class);
        PyAttributeError::new_err(format!("{class} has no attribute {name:?}"))
    }
}

/// Opens a model file. `file` is a path or a binary file object.
#[pyfunction]
#[pyo3(signature = (file, *, part=None))]
pub(crate) fn load(py: Python<'_>, file: &Bound<'_, PyAny>, part: Option<&str>) -> PyResult<Model> {
    let model = if file.hasattr("read")? {
        let bytes = file.call_method0("read")?;
        let bytes = bytes.cast::<PyBytes>()?.as_bytes();
        Options::default().loads(bytes)
    } else {
        let path: PathBuf = file.extract()?;
        py.detach(|| Options::default().open(path))
    };
    model.and_then(|model| at(model, part)).map(Model::of).map_err(|error| raise(py, &error))
}

/// Reads a model from bytes.
#[pyfunction]
#[pyo3(signature = (data, *, part=None))]
pub(crate) fn loads(py: Python<'_>, data: &[u8], part: Option<&str>) -> PyResult<Model> {
    let model = Options::default().loads(data);
    model.and_then(|model| at(model, part)).map(Model::of).map_err(|error| raise(py, &error))
}

fn at(model: cannery::Model, part: Option<&str>) -> cannery::Result<cannery::Model> {
    part.map_or(Ok(model.clone()), |part| model.part(part))
}
