use std::io::Write;

use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

use super::*;
use crate::error::ErrorKind;

type Options = SimpleFileOptions;

fn deflated() -> Options {
    Options::default().compression_method(CompressionMethod::Deflated)
}

fn stored() -> Options {
    Options::default().compression_method(CompressionMethod::Stored)
}

fn archive(entries: &[(&str, &[u8], Options)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content, options) in entries {
        writer.start_file(*name, *options).expect("a new entry");
        writer.write_all(content).expect("to memory");
    }
    writer.finish().expect("to memory").into_inner()
}

fn two() -> Vec<u8> {
    archive(&[("first", b"one", stored()), ("second", b"two", stored())])
}

fn open(bytes: Vec<u8>) -> Result<Archive> {
    Archive::open(&bytes.into(), &Limits::default())
}

fn read(archive: &Archive, name: &str) -> Result<Bytes> {
    archive.read(archive.find(name).expect("there"), &mut Budget::new(Limits::default()))
}

fn find(bytes: &[u8], what: &[u8], nth: usize) -> usize {
    bytes.windows(what.len()).enumerate().filter(|(_, w)| *w == what).nth(nth).expect("there").0
}

#[test]
fn stored_entries_are_views_and_deflated_ones_are_spent() {
    let bytes: Bytes = archive(&[("s", &[1; 100], stored()), ("d", &[2; 100], deflated())]).into();
    let archive = Archive::open(&bytes, &Limits::default()).expect("an archive");
    let mut budget = Budget::new(Limits::default());
    let view = archive.read(archive.find("s").expect("there"), &mut budget).expect("stored");
    assert!(bytes.as_ptr_range().contains(&view.as_ptr()));
    assert_eq!(budget.decompressed(), 0);
    let inflated = archive.read(archive.find("d").expect("there"), &mut budget).expect("deflated");
    assert_eq!((&inflated[..], budget.decompressed()), (&[2; 100][..], 100));
}

#[test]
fn zip64_fields_of_entries_are_read() {
    let options = stored().large_file(true);
    let archive = open(archive(&[("a", b"one", options), ("b", b"two", options)])).expect("an archive");
    assert_eq!(read(&archive, "b").expect("b"), "two");
}

#[test]
fn an_empty_archive_is_one() {
    assert!(open(archive(&[])).expect("an archive").entries().is_empty());
}

#[test]
fn every_byte_is_accounted_for() {
    let good = two();
    let second = find(&good, b"PK\x03\x04", 1);
    let directory = find(&good, b"PK\x01\x02", 0);
    for at in [0, second, directory, good.len()] {
        let mut bad = good.clone();
        bad.splice(at..at, *b"hidden");
        assert_eq!(open(bad).expect_err("hidden bytes").kind(), ErrorKind::Malformed, "{at}");
    }
    for len in 0..good.len() {
        assert!(open(good[..len].to_vec()).is_err(), "{len}");
    }
}

#[test]
fn changing_any_byte_of_the_structure_is_noticed() {
    let good = two();
    // Versions, times, dates and attributes mean nothing here.
    let central: Vec<usize> = (0..2).map(|i| find(&good, b"PK\x01\x02", i)).collect();
    let local: Vec<usize> = (0..2).map(|i| find(&good, b"PK\x03\x04", i)).collect();
    let free = |at: usize| {
        let in_local = local.iter().any(|l| (l + 4..l + 6).contains(&at) || (l + 10..l + 14).contains(&at));
        let in_central = central.iter().any(|c| {
            (c + 4..c + 8).contains(&at) || (c + 12..c + 16).contains(&at) || (c + 36..c + 42).contains(&at)
        });
        in_local || in_central
    };
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 0x55;
        let refused = open(bad).and_then(|a| {
            a.entries().iter().try_for_each(|e| a.read(e, &mut Budget::new(Limits::default())).map(|_| ()))
        });
        assert!(refused.is_err() || free(at), "byte {at} of {}", good.len());
    }
}

#[test]
fn overlapping_entries_are_refused() {
    let mut bytes = two();
    let second = find(&bytes, b"PK\x01\x02", 1);
    bytes[second + 42..second + 46].fill(0);
    assert!(open(bytes).expect_err("both entries at 0").to_string().contains("overlap"));
}

#[test]
fn names_that_leave_the_archive() {
    let bad =
        ["../abcd", "/abcdef", "a\\bcdef", "C:/abcd", "a/../bc", "./abcde", "a//bcde", "a\0bcdef", "a/b/c/."];
    for name in bad {
        let len = name.len();
        let mut bytes = archive(&[(&"x".repeat(len), b"", stored())]);
        for i in 0..2 {
            let at = find(&bytes, "x".repeat(len).as_bytes(), 0);
            bytes[at..at + len].copy_from_slice(name.as_bytes());
            assert!(i < 2);
        }
        assert!(open(bytes).expect_err("a bad name").to_string().contains("relative path"), "{name}");
    }
}

#[test]
fn duplicates_encryption_and_links() {
    let mut bytes = archive(&[("same1", b"", stored()), ("same2", b"", stored())]);
    for _ in 0..2 {
        let at = find(&bytes, b"same2", 0);
        bytes[at + 4] = b'1';
    }
    assert!(open(bytes).expect_err("twice").to_string().contains("same1"));

    let mut bytes = two();
    let (local, central) = (find(&bytes, b"PK\x03\x04", 0), find(&bytes, b"PK\x01\x02", 0));
    bytes[local + 6] |= 1;
    bytes[central + 8] |= 1;
    assert_eq!(open(bytes).expect_err("encrypted").kind(), ErrorKind::Malformed);

    let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    writer.add_symlink("link", "/etc/passwd", Options::default()).expect("a link");
    let bytes = writer.finish().expect("to memory").into_inner();
    assert!(open(bytes).is_err());
}

#[test]
fn local_headers_that_say_something_else() {
    for offset in [6, 8, 14, 18, 22] {
        let mut bytes = two();
        let local = find(&bytes, b"PK\x03\x04", 1);
        bytes[local + offset] ^= 8;
        assert_eq!(open(bytes).expect_err("disagree").kind(), ErrorKind::Malformed, "{offset}");
    }
}

#[test]
fn a_wrong_checksum_is_refused() {
    let mut bytes = two();
    let at = find(&bytes, b"two", 0);
    bytes[at] = b'T';
    let archive = open(bytes).expect("the structure is fine");
    assert_eq!(read(&archive, "second").expect_err("changed").part(), Some("second"));
}

/// An entry as a streaming writer leaves it: zeros in the local header, a descriptor after the data.
fn streamed(signature: bool, wrong: bool) -> Vec<u8> {
    let mut bytes = archive(&[("name", b"one", stored())]);
    let (local, central) = (find(&bytes, b"PK\x03\x04", 0), find(&bytes, b"PK\x01\x02", 0));
    let mut descriptor = bytes[local + 14..local + 26].to_vec();
    descriptor[0] ^= u8::from(wrong);
    if signature {
        descriptor.splice(0..0, *b"PK\x07\x08");
    }
    bytes[local + 14..local + 26].fill(0);
    bytes[local + 6] |= 8;
    bytes[central + 8] |= 8;
    let end = bytes.len() - 22;
    let start = central + descriptor.len();
    bytes[end + 16..end + 20].copy_from_slice(&(start as u32).to_le_bytes());
    bytes.splice(central..central, descriptor);
    bytes
}

#[test]
fn entries_of_streaming_writers() {
    for signature in [true, false] {
        let archive = open(streamed(signature, false)).expect("a descriptor");
        assert_eq!(read(&archive, "name").expect("content"), "one");
        assert!(open(streamed(signature, true)).is_err());
    }
}

#[test]
fn zip64_fields_of_old_python_repeat_the_header() {
    let with_field = |size: u64| {
        let mut bytes = archive(&[("name", b"one", stored())]);
        let field = [&[1, 0, 16, 0][..], &size.to_le_bytes(), &3_u64.to_le_bytes()].concat();
        bytes[28] = field.len() as u8;
        let end = bytes.len() - 22;
        bytes[end + 16] += field.len() as u8;
        bytes.splice(34..34, field);
        bytes
    };
    let archive = open(with_field(3)).expect("both agree");
    assert_eq!(read(&archive, "name").expect("content"), "one");
    assert!(open(with_field(4)).is_err());
}

#[test]
fn limits_of_entries_names_and_content() {
    let hit = |result: Result<Archive>| match result.expect_err("a limit").kind() {
        ErrorKind::Limit(limit) => limit.limit,
        other => panic!("{other:?}"),
    };
    let bytes: Bytes = two().into();
    assert_eq!(hit(Archive::open(&bytes, &Limits::default().with(Limit::ZipEntries, 1))), Limit::ZipEntries);
    assert_eq!(hit(Archive::open(&bytes, &Limits::default().with(Limit::PathBytes, 5))), Limit::PathBytes);

    let bomb: Bytes = archive(&[("a", &[0; 1 << 20], deflated()), ("b", &[0; 1 << 20], deflated())]).into();
    for (limit, value) in [(Limit::DecompressedBytes, 3 << 19), (Limit::Ratio, (3 << 19) / bomb.len() as u64)]
    {
        let limits = Limits::default().with(limit, value).with(Limit::RatioFrom, 1 << 19);
        let archive = Archive::open(&bomb, &limits).expect("an archive");
        let mut budget = Budget::new(limits);
        assert!(archive.read(&archive.entries()[0], &mut budget).is_ok());
        let error = archive.read(&archive.entries()[1], &mut budget).expect_err("the second one is too much");
        assert!(matches!(error.kind(), ErrorKind::Limit(hit) if hit.limit == limit), "{error}");
    }
}
