//! Which files of a folder are judged. Folders hold pictures, licences and tables beside models, and a verdict on those helps
//! nobody: what is neither named like a model nor begins as one is skipped.

use bytes::Bytes;
use cannery_format::compress::{start_of, unwrap};
use cannery_format::sniff::{Container, Foreign, Format, Nature, sniff, starts_a_pickle};
use cannery_format::zip::Archive;
use cannery_format::{Headless, headless, is_identifier, may_be_headless, skops, unknown};
use cannery_object::{Budget, Limits};

use crate::names::{self, Standing};
use crate::rule::Rule;

/// Extensions of files that Python code loads as a pickle, or that hold arrays or models.
const EXTENSIONS: &[&str] = &[
    "pkl",
    "pickle",
    "pck",
    "pcl",
    "pk",
    "pkl2",
    "pkl3",
    "pickled",
    "joblib",
    "jbl",
    "skops",
    "npy",
    "npz",
    "sav",
    "dill",
    "dil",
    "cloudpickle",
    "cpkl",
];
/// Extensions of compressed files, behind which the name of a model may end.
const COMPRESSED: &[&str] = &["gz", "gzip", "bz2", "xz", "lzma", "lz4", "zst", "zlib", "z"];
/// Bytes of a line in which a name is looked for.
const LONGEST_NAME: usize = 256;
/// Bytes of compressed files that are looked at.
const START: u64 = 64 << 10;

/// Whether a file is named like a model: `model.pkl`, `model.joblib.gz`, and `model.z`, as joblib calls what it compresses
/// with zlib. Upper and lower case are the same, but for `.Z`, which is another format.
pub fn has_model_extension(name: &str) -> bool {
    let Some((stem, extension)) = name.rsplit_once('.') else { return false };
    let is_one_of = |extension: &str, all: &[&str]| all.iter().any(|one| extension.eq_ignore_ascii_case(one));
    if extension == "z" {
        // an array file of an old joblib belongs to its model, and is read with it
        return !stem.ends_with(".npy");
    }
    if is_one_of(extension, EXTENSIONS) {
        return true;
    }
    let inner = stem.rsplit_once('.').map_or("", |(_, extension)| extension);
    is_one_of(extension, COMPRESSED) && is_one_of(inner, EXTENSIONS)
}

/// Why a file that is not named like a model is not judged in a folder; `None` if its bytes begin as those of a model.
pub(crate) fn reason_to_skip(bytes: &Bytes, limits: &Limits) -> Option<String> {
    match sniff(bytes) {
        Format::Foreign(foreign) if foreign.nature() == Nature::Framework || foreign == Foreign::Tar => None,
        Format::Foreign(foreign) if can_be_both(foreign, bytes) && is_pickle(bytes, limits) => None,
        Format::Foreign(foreign) => Some(foreign.error().to_string()),
        Format::Wrapped(wrapping) => match holds_a_pickle(bytes, limits) {
            true => None,
            false => Some(format!("{} data without a model in it", wrapping.name())),
        },
        Format::Container(Container::Npy) => None,
        Format::Container(Container::Zip) => match Archive::open(bytes, limits) {
            Ok(_) => None,
            Err(_) if begins_as_a_model(bytes) => None,
            Err(error) => Some(format!("a zip archive that can't be read: {error}")),
        },
        Format::Container(Container::Pickle) if has_header(bytes) || is_pickle(bytes, limits) => None,
        Format::Container(Container::Pickle) | Format::Unknown => Some(unknown(bytes).to_string()),
        _ => Some("a format without models".into()),
    }
}

/// The same by the start of a long file: `None` if all of it has to be looked at.
pub fn reason_to_skip_by_start(start: &[u8], limits: &Limits) -> Option<String> {
    match sniff(start) {
        Format::Foreign(foreign)
            if foreign.nature() != Nature::Framework
                && foreign != Foreign::Tar
                && !can_be_both(foreign, start) =>
        {
            Some(foreign.error().to_string())
        }
        Format::Container(Container::Pickle)
            if !has_header(start) && !may_be_headless(&Bytes::copy_from_slice(start), limits) =>
        {
            Some(unknown(start).to_string())
        }
        Format::Unknown => Some(unknown(start).to_string()),
        _ => None,
    }
}

/// Whether a file is an image, a table or a document, whatever its name: `.sav` is the extension of IDL and SPSS too.
pub fn is_something_else(bytes: &[u8]) -> bool {
    match sniff(bytes) {
        Format::Foreign(foreign) => {
            foreign.nature() == Nature::Data
                && !foreign.stands_for_a_model()
                && foreign != Foreign::Office
                && !can_be_both(foreign, bytes)
        }
        _ => false,
    }
}

/// Whether an unpickler could get past the first bytes of another format.
fn can_be_both(foreign: Foreign, bytes: &[u8]) -> bool {
    starts_a_pickle(bytes) && !foreign.is_never_a_pickle() && !foreign.is_zip()
}

fn has_header(bytes: &[u8]) -> bool {
    matches!(bytes, [0x80, 2..=5, ..])
}

fn is_pickle(bytes: &Bytes, limits: &Limits) -> bool {
    headless(bytes, limits) == Headless::Pickle || names_harm(bytes)
}

/// Whether bytes that begin as a pickle without a header hold GLOBAL or INST of a name that is known to do harm. Python takes
/// numbers and keys that this reader refuses, and goes on.
pub(crate) fn names_harm(bytes: &[u8]) -> bool {
    if !starts_a_pickle(bytes) {
        return false;
    }
    memchr::memchr_iter(b'\n', bytes).any(|end| {
        let start = end.saturating_sub(LONGEST_NAME);
        let line = &bytes[memchr::memrchr(b'\n', &bytes[start..end]).map_or(start, |at| start + at + 1)..end];
        let next = &bytes[end + 1..bytes.len().min(end + 1 + LONGEST_NAME)];
        let Some(next) = memchr::memchr(b'\n', next).map(|at| &next[..at]) else { return false };
        let opcodes = memchr::memchr2_iter(b'c', b'i', line);
        opcodes.into_iter().any(|at| is_harm(&line[at + 1..], next))
    })
}

fn is_harm(module: &[u8], name: &[u8]) -> bool {
    let (Ok(module), Ok(name)) = (str::from_utf8(module), str::from_utf8(name)) else { return false };
    let are_names = |text: &str| text.split('.').all(is_identifier);
    are_names(module)
        && are_names(name)
        && matches!(names::standing(module, name), Standing::Harmful(rule) if rule != Rule::DottedName)
}

/// Whether there is a pickle or an array inside of all compression.
fn holds_a_pickle(bytes: &Bytes, limits: &Limits) -> bool {
    let start = start_of(bytes, START, limits);
    match sniff(&start) {
        Format::Container(Container::Npy | Container::Zip) | Format::Foreign(Foreign::Tar) => true,
        Format::Container(Container::Pickle) if has_header(&start) => true,
        Format::Container(Container::Pickle) if may_be_headless(&start, limits) => {
            match unwrap(bytes, &mut Budget::new(limits.clone()), &mut |_, _| ()) {
                Ok(plain) => is_pickle(&plain.bytes, limits),
                Err(_) => is_pickle(&start, limits),
            }
        }
        _ => false,
    }
}

/// Whether the first entry of a zip archive is one of skops or npz: then what is wrong with it is told.
fn begins_as_a_model(bytes: &[u8]) -> bool {
    let len = bytes.get(26..28).and_then(<[u8]>::first_chunk).map_or(0, |len| u16::from_le_bytes(*len));
    let name = bytes.get(30..30 + usize::from(len)).unwrap_or_default();
    name == skops::SCHEMA.as_bytes() || has_model_extension(&String::from_utf8_lossy(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_models() {
        for name in
            ["a.pkl", "A.PKL", "a.joblib", "a.joblib.gz", "a.pkl.z", "a.z", "a.sav", "x.y.npz", "a.dill"]
        {
            assert!(has_model_extension(name), "{name}");
        }
        for name in
            ["a", "pkl", "a.Z", "a.gz", "a.csv.gz", "m.pkl_01.npy.z", "a.pkl.dvc", "a.png", "a.pkl.txt", ""]
        {
            assert!(!has_model_extension(name), "{name}");
        }
    }

    #[test]
    fn what_begins_as_a_model_is_judged_under_any_name() {
        let skips =
            |bytes: &[u8]| reason_to_skip(&Bytes::copy_from_slice(bytes), &Limits::default()).is_some();
        for bytes in [&b"\x80\x04N."[..], b"\x80\x02", b"\x93NUMPY", b"cos\nsystem\n(S'id'\ntR.", b"CBM1"] {
            assert!(!skips(bytes), "{bytes:?}");
        }
        let more = b"I+1\n0cos\nsystem\n(S'id'\ntR.\n";
        assert!(names_harm(more) && !names_harm(b"S\ncos of an angle\nsystem\n") && !skips(more));
        for bytes in
            [&b""[..], b"\x89PNG\r\n\x1a\n", b"Pandas and more\n", b"\x80\x01\x00\x00", b"PK\x03\x04", b"{}"]
        {
            assert!(skips(bytes), "{bytes:?}");
        }
    }
}
