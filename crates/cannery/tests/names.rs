//! Names of columns are those of scikit-learn: `names/make.py` made the models and asked it.

use std::collections::BTreeMap;

fn expected(version: &str) -> BTreeMap<String, Option<Vec<String>>> {
    let text = std::fs::read_to_string(format!("tests/names/models_{version}.json")).expect("there");
    serde_json::from_str(&text).expect("as make.py writes it")
}

#[test]
fn names_out_are_those_of_scikit_learn() {
    let mut wrong = Vec::new();
    for version in ["1.3.2", "1.6.1", "1.9.1"] {
        let models = cannery::open(format!("tests/names/models_{version}.pkl")).expect("a pickle");
        let expected = expected(version);
        assert!(expected.len() >= 45, "{version}");
        for (name, want) in expected {
            let names = models.part(&name).expect("there").feature_names_out();
            match names {
                Ok(names) if names == want => {}
                other => wrong.push(format!("{version} {name}: {other:?}, not {want:?}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn names_in_are_those_of_the_first_step() {
    let models = cannery::open("tests/names/models_1.9.1.pkl").expect("a pickle");
    for (name, want) in [
        ("scaler", Some("age size")),
        ("scaler_of_array", None),
        ("pipeline", Some("age size")),
        ("union", Some("age size")),
        ("search", Some("age size")),
        ("columns", Some("age size city level text")),
        ("count", None),
    ] {
        let names = models.part(name).expect("there").feature_names_in();
        assert_eq!(names.map(|names| names.join(" ")).as_deref(), want, "{name}");
    }
}
