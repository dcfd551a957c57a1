//! Carries out a graph: [`Program::compile`] once, [`Program::run`] on batch after batch.
//!
//! Rows go through in blocks that stay in cache, several blocks at a time; where a block ends and how many
//! threads there are changes no bit of the result. Nothing is allocated for a row.
//!
//! This crate does not know scikit-learn, nor where rows come from.
//!
//! ```
//! use cannery_exec::Program;
//! use cannery_graph::{Builder, DType, Labels, Op, Signature};
//! use cannery_rows::{RowsView, Values};
//!
//! let mut builder = Builder::new(Signature::dense(DType::F64));
//! let x = builder.input(2)?;
//! let class = builder.add(Op::ArgMax, &[x])?;
//! let label = builder.add(Op::Labels(Labels::Str(["low".into(), "high".into()].into())), &[class])?;
//! builder.output("predict", label)?;
//!
//! let program = Program::compile(&builder.finish(), &["predict"])?;
//! let outputs = program.run(&RowsView::f64(&[1.0, 2.0, 5.0, 3.0], 2, 2)?)?;
//! let Values::Str(labels) = &outputs[0].values else { panic!() };
//! assert_eq!(Vec::from_iter(labels.iter()), ["high", "low"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![deny(unsafe_code)]

mod batch;
mod buffer;
mod compile;
mod csr;
mod error;
mod gemm;
mod hits;
mod kernel;
mod output;
mod parallel;
mod program;
mod run;

pub use error::{Error, ErrorKind};
pub use program::Program;
