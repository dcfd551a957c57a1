//! Graphs as models of other runtimes.
//!
//! [`Onnx`] writes a [`Graph`](cannery_graph::Graph) as an ONNX model, and [`Pmml`] as a PMML document; both give
//! scikit-learn's own answer, in float64 unless the graph itself is of float32. An operator that the format can't hold is
//! an [`Error`] that names it, and the step of the model that needs it.
//!
//! This crate knows operators. It does not know estimators, files, or who runs the model.

#![forbid(unsafe_code)]

mod charset;
mod error;
mod legalise;
mod methods;
mod onnx;
mod pmml;

pub use error::{Error, Gap};
pub use legalise::Support;
pub use onnx::{OPERATORS, Onnx};
pub use pmml::{PMML_OPERATORS, Pmml, Verification};
