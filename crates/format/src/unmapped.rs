//! What takes the place of `map.rs` where the feature `mmap` is off: files are read into ordinary memory.

use std::fs::File;

use bytes::Bytes;

use crate::error::Result;
use crate::source::reserve;

/// Maps nothing.
pub(crate) fn map(_: &File) -> Result<Option<Bytes>> {
    Ok(None)
}

/// Memory for a large file.
pub(crate) struct Pages(Vec<u8>);

impl Pages {
    /// So many zeros.
    pub(crate) fn new(len: usize) -> Result<Self> {
        let mut pages = Vec::new();
        reserve(&mut pages, len)?;
        pages.resize(len, 0);
        Ok(Self(pages))
    }
}

impl AsRef<[u8]> for Pages {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl AsMut<[u8]> for Pages {
    fn as_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }
}
