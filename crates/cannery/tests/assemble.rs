//! What the disassembler lists in full, the assembler makes again, byte for byte.

use std::fs;
use std::path::{Path, PathBuf};

use cannery::{Error, Listing, Options};

#[test]
fn every_fixture_is_assembled_from_its_listing() {
    let mut done = 0;
    for path in files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")) {
        let name = path.display();
        let Ok(listing) = listing(&path) else { continue };
        let again = cannery::assemble(&listing).unwrap_or_else(|error| panic!("{name}: {error}"));
        let file = fs::read(&path).expect("a file");
        let is_plain = fs::metadata(&path).expect("a file").len() == again.len() as u64;
        if is_plain {
            assert!(again == file, "{name} is another file");
        } else {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let inflated = folder.path().join("inflated");
            fs::write(&inflated, &again).expect("a file");
            assert!(listing == self::listing(&inflated).expect("a listing"), "{name} is listed otherwise");
        }
        done += 1;
    }
    assert!(done > 600, "only {done} pickles");
}

fn listing(path: &Path) -> Result<String, Error> {
    let mut text = Vec::new();
    Options::default().disassemble(path)?.write(Listing::Full, &mut text)?;
    Ok(String::from_utf8(text).expect("text"))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of fixtures") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

#[test]
fn arguments_that_python_spells_otherwise_are_kept() {
    let streams: &[&[u8]] = &[
        b"F1e1\n.",
        b"L007L\n.",
        b"L7\n.",
        b"I+7\n.",
        b"S\"a\"\n.",
        b"V\\u0061\n.",
        b"\x8a\x03\x01\0\0.",
        b"ca b\nc\n.",
        b"X\x03\0\0\0\xed\xa0\x80.",
        b"G\x7f\xf8\0\0\0\0\0\x01.",
        b"N.trailing",
    ];
    let folder = tempfile::tempdir().expect("a temporary folder");
    for stream in streams {
        let path = folder.path().join("stream");
        fs::write(&path, stream).expect("a file");
        let listing = listing(&path).expect("a pickle");
        assert_eq!(cannery::assemble(&listing).expect("a listing"), *stream, "{listing}");
    }
}
