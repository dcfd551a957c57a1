//! The records of a zip: local header, directory, end.

use cannery_manifest::BundlePath;

use crate::error::{Error, Result};

/// Length of the record at the end, without a comment.
pub(crate) const END: usize = 22;
const LOCAL: usize = 30;
const CENTRAL: usize = 46;
/// Names are UTF-8.
const FLAGS: u16 = 1 << 11;
/// 1 January 1980.
const DATE: u16 = 1 << 5 | 1;
/// Version 2.0; made on Unix, so that extracted files are `rw-r--r--`.
const VERSION: u16 = 20;
const MADE_BY: u16 = 3 << 8 | VERSION;
const PERMISSIONS: u32 = 0o100_644 << 16;

/// A file in a zip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) path: Box<str>,
    /// The offset of its local header.
    pub(crate) start: u32,
    pub(crate) bytes: u32,
    pub(crate) crc: u32,
}

/// Where the directory is.
pub(crate) struct Directory {
    pub(crate) start: u64,
    pub(crate) len: u64,
    pub(crate) count: u16,
}

impl Entry {
    pub(crate) fn new(path: &str, start: u64, bytes: u64, crc: u32) -> Result<Self> {
        BundlePath::new(path)?;
        let narrow = |number: u64| u32::try_from(number).ok().filter(|&number| number < u32::MAX);
        match (narrow(start), narrow(bytes)) {
            (Some(start), Some(bytes)) => Ok(Self { path: path.into(), start, bytes, crc }),
            _ => Err(too_long()),
        }
    }

    /// The offset behind its content.
    pub(crate) fn end(&self) -> u64 {
        u64::from(self.start) + (LOCAL + self.path.len()) as u64 + u64::from(self.bytes)
    }

    pub(crate) fn local_header(&self) -> Vec<u8> {
        let mut out = b"PK\x03\x04".to_vec();
        self.write_common(&mut out);
        out.extend(self.path.as_bytes());
        out
    }

    /// From the version that is needed to the length of extra fields, which both headers have.
    fn write_common(&self, out: &mut Vec<u8>) {
        for field in [VERSION, FLAGS, 0, 0, DATE] {
            out.extend(field.to_le_bytes());
        }
        for field in [self.crc, self.bytes, self.bytes, self.path.len() as u32] {
            // the last one is the length of the name, at most 1,024, and that of extra fields, which is 0
            out.extend(field.to_le_bytes());
        }
    }

    fn write_central(&self, out: &mut Vec<u8>) {
        out.extend(b"PK\x01\x02");
        out.extend(MADE_BY.to_le_bytes());
        self.write_common(out);
        // comment, disk, internal attributes
        out.extend([0; 6]);
        out.extend(PERMISSIONS.to_le_bytes());
        out.extend(self.start.to_le_bytes());
        out.extend(self.path.as_bytes());
    }
}

fn too_long() -> Error {
    Error::unsupported("a bundle as a zip has up to 65,534 files and 4 GiB: write it as a folder")
}

/// The directory and the end.
pub(crate) fn directory_of(entries: &[Entry]) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    entries.iter().for_each(|entry| entry.write_central(&mut out));
    let start = entries.last().map_or(0, Entry::end);
    let narrow =
        |number: u64| u32::try_from(number).ok().filter(|&number| number < u32::MAX).ok_or_else(too_long);
    let (len, start) = (narrow(out.len() as u64)?, narrow(start)?);
    let count = u16::try_from(entries.len()).ok().filter(|&count| count < u16::MAX).ok_or_else(too_long)?;
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend(len.to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0; 2]);
    Ok(out)
}

/// What the record at the end says.
pub(crate) fn directory(end: &[u8; END]) -> Option<Directory> {
    let is_end = end.starts_with(b"PK\x05\x06\0\0\0\0") && end[8..10] == end[10..12] && end[20..] == [0; 2];
    let count = u16::from_le_bytes([end[8], end[9]]);
    let (len, start) = (u64::from(u32_at(end, 12)?), u64::from(u32_at(end, 16)?));
    is_end.then_some(Directory { start, len, count })
}

/// The entries of a directory, of which each must be written again as it is here.
pub(crate) fn read_entries(mut bytes: &[u8], count: u16) -> Result<Vec<Entry>> {
    let mut entries: Vec<Entry> = Vec::new();
    for _ in 0..count {
        let entry =
            read_entry(bytes).ok_or_else(|| Error::malformed("the directory of the zip is cut short"))?;
        BundlePath::new(&*entry.path)?;
        if u64::from(entry.start) != entries.last().map_or(0, Entry::end) {
            return Err(Error::malformed(format!(
                "{:?} does not begin where the file before it ends",
                entry.path
            )));
        }
        if entries.last().is_some_and(|last| last.path >= entry.path) {
            return Err(Error::malformed(format!("{:?} is not in the order of paths", entry.path)));
        }
        bytes = &bytes[CENTRAL + entry.path.len()..];
        entries.push(entry);
    }
    Ok(entries)
}

fn read_entry(bytes: &[u8]) -> Option<Entry> {
    let name = usize::from(u16::from_le_bytes([*bytes.get(28)?, *bytes.get(29)?]));
    let path = std::str::from_utf8(bytes.get(CENTRAL..CENTRAL + name)?).ok()?;
    let (crc, size, start) = (u32_at(bytes, 16)?, u32_at(bytes, 20)?, u32_at(bytes, 42)?);
    Some(Entry { path: path.into(), start, bytes: size, crc })
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}
