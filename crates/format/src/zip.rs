//! Zip archives, read strictly (PKWARE APPNOTE 6.3.10, the part of it that Python's `zipfile` writes).
//!
//! Readers of zip differ in what they believe when the two descriptions of an entry, the local and the central one,
//! disagree, or when bytes lie outside every entry. Here such an archive is malformed: each byte belongs to exactly
//! one entry or to the directory, and both descriptions agree.

mod directory;
mod entry;

use std::collections::HashMap;

use bytes::Bytes;
use cannery_object::{Budget, Limit, Limits};

use self::directory::Directory;
pub use self::entry::Entry;
use self::entry::Method;
use crate::compress::{Sink, inflate_raw};
use crate::error::{Error, Result, shorten};

/// A zip archive whose structure has been checked, and whose entries are read one by one.
#[derive(Clone, Debug)]
pub struct Archive {
    bytes: Bytes,
    entries: Vec<Entry>,
    by_name: HashMap<Box<str>, usize>,
}

impl Archive {
    /// Reads the directory of an archive and checks every entry against it.
    ///
    /// Entries are stored or deflated, not encrypted, plain files, with different names that are relative UTF-8 paths
    /// without `.`, `..` and backslash; they follow each other without a gap from the first byte to the directory,
    /// which ends the file. Comments are refused. The limits are `zip-entries` and `path-bytes`.
    pub fn open(bytes: &Bytes, limits: &Limits) -> Result<Self> {
        let directory = Directory::find(bytes)?;
        limits.check(Limit::ZipEntries, directory.entries)?;
        let entries = directory.read(bytes, limits)?;
        let mut by_name = HashMap::new();
        for (index, entry) in entries.iter().enumerate() {
            if by_name.insert(entry.name.as_str().into(), index).is_some() {
                return Err(Error::malformed(format!("two entries are named {:?}", shorten(&entry.name))));
            }
        }
        check_layout(bytes, &entries, directory.start)?;
        Ok(Self { bytes: bytes.clone(), entries, by_name })
    }

    /// The entries in the order of the directory.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry of this name.
    pub fn find(&self, name: &str) -> Option<&Entry> {
        self.by_name.get(name).map(|&index| &self.entries[index])
    }

    /// The content of an entry, its CRC-32 checked. A stored entry is a view on the archive; a deflated one is
    /// inflated and spent as input, under the ratio between all that was spent and the whole archive.
    pub fn read(&self, entry: &Entry, budget: &mut Budget) -> Result<Bytes> {
        self.content(entry, budget).map_err(|error| error.within(&shorten(&entry.name)))
    }

    fn content(&self, entry: &Entry, budget: &mut Budget) -> Result<Bytes> {
        let stored = self.bytes.slice(entry.data.clone());
        let content = match entry.method {
            Method::Stored => stored,
            Method::Deflated => inflate(&stored, entry, self.bytes.len(), budget)?,
        };
        let mut crc = flate2::Crc::new();
        crc.update(&content);
        if crc.sum() != entry.crc {
            return Err(Error::malformed("the content does not have its checksum"));
        }
        Ok(content)
    }
}

fn inflate(deflated: &[u8], entry: &Entry, archive: usize, budget: &mut Budget) -> Result<Bytes> {
    let mut ignore = |_, _| ();
    let mut sink = Sink::new(deflated.len(), archive, budget, &mut ignore)?;
    let used = inflate_raw(deflated, &mut sink)?;
    let inflated = sink.finish();
    if used != deflated.len() || inflated.len() as u64 != entry.size {
        return Err(Error::malformed(
            "the compressed stream does not have the length that the directory gives",
        ));
    }
    budget.limits().check_ratio(archive as u64, budget.decompressed())?;
    Ok(inflated)
}

/// Checks the local header of every entry, and that entries lie side by side from the first byte to the directory.
fn check_layout(bytes: &[u8], entries: &[Entry], directory: usize) -> Result<()> {
    let mut in_order: Vec<&Entry> = entries.iter().collect();
    in_order.sort_by_key(|entry| entry.start);
    let mut end = 0;
    for (i, entry) in in_order.iter().enumerate() {
        if entry.start != end {
            return Err(Error::malformed("bytes lie outside every entry").at(end));
        }
        end = in_order.get(i + 1).map_or(directory, |next| next.start);
        if end < entry.data.end {
            return Err(Error::malformed("two entries overlap").at(end));
        }
        entry.check_local(bytes, end).map_err(|error| error.within(&shorten(&entry.name)))?;
    }
    if end != directory {
        return Err(Error::malformed("bytes lie outside every entry").at(end));
    }
    Ok(())
}

#[cfg(test)]
mod layout_tests;
#[cfg(test)]
mod tests;
