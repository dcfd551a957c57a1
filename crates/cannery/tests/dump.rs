//! Whatever can be read can be written, in every protocol and form, and read again.

use std::path::{Path, PathBuf};

use cannery::{Container, DumpOptions, Format, Model};

fn fixtures() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    let folders = ["pickle", "numpy", "joblib", "npy", "npz", "skops", "scipy", "pandas", "sklearn"];
    let mut files: Vec<_> = folders
        .iter()
        .filter_map(|folder| root.join(folder).read_dir().ok())
        .flatten()
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| cannery::open(path).is_ok())
        .collect();
    files.sort();
    files
}

fn options() -> Vec<DumpOptions> {
    let mut options = Vec::new();
    for format in [Format::Pickle, Format::Joblib] {
        for protocol in 0..=5 {
            options.push(DumpOptions::default().format(format).protocol(protocol));
        }
    }
    options.push(DumpOptions::default().format(Format::Joblib).padded(false));
    options
}

/// What was read as this dump, and written again, stays the same; and the same model gives the same bytes.
fn check(path: &Path, model: &Model, options: &DumpOptions) {
    let context = || format!("{} {options:?}", path.display());
    let bytes = match options.dumps(model) {
        Ok(bytes) => bytes,
        Err(error) if error.message().contains("beside the model is missing") => return,
        Err(error) => panic!("{}: {error}", context()),
    };
    assert!(options.dumps(model).is_ok_and(|again| again == bytes), "{}", context());
    let read = cannery::loads(&bytes).unwrap_or_else(|error| panic!("{}: {error}", context()));
    if model.heap().ndarray(model.root()).is_none() {
        let name = |model: &Model| model.class().map(|(_, name)| name.to_owned());
        assert_eq!(name(&read), name(model), "{}", context());
    }
    let again = options.dumps(&read).unwrap_or_else(|error| panic!("{}: {error}", context()));
    let read = cannery::loads(&again).unwrap_or_else(|error| panic!("{}: {error}", context()));
    assert!(
        options.dumps(&read).is_ok_and(|third| third == again),
        "{}: written again it differs",
        context()
    );
}

/// Functions and classes by value, whose states cloudpickle sets by calls: `tests/by_value/make.py`.
#[test]
fn what_cloudpickle_writes_keeps_every_state() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/by_value"));
    let files =
        folder.read_dir().expect("the folder").filter_map(|entry| entry.ok().map(|entry| entry.path()));
    let files: Vec<_> = files.filter(|path| path.extension().is_some_and(|ending| ending == "pkl")).collect();
    assert_eq!(files.len(), 21);
    for path in files {
        let context = path.display();
        let bytes = std::fs::read(&path).expect("there");
        let model = cannery::Options::default().keep_spelling(true).open(&path).expect("a pickle");
        let same = DumpOptions::unchanged(&model).dumps(&model).expect("written");
        assert!(same == bytes, "{context}: it comes back with other bytes");
        let has_setter = |bytes: &[u8]| bytes.windows(9).any(|part| part == b"_setstate");
        assert!(has_setter(&bytes), "{context}");
        for options in options() {
            check(&path, &model, &options);
            let written = options.dumps(&model).expect("written");
            assert!(has_setter(&written), "{context} {options:?}");
        }
    }
}

/// A dict of a class of its own, which holds an object that holds it: Python calls the class once for it in vain, with
/// another dict, while that is empty.
const HOLDS_ITSELF: &str = "
GLOBAL 'copy_reg _reconstructor'\nPUT 0\nMARK\nGLOBAL 'made Dict'\nPUT 1\nGLOBAL '__builtin__ dict'\nPUT 2
MARK\nDICT\nPUT 3\nGLOBAL 'made Key'\nPUT 4\nEMPTY_TUPLE\nREDUCE\nPUT 7\nMARK\nDICT\nPUT 8\nUNICODE 'attr'\nPUT 9
GET 0\nMARK\nGET 1\nGET 2\nMARK\nDICT\nPUT 10\nGET 7\nNONE\nSETITEM\nTUPLE\nPUT 11\nREDUCE\nPUT 12\nSETITEM\nBUILD
NONE\nSETITEM\nTUPLE\nPUT 13\nREDUCE\nPOP\nGET 12\nSTOP";

fn json(model: &Model) -> String {
    let mut json = Vec::new();
    let options = cannery::inspect::JsonOptions::default();
    cannery::inspect::write_json(model.heap(), model.root(), &options, &mut json).expect("written");
    String::from_utf8(json).expect("UTF-8")
}

/// How many pairs a pickle sets one by one.
fn pairs(pickle: &[u8]) -> usize {
    let opcodes = cannery::Options::default().disassemble_bytes(pickle).expect("a pickle");
    let mut listing = Vec::new();
    opcodes.write(cannery::Listing::Text, &mut listing).expect("written");
    String::from_utf8_lossy(&listing).lines().filter(|line| line.contains("SETITEM")).count()
}

#[test]
fn an_object_that_its_arguments_hold_keeps_them() {
    let pickle = cannery::assemble(HOLDS_ITSELF).expect("a listing");
    let model = cannery::loads(&pickle).expect("a pickle");
    for protocol in 0..=5 {
        let written = DumpOptions::default().protocol(protocol).dumps(&model).expect("written");
        let again = cannery::loads(&written).expect("a pickle");
        assert_eq!(json(&again).matches("made").count(), json(&model).matches("made").count(), "{protocol}");
        assert_eq!(DumpOptions::default().protocol(protocol).dumps(&again).expect("written"), written);
        assert_eq!(pairs(&written), 3, "{protocol}: the state, and a pair of each of two dicts");
    }
}

#[test]
fn a_value_that_stands_twice_is_one_object() {
    let pickle = cannery::assemble("PROTO 2\nEMPTY_LIST\nDUP\nTUPLE2\nSTOP").expect("a listing");
    let model = cannery::Options::default().keep_spelling(true).loads(&pickle).expect("a pickle");
    let written = DumpOptions::unchanged(&model).dumps(&model).expect("written");
    assert_eq!(json(&cannery::loads(&written).expect("a pickle")), json(&model));
}

#[test]
fn an_object_without_end_is_an_error_at_once() {
    let listing = "PROTO 4\nEMPTY_SET\nMEMOIZE\nMARK\nGLOBAL 'made Key'\nMEMOIZE\nBINGET 0\nTUPLE1\nREDUCE\nADDITEMS\nSTOP";
    let model = cannery::loads(&cannery::assemble(listing).expect("a listing")).expect("a pickle");
    for protocol in 0..=5 {
        let written = DumpOptions::default().protocol(protocol).dumps(&model);
        assert_eq!(written.map_err(|error| error.kind()).err(), (protocol < 4).then_some("unsupported"));
    }
}

#[test]
fn what_is_written_is_read_and_written_again() {
    let files = fixtures();
    assert!(files.len() > 100, "{} fixtures", files.len());
    for path in files {
        let model = cannery::open(&path).expect("read before");
        for options in options() {
            check(&path, &model, &options);
        }
    }
}

/// Files that come back with other bytes, and why.
const DIFFER: [(&str, &str); 4] = [
    ("py3.13-frames-p4.pkl", "its frames end after 128 bytes, not 65,536"),
    ("py3.13-frames-p5.pkl", "its frames end after 128 bytes, not 65,536"),
    ("py3.6-none-p4.pkl", "None is no node, so nothing says that Python 3.6 gave it a frame of two bytes"),
    ("jl0.9-py3.6-dict-multi.pkl", "its arrays in files are written as numpy pickles them"),
];

#[test]
fn a_file_whose_spelling_is_kept_comes_back_byte_for_byte() {
    let (mut equal, mut differ) = (0, Vec::new());
    for path in fixtures() {
        let model = cannery::Options::default().keep_spelling(true).open(&path).expect("read before");
        let is_pickle = matches!(model.facts().kind, Container::Pickle | Container::Joblib);
        if !is_pickle || !model.facts().wrappings.is_empty() {
            continue;
        }
        let written = DumpOptions::unchanged(&model).dumps(&model).expect("written");
        match std::fs::read(&path).expect("there") == written {
            true => equal += 1,
            false => differ.push(path.file_name().expect("a name").to_string_lossy().into_owned()),
        }
    }
    differ.retain(|name| !DIFFER.iter().any(|(known, _)| known == name));
    assert!(differ.is_empty() && equal > 600, "{equal} equal, {differ:?}");
}
