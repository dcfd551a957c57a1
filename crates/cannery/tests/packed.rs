//! Models as people keep them: several files, several pickles in one, in objects, bytes, text and archives.

use cannery::{Model, Options, Prediction, Values};

const FOLDER: &str = "tests/packed";

fn open(name: &str) -> Model {
    cannery::open(format!("{FOLDER}/{name}")).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn expected(key: &str) -> Vec<String> {
    let text = std::fs::read_to_string(format!("{FOLDER}/expected.json")).expect("the file of make.py");
    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    json[key]
        .as_array()
        .expect("a list")
        .iter()
        .map(|label| label.as_str().expect("text").to_owned())
        .collect()
}

fn predicted(model: &Model) -> Vec<String> {
    let mut out = Vec::new();
    let rows = Prediction::new(format!("{FOLDER}/rows.csv"));
    rows.run(model, Box::new(&mut out), &mut |_, _, _| ()).expect("predictions");
    String::from_utf8(out).expect("text").lines().map(str::to_owned).collect()
}

#[test]
fn the_model_is_found_wherever_it_is_packed() {
    let want = expected("alone");
    for name in [
        "model.pkl",
        "wrapper.pkl",
        "method.pkl",
        "array.npy",
        "bytes.pkl",
        "base64.txt",
        "one.tar.gz",
        "one.tar.gz::model.pkl",
        "several.zip::sub/model.pkl",
        "mlflow",
    ] {
        assert_eq!(predicted(&open(name)), want, "{name}");
    }
    for (name, part) in [
        ("two.pkl", "[1]"),
        ("two.pkl", "1"),
        ("wrapper.pkl", "model"),
        ("wrapper.pkl", ".model"),
        ("method.pkl", "__self__"),
        ("array.npy", "[0]"),
        ("bytes.pkl", "blob"),
    ] {
        assert_eq!(predicted(&open(name).part(part).expect(part)), want, "{name} {part}");
    }
}

#[test]
fn what_could_be_several_models_is_an_error_that_lists_them() {
    let two = open("two.pkl");
    let want = "the file holds 2 estimators; choose one by its part:\n  0  sklearn.preprocessing._data.StandardScaler\n  \
                1  sklearn.linear_model._logistic.LogisticRegression";
    assert_eq!(two.methods().expect_err("two").message(), want);
    let error = cannery::open(format!("{FOLDER}/several.zip")).expect_err("two");
    let want = "the archive holds 2 model files; name one as archive::member: scaler.pkl, sub/model.pkl";
    assert_eq!(error.message(), want);
    let error = cannery::open(FOLDER).expect_err("no folder of MLflow");
    assert_eq!(error.kind(), "unsupported");
}

#[test]
fn files_in_a_chain_compute_as_a_pipeline() {
    let chain = Model::chain(&[open("scaler.pkl"), open("model.pkl")]).expect("two");
    assert_eq!(predicted(&chain), expected("chained"));
    assert_eq!(chain.methods().expect("methods"), open("model.pkl").methods().expect("methods"));
    let (model, scaler) = (open("model.pkl"), open("scaler.pkl"));
    let nested = [Model::chain(&[scaler.clone(), scaler.clone()]).expect("two"), model.clone()];
    let flat = [scaler.clone(), scaler, model];
    assert_eq!(
        predicted(&Model::chain(&nested).expect("three")),
        predicted(&Model::chain(&flat).expect("three"))
    );
    let one = chain.call("predict", &[2.0, 2.0], 2).expect("a row");
    assert!(matches!(one.values, Values::Str(labels) if labels.len() == 1));
    let error = Model::chain(&[open("model.pkl"), open("model.pkl")]).expect("two").methods();
    assert!(
        error.expect_err("no transform").to_string().contains("model 1: LogisticRegression has no transform")
    );
}

#[test]
fn scan_judges_what_is_packed() {
    use cannery::scan::{Rule, Verdict, scan, scan_bytes};
    for name in ["two.pkl", "array.npy", "bytes.pkl", "base64.txt", "one.tar.gz", "several.zip"] {
        assert_eq!(scan(format!("{FOLDER}/{name}")).verdict, Verdict::Safe, "{name}");
    }
    let member = scan(format!("{FOLDER}/one.tar.gz::model.pkl"));
    assert_eq!(member.verdict, Verdict::Safe);
    let first = std::fs::read(format!("{FOLDER}/model.pkl")).expect("the file of make.py");
    let harm = b"\x80\x02cos\nsystem\n(S'id'\ntR.";
    let both = [&first[..], harm].concat();
    let report = scan_bytes(&both);
    assert_eq!((report.verdict, report.findings[0].rule), (Verdict::Dangerous, Rule::Gadget));
    let junk = [&first[..], b"junk"].concat();
    assert_eq!(scan_bytes(&junk).findings[0].rule, Rule::Trailing);
    let mut archive = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(harm.len() as u64);
    archive.append_data(&mut header, "a/b.pkl", &harm[..]).expect("in memory");
    let archive = archive.into_inner().expect("in memory");
    let report = scan_bytes(&archive);
    assert_eq!(report.verdict, Verdict::Dangerous);
    assert_eq!(report.findings[0].part, ["a/b.pkl"]);
}

#[test]
fn hostile_archives_and_junk_are_errors() {
    let first = std::fs::read(format!("{FOLDER}/model.pkl")).expect("the file of make.py");
    let error =
        Options::default().loads(&[&first[..], &first[..100]].concat()).expect_err("a cut second pickle");
    assert!(error.message().contains("follow the end of the pickle and are not another pickle"), "{error}");
    assert_eq!(error.offset(), Some(first.len() as u64));
    let error = cannery::open(format!("{FOLDER}/one.tar.gz::../model.pkl")).expect_err("absent");
    assert!(error.message().contains("has no member"), "{error}");
}
