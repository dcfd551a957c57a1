//! A model file that was opened.

use std::path::PathBuf;
use std::sync::OnceLock;

use cannery::{DumpOptions, ExportOptions, ExportTarget};
use pyo3::exceptions::PyAttributeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList};

use crate::dump;
use crate::errors::{no_method, raise};
use crate::method::{METHODS, Method};
use crate::{plain, results, rows};

/// A model of scikit-learn that was read from a file; nothing in the file was executed.
///
/// It has those methods of the estimator that cannery can compute (``hasattr`` says which), and the estimator's
/// parameters and fitted attributes. A model never changes, so threads can share it. Arrays are copies; estimators
/// inside, such as the steps of a pipeline, are models themselves.
///
/// Examples
/// --------
/// >>> import cannery
/// >>> model = cannery.load("examples/iris_svc.joblib")
/// >>> model.predict([[5.1, 3.5, 1.4, 0.2]])
/// array([0])
/// >>> model.classes_
/// array([0, 1, 2])
/// >>> hasattr(model, "predict_proba")
/// False
#[pyclass(module = "cannery", frozen)]
pub(crate) struct Model {
    model: cannery::Model,
    methods: OnceLock<cannery::Result<Vec<String>>>,
    labels: OnceLock<Option<String>>,
}

impl Model {
    pub(crate) fn of(model: cannery::Model) -> Self {
        Self { model, methods: OnceLock::new(), labels: OnceLock::new() }
    }

    pub(crate) fn inner(&self) -> &cannery::Model {
        &self.model
    }

    fn methods(&self) -> &cannery::Result<Vec<String>> {
        self.methods.get_or_init(|| self.model.methods())
    }

    fn has(&self, method: &str) -> bool {
        self.methods().as_ref().is_ok_and(|methods| methods.iter().any(|name| name == method))
    }

    /// What a method gives for the rows of `x`.
    pub(crate) fn call<'py>(
        &self,
        py: Python<'py>,
        method: &str,
        x: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let held = rows::dense(x);
        let called = match held.as_ref().and_then(rows::Dense::view) {
            Some(view) => py.detach(|| self.model.call_view(method, view)),
            None => {
                let batch = rows::batch(x)?;
                py.detach(|| self.model.call_all(method, batch))
            }
        };
        let labels = if method == "predict" { self.labels() } else { None };
        results::result(py, method, called.map_err(|error| raise(py, &error))?, labels)
    }

    /// The model in the format of a target: bytes, or a file.
    fn export<'py>(
        &self,
        py: Python<'py>,
        target: ExportTarget,
        options: ExportOptions,
        methods: Option<&str>,
        path: Option<PathBuf>,
    ) -> PyResult<Option<Bound<'py, PyBytes>>> {
        let options = methods.into_iter().fold(options, ExportOptions::methods);
        let made = py.detach(|| self.model.export(target, &options)).map_err(|error| raise(py, &error))?;
        match path {
            Some(path) => std::fs::write(path, made).map(|()| None).map_err(Into::into),
            None => Ok(Some(PyBytes::new(py, &made))),
        }
    }

    fn labels(&self) -> Option<&str> {
        self.labels.get_or_init(|| self.model.estimator_part().ok()?.label_dtype()).as_deref()
    }
}

#[pymethods]
impl Model {
    /// The model as ONNX: bytes, or a file at ``path``.
    ///
    /// Parameters
    /// ----------
    /// path : str or os.PathLike, optional
    ///     The file to write; without it the bytes are returned.
    /// methods : str, optional
    ///     The methods that become outputs, with commas between them, or ``"all"``.
    /// float32 : bool
    ///     Whether the caller brings float32.
    /// opset : int, optional
    ///     The operator set, 21 if nothing is said.
    #[pyo3(signature = (path=None, *, methods=None, float32=false, opset=None))]
    fn to_onnx<'py>(
        &self,
        py: Python<'py>,
        path: Option<PathBuf>,
        methods: Option<&str>,
        float32: bool,
        opset: Option<u32>,
    ) -> PyResult<Option<Bound<'py, PyBytes>>> {
        let mut options = ExportOptions::default().float32(float32);
        if let Some(opset) = opset {
            options = options.opset(opset);
        }
        self.export(py, ExportTarget::Onnx, options, methods, path)
    }

    /// The model as PMML: bytes, or a file at ``path``.
    ///
    /// Parameters
    /// ----------
    /// path : str or os.PathLike, optional
    ///     The file to write; without it the bytes are returned.
    /// methods : str, optional
    ///     The methods that the document has, with commas between them, or ``"all"``.
    /// float32 : bool
    ///     Whether the caller brings float32.
    /// rows : str or os.PathLike, optional
    ///     A table whose rows are stored with their results, by which runtimes check that they compute the same.
    #[pyo3(signature = (path=None, *, methods=None, float32=false, rows=None))]
    fn to_pmml<'py>(
        &self,
        py: Python<'py>,
        path: Option<PathBuf>,
        methods: Option<&str>,
        float32: bool,
        rows: Option<PathBuf>,
    ) -> PyResult<Option<Bound<'py, PyBytes>>> {
        let mut options = ExportOptions::default().float32(float32);
        if let Some(rows) = rows {
            options = options.verification(rows);
        }
        self.export(py, ExportTarget::Pmml, options, methods, path)
    }

    /// A method, parameter or fitted attribute of the estimator.
    fn __getattr__<'py>(slf: &Bound<'py, Self>, name: &str) -> PyResult<Bound<'py, PyAny>> {
        let (py, this) = (slf.py(), slf.get());
        if let Some((method, _)) = METHODS.iter().find(|(method, _)| *method == name) {
            if this.has(method) {
                return Ok(Method::new(slf.clone().unbind(), method).into_pyobject(py)?.into_any());
            }
            if let Err(error) = this.methods() {
                return Err(no_method(py, error));
            }
        } else if !name.starts_with("__") {
            let part = this.estimator()?;
            if let Some(value) = part.property(name).map_err(|error| raise(py, &error))? {
                return plain::object(py, value);
            }
        }
        Err(this.absent(name))
    }

    /// The parameters of the estimator, as scikit-learn's ``get_params`` gives them.
    ///
    /// Parameters
    /// ----------
    /// deep : bool, default=True
    ///     Also give the parameters of the estimators inside, as ``step__parameter``.
    ///
    /// Returns
    /// -------
    /// dict
    ///     Values by name. Estimators and functions are models.
    ///
    /// Examples
    /// --------
    /// >>> import cannery
    /// >>> cannery.load("examples/iris_svc.joblib").get_params()["kernel"]
    /// 'rbf'
    #[pyo3(signature = (deep=true))]
    fn get_params<'py>(&self, py: Python<'py>, deep: bool) -> PyResult<Bound<'py, PyDict>> {
        let part = self.estimator()?;
        let params = PyDict::new(py);
        for (name, value) in part.params(deep).map_err(|error| raise(py, &error))? {
            params.set_item(name, plain::object(py, value)?)?;
        }
        Ok(params)
    }

    /// The steps of a pipeline, or the transformers of a union: a list of pairs of name and model.
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

    pub(crate) fn __repr__(&self) -> String {
        let summary = self.model.summary().to_string();
        summary.lines().next().unwrap_or_default().to_owned()
    }

    fn __dir__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyList>> {
        let (py, this) = (slf.py(), slf.get());
        let names = py.import("builtins")?.getattr("object")?.call_method1("__dir__", (slf,))?;
        let names = names.cast_into::<PyList>()?;
        for (method, _) in METHODS.iter().filter(|(method, _)| this.has(method)) {
            names.append(method)?;
        }
        if let Ok(part) = this.model.estimator_part() {
            part.attributes().iter().try_for_each(|name| names.append(name))?;
        }
        Ok(names)
    }

    /// What `pickle` keeps: `loads`, and the bytes of the model as a pickle of its own.
    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (Bound<'py, PyBytes>,))> {
        let loads = py.import("cannery")?.getattr("loads")?;
        Ok((loads, (dump::bytes_of(py, &self.model, &DumpOptions::default())?,)))
    }

    fn __copy__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __deepcopy__(slf: Py<Self>, _memo: &Bound<'_, PyAny>) -> Py<Self> {
        slf
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
