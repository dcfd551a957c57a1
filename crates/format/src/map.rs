//! Files mapped into memory. The one module of this crate with `unsafe`.

use std::fs::File;

use bytes::Bytes;

use crate::error::Result;

/// Maps a file read-only and privately.
///
/// The bytes are those of the file at the moment of each access: another process that writes to the file changes
/// them, and one that truncates it makes a later access end this process with `SIGBUS` (Unix) or an in-page error
/// (Windows). So a mapping is for files that the caller holds to be stable; whoever judges bytes reads them instead.
pub(crate) fn map(file: &File) -> Result<Option<Bytes>> {
    // SAFETY: the mapping is private and read-only, so this process never writes to it. It is only handed out as
    // `Bytes`, which owns the mapping, and nothing here derives an invariant from a byte that it reads twice:
    // every reader of this crate checks indices against lengths that do not come from re-reading the mapping. What
    // remains is the change of the file by another process, which the contract above leaves to the caller.
    #[allow(unsafe_code)]
    let map = unsafe { memmap2::MmapOptions::new().map_copy_read_only(file)? };
    Ok(Some(Bytes::from_owner(map)))
}

/// Memory for a large file, in large pages where the system has them.
pub(crate) struct Pages(memmap2::MmapMut);

impl Pages {
    /// So many zeros.
    pub(crate) fn new(len: usize) -> Result<Self> {
        let pages = memmap2::MmapMut::map_anon(len)?;
        #[cfg(target_os = "linux")]
        let _ = pages.advise(memmap2::Advice::HugePage); // without it the pages are small
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
