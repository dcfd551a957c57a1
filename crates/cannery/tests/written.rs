//! Values as dill, numpy.memmap and pandas 3 write them, and files that hold no model. `tests/written/make.py` made the files.

use std::path::PathBuf;

use cannery::scan::Verdict;

fn file(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/written")).join(name)
}

fn verdict(name: &str) -> Verdict {
    cannery::scan::scan(file(name)).verdict
}

fn predictions(name: &str) -> Result<String, String> {
    let rows = std::env::temp_dir().join(format!("cannery-written-{}-{name}.csv", std::process::id()));
    std::fs::write(&rows, "0,1\n1,3\n2,2\n5,6\n").expect("a file of rows");
    let out = rows.with_extension("ndjson");
    let model = cannery::open(file(name)).map_err(|error| error.to_string());
    let request = cannery::Prediction::new(&rows).method("predict_proba").output(Some(&*out));
    let done = model.and_then(|model| {
        request.run(&model, Box::new(std::io::sink()), &mut |_, _, _| {}).map_err(|error| error.to_string())
    });
    let text = done.map(|_| std::fs::read_to_string(&out).expect("predictions"));
    for path in [rows, out] {
        let _ = std::fs::remove_file(path);
    }
    text
}

#[test]
fn values_of_every_writer_are_safe_and_predict_the_same() {
    let cases = [
        ("dill-0.4.pkl", "plain.pkl"),
        ("dill-0.3.4.pkl", "plain.pkl"),
        ("dill-0.3.4-p2.pkl", "plain.pkl"),
        ("memmap.pkl", "neighbors.pkl"),
    ];
    for (name, same) in cases {
        assert_eq!(verdict(name), Verdict::Safe, "{name}");
        let want = predictions(same).expect("a model");
        assert!(want.lines().count() == 4, "{want}");
        assert_eq!(predictions(name).as_deref(), Ok(&*want), "{name}");
    }
}

/// The same file with one run of bytes replaced by another of its length.
fn patched(name: &str, from: &[u8], to: &[u8]) -> Verdict {
    let mut bytes = std::fs::read(file(name)).expect("a file");
    let at = bytes.windows(from.len()).position(|window| window == from).expect("these bytes");
    bytes[at..at + from.len()].copy_from_slice(to);
    cannery::scan::scan_bytes(&bytes).verdict
}

#[test]
fn matrices_and_partials_of_dill_are_judged_as_what_they_are() {
    for name in [
        "dill-0.4-matrix.pkl",
        "dill-0.3.4-matrix.pkl",
        "dill-0.3.4-partial.pkl",
        "dill-0.3.4-partial-p2.pkl",
    ] {
        assert_eq!(verdict(name), Verdict::Safe, "{name}");
    }
}

#[test]
fn what_these_libraries_do_not_write_is_not_safe() {
    for (name, from, to) in [
        ("dill-0.3.4.pkl", "scalar", "system"),
        ("dill-0.3.4.pkl", "numpy._core._multiarray_umath", "numpy._core._multiarray_tests"),
        ("dill-0.3.4.pkl", "_reconstruct", "_reconstrucx"),
        ("dill-0.4.pkl", "_create_array", "_create_arrax"),
        ("dill-0.4.pkl", "_reconstruct", "_ufunc_recon"),
        ("dill-0.4-matrix.pkl", "matrix", "memmap"),
        ("dill-0.4-matrix.pkl", "_getitem", "__dict__"),
        ("dill-0.3.4-matrix.pkl", "_getitem", "__init__"),
        ("dill-0.3.4-partial.pkl", "mean", "save"),
        ("dill-0.3.4-partial.pkl", "mean", "load"),
        ("dill-0.3.4-partial.pkl", "PartialType", "BuiltinType"),
        ("dill-0.3.4-partial-p2.pkl", "clip", "exec"),
        ("dill-0.3.4-partial-p2.pkl", "_create_ftype", "_create_ctype"),
    ] {
        // malformed, where the estimator's array is no array any more
        let verdict = patched(name, from.as_bytes(), to.as_bytes());
        assert!(matches!(verdict, Verdict::Dangerous | Verdict::Malformed), "{name}: {to}: {verdict:?}");
    }
    // the end of the first text, and of the last, behind the data
    let offset = |n: u8| [n, 0, 0, 0, 0, 0, 0, 0];
    let (from, to) = ([offset(4), offset(8)].concat(), [offset(4), offset(200)].concat());
    assert_eq!(patched("pandas3.pkl", &from, &to), Verdict::Unknown);
}

#[test]
fn functions_by_value_are_dangerous() {
    assert_eq!(verdict("dill-lambda.pkl"), Verdict::Dangerous);
}

#[test]
fn values_are_shown_as_such() {
    assert_eq!(verdict("pandas3.pkl"), Verdict::Safe);
    let summary = |name| cannery::open(file(name)).expect("a file").summary().to_string();
    let got = summary("pandas3.pkl");
    for want in [
        "frame: DataFrame of 3 columns",
        "stamp: 2024-05-01T12:30:00+00:00 (UTC)",
        "day: 2024-02-29\n",
        "time: 2024-02-29T12:30:01\n",
        "numpy: 2024-05-01\n",
        "loads with Python 3.4 or later, numpy 1.26 or later",
    ] {
        assert!(got.contains(want), "{want} is not in\n{got}");
    }
    assert!(summary("ragged.pkl").contains("categories_ 2: (2,) object, (3,) object"));
    assert!(summary("dill-0.4.pkl").contains("mean_ [2.5, 3.5]"));
    let mut json = Vec::new();
    cannery::open(file("pandas3.pkl")).expect("a file").write_json(false, &mut json).expect("JSON");
    let json = String::from_utf8(json).expect("UTF-8");
    assert!(
        json.contains(r#""city":["Oslo",null,"Lima"]"#) && json.contains(r#""grade":["a","b","a"]"#),
        "{json}"
    );
}

#[test]
fn what_is_no_model_is_named() {
    for (name, want) in [
        ("class.pkl", "the class sklearn.linear_model._logistic.LogisticRegression, not an instance of it"),
        ("function.pkl", "the name __main__.train alone"),
        ("columns.pkl", "a list of 2 texts"),
        ("unfitted.pkl", "this LogisticRegression is not fitted"),
    ] {
        let error = predictions(name).expect_err("no model");
        assert!(error.contains(want), "{name}: {error}");
    }
    let method = cannery::open(file("method.pkl")).expect("a file").summary().to_string();
    assert!(method.contains("the bound method predict of a Pipeline"), "{method}");
}
