//! Zip archives that say what they are told to say, true or not.
//!
//! `zip:KEY=VALUE,…` puts the file into an archive as its only entry, `data.pkl`, unless it is told otherwise:
//!
//! | key | what |
//! |---|---|
//! | `name`, `local-name` | the entry's name, in both headers or only in the local one; `%XX` for a byte |
//! | `method`, `local-method` | 0 stored (the default), 8 deflated; other numbers are claimed of stored bytes |
//! | `flags`, `local-flags` | general purpose flags |
//! | `crc=bad`, `local-crc=bad` | a wrong checksum |
//! | `size`, `local-size` | a wrong decompressed size |
//! | `mode` | Unix mode, in octal digits: `120777` is a link |
//! | `benign=first`, `benign=last` | a second entry of the same name, with the pickle of `None` |
//! | `hidden` | a second entry that the central directory does not list |
//! | `gap`, `prefix`, `suffix` | bytes between entries and directory, before, behind, in hexadecimal digits |
//! | `comment` | the archive's comment, in hexadecimal digits |
//! | `entries` | a wrong number of entries at the end |
//! | `overlap` | a second entry in the directory that names the bytes of the first |

use std::io::Write;

use crate::recipe::hex;

/// One entry with what its two headers say.
pub(crate) struct Entry {
    name: Vec<u8>,
    local_name: Vec<u8>,
    data: Vec<u8>,
    central: Header,
    local: Header,
    mode: u32,
    listed: bool,
}

#[derive(Clone, Copy)]
struct Header {
    flags: u16,
    method: u16,
    crc: u32,
    size: u32,
}

/// CRC-32, as zip has it.
pub(crate) fn crc(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

impl Entry {
    /// An honest entry, not compressed.
    pub(crate) fn stored(name: &str, data: &[u8]) -> Self {
        let header = Header { flags: 0, method: 0, crc: crc(data), size: data.len() as u32 };
        Self {
            name: name.into(),
            local_name: name.into(),
            data: data.to_vec(),
            central: header,
            local: header,
            mode: 0,
            listed: true,
        }
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), String> {
        let number = || value.parse::<u32>().map_err(|_| format!("{value:?} is not a number"));
        match key {
            "name" => {
                self.name = unescaped(value)?;
                self.local_name.clone_from(&self.name);
            }
            "local-name" => self.local_name = unescaped(value)?,
            "method" => {
                self.central.method = number()? as u16;
                self.local.method = self.central.method;
                if self.central.method == 8 {
                    self.data = deflate(&self.data);
                }
            }
            "local-method" => self.local.method = number()? as u16,
            "flags" => {
                self.central.flags = number()? as u16;
                self.local.flags = self.central.flags;
            }
            "local-flags" => self.local.flags = number()? as u16,
            "crc" => {
                self.central.crc ^= 1;
                self.local.crc ^= 1;
            }
            "local-crc" => self.local.crc ^= 1,
            "size" => {
                self.central.size = number()?;
                self.local.size = number()?;
            }
            "local-size" => self.local.size = number()?,
            "mode" => self.mode = u32::from_str_radix(value, 8).map_err(|_| "no mode")? << 16,
            _ => return Err(format!("{key:?} is not a key")),
        }
        Ok(())
    }

    fn write_local(&self, out: &mut Vec<u8>) {
        out.extend(b"PK\x03\x04\x14\0");
        self.write_header(&self.local, &self.local_name, out);
        out.extend(&self.local_name);
        out.extend(&self.data);
    }

    fn write_central(&self, offset: u32, out: &mut Vec<u8>) {
        out.extend(b"PK\x01\x02\x14\x03\x14\0");
        self.write_header(&self.central, &self.name, out);
        out.extend([0; 6]); // comment, disk, internal attributes
        out.extend(self.mode.to_le_bytes());
        out.extend(offset.to_le_bytes());
        out.extend(&self.name);
    }

    /// What both headers hold, from the flags to the length of the extra field.
    fn write_header(&self, header: &Header, name: &[u8], out: &mut Vec<u8>) {
        out.extend(header.flags.to_le_bytes());
        out.extend(header.method.to_le_bytes());
        out.extend([0, 0, 0x21, 0]); // 1980-01-01
        out.extend(header.crc.to_le_bytes());
        out.extend((self.data.len() as u32).to_le_bytes());
        out.extend(header.size.to_le_bytes());
        out.extend((name.len() as u16).to_le_bytes());
        out.extend([0, 0]);
    }
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    writer.write_all(bytes).and_then(|()| writer.finish()).expect("to memory")
}

fn unescaped(text: &str) -> Result<Vec<u8>, String> {
    let mut parts = text.split('%');
    let mut out = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (byte, rest) = part.split_at_checked(2).ok_or("% takes two digits")?;
        out.extend(hex(byte)?);
        out.extend(rest.as_bytes());
    }
    Ok(out)
}

/// An honest archive.
pub(crate) fn write(entries: &[Entry]) -> Vec<u8> {
    Archive::default().write(entries)
}

/// What an archive says apart from its entries.
#[derive(Default)]
struct Archive {
    gap: Vec<u8>,
    prefix: Vec<u8>,
    suffix: Vec<u8>,
    comment: Vec<u8>,
    entries: Option<u16>,
    overlap: bool,
}

impl Archive {
    fn write(&self, entries: &[Entry]) -> Vec<u8> {
        let mut out = self.prefix.clone();
        let mut central = Vec::new();
        let mut listed = 0_u16;
        for entry in entries {
            let offset = out.len() as u32;
            entry.write_local(&mut out);
            for _ in 0..if self.overlap { 2 } else { u16::from(entry.listed) } {
                entry.write_central(offset, &mut central);
                listed += 1;
            }
        }
        out.extend(&self.gap);
        let start = out.len() as u32;
        out.extend(&central);
        out.extend(b"PK\x05\x06\0\0\0\0");
        let count = self.entries.unwrap_or(listed).to_le_bytes();
        out.extend([count, count].concat());
        out.extend((central.len() as u32).to_le_bytes());
        out.extend(start.to_le_bytes());
        out.extend((self.comment.len() as u16).to_le_bytes());
        out.extend(&self.comment);
        out.extend(&self.suffix);
        out
    }
}

/// An archive of one file, as the keys say.
pub(crate) fn build(bytes: &[u8], keys: &str) -> Result<Vec<u8>, String> {
    let mut entry = Entry::stored("data.pkl", bytes);
    let mut archive = Archive::default();
    let mut benign = "";
    let mut hidden = false;
    for pair in keys.split(',').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        match key {
            "gap" => archive.gap = hex(value)?,
            "prefix" => archive.prefix = hex(value)?,
            "suffix" => archive.suffix = hex(value)?,
            "comment" => archive.comment = hex(value)?,
            "entries" => archive.entries = Some(value.parse().map_err(|_| "no number")?),
            "overlap" => archive.overlap = true,
            "hidden" => hidden = true,
            "benign" => benign = value,
            _ => entry.set(key, value)?,
        }
    }
    let name = String::from_utf8_lossy(&entry.name).into_owned();
    let none = Entry::stored(&name, b"\x80\x04N.");
    entry.listed = !hidden;
    Ok(match benign {
        "first" => archive.write(&[none, entry]),
        "last" => archive.write(&[entry, none]),
        _ if hidden => archive.write(&[entry, Entry::stored("other.pkl", b"\x80\x04N.")]),
        _ => archive.write(&[entry]),
    })
}
