//! Models of four releases of scikit-learn, moved to others: which rules run, and what is computed before and after.
//! `BLESS=1` writes what is expected; tests/moves/make.py writes the models.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use cannery::{Conversion, Migration, Model, Values};

const TARGETS: [&str; 8] = ["0.20", "0.22", "0.24", "1.0", "1.2", "1.4", "1.6", "1.9"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/moves")
}

fn sources() -> [&'static str; 4] {
    ["0.20.4", "1.0.2", "1.3.2", "1.9.1"]
}

/// Moves a file, whatever the releases do differently.
fn moved(source: &str, target: &str, out: &Path) -> Result<Vec<String>, String> {
    let migration = Migration::to(target).accept_behaviour_change(true).accept_class_change(true);
    let path = folder().join(format!("{source}.pkl"));
    let converted = Conversion::default().migration(Some(migration)).run(path, out);
    let converted = converted.map_err(|error| error.message().to_owned())?;
    let migrated = converted.migrated().expect("a harmless file is written");
    Ok(migrated.changes().into_iter().chain(migrated.caveats()).collect())
}

fn rules(changes: &[String]) -> Vec<&str> {
    let rule = |change: &'_ String| {
        let start = change.find(" [")? + 2;
        let end = change[start..].find("]: ")? + start;
        Some(start..end)
    };
    let mut rules: Vec<&str> = changes.iter().filter_map(|change| Some(&change[rule(change)?])).collect();
    rules.sort_unstable();
    rules.dedup();
    rules
}

/// What each model computes for a few rows, by method; `None` for what this build can't compute.
fn computed(model: &Model) -> Vec<(String, Option<Values>)> {
    let rows: Vec<f64> =
        (0..10).flat_map(|row| [5.0, 3.0, 1.0, 0.0].map(|x: f64| x + f64::from(row % 3))).collect();
    let names = model.heap().as_dict(model.root()).expect("a dict").chunks(2).map(|pair| pair[0]);
    let names: Vec<String> =
        names.map(|name| model.heap().as_str(name).expect("text").into_owned()).collect();
    let mut all = Vec::new();
    for name in names {
        let part = model.part(&name).expect("it is there");
        for method in part.methods().unwrap_or_default() {
            let values = part.call(&method, &rows, 4).ok().map(|column| column.values);
            all.push((format!("{name}.{method}"), values));
        }
    }
    all
}

fn is_close(one: &Values, two: &Values) -> bool {
    match (one, two) {
        (Values::F64(one), Values::F64(two)) => {
            one.len() == two.len()
                && one.iter().zip(two).all(|(a, b)| a == b || (a - b).abs() <= 1e-12 * (1.0 + a.abs()))
        }
        _ => one == two,
    }
}

#[test]
fn rules_of_each_move() {
    let out = tempfile::tempdir().expect("a folder");
    let mut text = String::new();
    for source in sources() {
        for target in TARGETS {
            let result = moved(source, target, &out.path().join("model.pkl"));
            match result {
                Ok(changes) => writeln!(text, "{source} > {target}: {}", rules(&changes).join(" ")),
                Err(message) => writeln!(text, "{source} > {target}: refused: {message}"),
            }
            .expect("a string");
        }
    }
    let path = folder().join("expected.txt");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &text).expect("written");
    }
    assert_eq!(text, std::fs::read_to_string(path).expect("expected.txt"), "BLESS=1 writes it anew");
}

#[test]
fn predictions_stay() {
    let out = tempfile::tempdir().expect("a folder");
    let path = out.path().join("model.pkl");
    let mut compared = 0;
    for source in sources() {
        let before = computed(&cannery::open(folder().join(format!("{source}.pkl"))).expect("a model"));
        for target in TARGETS {
            if moved(source, target, &path).is_err() {
                continue;
            }
            let after = computed(&cannery::open(&path).expect("a model"));
            for (name, values) in &before {
                let same = after.iter().find(|(other, _)| other == name);
                if let (Some(before), Some((_, Some(after)))) = (values, same) {
                    let changes = name.starts_with("ada.decision")
                        || name.starts_with("svc.decision")
                        // since 0.22; before 1.3 the file has no lengths of paths
                        || source == "0.20.4" && ["ada.predict_", "isolation."].iter().any(|is| name.starts_with(is));
                    assert!(is_close(before, after) || changes, "{source} > {target}: {name}");
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 500, "{compared}");
}

#[test]
fn there_and_back_is_the_same_model() {
    let out = tempfile::tempdir().expect("a folder");
    let (there, back) = (out.path().join("there.pkl"), out.path().join("back.pkl"));
    let model = "../../examples/iris_svc.joblib";
    // before 0.22 decision_function was another
    for target in &TARGETS[1..] {
        let convert = |from: &Path, to: &Path, version: &str| {
            let migration = Migration::to(version).accept_behaviour_change(true);
            let converted = Conversion::default().migration(Some(migration)).run(from, to).expect("moved");
            assert!(converted.migrated().expect("written").proof().is_proved(), "{version}");
        };
        convert(Path::new(model), &there, target);
        convert(&there, &back, "1.9.1");
        let digest = |path: &Path| cannery::open(path).expect("a model").summary().to_json().to_string();
        assert!(digest(&back).contains("1.9.1"));
    }
}

#[test]
fn what_would_be_wrong_is_refused() {
    let out = tempfile::tempdir().expect("a folder");
    let path = folder().join("1.3.2.pkl");
    let run = |migration: Migration| {
        Conversion::default().migration(Some(migration)).run(&path, out.path().join("model.pkl"))
    };
    let error = run(Migration::to("1.9")).expect_err("one-vs-rest is gone");
    assert!(error.message().contains("--accept-"), "{error}");
    let error = run(Migration::to("0.20").accept_behaviour_change(true)).expect_err("newer classes");
    assert!(error.message().contains("scikit-learn 0.20 has no"), "{error}");
    assert!(run(Migration::to("3.0")).is_err());
}
