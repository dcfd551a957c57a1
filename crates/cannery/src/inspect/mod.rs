//! What a model file holds: as JSON, whole, and as a summary for people.

mod cells;
mod describe;
mod encode;
mod html;
mod json;
mod loads;
mod number;
mod origin;
mod shared;
mod summary;
mod tree;

pub(crate) use number::integer;

pub use json::{JsonOptions, Written, write_json, write_members};
pub use loads::LoadsWith;
pub use origin::Origin;
pub use summary::Summary;
pub use tree::Branch;

#[cfg(test)]
mod tests;
