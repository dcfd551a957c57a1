//! skops archives.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::read;

/// Stands between the parts of an input that is no archive.
const BETWEEN: &[u8] = b"\n--\n";

/// An archive as it is; or its parts, which are packed here, so that a changed byte is not only a wrong checksum: the
/// schema, then for each further part a line with its name and its content.
///
/// # Panics
/// When what [`read`](mod@super::read) asks does not hold.
pub fn check(data: &[u8]) {
    if data.starts_with(b"{") {
        read::read(&packed(data));
    } else {
        read::read(data);
    }
}

fn packed(data: &[u8]) -> Vec<u8> {
    let mut parts = split(data).into_iter();
    let schema = parts.next().unwrap_or_default();
    let named = parts.filter_map(|part| {
        let end = part.iter().position(|byte| *byte == b'\n')?;
        let name = std::str::from_utf8(&part[..end]).ok().filter(|name| *name != "schema.json")?;
        Some((name, &part[end + 1..]))
    });
    let mut entries: Vec<_> = named.collect();
    entries.sort_unstable();
    entries.dedup_by_key(|entry| entry.0);
    zip(&[&[("schema.json", schema)], &entries[..]].concat())
}

fn split(data: &[u8]) -> Vec<&[u8]> {
    let (mut parts, mut rest) = (Vec::new(), data);
    while let Some(at) = rest.windows(BETWEEN.len()).position(|window| window == BETWEEN) {
        parts.push(&rest[..at]);
        rest = &rest[at + BETWEEN.len()..];
    }
    parts.push(rest);
    parts
}

/// An archive of entries with different names, stored as they are.
pub fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, content) in entries {
        if writer.start_file(*name, stored).is_ok() {
            writer.write_all(content).expect("to memory");
        }
    }
    writer.finish().map(Cursor::into_inner).unwrap_or_default()
}
