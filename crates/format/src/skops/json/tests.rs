use cannery_object::Limits;

use super::*;

fn value(text: &str) -> Result<(Heap, Value)> {
    let mut heap = Heap::new(Limits::default());
    let json = Json::parse(text, heap.budget_mut())?;
    let value = json.value(Json::ROOT, &mut heap)?;
    Ok((heap, value))
}

#[test]
fn what_python_writes() {
    let text =
        r#" {"a": [1, -0.5, NaN, -Infinity, 1e400], "b": {"c": [], "d": {}}, "\u00e9\ud83d\ude00": null} "#;
    let (heap, root) = value(text).expect("JSON");
    let pairs = heap.as_dict(root).expect("a dict");
    let list = heap.as_list(heap.lookup(pairs, "a").expect("a")).expect("a list");
    let floats: Vec<_> = list.iter().filter_map(|&v| heap.as_float(v)).collect();
    assert_eq!(floats[..2], [1.0, -0.5]);
    assert!(floats[2].is_nan() && floats[3] == f64::NEG_INFINITY && floats[4] == f64::INFINITY);
    let inner = heap.as_dict(heap.lookup(pairs, "b").expect("b")).expect("a dict");
    assert!(heap.as_list(heap.lookup(inner, "c").expect("c")).is_some_and(<[_]>::is_empty));
    assert!(heap.as_dict(heap.lookup(inner, "d").expect("d")).is_some_and(<[_]>::is_empty));
    assert_eq!(heap.lookup(pairs, "é😀"), Some(Value::None));
}

#[test]
fn lone_surrogates_are_kept() {
    let (heap, text) = value(r#""a\ud800\"\/b""#).expect("a string");
    let Some(Node::Str(blob)) = heap.node_of(text) else { panic!("no string") };
    assert_eq!(heap.bytes(blob), b"a\xed\xa0\x80\"/b");
}

#[test]
fn what_is_no_json() {
    let bad = [
        "",
        "{",
        "[",
        "[1",
        "[1,]",
        "[,1]",
        "{,}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{1:1}",
        "[1}",
        "{\"a\":1]",
        "]",
        "1 2",
        "01",
        "1.",
        ".5",
        "-",
        "1e",
        "+1",
        "tru",
        "\"a",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\n\"",
        "'a'",
        "[1 2]",
        "-NaN",
        "[]]",
        "{\"a\":1,\"\\u0061\":2}",
    ];
    for text in bad {
        assert!(value(text).is_err(), "{text}");
    }
}

#[test]
fn nesting_is_bounded_and_needs_no_stack() {
    let deep = |n: usize| "[".repeat(n) + &"]".repeat(n);
    assert!(value(&deep(512)).is_ok());
    assert!(value(&deep(513)).is_err());
    let mut heap = Heap::new(Limits::default().with(Limit::JsonDepth, u64::MAX));
    let text = deep(1_000_000);
    let json = Json::parse(&text, heap.budget_mut()).expect("deep");
    assert!(json.value(Json::ROOT, &mut heap).is_ok());
}

#[test]
fn the_same_tokens() {
    let mut budget = Budget::new(Limits::default());
    let text = r#"[{"a": [1, "x"]}, {"a":[1,"x"] }, {"a": [1, "y"]}, {"a": [[1], "x"]}, {"b": 1}, {"b": 2}, ["b", 2]]"#;
    let json = Json::parse(text, &mut budget).expect("JSON");
    let items: Vec<usize> = json.children(Json::ROOT).collect();
    let same = |a: usize, b: usize, name: &str| {
        json.same(items[a], items[b], &mut |of, _, _| Ok(of == name)).expect("no error")
    };
    assert!(same(0, 1, ""));
    assert!(!same(0, 2, "a") && !same(0, 3, "a"));
    assert!(same(4, 5, "b") && !same(4, 5, "c") && !same(5, 6, "b"));
}

#[test]
fn each_error_has_its_place() {
    let cases = [
        ("", 0, "the JSON text is cut short"),
        (" [1, ", 5, "the JSON text is cut short"),
        ("[1 2]", 3, "neither a comma nor a bracket follows a JSON value"),
        ("[1}", 2, "neither a comma nor a bracket follows a JSON value"),
        (r#"{"a":1]"#, 6, "neither a comma nor a bracket follows a JSON value"),
        ("1 2", 2, "something follows the JSON value"),
        ("[]]", 2, "something follows the JSON value"),
        ("{1:1}", 1, "a name in a JSON object is not a string"),
        (r#"{"a":1,}"#, 7, "a name in a JSON object is not a string"),
        (r#"{"a" 1}"#, 5, "no colon follows a name in a JSON object"),
        (r#"["a]"#, 2, "a JSON string is not closed"),
        ("[\"a\tb\"]", 3, "a JSON string holds a control character"),
        ("[\"a\u{1f}b\"]", 3, "a JSON string holds a control character"),
        (r#"["a\x"]"#, 3, "a JSON string holds an unknown escape"),
        (r#"["\u00g0"]"#, 2, "a JSON string holds an unknown escape"),
        (r#"["\u123"#, 2, "a JSON string holds an unknown escape"),
        (r#"["\"#, 2, "a JSON string holds an unknown escape"),
        (" -", 1, "a JSON number has the wrong form"),
        ("[00]", 1, "a JSON number has the wrong form"),
        ("[-01]", 1, "a JSON number has the wrong form"),
        ("[1.]", 1, "a JSON number has the wrong form"),
        ("[1.e5]", 1, "a JSON number has the wrong form"),
        ("[1e]", 1, "a JSON number has the wrong form"),
        ("[1e+]", 1, "a JSON number has the wrong form"),
        ("[nul]", 1, "a JSON value is missing here"),
        ("[-I]", 1, "a JSON value is missing here"),
        (r#"{"a": 1, "\u0061": 2}"#, 10, "a name occurs twice in a JSON object"),
        (r#"{"a": {"b": 1}, "c": 1, "c": 2}"#, 25, "a name occurs twice in a JSON object"),
    ];
    for (text, offset, want) in cases {
        let error = value(text).map(|_| ()).expect_err(text);
        assert_eq!(error.to_string(), format!("{want}, at byte {offset}"), "{text}");
    }
    let nested = value(r#"{"a": {"a": 1, "b": 2}, "b": {"a": 1}}"#);
    assert!(nested.is_ok(), "names are those of one object");
}

#[test]
fn numbers_of_every_form() {
    for (text, want) in [
        ("-0.5e-1", -0.05),
        ("0.25", 0.25),
        ("1E2", 100.0),
        ("1e+2", 100.0),
        ("0e0", 0.0),
        ("10.0", 10.0),
        ("-0.0", -0.0),
    ] {
        let (heap, root) = value(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(heap.as_float(root).map(f64::to_bits), Some(f64::to_bits(want)), "{text}");
    }
    for (text, want) in [("0", 0), ("-0", 0), ("-7", -7), ("9223372036854775807", i64::MAX)] {
        let (heap, root) = value(text).expect("an integer");
        assert_eq!(heap.as_int(root), Some(want), "{text}");
    }
    let (heap, root) = value("9223372036854775808").expect("an integer");
    assert!(matches!(heap.node_of(root), Some(Node::BigInt(_))));
}

#[test]
fn escapes_and_surrogates() {
    let cases: &[(&str, &[u8])] = &[
        (r#""\"\\\/\b\f\n\r\t""#, b"\"\\/\x08\x0c\n\r\t"),
        (r#""\u00e9A""#, "éA".as_bytes()),
        (r#""\ud83d\ude00!""#, "😀!".as_bytes()),
        (r#""\uDBFF\uDFFF""#, "\u{10ffff}".as_bytes()),
        (r#""\ude00\ud83d""#, b"\xed\xb8\x80\xed\xa0\xbd"),
        (r#""\ud83dA""#, b"\xed\xa0\xbdA"),
        (r#""\ud83d\ud83d\ude00""#, b"\xed\xa0\xbd\xf0\x9f\x98\x80"),
        (r#""\ue000\ud7ff""#, "\u{e000}\u{d7ff}".as_bytes()),
        (r#""\u0041\ude00""#, b"A\xed\xb8\x80"),
    ];
    for (text, want) in cases {
        let (heap, root) = value(text).expect("a string");
        let Some(Node::Str(blob)) = heap.node_of(root) else { panic!("no string: {text}") };
        assert_eq!(heap.bytes(blob), *want, "{text}");
    }
}

#[test]
fn what_is_asked_of_a_value_of_another_kind() {
    let mut budget = Budget::new(Limits::default());
    let json =
        Json::parse(r#"[{"a": "x", "b": -1}, 7, "a\ud800", [1, 2], 18446744073709551616]"#, &mut budget)
            .expect("JSON");
    let items: Vec<usize> = json.children(Json::ROOT).collect();
    assert_eq!(json.get(items[0], "a").and_then(|at| json.str(at)).as_deref(), Some("x"));
    assert_eq!(json.get(items[0], "c"), None);
    assert_eq!(json.get(items[1], "a"), None);
    assert_eq!(json.get(items[3], "a"), None);
    assert_eq!((json.str(items[1]), json.str(items[2]), json.str(items[0])), (None, None, None));
    assert_eq!(json.u64(items[1]), Some(7));
    assert_eq!((json.u64(items[2]), json.u64(items[4])), (None, None));
    assert_eq!(json.get(items[0], "b").and_then(|at| json.u64(at)), None);
    assert_eq!(json.children(items[1]).count() + json.pairs(items[1]).count(), 0);
    assert_eq!((json.children(items[3]).count(), json.pairs(items[0]).count()), (2, 2));
    assert_eq!(items.iter().map(|&at| json.offset(at)).collect::<Vec<_>>(), [1, 22, 26, 36, 44]);
}

#[test]
fn values_that_differ() {
    let mut budget = Budget::new(Limits::default());
    let text = r#"["x", "y", [[1], 2], [[1, 2]], {"a": [1]}, {"a": {}}, {"a": true}, {"a": false}, {"b": true}, [3]]"#;
    let json = Json::parse(text, &mut budget).expect("JSON");
    let items: Vec<usize> = json.children(Json::ROOT).collect();
    let same = |a: usize, b: usize, excuse: bool| {
        json.same(items[a], items[b], &mut |_, _, _| Ok(excuse)).expect("no error")
    };
    assert!(same(0, 0, false));
    assert!(!same(0, 1, true), "what has no name has no excuse");
    assert!(!same(2, 3, true), "the same scalars, nested otherwise");
    assert!(!same(4, 5, true), "another length");
    assert!(!same(6, 7, true), "two kinds of a scalar");
    assert!(!same(6, 8, true), "another name");
    assert!(!same(2, 9, true), "another length");
    let fails = json.same(items[6], items[6], &mut |_, _, _| Err(Error::malformed("never asked")));
    assert!(fails.expect("nothing differs"));
    let text = r#"[{"a": 1}, {"a": 2}]"#;
    let json = Json::parse(text, &mut budget).expect("JSON");
    let items: Vec<usize> = json.children(Json::ROOT).collect();
    let mut asked = Vec::new();
    let excused = json.same(items[0], items[1], &mut |name, a, b| {
        asked.push((name.to_owned(), json.offset(a), json.offset(b)));
        Ok(true)
    });
    assert!(excused.expect("excused"));
    assert_eq!(asked, [("a".to_owned(), 7, 17)]);
    assert!(json.same(items[0], items[1], &mut |_, _, _| Err(Error::malformed("asked"))).is_err());
}
