//! Rows in and out: tables of numbers from CSV and npy, results as text, CSV, npy or npz.
//!
//! Reading goes batch by batch, so that a file of any length needs the memory of one batch.
//!
//! This crate does not know scikit-learn, nor what is computed from the rows.

#![forbid(unsafe_code)]

mod atomic;
mod column;
mod error;
mod npy;
mod read;
mod write;

pub use column::{Column, Values};
pub use error::{Error, ErrorKind};
pub use read::{Batch, Numbers, Table};
pub use write::{Sink, Target};
