//! Models of PMML 4.4.1, XML that says what is computed without the code of a runtime.
//!
//! A graph becomes fields, a number or a text each: what can be computed from the inputs is a `DerivedField`; trees,
//! support vectors and neighbours are models of their own, the segments of a chain, and what is computed from their results
//! is written among their outputs. The last segment gives the label or the number that `predict` gives, and beside it the
//! results of other methods.
//!
//! The arithmetic is that of JPMML-Evaluator, in float64. Labels are found by comparing scores, never by comparing
//! probabilities, which can be equal where scores are not.

mod algebra;
mod check;
mod columns;
mod emit;
mod expr;
mod lookup;
mod model;
mod names;
mod neighbors;
mod net;
mod outputs;
mod reduce;
mod regex;
mod scores;
mod support;
mod svm;
#[cfg(test)]
mod tests;
mod text;
mod trees;
mod verification;
mod xml;

pub use model::Pmml;
pub use support::PMML_OPERATORS;
pub use verification::Verification;
