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
