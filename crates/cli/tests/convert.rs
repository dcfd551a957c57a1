//! `cannery convert`: what is written, what is refused, and what is said.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

fn cannery(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cannery")).current_dir(ROOT).args(args).output().expect("cannery runs")
}

fn convert(from: &Path, to: &Path, args: &[&str]) -> (Option<i32>, String) {
    let paths = [from, to].map(|path| path.to_str().expect("plain"));
    let output = cannery(&[&["convert"], &paths[..], args].concat());
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn the_same_predictions_whatever_the_form() {
    let folder = tempfile::tempdir().expect("a folder");
    let iris = Path::new(ROOT).join("examples/iris_svc.joblib");
    let cases: [(&str, &[&str]); 8] = [
        ("a.pkl", &[]),
        ("a.joblib", &["--target", "python=3.6,joblib=0.11"]),
        ("b.pkl", &["--protocol", "0"]),
        ("c.pkl", &["--target", "python=2.7", "--sync"]),
        ("d.joblib.xz", &["--strict"]),
        ("e.joblib", &["--compress", "zlib:9"]),
        ("f.model", &["--to", "joblib", "--compress", "lz4"]),
        ("g.pickle.gz", &["--target", "numpy=2", "--protocol", "5"]),
    ];
    let predict =
        |path: &Path| cannery(&["predict", path.to_str().expect("plain"), "examples/iris.csv"]).stdout;
    let expected = predict(&iris);
    assert!(!expected.is_empty());
    for (name, args) in cases {
        let out = folder.path().join(name);
        assert_eq!(convert(&iris, &out, args), (Some(0), String::new()), "{name}");
        assert_eq!(predict(&out), expected, "{name}");
    }
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), cases.len(), "something was left");
}

#[test]
fn what_is_dangerous_is_refused_and_what_is_unknown_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    fs::write(path("bad.pkl"), b"cos\nsystem\n(S'id'\ntR.").expect("written");
    let (status, said) = convert(&path("bad.pkl"), &path("out.pkl"), &[]);
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("dangerous") && said.contains("os.system"), "{said}");
    assert!(!path("out.pkl").exists());
    fs::write(path("own.pkl"), b"\x80\x02cmy_package\nCleaner\n)\x81.").expect("written");
    let (status, said) = convert(&path("own.pkl"), &path("out.pkl"), &["--strict"]);
    assert_eq!((status, path("out.pkl").exists()), (Some(1), false), "{said}");
    let (status, said) = convert(&path("own.pkl"), &path("out.pkl"), &[]);
    assert_eq!((status, path("out.pkl").exists()), (Some(0), true), "{said}");
    assert!(said.contains("warning") && said.contains("my_package.Cleaner"), "{said}");
    fs::write(path("cut.pkl"), b"\x80\x02cmy_package\nCleaner\n)").expect("written");
    assert_eq!(convert(&path("cut.pkl"), &path("never.pkl"), &[]).0, Some(2));
}
