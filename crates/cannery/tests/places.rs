//! Errors say where: in the file, in the model, and at which operator.

use cannery::{Error, Values};

/// `Pipeline(steps=[('a', NAME())])` of a module.
fn pipeline_of(module: &str, name: &str) -> Vec<u8> {
    let mut pickle =
        b"\x80\x04\x8c\x10sklearn.pipeline\x8c\x08Pipeline\x93)\x81}\x8c\x05steps]\x8c\x01a".to_vec();
    for text in [module, name] {
        pickle.extend([0x8c, text.len() as u8]);
        pickle.extend(text.as_bytes());
    }
    pickle.extend(b"\x93)\x81\x86asb.");
    pickle
}

fn place(error: &Error) -> (Option<&str>, Option<&str>, Option<u64>, Option<&str>) {
    (error.path(), error.operator(), error.offset(), error.opcode())
}

#[test]
fn of_a_pickle_offset_and_opcode() {
    let error = cannery::loads(b"\x80\x04R.").expect_err("nothing to call");
    assert_eq!(place(&error), (None, None, Some(2), Some("REDUCE")));
    assert!(!error.message().contains("byte"), "{}", error.message());
    assert!(error.to_string().ends_with(", at byte 2 (REDUCE)"), "{error}");
}

#[test]
fn of_a_model_the_path() {
    let model = cannery::loads(&pipeline_of("sklearn.none", "NoSuch")).expect("a pickle");
    let error = model.methods().expect_err("no such class");
    assert_eq!(place(&error), (Some("steps[0]"), None, None, None));
    assert!(!error.message().contains("steps"), "{}", error.message());
    assert!(error.to_string().starts_with("unsupported: steps[0]: "), "{error}");
    let json = error.to_json();
    assert!(json.contains(r#""path":"steps[0]""#) && !json.contains("offset"), "{json}");
}

#[test]
fn of_an_attribute_its_path() {
    let model =
        cannery::loads(&pipeline_of("sklearn.preprocessing._data", "MinMaxScaler")).expect("a pickle");
    let error = model.methods().expect_err("it was not fitted");
    assert!(error.path().is_some_and(|path| path.starts_with("steps[0].")), "{error}");
}

#[test]
fn of_a_chain_the_model() {
    let iris = cannery::open("../../examples/iris_svc.joblib").expect("the example");
    let broken = cannery::loads(&pipeline_of("sklearn.none", "NoSuch")).expect("a pickle");
    let chain = cannery::Model::chain(&[broken, iris]).expect("two models");
    assert_eq!(chain.methods().expect_err("no such class").path(), Some("model 1: steps[0]"));
}

#[test]
fn of_a_member_its_name() {
    let mut archive = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(3);
    header.set_mode(0o644);
    archive.append_data(&mut header, "a/model.pkl", &b"\x80\x04R"[..]).expect("a member");
    let error = cannery::loads(&archive.into_inner().expect("an archive")).expect_err("cut short");
    assert_eq!((error.member(), error.offset()), (Some("a/model.pkl"), Some(2)));
}

#[test]
fn of_a_prediction_the_operator() {
    let model = cannery::open("../../examples/iris_svc.joblib").expect("the example");
    let error = model.call("predict", &[f64::NAN, 0.0, 0.0, 0.0], 4).expect_err("not a number");
    assert_eq!((error.kind(), error.operator()), ("usage", Some("guard")), "{error}");
    assert_eq!(model.call("predict", &[5.1, 3.5, 1.4, 0.2], 4).expect("fine").values, Values::I64(vec![0]));
}
