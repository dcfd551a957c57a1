//! The bytes of a file, read and not mapped, so that the bytes judged are the bytes that were there.

use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

use bytes::Bytes;
use cannery_format::Result;
use cannery_format::sniff::{Format, Nature, sniff, starts_a_pickle};
use cannery_format::source::{self, Access};
use cannery_object::Limits;

/// Files that are longer are looked at before they are read.
const LONG: u64 = 1 << 20;

/// What a file gives.
pub(super) enum Content {
    Bytes(Bytes),
    /// Its first bytes say that it is no model.
    NoModel(String),
}

/// The bytes of a file, unless it is long and its start is that of something else.
pub(super) fn bytes_of(path: &Path, limits: &Limits) -> Result<Content> {
    let mut file = File::open(path)?;
    let metadata = file.metadata()?;
    if metadata.len() > LONG {
        let mut start = Vec::new();
        file.by_ref().take(512).read_to_end(&mut start)?;
        file.rewind()?;
        match sniff(&start) {
            Format::Foreign(foreign)
                if matches!(foreign.nature(), Nature::Data | Nature::Model) && !starts_a_pickle(&start) =>
            {
                return Ok(Content::NoModel(foreign.error().to_string()));
            }
            Format::Unknown => return Ok(Content::NoModel("no format that is known".into())),
            _ => {}
        }
    }
    source::bytes_of(file, &metadata, Access::Read, limits, &mut |_, _| ()).map(Content::Bytes)
}
