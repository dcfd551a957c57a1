//! The place where scikit-learn models keep.
//!
//! Open a pickle, joblib or skops file of any scikit-learn from 0.17 on, without Python and without executing anything
//! in it:
//!
//! ```
//! let model = cannery::open("../../examples/iris_svc.joblib")?;
//! assert_eq!(model.class(), Some(("sklearn.svm._classes", "SVC")));
//! # Ok::<(), cannery::Error>(())
//! ```
//!
//! This is the only crate of the workspace whose Rust API is kept stable.

#![forbid(unsafe_code)]

mod assemble;
mod bench;
mod chain;
mod convert;
mod disassemble;
mod dump;
mod error;
mod export;
mod folder;
pub mod inspect;
mod judged;
#[cfg(feature = "keep")]
pub mod keep;
mod locate;
mod model;
#[cfg(feature = "write-tables")]
mod moving;
mod names;
mod params;
mod part;
mod plain;
mod predict;
mod properties;
pub mod scan;
mod verification;

pub use assemble::assemble;
pub use bench::{Benchmark, Run, Timings};
pub use cannery_format::compress::Codec;
pub use cannery_format::{Companion, Facts, Kind as Container};
pub use cannery_object::{LIMITS, Limit, LimitError, LimitInfo, Limits};
pub use cannery_rows::{
    Batch, Cell, CellView, Column, DType, Data, DataView, Layout, Mismatch, Named, RowsView,
};
pub use cannery_rows::{Texts, Values, ValuesView};
pub use cannery_table::Header;
pub use convert::{Conversion, Converted, Target};
pub use disassemble::{Listed, Listing, Opcodes};
pub use dump::{DumpOptions, Format, NumpyNames};
pub use error::{Detail, Error, Result};
pub use export::{ExportGap, ExportOptions, ExportTarget};
pub use model::{Model, Options, Stage, load, loads, open};
#[cfg(feature = "write-tables")]
pub use moving::{Migrated, Migration, Proof};
pub use plain::{Elements, Plain, PlainArray};
#[cfg(feature = "write-tables")]
pub use predict::Prediction;
