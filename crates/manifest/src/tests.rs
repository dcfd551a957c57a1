use super::*;
use crate::{Commit, CommitId, Interpreter, Package, Parameter, Reference, Script, Splitter};

fn sha() -> Sha256 {
    Sha256::of_bytes([7; 32])
}

fn path(text: &str) -> BundlePath {
    BundlePath::new(text).expect("a path")
}

/// A manifest with everything in it.
pub(crate) fn full() -> Manifest {
    let file = |name: &str, role| FileEntry { path: path(name), sha256: sha(), bytes: 5, role };
    let commit = Commit {
        repository: "https://example.org/iris.git".into(),
        commit: CommitId::new("0".repeat(40)).expect("a commit"),
        path: Some("train.py".into()),
    };
    let parameters = [("n_splits", Parameter::Int(5)), ("random_state", Parameter::None)];
    let splitter = Splitter {
        class: "StratifiedKFold".into(),
        parameters: parameters.into_iter().map(|(name, value)| (name.into(), value)).collect(),
    };
    let score = Score {
        metric: "accuracy".into(),
        folds: vec![0.9, 1.0, 0.9666666666666667],
        splitter: Some(splitter),
        seed: Some(0),
        rows: Some(150),
    };
    let reference = Reference::File { path: "iris.csv".into(), sha256: sha(), bytes: 12 };
    Manifest {
        schema: Schema::V1,
        name: "iris".into(),
        created: Timestamp::of_unix(0).expect("a time"),
        generator: "cannery 0.1.0".into(),
        license: Some("MIT".into()),
        files: vec![
            file("golden/rows.csv", Role::GoldenInput),
            file("iris.joblib", Role::Model),
            file("source/train.py", Role::Source),
        ],
        model: Model {
            path: path("iris.joblib"),
            container: "joblib".into(),
            class: Some("sklearn.svm._classes.SVC".into()),
            scikit_learn: vec!["1.9.1".into()],
            verdict: Verdict::Safe,
            computation: None,
        },
        data: vec![Data { standing: Standing::Observed, reference }],
        source: Item::Observed(Source {
            script: Some(Script { path: path("source/train.py"), arguments: vec!["--fast".into()] }),
            commit: Some(commit),
        }),
        environment: Item::Claimed(Environment {
            python: Some(Interpreter { implementation: "CPython".into(), version: "3.12.1".into() }),
            packages: vec![Package { name: "numpy".into(), version: "2.3.5".into(), sha256: vec![sha()] }],
            ..Environment::default()
        }),
        scores: Item::Claimed(vec![score]),
        golden: Item::Observed(Golden {
            input: path("golden/rows.csv"),
            predictions: None,
            methods: vec![],
            rows: Some(3),
            not_checked: Some("a reason".into()),
        }),
        run: Some(Run {
            started: Timestamp::of_unix(0).expect("a time"),
            finished: Timestamp::of_unix(9).expect("a time"),
        }),
        parent: Some(Parent {
            name: "iris".into(),
            manifest: sha(),
            model: sha(),
            scikit_learn: None,
            scores: vec![],
        }),
    }
}

#[test]
fn a_manifest_is_read_back_as_it_was_written() {
    let manifest = full();
    let text = manifest.write().expect("consistent");
    assert_eq!(Manifest::read(text.as_bytes()).expect("what was written"), manifest);
    assert!(manifest.missing().is_empty());
    assert!(text.contains(r#""model":{"class":"sklearn.svm._classes.SVC","computation":null,"#), "{text}");
}

#[test]
fn every_other_spelling_is_rejected() {
    let text = full().write().expect("consistent");
    for (from, to) in [
        ("{", " {"),
        (r#""license":"MIT""#, r#""license": "MIT""#),
        (r#""license":"MIT""#, r#""licence":"MIT""#),
        (r#""license":"MIT""#, r#""license":"MIT","zzz":1"#),
        (r#""license":"MIT""#, r#""license":"MIT","license":"MIT""#),
        (r#""license":"MIT""#, r#""license":"\u004dIT""#),
        (r#""license":"MIT","#, ""),
        (r#""bytes":5"#, r#""bytes":5.0"#),
        (r#""bytes":5"#, r#""bytes":-5"#),
        ("cannery.manifest/1", "cannery.manifest/2"),
        (r#""kind":"file","#, r#""extra":1,"kind":"file","#),
        (r#""standing":"claimed""#, r#""standing":"sworn""#),
        ("golden/rows.csv", "../golden/rows.csv"),
        ("iris.joblib", "z.joblib"),
        (r#"[0.9,1,0.9666666666666667]"#, "[]"),
        (r#"[0.9,1,0.9666666666666667]"#, "[0.90,1,0.9666666666666667]"),
    ] {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from}");
        assert!(Manifest::read(changed.as_bytes()).is_err(), "{from} -> {to}");
    }
}

#[test]
fn what_is_missing_is_said() {
    let mut manifest = full();
    manifest.data.clear();
    manifest.scores = Item::Missing;
    assert_eq!(manifest.missing(), ["data", "scores"]);
    let text = manifest.write().expect("consistent");
    assert!(text.contains(r#""scores":{"standing":"missing"}"#), "{text}");
    assert_eq!(Manifest::read(text.as_bytes()).expect("what was written"), manifest);
}
