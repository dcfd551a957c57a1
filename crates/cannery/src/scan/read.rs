//! The bytes of a file, read and not mapped, so that the bytes judged are the bytes that were there.

use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

use bytes::Bytes;
use cannery_format::Result;
use cannery_format::source::{self, Access};
use cannery_object::Limits;
use cannery_scan::{is_something_else, reason_to_skip_by_start};

/// Files that are longer are looked at before they are read.
const LONG: u64 = 1 << 20;
/// Bytes that are looked at.
const START: u64 = 64 << 10;

/// What a file gives.
pub(super) enum Content {
    Bytes(Bytes),
    /// Its first bytes say that it is no model.
    NoModel {
        reason: String,
        /// Length of the file.
        len: u64,
        /// Whether it is no picture, table or document either: under the name of a model it has a verdict.
        stands_for_a_model: bool,
    },
}

/// The bytes of a file, unless it is long and its start is that of something else.
pub(super) fn bytes_of(path: &Path, limits: &Limits) -> Result<Content> {
    let mut file = File::open(path)?;
    let metadata = file.metadata()?;
    if metadata.len() > LONG {
        let mut start = Vec::new();
        file.by_ref().take(START).read_to_end(&mut start)?;
        file.rewind()?;
        if let Some(reason) = reason_to_skip_by_start(&start, limits) {
            let stands_for_a_model = !is_something_else(&start);
            return Ok(Content::NoModel { reason, len: metadata.len(), stands_for_a_model });
        }
    }
    source::bytes_of(file, &metadata, Access::Read, limits, &mut |_, _| ()).map(Content::Bytes)
}
