//! scikit-learn's estimators: from the state in a file to a plain struct, and on to a graph.
//!
//! [`read`] knows where each version of scikit-learn keeps what, and proves that the parts fit together;
//! [`dyn Estimator::lower`](trait.Estimator.html#method.lower) says what is computed from them. An estimator is
//! one file, found by its public path (`svm/svc.rs`), and one line in its family's `mod.rs`.
//!
//! This crate does not know files or pickles, and nothing of what becomes of a graph.

#![forbid(unsafe_code)]

mod calibration;
mod child;
mod cluster;
mod compat;
mod compose;
mod covariance;
mod cross_decomposition;
mod decomposition;
pub mod defaults;
mod discriminant_analysis;
mod dummy;
mod ensemble;
mod entry;
mod error;
mod estimator;
mod feature_extraction;
mod feature_selection;
mod feature_union;
mod frozen;
mod gaussian_process;
mod impute;
mod input;
mod inverse;
mod isotonic;
mod kernel_approximation;
mod kernel_ridge;
mod kernels;
mod learnt_selector;
mod linalg;
mod linear_model;
mod manifold;
mod method;
mod mixture;
mod model_selection;
pub mod moves;
mod multiclass;
mod multioutput;
mod naive_bayes;
mod names;
mod neighbors;
mod neural_network;
mod not_a_model;
mod numpy;
mod pipeline;
mod preprocessing;
mod random_projection;
mod scores;
mod semi_supervised;
mod sized;
mod sound;
mod sparse;
mod special;
mod state;
mod step;
mod sum;
mod svm;
mod tree;

pub use error::{Error, ErrorKind};
pub use estimator::{Estimator, Soundness, read, supported};
pub use input::{ColumnHint, ColumnKind, Input, Takes};
pub use inverse::inverse;
pub use method::{Method, Methods, Wanted};
pub use names::{Names, feature_names_in};
pub use not_a_model::describe_value;
pub use pipeline::chain;
pub use sized::sized;
pub use sound::Allowance;
