//! The Heap: inert Python objects, and typed views on them.
//!
//! A reader of some format fills a [`Heap`]; whoever needs to know what a value *is* asks for a view
//! ([`Heap::ndarray`], [`Heap::object`], …). Nothing is ever resolved, called or executed.
//!
//! This crate does not know bytes on disk, files, or scikit-learn.

#![forbid(unsafe_code)]

mod array;
mod dill;
mod dtype;
mod error;
mod heap;
pub mod known;
mod limits;
mod object;
pub mod views;

pub use array::{Array, ArrayData, Element, NdArray, Number, Order, Place, byte_len, element, element_count};
pub use dill::DillArray;
pub use dtype::{ByteOrder, DType, Field, Kind, shape_of};
pub use error::{Error, ErrorKind};
pub use heap::{
    Attached, Blob, BufferId, Call, CallKind, Heap, Id, Items, Node, Spelling, StreamSpelling, Symbol, Value,
};
pub use limits::{Budget, LIMITS, Limit, LimitError, LimitInfo, Limits};
pub use object::Object;
pub use views::View;
