//! Between bytes and Heap: compression, recognition by content, joblib, npy, npz, skops.
//!
//! [`read`] takes the bytes of any of these and fills a Heap; [`source`] brings the bytes.
//!
//! This crate does not know scikit-learn.

#![deny(unsafe_code)]

mod atomic;
pub mod compress;
mod document;
mod error;
mod headless;
mod joblib;
pub mod literal;
#[cfg_attr(not(feature = "mmap"), path = "unmapped.rs")]
mod map;
mod members;
pub mod npy;
pub mod npz;
mod number;
pub mod skops;
pub mod sniff;
pub mod source;
mod write;
pub mod zip;

pub use atomic::AtomicFile;
pub use document::{Attempt, Document, Facts, Kind, read, read_member, read_plain, read_spelling, unknown};
pub use error::{Error, ErrorKind, Result};
pub use headless::{Headless, headless, is_identifier, may_be_headless};
pub use joblib::{Companion, Companions, Folder, Joblib, NoCompanions, Reader};
pub use members::{Member, content, member, tar};
pub use write::{Form, Numpy, Writing, write};
