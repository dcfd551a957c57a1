//! Files mapped into memory. The one module of this crate with `unsafe`.

use std::fs::File;

use bytes::Bytes;

use crate::error::Result;

/// 128 MiB.
const PREFAULT: u64 = 128 << 20;

/// Maps a file read-only and privately.
///
/// The bytes are those of the file at the moment of each access: another process that writes to the file changes
/// them, and one that truncates it makes a later access end this process with `SIGBUS` (Unix) or an in-page error
/// (Windows). So a mapping is for files that the caller holds to be stable; whoever judges bytes reads them instead.
///
/// Files up to [`PREFAULT`] are mapped page by page at once: what is mapped is nearly always read, and the kernel does
/// in one call what would else be a fault for each few pages.
pub(crate) fn map(file: &File, len: u64) -> Result<Bytes> {
    let mut options = memmap2::MmapOptions::new();
    if len <= PREFAULT {
        options.populate();
    }
    // SAFETY: the mapping is private and read-only, so this process never writes to it. It is only handed out as
    // `Bytes`, which owns the mapping, and nothing here derives an invariant from a byte that it reads twice:
    // every reader of this crate checks indices against lengths that do not come from re-reading the mapping. What
    // remains is the change of the file by another process, which the contract above leaves to the caller.
    #[allow(unsafe_code)]
    let map = unsafe { options.map_copy_read_only(file)? };
    Ok(Bytes::from_owner(map))
}
