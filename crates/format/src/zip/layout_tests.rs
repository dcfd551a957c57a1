//! Archives laid out byte by byte: every field of both headers, extra fields, descriptors and the zip64 records.

use super::*;
use crate::error::ErrorKind;

/// Bytes made of the number of entries, the length and the start of the directory.
type Records = fn(entries: u64, len: u64, start: u64) -> Vec<u8>;

/// An archive of one entry; a field that is set replaces what a plain archive holds.
#[derive(Clone)]
struct Layout {
    name: &'static [u8],
    content: &'static [u8],
    method: u16,
    flags: u16,
    made_by: u16,
    attributes: u32,
    comment: &'static [u8],
    disk: u16,
    /// Checksum, compressed length and length in the local header.
    local_lengths: Option<[u32; 3]>,
    /// Compressed length and length in the central header.
    central_lengths: Option<[u32; 2]>,
    local_extra: Vec<u8>,
    central_extra: Vec<u8>,
    descriptor: Vec<u8>,
    /// What stands between the directory and the end record.
    zip64: Records,
    /// Entries of this volume and in all, length and start of the directory, in the end record.
    end: Option<[u32; 4]>,
    end_disks: [u16; 2],
    end_comment: u16,
}

fn plain() -> Layout {
    Layout {
        name: b"a.pkl",
        content: b"one",
        method: 0,
        flags: 0,
        made_by: 20,
        attributes: 0,
        comment: b"",
        disk: 0,
        local_lengths: None,
        central_lengths: None,
        local_extra: Vec::new(),
        central_extra: Vec::new(),
        descriptor: Vec::new(),
        zip64: |_, _, _| Vec::new(),
        end: None,
        end_disks: [0, 0],
        end_comment: 0,
    }
}

fn crc(content: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(content);
    crc.sum()
}

impl Layout {
    fn bytes(&self) -> Vec<u8> {
        let len = self.content.len() as u32;
        let mut out = b"PK\x03\x04\x14\0".to_vec();
        self.common(&mut out, self.local_lengths.unwrap_or([crc(self.content), len, len]), &self.local_extra);
        out.extend([self.name, &self.local_extra, self.content, &self.descriptor].concat());
        let start = out.len();
        out.extend(b"PK\x01\x02");
        out.extend(self.made_by.to_le_bytes());
        out.extend(20_u16.to_le_bytes());
        let [compressed, size] = self.central_lengths.unwrap_or([len, len]);
        self.common(&mut out, [crc(self.content), compressed, size], &self.central_extra);
        out.extend((self.comment.len() as u16).to_le_bytes());
        out.extend(self.disk.to_le_bytes());
        out.extend([0, 0]);
        out.extend(self.attributes.to_le_bytes());
        out.extend([0; 4]);
        out.extend([self.name, &self.central_extra, self.comment].concat());
        let directory = (out.len() - start) as u32;
        out.extend((self.zip64)(1, directory.into(), start as u64));
        let [here, all, directory, start] = self.end.unwrap_or([1, 1, directory, start as u32]);
        out.extend(b"PK\x05\x06");
        out.extend(self.end_disks.map(u16::to_le_bytes).concat());
        out.extend([here as u16, all as u16].map(u16::to_le_bytes).concat());
        out.extend([directory, start].map(u32::to_le_bytes).concat());
        out.extend(self.end_comment.to_le_bytes());
        out
    }

    fn common(&self, out: &mut Vec<u8>, lengths: [u32; 3], extra: &[u8]) {
        out.extend([self.flags, self.method, 0, 0].map(u16::to_le_bytes).concat());
        out.extend(lengths.map(u32::to_le_bytes).concat());
        out.extend([self.name.len() as u16, extra.len() as u16].map(u16::to_le_bytes).concat());
    }

    fn read(&self) -> Result<Bytes> {
        let archive = Archive::open(&self.bytes().into(), &Limits::default())?;
        archive.read(&archive.entries()[0], &mut Budget::new(Limits::default()))
    }
}

#[track_caller]
fn good(layout: &Layout) {
    assert_eq!(layout.read().expect("an archive"), layout.content);
}

#[track_caller]
fn bad(layout: &Layout, want: &str) {
    let error = layout.read().expect_err(want);
    assert_eq!(error.kind(), ErrorKind::Malformed, "{error}");
    assert!(error.to_string().contains(want), "{want}: {error}");
}

#[test]
fn an_entry_and_what_it_must_not_have() {
    good(&plain());
    bad(&Layout { comment: b"hi", ..plain() }, "an entry has a comment");
    bad(&Layout { disk: 1, ..plain() }, "the archive has several volumes");
    bad(&Layout { name: b"\xff", ..plain() }, "the name of an entry is not UTF-8");
    bad(&Layout { name: b"", ..plain() }, "not a plain relative path");
    bad(&Layout { central_lengths: Some([3, 4]), ..plain() }, "a stored entry has two lengths");
    bad(&Layout { central_lengths: Some([400, 400]), ..plain() }, "an entry lies outside the archive");
    let error = Layout { method: 12, ..plain() }.read().expect_err("bzip2");
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.to_string().contains("\"a.pkl\" has compression method 12"), "{error}");
}

#[test]
fn flags_that_are_known() {
    for flags in [0b10, 0b100, 0b110, 1 << 11] {
        good(&Layout { flags, ..plain() });
    }
    for bit in [4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15] {
        bad(&Layout { flags: 1 << bit, ..plain() }, "an entry has unknown flags");
    }
    bad(&Layout { flags: 1, ..plain() }, "an entry is encrypted");
}

#[test]
fn files_and_folders_of_unix_and_of_others() {
    let unix = |mode: u32, name, content| Layout {
        made_by: 3 << 8 | 20,
        attributes: mode << 16,
        name,
        content,
        ..plain()
    };
    good(&unix(0o100_644, b"a", b"one"));
    good(&unix(0o644, b"a", b"one"));
    good(&unix(0o040_755, b"a/", b""));
    good(&Layout { name: b"a/", content: b"", ..plain() });
    good(&Layout { attributes: 0o120_777 << 16, ..plain() });
    for (mode, name) in [
        (0o120_777, &b"a"[..]),
        (0o020_644, b"a"),
        (0o060_644, b"a"),
        (0o010_644, b"a"),
        (0o140_644, b"a"),
        (0o040_755, b"a"),
        (0o100_644, b"a/"),
    ] {
        bad(&unix(mode, name, b""), "neither a file nor a folder");
    }
    bad(&Layout { name: b"a/", ..plain() }, "a folder has content");
}

#[test]
fn extra_fields() {
    let field =
        |id: u16, data: &[u8]| [&id.to_le_bytes()[..], &(data.len() as u16).to_le_bytes(), data].concat();
    for id in [0x000a, 0x5455, 0x5855, 0x7855, 0x7875] {
        let extra = field(id, b"abcd");
        good(&Layout { local_extra: extra.clone(), ..plain() });
        good(&Layout { central_extra: [extra, field(0x5455, b"")].concat(), ..plain() });
    }
    for id in [0x7075, 0x0002, 0x9901] {
        let want = format!("an entry has the extra field {id:#06x}");
        bad(&Layout { local_extra: field(id, b""), ..plain() }, &want);
        bad(&Layout { central_extra: field(id, b""), ..plain() }, &want);
    }
    for extra in [&b"\x55"[..], b"\x55\x54\x01", b"\x55\x54\x02\0x"] {
        bad(&Layout { central_extra: extra.to_vec(), ..plain() }, "cut short");
    }
    let zip64 = |values: &[u64]| field(1, &values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<_>>());
    let wide = Some([u32::MAX; 2]);
    good(&Layout { central_lengths: wide, central_extra: zip64(&[3, 3]), ..plain() });
    good(&Layout { central_extra: zip64(&[]), ..plain() });
    good(&Layout { central_extra: zip64(&[3, 3, 0]), ..plain() });
    good(&Layout { central_lengths: Some([3, u32::MAX]), central_extra: zip64(&[3]), ..plain() });
    bad(&Layout { central_lengths: wide, central_extra: zip64(&[3]), ..plain() }, "cut short");
    bad(&Layout { central_lengths: wide, ..plain() }, "an entry lies outside the archive");
    bad(
        &Layout { central_lengths: wide, central_extra: zip64(&[3, u64::MAX]), ..plain() },
        "a stored entry has two lengths",
    );
    bad(
        &Layout { central_lengths: wide, central_extra: zip64(&[u64::MAX; 2]), ..plain() },
        "an entry lies outside the archive",
    );
    let disagrees = "a zip64 field disagrees with the header";
    good(&Layout { central_lengths: wide, central_extra: zip64(&[3, 3, 0]), ..plain() });
    bad(&Layout { central_lengths: wide, central_extra: zip64(&[3, 3, 1]), ..plain() }, disagrees);
    bad(&Layout { central_extra: zip64(&[3, 4, 0]), ..plain() }, disagrees);
    bad(&Layout { local_extra: zip64(&[4, 3]), ..plain() }, disagrees);
    let twice = [zip64(&[]), zip64(&[])].concat();
    bad(&Layout { central_extra: twice, ..plain() }, "an entry has two zip64 fields");
    let local = Some([crc(b"one"), u32::MAX, u32::MAX]);
    good(&Layout { local_lengths: local, local_extra: zip64(&[3, 3]), ..plain() });
    bad(
        &Layout { local_lengths: local, local_extra: zip64(&[3, 4]), ..plain() },
        "different lengths or checksums",
    );
}

#[test]
fn descriptors_behind_the_data() {
    let streamed = |local_lengths, wide: bool, descriptor: &[u32]| Layout {
        flags: 1 << 3,
        local_lengths,
        local_extra: if wide { vec![1, 0, 0, 0] } else { Vec::new() },
        descriptor: descriptor.iter().flat_map(|word| word.to_le_bytes()).collect(),
        ..plain()
    };
    let (crc, sign) = (crc(b"one"), 0x0807_4b50);
    let unset = Some([0; 3]);
    for local in [unset, None] {
        good(&streamed(local, false, &[crc, 3, 3]));
        good(&streamed(local, false, &[sign, crc, 3, 3]));
        good(&streamed(local, true, &[crc, 3, 0, 3, 0]));
        good(&streamed(local, true, &[sign, crc, 3, 0, 3, 0]));
    }
    let disagrees = "the descriptor after the data disagrees with the directory";
    bad(&streamed(unset, false, &[crc, 3, 0, 3, 0]), disagrees);
    bad(&streamed(unset, true, &[crc, 3, 3]), disagrees);
    bad(&streamed(unset, false, &[crc, 3, 4]), disagrees);
    bad(&streamed(unset, false, &[crc, 4, 3]), disagrees);
    bad(&streamed(unset, false, &[sign, crc, 3]), disagrees);
    bad(&streamed(unset, false, &[sign, sign, crc, 3, 3]), disagrees);
    bad(&streamed(unset, false, &[]), disagrees);
    let lengths = "local and central header have different lengths or checksums";
    bad(&streamed(Some([crc, 0, 0]), false, &[crc, 3, 3]), lengths);
    bad(&streamed(Some([0, 3, 3]), false, &[crc, 3, 3]), lengths);
    bad(&Layout { descriptor: vec![0], ..plain() }, "bytes lie outside every entry");
    let error = Layout { descriptor: vec![0], ..plain() }.read().expect_err("a byte too many");
    assert_eq!((error.offset(), error.part()), (Some(38), Some("a.pkl")));
}

#[test]
fn local_headers_that_say_something_else_are_named() {
    let bytes = plain().bytes();
    for (at, want) in [
        (0, "here is not an entry"),
        (6, "local and central header disagree"),
        (8, "local and central header disagree"),
        (14, "different lengths or checksums"),
        (18, "different lengths or checksums"),
        (22, "different lengths or checksums"),
        (30, "local and central header have different names"),
    ] {
        let mut bytes = bytes.clone();
        bytes[at] ^= 2;
        let error = Archive::open(&bytes.into(), &Limits::default()).expect_err("a difference");
        assert_eq!((error.kind(), error.part()), (ErrorKind::Malformed, Some("a.pkl")));
        assert!(error.to_string().contains(want), "{at}: {error}");
    }
}

#[test]
fn the_record_that_ends_the_archive() {
    let end = |end| Layout { end: Some(end), ..plain() };
    let bytes = plain().bytes();
    let (start, len) = (38, bytes.len() as u32 - 22 - 38);
    good(&end([1, 1, len, start]));
    let volumes = "the archive has several volumes or a comment";
    bad(&end([1, 2, len, start]), volumes);
    bad(&Layout { end_disks: [1, 0], ..plain() }, volumes);
    bad(&Layout { end_disks: [0, 1], ..plain() }, volumes);
    bad(&Layout { end_comment: 1, ..plain() }, volumes);
    bad(&end([2, 2, len, start]), "the directory has fewer entries than it says");
    bad(&end([0, 0, len, start]), "the directory has more entries than it says");
    let outside = "the directory does not end where its end is recorded";
    bad(&end([1, 1, len + 1, start]), outside);
    bad(&end([1, 1, len, start - 1]), outside);
    bad(&end([1, 1, u32::MAX - 1, start]), outside);
    bad(&end([1, 1, len + 1, start - 1]), "here is not an entry of the directory");
    for end in [[0xffff, 0xffff, len, start], [1, 1, u32::MAX, start], [1, 1, len, u32::MAX]] {
        bad(&Layout { end: Some(end), ..plain() }, "the zip64 record is missing");
    }
    for len in 0..22 {
        let start = Bytes::copy_from_slice(&bytes[..len]);
        let error = Archive::open(&start, &Limits::default()).expect_err("cut short");
        assert_eq!(error.to_string(), format!("the archive is cut short, at byte {len}"));
    }
    let nothing = [&b"hidden"[..], b"PK\x05\x06", &[0; 12], &[6, 0, 0, 0, 0, 0]].concat();
    let error = Archive::open(&nothing.into(), &Limits::default()).expect_err("bytes before the directory");
    assert_eq!((error.offset(), error.to_string().contains("outside every entry")), (Some(0), true));
}

/// A zip64 record and its locator; `edit` says which field of them is changed, and to what.
fn records([entries, len, start]: [u64; 3], edit: impl Fn(&str, u64) -> u64) -> Vec<u8> {
    let mut out = b"PK\x06\x06".to_vec();
    out.extend(edit("size", 44).to_le_bytes());
    out.extend([20_u16, 20].map(u16::to_le_bytes).concat());
    out.extend([edit("disk", 0) as u32, edit("disk of directory", 0) as u32].map(u32::to_le_bytes).concat());
    let numbers =
        [edit("entries", entries), edit("all entries", entries), edit("len", len), edit("start", start)];
    out.extend(numbers.map(u64::to_le_bytes).concat());
    out.extend(b"PK\x06\x07");
    out.extend((edit("locator disk", 0) as u32).to_le_bytes());
    out.extend(edit("at", start + len).to_le_bytes());
    out.extend((edit("disks", 1) as u32).to_le_bytes());
    out
}

#[test]
fn the_wider_record_agrees_with_the_narrow_one() {
    let len = plain().bytes().len() as u32 - 22 - 38;
    let layout = |zip64, end| Layout { zip64, end, ..plain() };
    let exact: Records = |e, l, s| records([e, l, s], |_, value| value);
    for end in [
        [1, 1, len, 38],
        [0xffff, 0xffff, len, 38],
        [1, 1, u32::MAX, 38],
        [1, 1, len, u32::MAX],
        [0xffff, 0xffff, u32::MAX, u32::MAX],
    ] {
        good(&layout(exact, Some(end)));
    }
    let disagrees = "the zip64 record disagrees with the end of the archive";
    let edited: &[Records] = &[
        |e, l, s| records([e, l, s], |field, v| v + u64::from(field == "size")),
        |e, l, s| records([e, l, s], |field, v| v + u64::from(field == "disk")),
        |e, l, s| records([e, l, s], |field, v| v + u64::from(field == "disk of directory")),
        |e, l, s| records([e, l, s], |field, v| v + u64::from(field == "entries")),
        |e, l, s| records([e, l, s], |field, v| v + u64::from(field == "all entries")),
        |e, l, s| records([e, l, s], |field, v| v + u64::from(field == "len")),
        |e, l, s| records([e, l, s], |field, v| v + u64::from(field == "start")),
        |e, l, s| records([e, l, s], |field, v| v + u64::from(field == "locator disk")),
        |e, l, s| records([e, l, s], |field, v| v + u64::from(field == "at")),
        |e, l, s| records([e, l, s], |field, v| v + u64::from(field == "disks")),
    ];
    for zip64 in edited {
        bad(&layout(*zip64, None), disagrees);
    }
    let wide = Some([1, 1, u32::MAX, u32::MAX]);
    for zip64 in &edited[5..7] {
        bad(&layout(*zip64, wide), "the directory does not end where its end is recorded");
    }
    bad(&layout(|e, l, s| [&[0], &records([e, l, s], |_, v| v)[..]].concat(), None), disagrees);
    bad(&layout(|e, l, s| records([e, l, s], |_, v| v)[56..].to_vec(), None), disagrees);
    let no_signature: Records = |e, l, s| {
        let mut records = records([e, l, s], |_, v| v);
        records[0] = 0;
        records
    };
    bad(&layout(no_signature, None), "here is not the zip64 record");
    let mut truncated = layout(exact, None).bytes();
    truncated.drain(..38 + len as usize);
    truncated.drain(..40);
    assert!(
        Archive::open(&truncated.into(), &Limits::default()).is_err(),
        "the record begins before the file"
    );
}
