//! scikit-learn's guide to model persistence, its first half: the SVC on iris that scikit-learn trained, dumped by each
//! means that the guide shows, predicts what scikit-learn's own did.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use cannery::{Codec, DumpOptions, Format, Model, Prediction};

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name)
}

fn predictions(model: &Model) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out.csv");
    let input = example("iris.csv");
    let request = Prediction::new(&input).output(Some(&out));
    request.run(model, Box::new(std::io::sink()), &mut |_, _, _| ()).expect("predicts");
    std::fs::read_to_string(out).expect("written")
}

#[test]
fn an_svc_on_iris_is_dumped_and_loaded() {
    let model = cannery::open(example("iris_svc.joblib")).expect("the example");
    let expected = std::fs::read_to_string(example("iris_expected.csv")).expect("the example");
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);

    // s = pickle.dumps(clf); clf2 = pickle.loads(s)
    let bytes = model.dumps().expect("dumped");
    assert_eq!(predictions(&cannery::loads(&bytes).expect("loaded")), expected);

    // dump(clf, "filename.joblib"); clf = load("filename.joblib")
    for name in ["model.joblib", "model.pkl", "model.joblib.gz", "model.pkl.xz"] {
        model.dump(path(name)).expect("dumped");
        assert_eq!(predictions(&cannery::open(path(name)).expect("loaded")), expected, "{name}");
    }

    // pickle.dump(clf, file) and joblib.dump(clf, file), to what is like a file
    for options in [
        DumpOptions::default(),
        DumpOptions::default().protocol(5),
        DumpOptions::default().format(Format::Joblib),
        DumpOptions::default().format(Format::Joblib).compress(Codec::named("zlib", Some(3))),
    ] {
        let mut file = Cursor::new(Vec::new());
        options.dump_to(&model, &mut file).expect("dumped");
        file.set_position(0);
        assert_eq!(predictions(&cannery::load(file).expect("loaded")), expected, "{options:?}");
    }
}

#[test]
fn joblib_aligns_arrays_so_that_they_can_be_mapped() {
    let model = cannery::open(example("iris_svc.joblib")).expect("the example");
    let dumped = DumpOptions::default().format(Format::Joblib);
    let padded = dumped.dumps(&model).expect("dumped");
    // the example is what joblib wrote, at protocol 4
    assert_eq!(
        padded.len() as u64,
        std::fs::metadata(example("iris_svc.joblib")).expect("the example").len()
    );
    let unpadded = dumped.padded(false).dumps(&model).expect("dumped");
    assert!(unpadded.len() < padded.len());
}
