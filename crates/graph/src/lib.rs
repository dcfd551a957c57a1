//! The computation of a model: a graph of typed operators.
//!
//! A [`Graph`] says what is computed, at the level of machine learning, with a [`Type`] on every edge; each
//! operator of [`Op`] states its arithmetic exactly and how exact whoever carries it out must be. A [`Builder`]
//! makes graphs and infers the types; a graph that exists is valid.
//!
//! This crate does not know scikit-learn (estimators are names in an [`Origin`]), nor who carries the graph out.
//!
//! ```
//! use cannery_graph::{Builder, Check, DType, Function, Graph, Op, Origin, Signature};
//!
//! let mut builder = Builder::new(Signature::dense(DType::F32));
//! builder.set_origin(Origin::new("steps[0]", "Minus"));
//! let x = builder.input(1)?;
//! let x = builder.cast(x, DType::F64)?;
//! let x = builder.add(Op::Guard(Check::Finite), &[x])?;
//! let y = builder.add(Op::Elementwise(Function::Negate), &[x])?;
//! builder.output("transform", y)?;
//! let graph: Graph = builder.finish();
//! assert!(graph.to_string().contains("%3: f64[n,1] = elementwise negate %2"));
//! # Ok::<(), cannery_graph::Error>(())
//! ```

#![forbid(unsafe_code)]

mod builder;
mod canonical;
mod compat;
mod constant;
mod error;
mod graph;
pub mod normal;
mod op;
mod settle;
mod text;
mod types;
pub mod unicode;

pub use builder::Builder;
/// A constant of dtype `any` is such an element as a batch has.
pub use cannery_rows::Cell as Scalar;
pub use cannery_rows::DType;
pub use compat::{Compat, Selection, SquareOrder};
pub use constant::{Matrix, Points, SparseMatrix};
pub use error::{Error, ErrorKind};
pub use graph::{Edge, Graph, Node, Origin, Output, Refusal, Results, Step};
pub use op::*;
pub use types::{Field, Shape, Signature, Type};
