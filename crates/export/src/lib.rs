//! Graphs as models of other runtimes.
//!
//! [`onnx()`] writes a [`Graph`](cannery_graph::Graph) as an ONNX model that gives scikit-learn's own answer, in float64
//! unless the graph itself is of float32. An operator that ONNX can't hold is an [`Error`] that names it, and the step of
//! the model that needs it.
//!
//! This crate knows operators. It does not know estimators, files, or who runs the model.

#![forbid(unsafe_code)]

mod error;
mod legalise;
mod onnx;

pub use error::{Error, Gap};
pub use onnx::{OPERATORS, Onnx, Support};
