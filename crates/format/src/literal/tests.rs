use cannery_object::Limits;

use super::*;

fn heap() -> Heap {
    Heap::new(Limits::default())
}

#[test]
fn a_header_of_numpy() {
    let mut heap = heap();
    let text =
        "{'descr': [('a', '<f8'), (\"b\", '|u1', (2,))], 'fortran_order': False, 'shape': (10L, -3,), }  \n";
    let value = read(&mut heap, text).expect("a literal");
    let pairs = heap.as_dict(value).expect("a dict");
    let of = |key| heap.lookup(pairs, key).expect("there");
    assert_eq!(of("fortran_order"), Value::Bool(false));
    assert_eq!(heap.as_tuple(of("shape")), Some(&[Value::Int(10), Value::Int(-3)][..]));
    let fields = heap.as_list(of("descr")).expect("a list");
    let second = heap.as_tuple(fields[1]).expect("a tuple");
    assert!(heap.is_str(second[0], "b"));
    assert_eq!(heap.as_tuple(second[2]), Some(&[Value::Int(2)][..]));
}

#[test]
fn parentheses_are_a_tuple_only_with_a_comma() {
    let mut heap = heap();
    assert_eq!(read(&mut heap, "((7))").expect("an int"), Value::Int(7));
    let tuple = read(&mut heap, "(7,)").expect("a tuple");
    assert_eq!(heap.as_tuple(tuple), Some(&[Value::Int(7)][..]));
    assert_eq!(read(&mut heap, "( )").expect("a tuple"), Heap::EMPTY_TUPLE);
}

#[test]
fn strings_and_their_escapes() {
    let mut heap = heap();
    let value = read(&mut heap, r#"u'a\'\x41\u00e9"\\'"#).expect("a string");
    assert_eq!(heap.as_str(value).as_deref(), Some("a'Aé\"\\"));
}

#[test]
fn what_is_no_literal() {
    let bad = [
        "",
        "{",
        "[1",
        "(1",
        "'a",
        "'a\n'",
        "{1}",
        "{1: 2: 3}",
        "{1, 2}",
        "[1 2]",
        "[,]",
        "1 2",
        "__import__('os')",
        "1.5",
        "]",
        "(1]",
        "{'a': 1, , }",
        "-",
        "u",
        "'\\ud800'",
        "'\\x4'",
        "'\\u00é'",
        "True.x",
        "[1:2]",
        "{1:}",
    ];
    for text in bad {
        assert!(read(&mut heap(), text).is_err(), "{text}");
    }
}

#[test]
fn nesting_is_bounded() {
    let deep = |n: usize| "[".repeat(n) + &"]".repeat(n);
    assert!(read(&mut heap(), &deep(512)).is_ok());
    assert!(read(&mut heap(), &deep(513)).is_err());
    assert!(read(&mut heap(), &deep(1_000_000)).is_err());
    let mut unlimited = Heap::new(Limits::default().with(Limit::JsonDepth, u64::MAX));
    assert!(read(&mut unlimited, &deep(1_000_000)).is_ok());
}

#[test]
fn each_error_has_its_place() {
    let cases = [
        ("  ", 2, "the literal is cut short"),
        ("[1, ", 4, "the literal is cut short"),
        ("1 2", 2, "something follows the literal"),
        ("[1 2]", 3, "a container is not continued with a comma, a colon or its bracket"),
        ("(1]", 2, "a container is not continued with a comma, a colon or its bracket"),
        ("{1}", 2, "a container is not continued with a comma, a colon or its bracket"),
        ("{1, 2}", 2, "a container is not continued with a comma, a colon or its bracket"),
        ("{1: 2: 3}", 5, "a container is not continued with a comma, a colon or its bracket"),
        ("[,]", 1, "this is not a dict, list, tuple, string, integer, True, False or None"),
        ("[nothing]", 1, "this is not a dict, list, tuple, string, integer, True, False or None"),
        ("[u1]", 1, "this is not a dict, list, tuple, string, integer, True, False or None"),
        ("[-]", 1, "an integer has no decimal digits"),
        ("['a", 1, "a string is not closed"),
        ("['a\n']", 1, "a string is not closed"),
        (r"['\q']", 4, "a string holds an unknown escape"),
        (r"['\", 4, "a string holds an unknown escape"),
        (r"['\x4g']", 6, "a string holds an escape that is not a character"),
        (r"['\u+123']", 8, "a string holds an escape that is not a character"),
        (r"['\U00110000']", 12, "a string holds an escape that is not a character"),
    ];
    for (text, offset, want) in cases {
        let error = read(&mut heap(), text).expect_err(text);
        assert_eq!(error.to_string(), format!("{want}, at byte {offset}"), "{text}");
    }
}

#[test]
fn every_escape() {
    let cases = [
        (r#"'\\\'\"\n\t\r'"#, "\\'\"\n\t\r"),
        (r"'\x7e\u20ac\U0001f600!'", "~€😀!"),
        (r#""it's""#, "it's"),
        ("u\"é\"", "é"),
        ("''", ""),
    ];
    for (text, want) in cases {
        let mut heap = heap();
        let value = read(&mut heap, text).expect(text);
        assert_eq!(heap.as_str(value).as_deref(), Some(want), "{text}");
    }
}

#[test]
fn containers_of_every_kind() {
    let mut heap = heap();
    let value = read(
        &mut heap,
        " [ True,\tFalse,\r\nNone, -12L, [], {}, () , (1), (1,), (1, 2), {'a': [1], 2: {},} ] ",
    )
    .expect("a literal");
    let items = heap.as_list(value).expect("a list").to_vec();
    assert_eq!(items[..4], [Value::Bool(true), Value::Bool(false), Value::None, Value::Int(-12)]);
    assert_eq!(heap.as_list(items[4]).map(<[_]>::len), Some(0));
    assert_eq!(heap.as_dict(items[5]).map(<[_]>::len), Some(0));
    assert_eq!((items[6], items[7]), (Heap::EMPTY_TUPLE, Value::Int(1)));
    assert_eq!([8, 9].map(|i| heap.as_tuple(items[i]).map(<[_]>::len)), [Some(1), Some(2)]);
    let pairs = heap.as_dict(items[10]).expect("a dict");
    assert_eq!((pairs.len(), pairs[2]), (4, Value::Int(2)));
    assert_eq!(heap.lookup(pairs, "a").and_then(|list| heap.as_list(list)), Some(&[Value::Int(1)][..]));
}
