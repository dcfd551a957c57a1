use std::ops::Range;

use cannery_object::{Limit, Limits};

use super::directory::Cursor;
use crate::error::{Error, Result};

/// One file of an archive, as the directory describes it.
#[derive(Clone, Debug)]
pub struct Entry {
    pub(super) name: String,
    pub(super) method: Method,
    pub(super) flags: u16,
    pub(super) crc: u32,
    pub(super) size: u64,
    /// Where its local header starts.
    pub(super) start: usize,
    /// Where its compressed bytes lie.
    pub(super) data: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    Stored,
    Deflated,
}

impl Entry {
    /// Its name: a relative path with `/`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Length of its content in bytes, as the directory claims.
    pub fn size(&self) -> u64 {
        self.size
    }
}

const CENTRAL: u32 = 0x0201_4b50;
const LOCAL: u32 = 0x0403_4b50;
const DESCRIPTOR: u32 = 0x0807_4b50;

/// A descriptor with length and checksum follows the data.
const STREAMED: u16 = 1 << 3;
/// What an entry may say: level of deflate (1, 2), descriptor (3), UTF-8 name (11). Encryption, patches and masked headers
/// are what is missing.
const KNOWN_FLAGS: u16 = 0b110 | STREAMED | 1 << 11;

/// In a 32-bit field: the value is in the zip64 extra field.
const IN_ZIP64: u64 = 0xffff_ffff;

/// The fields that local and central headers share, in the order in which they stand.
struct Common {
    flags: u16,
    method: u16,
    crc: u32,
    compressed: u64,
    size: u64,
    name: usize,
    extra: usize,
}

impl Common {
    fn read(cursor: &mut Cursor<'_>) -> Result<Self> {
        let (flags, method) = (cursor.u16()?, cursor.u16()?);
        cursor.skip(4)?; // time and date
        let (crc, compressed, size) = (cursor.u32()?, cursor.u32()?.into(), cursor.u32()?.into());
        let (name, extra) = (cursor.u16()?.into(), cursor.u16()?.into());
        Ok(Self { flags, method, crc, compressed, size, name, extra })
    }
}

impl Entry {
    /// Reads one entry of the directory and finds its data by its local header.
    pub(super) fn read_central(cursor: &mut Cursor<'_>, bytes: &[u8], limits: &Limits) -> Result<Self> {
        cursor.signature(CENTRAL, "an entry of the directory")?;
        let made_by = cursor.u16()?;
        cursor.skip(2)?; // version needed
        let mut common = Common::read(cursor)?;
        let comment = cursor.u16()?;
        let disk = cursor.u16()?;
        cursor.skip(2)?; // internal attributes
        let attributes = cursor.u32()?;
        let mut start = cursor.u32()?.into();
        limits.check(Limit::PathBytes, common.name as u64)?;
        let name = checked_name(cursor.take(common.name)?)?;
        let extra = cursor.take(common.extra)?;
        check(comment == 0, "an entry has a comment")?;
        check(disk == 0, "the archive has several volumes")?;
        check_flags(common.flags)?;
        check_kind(made_by, attributes, &name, common.size)?;
        let wide = [&mut common.size, &mut common.compressed, &mut start];
        read_extra(extra, wide)?;
        let method = match common.method {
            0 => Method::Stored,
            8 => Method::Deflated,
            other => {
                return Err(Error::unsupported(format!("entry {name:?} has compression method {other}")));
            }
        };
        check(
            method == Method::Deflated || common.size == common.compressed,
            "a stored entry has two lengths",
        )?;
        let (start, data) = data_range(bytes, start, common.compressed)?;
        Ok(Self { name, method, flags: common.flags, crc: common.crc, size: common.size, start, data })
    }

    /// Compares the local header with this, the central one, and checks that the entry fills the bytes up to `end`.
    pub(super) fn check_local(&self, bytes: &[u8], end: usize) -> Result<()> {
        let mut cursor = Cursor::new(bytes, self.start);
        cursor.signature(LOCAL, "an entry")?;
        cursor.skip(2)?; // version needed
        let mut local = Common::read(&mut cursor)?;
        let name = cursor.take(local.name)?;
        let extra = cursor.take(local.extra)?;
        let has_zip64 = read_extra(extra, [&mut local.size, &mut local.compressed])?;
        let compressed = self.data.len() as u64;
        let method = if self.method == Method::Stored { 0 } else { 8 };
        check(name == self.name.as_bytes(), "local and central header have different names")?;
        check(local.flags == self.flags && local.method == method, "local and central header disagree")?;
        let agrees = (local.crc, local.compressed, local.size) == (self.crc, compressed, self.size);
        if self.flags & STREAMED == 0 {
            check(agrees, "local and central header have different lengths or checksums")?;
            return check(self.data.end == end, "bytes lie outside every entry")
                .map_err(|e| e.at(self.data.end));
        }
        let unset = (local.crc, local.compressed, local.size) == (0, 0, 0);
        check(agrees || unset, "local and central header have different lengths or checksums")?;
        self.check_descriptor(bytes.get(self.data.end..end).unwrap_or_default(), has_zip64)
    }

    /// What follows the data of an entry that was written as a stream: with a signature or without, with lengths of 8
    /// bytes after a zip64 field, else of 4.
    fn check_descriptor(&self, descriptor: &[u8], has_zip64: bool) -> Result<()> {
        let compressed = self.data.len() as u64;
        let mut want = self.crc.to_le_bytes().to_vec();
        for length in [compressed, self.size] {
            want.extend_from_slice(&length.to_le_bytes()[..if has_zip64 { 8 } else { 4 }]);
        }
        let bare = descriptor.strip_prefix(&DESCRIPTOR.to_le_bytes()).filter(|bare| bare.len() == want.len());
        let good = bare.unwrap_or(descriptor) == want;
        check(good, "the descriptor after the data disagrees with the directory")
            .map_err(|e| e.at(self.data.end))
    }
}

fn check(good: bool, otherwise: &str) -> Result<()> {
    if good { Ok(()) } else { Err(Error::malformed(otherwise)) }
}

fn check_flags(flags: u16) -> Result<()> {
    if flags & 1 != 0 {
        return Err(Error::malformed("an entry is encrypted, which some readers do not look at"));
    }
    check(flags & !KNOWN_FLAGS == 0, "an entry has unknown flags")
}

/// A plain file or a folder. File types of Unix stand in the upper half of the attributes, if anywhere.
fn check_kind(made_by: u16, attributes: u32, name: &str, size: u64) -> Result<()> {
    const UNIX: u16 = 3;
    const TYPE: u32 = 0o170_000;
    let unix_type = if made_by >> 8 == UNIX { attributes >> 16 & TYPE } else { 0 };
    let is_folder = name.ends_with('/');
    let fits = match unix_type {
        0 => true,
        0o100_000 => !is_folder,
        0o040_000 => is_folder,
        _ => false,
    };
    check(fits, "an entry is neither a file nor a folder")?;
    check(!is_folder || size == 0, "a folder has content")
}

/// A relative path that means the same everywhere.
fn checked_name(name: &[u8]) -> Result<String> {
    let name = str::from_utf8(name).map_err(|_| Error::malformed("the name of an entry is not UTF-8"))?;
    let parts = name.strip_suffix('/').unwrap_or(name);
    let plain = parts.split('/').all(|part| !matches!(part, "" | "." | ".."));
    let has_drive = name.as_bytes().get(1) == Some(&b':');
    let good = plain && !has_drive && !name.contains(['\\', '\0']);
    check(good, "the name of an entry is not a plain relative path")?;
    Ok(name.to_owned())
}

/// Goes through the extra fields. `wide` are the values that move to the zip64 field when they don't fit 32 bits, in
/// its order. Answers whether there is such a field.
///
/// Other fields may hold times and owners of a file, and the letters with which PyTorch pads to the next multiple of 64. A
/// field that changes the name or hides bytes is refused.
fn read_extra<const N: usize>(extra: &[u8], wide: [&mut u64; N]) -> Result<bool> {
    const ZIP64: u16 = 1;
    const PADDING_OF_PYTORCH: u16 = 0x4246;
    const TIMES_AND_OWNERS: [u16; 5] = [0x000a, 0x5455, 0x5855, 0x7855, 0x7875];
    let mut zip64 = None;
    let mut cursor = Cursor::new(extra, 0);
    while !cursor.is_at_end() {
        let (id, len) = (cursor.u16()?, cursor.u16()?);
        let field = cursor.take(len.into())?;
        match id {
            PADDING_OF_PYTORCH if field.iter().all(|&byte| byte == b'Z') => {}
            ZIP64 => check(zip64.replace(field).is_none(), "an entry has two zip64 fields")?,
            _ if TIMES_AND_OWNERS.contains(&id) => {}
            _ => {
                return Err(Error::malformed(format!("an entry has the extra field {id:#06x}")));
            }
        }
    }
    if let Some(field) = zip64 {
        read_zip64(field, wide)?;
    }
    Ok(zip64.is_some())
}

/// Takes from a zip64 field the values that their 32-bit fields say are in it. Python before 3.5 wrote the field of a
/// local header with all values while the 32-bit fields hold them too; then both must agree.
fn read_zip64<const N: usize>(field: &[u8], wide: [&mut u64; N]) -> Result<()> {
    let mut cursor = Cursor::new(field, 0);
    let mut all = Vec::new();
    for value in wide {
        if *value == IN_ZIP64 {
            *value = cursor.u64()?;
        }
        all.extend_from_slice(&value.to_le_bytes());
    }
    check(cursor.is_at_end() || field == all, "a zip64 field disagrees with the header")
}

/// Where the local header starts and where the data lies that follows it.
fn data_range(bytes: &[u8], start: u64, compressed: u64) -> Result<(usize, Range<usize>)> {
    let outside = || Error::malformed("an entry lies outside the archive");
    let start = usize::try_from(start).map_err(|_| outside())?;
    let mut cursor = Cursor::new(bytes, start);
    cursor.skip(26)?;
    let (name, extra) = (cursor.u16()?, cursor.u16()?);
    cursor.skip(usize::from(name) + usize::from(extra))?;
    let data = cursor.position();
    let end = usize::try_from(compressed).ok().and_then(|len| data.checked_add(len));
    let end = end.filter(|&end| end <= bytes.len()).ok_or_else(outside)?;
    Ok((start, data..end))
}
