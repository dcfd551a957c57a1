use cannery_object::Limits;

use super::entry::Entry;
use crate::error::{Error, Result};

/// The central directory: where it starts and ends, and how many entries it says it has.
#[derive(Debug)]
pub(super) struct Directory {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) entries: u64,
}

const END: u32 = 0x0605_4b50;
const ZIP64_END: u32 = 0x0606_4b50;
const ZIP64_LOCATOR: u32 = 0x0706_4b50;
const END_LEN: usize = 22;
const ZIP64_END_LEN: usize = 56;
const ZIP64_LOCATOR_LEN: usize = 20;

impl Directory {
    /// Finds the directory by the record that ends the file.
    pub(super) fn find(bytes: &[u8]) -> Result<Self> {
        let at =
            bytes.len().checked_sub(END_LEN).ok_or_else(|| bad("the archive is cut short", bytes.len()))?;
        let mut cursor = Cursor::new(bytes, at);
        cursor.signature(END, "the end of the archive, which has no comment")?;
        let disks = (cursor.u16()?, cursor.u16()?);
        let entries = (cursor.u16()?, cursor.u16()?);
        let (len, start, comment) = (cursor.u32()?, cursor.u32()?, cursor.u16()?);
        if disks != (0, 0) || entries.0 != entries.1 || comment != 0 {
            return Err(bad("the archive has several volumes or a comment", at));
        }
        let narrow = [u64::from(entries.0), len.into(), start.into()];
        let (end, [entries, len, start]) = Self::zip64(bytes, at, narrow)?.unwrap_or((at, narrow));
        let outside = || bad("the directory does not end where its end is recorded", at);
        let start = usize::try_from(start).map_err(|_| outside())?;
        if usize::try_from(len).ok().and_then(|len| start.checked_add(len)) != Some(end) {
            return Err(outside());
        }
        Ok(Self { start, end, entries })
    }

    /// The wider record before the end, when there is one: where it starts, and its number of entries, length and
    /// start of the directory. Those must be in the narrow record too, or be marked there as too wide for it.
    fn zip64(bytes: &[u8], end: usize, narrow: [u64; 3]) -> Result<Option<(usize, [u64; 3])>> {
        let too_wide = [0xffff, 0xffff_ffff, 0xffff_ffff];
        let locator = end.checked_sub(ZIP64_LOCATOR_LEN).map(|at| Cursor::new(bytes, at));
        let Some(mut locator) = locator.filter(Cursor::is_at_locator) else {
            return if (0..3).any(|i| narrow[i] == too_wide[i]) {
                Err(bad("the zip64 record is missing", end))
            } else {
                Ok(None)
            };
        };
        locator.skip(4)?;
        let (disk, at, disks) = (locator.u32()?, locator.u64()?, locator.u32()?);
        let disagree = || bad("the zip64 record disagrees with the end of the archive", end);
        let start = end
            .checked_sub(ZIP64_LOCATOR_LEN + ZIP64_END_LEN)
            .filter(|&s| s as u64 == at)
            .ok_or_else(disagree)?;
        let mut record = Cursor::new(bytes, start);
        record.signature(ZIP64_END, "the zip64 record")?;
        let len = record.u64()?;
        record.skip(4)?; // versions
        let record_disks = (record.u32()?, record.u32()?);
        let entries = (record.u64()?, record.u64()?);
        let wide = [entries.0, record.u64()?, record.u64()?];
        let agree = (0..3).all(|i| narrow[i] == wide[i] || narrow[i] == too_wide[i]);
        let whole = len as usize == ZIP64_END_LEN - 12 && disk == 0 && disks == 1 && record_disks == (0, 0);
        if !agree || !whole || entries.0 != entries.1 {
            return Err(disagree());
        }
        Ok(Some((start, wide)))
    }

    /// The entries, which must fill the directory.
    pub(super) fn read(&self, bytes: &[u8], limits: &Limits) -> Result<Vec<Entry>> {
        let mut entries = Vec::new();
        let mut cursor = Cursor::new(&bytes[..self.end], self.start);
        while !cursor.is_at_end() {
            let at = cursor.position();
            if entries.len() as u64 == self.entries {
                return Err(bad("the directory has more entries than it says", at));
            }
            entries.push(Entry::read_central(&mut cursor, bytes, limits).map_err(|error| error.at(at))?);
        }
        if entries.len() as u64 != self.entries {
            return Err(bad("the directory has fewer entries than it says", self.end));
        }
        Ok(entries)
    }
}

fn bad(message: &str, at: usize) -> Error {
    Error::malformed(message).at(at)
}

/// Little-endian numbers, one after the other.
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at }
    }

    pub(super) fn position(&self) -> usize {
        self.at
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at == self.bytes.len()
    }

    fn is_at_locator(&self) -> bool {
        self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(&ZIP64_LOCATOR.to_le_bytes()))
    }

    pub(super) fn take(&mut self, len: usize) -> Result<&'a [u8]> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let taken = rest.get(..len).ok_or_else(|| bad("a record of the archive is cut short", self.at))?;
        self.at += len;
        Ok(taken)
    }

    pub(super) fn skip(&mut self, len: usize) -> Result<()> {
        self.take(len).map(|_| ())
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    pub(super) fn u16(&mut self) -> Result<u16> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Result<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Result<u64> {
        self.array().map(u64::from_le_bytes)
    }

    pub(super) fn signature(&mut self, signature: u32, of: &str) -> Result<()> {
        let at = self.at;
        if self.u32()? == signature { Ok(()) } else { Err(bad(&format!("here is not {of}"), at)) }
    }
}
