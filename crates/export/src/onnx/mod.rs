//! Models of ONNX.
//!
//! The result is scikit-learn's in float64: thresholds and votes to the bit, sums within a few units in the last place. It
//! runs in ONNX Runtime 1.21 and later (opset 21, ai.onnx.ml 5, IR 10).

mod algebra;
mod columns;
mod combine;
mod distance;
mod emit;
mod functions;
mod glue;
mod guard;
mod hashes;
mod impute;
mod interp;
mod kernel;
mod lookup;
mod lowercase;
mod model;
mod neighbors;
mod net;
mod outputs;
mod proto;
mod reduce;
mod regex;
mod scores;
mod shape;
mod support;
mod svm;
#[cfg(test)]
mod tests;
mod text;
mod trees;
mod zipmap;

pub use model::Onnx;
pub use support::OPERATORS;
