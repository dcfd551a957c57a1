//! Hostile and odd values, and what the summary says of a model.

use std::time::{Duration, Instant};

use cannery_object::{Limit, Limits};
use serde_json::Value as Json;

use super::{JsonOptions, Summary, Written, write_json};
use crate::Options;

fn written(pickle: &[u8], arrays: bool, limits: Limits) -> (String, Written) {
    let model = Options::default().limits(limits).loads(pickle).expect("a pickle");
    let (mut out, options) = (Vec::new(), JsonOptions::default().arrays(arrays));
    let written = write_json(model.heap(), model.root(), &options, &mut out).expect("memory takes all");
    (String::from_utf8(out).expect("JSON is UTF-8"), written)
}

fn json(pickle: &[u8]) -> Json {
    serde_json::from_str(&written(pickle, false, Limits::default()).0).expect("valid JSON")
}

fn depth(json: &str) -> usize {
    let (mut now, mut most, mut in_text, mut escaped) = (0_usize, 0, false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => now += 1,
            b'}' | b']' if !in_text => now -= 1,
            _ => {}
        }
        most = most.max(now);
    }
    most
}

fn linear(start: Instant) -> bool {
    start.elapsed() < Duration::from_secs(if cfg!(debug_assertions) { 60 } else { 10 })
}

#[test]
fn deep_values_are_deferred_and_lose_nothing() {
    for opcode in [b"\x85", b"Q"] {
        let (levels, start) = (200_000, Instant::now());
        let pickle = [b"\x80\x02N".to_vec(), opcode.repeat(levels), b".".to_vec()].concat();
        let (text, written) = written(&pickle, false, Limits::default());
        assert!(depth(&text) <= 512, "{}", depth(&text));
        assert!(written.deferred > 100);
        let kinds =
            text.matches("\"type\":\"tuple\"").count() + text.matches("\"type\":\"persistent\"").count();
        assert_eq!(kinds, levels);
        assert!(linear(start));
    }
}

#[test]
fn small_depth_limits_hold() {
    let pickle = [b"\x80\x02N".to_vec(), b"\x85".repeat(5000), b".".to_vec()].concat();
    let (text, _) = written(&pickle, false, Limits::default().with(Limit::JsonDepth, 64));
    assert!(depth(&text) <= 64, "{}", depth(&text));
    let (text, _) = written(&pickle, false, Limits::default().with(Limit::JsonDepth, 0));
    assert_eq!(text.matches("\"type\":\"tuple\"").count(), 5000);
}

#[test]
fn memo_bombs_are_written_once() {
    let mut pickle = b"\x80\x04]\x940".to_vec();
    for level in 0..100_u8 {
        pickle.extend(b"](");
        pickle.extend([b'h', level].repeat(9));
        pickle.extend(b"e\x940");
    }
    pickle.extend(b"hd.");
    let (text, _) = written(&pickle, false, Limits::default());
    assert!(text.len() < 40 * pickle.len(), "{} bytes", text.len());
}

#[test]
fn long_text_is_written_once() {
    let text = "x".repeat(100_000);
    let mut pickle = b"\x80\x04](X".to_vec();
    pickle.extend((text.len() as u32).to_le_bytes());
    pickle.extend(text.as_bytes());
    pickle.push(0x94);
    pickle.extend(b"h\x00".repeat(1000));
    pickle.extend(b"e.");
    let out = written(&pickle, false, Limits::default()).0;
    assert!(out.len() < 2 * pickle.len() + 100_000, "{} bytes", out.len());
}

/// Many objects that have one long list, dict or block of bytes in common.
fn sharing(shared: &[u8], one: &[u8], count: usize) -> Vec<u8> {
    [b"\x80\x04", shared, b"\x940](", &one.repeat(count), b"e."].concat()
}

#[test]
fn parts_of_many_objects_are_not_written_for_each() {
    let list = [b"](".to_vec(), b"N".repeat(20_000), b"e".to_vec()].concat();
    let mut dict = b"}(".to_vec();
    for k in 0..20_000_u32 {
        dict.extend(format!("V{k}\nN").as_bytes());
    }
    dict.extend(b"u");
    let tuple = [b"(".to_vec(), b"N".repeat(20_000), b"t".to_vec()].concat();
    let cases: [(&[u8], &[u8]); 5] = [
        (&list, b"cbuiltins\nset\nh\x00\x85R"),
        (&dict, b"cm\nC\n)\x81h\x00b"),
        (&dict, b"cscipy.sparse._csr\ncsr_matrix\n)\x81h\x00b"),
        (&tuple, b"cm\nC\nh\x00\x81"),
        (&tuple, b"cm\nf\nh\x00R"),
    ];
    for (shared, one) in cases {
        let (pickle, start) = (sharing(shared, one, 20_000), Instant::now());
        let out = written(&pickle, false, Limits::default()).0;
        // A first few are written in full, as long as that takes no more than the allowance.
        assert!(out.len() < 60 * pickle.len(), "{} bytes for {}", out.len(), String::from_utf8_lossy(one));
        assert!(linear(start), "{}", String::from_utf8_lossy(one));
    }
}

#[test]
fn shared_values_are_references() {
    let got = json(b"\x80\x04]\x94(]\x94K\x01ah\x01h\x00e.");
    let [list, again, ring] = &got["root"]["items"].as_array().expect("a list")[..] else { panic!("{got}") };
    assert_eq!(again["type"], "ref");
    assert_eq!(again["id"], list["id"]);
    assert_eq!(ring["id"], got["root"]["id"]);
}

#[test]
fn what_stands_in_a_set_and_in_its_list_is_referred_to_by_an_id_that_is_there() {
    // the set shows the elements of the list that it was called with, and the list follows
    let got = json(b"\x80\x03(cbuiltins\nset\n(C\x01alq\0\x85Rh\0t.");
    let items = &got["root"]["items"];
    assert_eq!(items[1]["items"][0]["type"], "ref");
    assert_eq!(items[1]["items"][0]["id"], items[0]["items"][0]["id"]);
    assert!(items[0]["items"][0]["id"].is_u64());
}

#[test]
fn names_that_come_twice_are_kept() {
    let got = json(b"\x80\x02cm\nC\n)\x81}(X\x01\x00\x00\x00aK\x01X\x01\x00\x00\x00aK\x02ub.");
    assert_eq!(got["root"]["state"]["items"].as_array().map(Vec::len), Some(2));
    let got = json(b"\x80\x02cm\nC\n)\x81}(X\x01\x00\x00\x00aK\x01X\x01\x00\x00\x00bK\x02ub.");
    assert_eq!(got["root"]["attributes"]["b"], 2);
}

#[test]
fn what_is_not_what_it_should_be_is_written_as_it_is() {
    let (text, written) =
        written(b"\x80\x02cnumpy.core.multiarray\nscalar\nK\x01\x85R.", false, Limits::default());
    assert_eq!(written.fallbacks, 1);
    let got: Json = serde_json::from_str(&text).expect("valid JSON");
    assert_eq!(got["root"]["type"], "call");
    assert_eq!(got["root"]["args"][0], 1);
    assert!(got["root"]["error"].is_string());
}

#[test]
fn text_with_lone_surrogates_is_valid_json() {
    let got = json(b"\x80\x02X\x03\x00\x00\x00\xed\xa0\x80.");
    assert_eq!(got["root"]["hex"], "eda080");
}

#[test]
fn summary_draws_the_pipeline() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/sklearn/");
    let model = crate::open(format!("{folder}sk1.9-py3.13-pipeline-p2.pkl")).expect("a model");
    let summary = Summary::of(model.heap(), model.root(), Some(model.facts()));
    assert_eq!(summary.model.name, "Pipeline");
    assert!(summary.model.parts.len() >= 2);
    assert_eq!(summary.origin.sklearn.keys().collect::<Vec<_>>(), ["1.9.1"]);
    assert_eq!(summary.origin.python, Some(3));
    assert_eq!(summary.origin.byte_order, Some("little"));
    let text = summary.to_string();
    assert!(text.starts_with("Pipeline\n├─ ") && text.contains("\n└─ "), "{text}");
    assert!(text.contains("written by scikit-learn 1.9.1") && text.contains("protocol 2"), "{text}");
    let json: Json = serde_json::from_str(&summary.to_json()).expect("valid JSON");
    assert_eq!(json["model"]["module"], "sklearn.pipeline");
}

#[test]
fn summary_counts_trees_and_hides_defaults() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/sklearn/");
    let model = crate::open(format!("{folder}sk1.9-py3.13-forest-p4.pkl")).expect("a model");
    let summary = Summary::of(model.heap(), model.root(), Some(model.facts()));
    let names: Vec<_> = summary.model.params.iter().map(|(name, _)| name.as_str()).collect();
    assert!(names.contains(&"n_estimators") && names.contains(&"max_depth"), "{names:?}");
    assert!(!names.contains(&"criterion"), "{names:?}");
    let note = summary.model.parts[0].note.as_deref().unwrap_or_default();
    assert!(note.contains("first of 2") && note.contains("nodes"), "{note}");
    assert_eq!(summary.origin.word_bits, Some(64));
}

#[test]
fn summary_of_hostile_values_ends() {
    let deep = [b"\x80\x02N".to_vec(), b"\x85".repeat(200_000), b".".to_vec()].concat();
    let ring = b"\x80\x04]\x94h\x00a.".to_vec();
    let estimators =
        sharing(b"}(V_sklearn_version\nV1.0\nVa\nNu", b"csklearn.svm._classes\nSVC\n)\x81h\x00b", 50_000);
    for pickle in [deep, ring, estimators] {
        let (model, start) = (crate::loads(&pickle).expect("a pickle"), Instant::now());
        let summary = Summary::of(model.heap(), model.root(), None);
        assert!(summary.to_string().len() < 100_000);
        assert!(linear(start));
    }
}
