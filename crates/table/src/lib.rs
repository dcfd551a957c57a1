//! Rows in and out: tables of numbers from CSV, NDJSON, npy and npz (dense, or as `scipy.sparse.save_npz` writes it);
//! results as text, CSV, NDJSON, npy or npz.
//!
//! Reading goes batch by batch: a CSV or NDJSON of any length needs the memory of one batch, and an array file is mapped.
//! Text, CSV and NDJSON are written batch by batch too; npy and npz, whose header gives the number of rows, at the end.
//!
//! This crate does not know scikit-learn, nor what is computed from the rows.

#![forbid(unsafe_code)]

mod error;
mod frame;
#[cfg(feature = "write")]
mod npy;
mod read;
#[cfg(feature = "write")]
mod write;

pub use cannery_rows::{Batch, Cell, Column, Data, Layout, Named, Texts, Values};
pub use error::{Error, ErrorKind};
pub use read::{Header, Hint, Table, TableOptions, Wanted};
#[cfg(feature = "write")]
pub use write::{Sink, Target};
