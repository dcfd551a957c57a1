use super::*;
use crate::sign::{Curve, Resource, Statement};
use cannery_manifest::Sha256;

fn statement() -> Statement {
    let resource = |name: &str, byte| Resource { name: name.into(), sha256: Sha256::of_bytes([byte; 32]) };
    Statement::new("iris", vec![resource("b", 2), resource("a", 1)])
}

/// Reads and verifies; gives the message of what is wrong.
fn verdict(text: &str, key: &PrivateKey) -> Result<Statement, String> {
    let read = || Statement::read(Envelope::read(text.as_bytes())?.verify(&key.public())?);
    read().map_err(|error| error.to_string())
}

#[test]
fn what_is_signed_verifies() {
    for curve in [Curve::P256, Curve::P384] {
        let key = PrivateKey::generate(curve).expect("a key");
        let text =
            Envelope::sign(statement().write().expect("JSON"), &key).and_then(|e| e.write()).expect("JSON");
        assert_eq!(verdict(&text, &key), Ok(statement()));
        let other = PrivateKey::generate(curve).expect("a key");
        assert!(verdict(&text, &other).is_err_and(|message| message.contains("another key")));
    }
}

/// Each change of an envelope, and what is said of it.
#[test]
fn every_change_of_an_envelope_is_refused() {
    let key = PrivateKey::generate(Curve::P256).expect("a key");
    let text =
        Envelope::sign(statement().write().expect("JSON"), &key).and_then(|e| e.write()).expect("JSON");
    let hint = key.public().hint().expect("a hint");
    for (from, to, says) in [
        ("v0.3", "v0.2", "mediaType"),
        ("{\"mediaType\"", "{\"extra\":1,\"mediaType\"", "unknown field"),
        ("in-toto+json\"", "in-toto+xml\"", "payloadType"),
        (&*format!("\"publicKey\":{{\"hint\":\"{hint}\"}}"), "", "which key"),
        (hint.as_str(), &"0".repeat(64), "another key"),
        (hint.as_str(), &hint.as_str().to_uppercase(), "another key"),
        ("\"publicKey\":{", "\"tlogEntries\":[{}],\"publicKey\":{", "transparency log"),
        ("\"publicKey\":{", "\"certificate\":{},\"publicKey\":{", "certificate"),
        ("\"signatures\":[", "\"signatures\":[{\"sig\":\"AAAA\"},", "2 signatures"),
        ("{\"sig\":", "{\"keyid\":\"me\",\"sig\":", "keyid"),
        ("\"sig\":\"", "\"sig\":\"AAAA", "not of this payload"),
        ("\"payload\":\"ey", "\"payload\":\"ez", "not of this payload"),
        ("\"payload\":\"ey", "\"payload\":\"-y", "base64"),
        ("\"payload\":\"", "\"payload\":\"\",\"payload\":\"", "duplicate"),
    ] {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from}");
        let message = verdict(&changed, &key).expect_err(from);
        assert!(message.contains(says), "{from} -> {to}: {message}");
    }
    let unchanged = text.replacen("\"publicKey\":{", "\"tlogEntries\":[],\"publicKey\":{", 1);
    assert_eq!(verdict(&unchanged, &key), Ok(statement()));
    let unsigned = text[..text.find("{\"sig\"").expect("a signature")].to_owned() + "]}}";
    assert!(verdict(&unsigned, &key).is_err_and(|message| message.contains("0 signatures")));
}

/// Statements that are signed, and say what a verifier must not take.
#[test]
fn signed_statements_are_read_strictly() {
    let key = PrivateKey::generate(Curve::P256).expect("a key");
    let text = statement().write().expect("JSON");
    for (from, to, says) in [
        ("Statement/v1", "Statement/v0.1", "in-toto v1"),
        ("signature/v1.0", "signature/v2.0", "Model Signing"),
        ("\"method\":\"files\"", "\"method\":\"shards\"", "whole files"),
        ("\"algorithm\":\"sha256\"", "\"algorithm\":\"blake2b\"", "whole files"),
        ("\"allow_symlinks\":false", "\"allow_symlinks\":true", "symbolic links"),
        ("[\"model.sig\"]", "[\"weights.bin\"]", "ignores"),
        ("\"name\":\"b\"", "\"name\":\"a\"", "twice"),
        ("\"name\":\"b\"", "\"name\":\"../b\"", "path in a bundle"),
        ("\"name\":\"b\"", "\"name\":\"/b\"", "path in a bundle"),
        ("0202", "0203", "root"),
        ("\"method\"", "\"extra\":1,\"method\"", "unknown field"),
    ] {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from}");
        let signed = Envelope::sign(changed, &key).and_then(|e| e.write()).expect("JSON");
        let message = verdict(&signed, &key).expect_err(from);
        assert!(message.contains(says), "{from} -> {to}: {message}");
    }
}
