//! What a model file holds: as JSON, whole, and as a summary for people.

mod cells;
mod describe;
mod encode;
mod json;
mod number;
mod shared;

pub use json::{JsonOptions, Written, write_json, write_members};
