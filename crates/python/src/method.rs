//! A method of an estimator, bound to its model.

use pyo3::prelude::*;

use crate::model::Model;

/// A method of a model: ``model.predict``. Called with ``X``, it gives what scikit-learn's method of this name gives.
#[pyclass(module = "cannery", frozen)]
pub(crate) struct Method {
    model: Py<Model>,
    name: &'static str,
}

/// What an estimator can be asked for, and what it gives.
pub(crate) const METHODS: [(&str, &str); 6] = [
    ("predict", "The class, value or cluster of each row of X."),
    ("predict_proba", "The probability of each class, for each row of X: shape (n, classes)."),
    ("predict_log_proba", "The logarithm of the probability of each class: shape (n, classes)."),
    ("decision_function", "The score of each class, or of the second of two, for each row of X."),
    ("transform", "The rows of X, transformed: an array, or a sparse matrix where scikit-learn gives one."),
    ("score_samples", "The score of each row of X, as the estimator defines it."),
];

impl Method {
    pub(crate) fn new(model: Py<Model>, name: &'static str) -> Self {
        Self { model, name }
    }
}

#[pymethods]
impl Method {
    #[pyo3(signature = (X, /))]
    #[allow(non_snake_case, reason = "scikit-learn's name")]
    fn __call__<'py>(&self, py: Python<'py>, X: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        self.model.get().call(py, self.name, X)
    }

    #[getter]
    fn __name__(&self) -> &str {
        self.name
    }

    #[getter]
    fn __doc__(&self) -> &str {
        METHODS.iter().find(|(name, _)| *name == self.name).map_or("", |(_, doc)| doc)
    }

    fn __repr__(&self) -> String {
        format!("<method {} of {}>", self.name, self.model.get().__repr__())
    }
}
