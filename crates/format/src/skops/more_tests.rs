//! Nodes beside the border: what is legal and rare, and what a node may not be.

use cannery_object::{Kind, Limits};

use super::tests::{
    Files, array, content, dict, error, error_with, in_protocol, json, node, npy, read_with, sequence, shown,
    shown_with, sparse, sparse_of, ty,
};
use crate::error::ErrorKind;

#[track_caller]
fn malformed(root: &str, files: Files<'_>, want: &str) {
    let error = error_with(root, files);
    assert_eq!(error.kind(), ErrorKind::Malformed, "{error}");
    assert!(error.to_string().contains(want), "{want}: {error}");
}

fn scalar_of(class: &str, descr: &str, data: &[u8]) -> Result<String, String> {
    let file = npy(descr, "()", data);
    let root = in_protocol("2", &array(&format!("numpy.{class}"), "1.npy"));
    let read = read_with(&root, &[("1.npy", &file)], Limits::default());
    read.map(|(heap, skops)| super::tests::show(&heap, skops.root)).map_err(|error| error.to_string())
}

#[test]
fn scalars_have_the_dtype_of_their_class() {
    let fitting = [
        ("int8", "'|i1'", 1),
        ("byte", "'|i1'", 1),
        ("short", "'<i2'", 2),
        ("intc", "'<i4'", 4),
        ("intp", "'<i8'", 8),
        ("int_", "'<i8'", 8),
        ("long", "'<i8'", 8),
        ("longlong", "'<i8'", 8),
        ("uint16", "'<u2'", 2),
        ("ubyte", "'|u1'", 1),
        ("ushort", "'<u2'", 2),
        ("uintc", "'<u4'", 4),
        ("uintp", "'<u8'", 8),
        ("ulong", "'<u8'", 8),
        ("ulonglong", "'<u8'", 8),
        ("float16", "'<f2'", 2),
        ("half", "'<f2'", 2),
        ("single", "'<f4'", 4),
        ("double", "'<f8'", 8),
        ("float64", "'>f8'", 8),
        ("complex64", "'<c8'", 8),
        ("csingle", "'<c8'", 8),
        ("cdouble", "'<c16'", 16),
        ("bool", "'|b1'", 1),
        ("bool_", "'|b1'", 1),
        ("str_", "'<U2'", 8),
        ("unicode_", "'<U2'", 8),
        ("bytes_", "'|S3'", 3),
        ("string_", "'|S3'", 3),
        ("datetime64", "'<M8[ns]'", 8),
        ("timedelta64", "'<m8[ns]'", 8),
        ("void", "'|V3'", 3),
        ("void", "[('a', '|u1'), ('b', '|u1')]", 2),
    ];
    for (class, descr, size) in fitting {
        let shown =
            scalar_of(class, descr, &vec![1; size]).unwrap_or_else(|error| panic!("{class}: {error}"));
        assert!(shown.starts_with("numpy._core.multiarray.scalar(numpy.dtype("), "{class}: {shown}");
        assert!(shown.ends_with(&format!("b{:?})", vec![1; size])), "{class}: {shown}");
    }
    let others = [
        ("int8", "'<i2'", 2),
        ("int64", "'<u8'", 8),
        ("uint8", "'|i1'", 1),
        ("uint16", "'|u1'", 1),
        ("float32", "'<f8'", 8),
        ("half", "'<i2'", 2),
        ("complex128", "'<c8'", 8),
        ("bool", "'|u1'", 1),
        ("str_", "'|S3'", 3),
        ("bytes_", "'<U1'", 4),
        ("datetime64", "'<m8[ns]'", 8),
        ("timedelta64", "'<M8[ns]'", 8),
        ("void", "'|S3'", 3),
    ];
    for (class, descr, size) in others {
        let error = scalar_of(class, descr, &vec![1; size]).expect_err(class);
        assert!(error.contains(&format!("a numpy.{class} has the dtype ")), "{class}: {error}");
    }
    assert_eq!(scalar_of("matrix", "'|u1'", &[7]).as_deref(), Ok("numpy.matrix(array(|u1, [], [7]))"));
    assert_eq!(scalar_of("ndarray", "'|u1'", &[7]).as_deref(), Ok("array(|u1, [], [7])"));
}

#[test]
fn dtypes_hold_order_size_and_flags() {
    let shown = |descr: &str| {
        let file = npy(descr, "(0,)", &[]);
        let root =
            node("DTypeNode", "numpy.dtype", &format!(r#""content": {}"#, array("numpy.ndarray", "1.npy")));
        shown_with(&root, &[("1.npy", &file)])
    };
    let of =
        |code: &str, state: &str| format!(r#"numpy.dtype("{code}", Bool(false), Bool(true)) | ({state})"#);
    let numbers = "None, None, None, Int(-1), Int(-1), Int(0)";
    for (descr, code, state) in [
        ("'|i1'", "i1", format!(r#"Int(3), "|", {numbers}"#)),
        ("'<f8'", "f8", format!(r#"Int(3), "<", {numbers}"#)),
        ("'>f8'", "f8", format!(r#"Int(3), ">", {numbers}"#)),
        ("'|b1'", "b1", format!(r#"Int(3), "|", {numbers}"#)),
        ("'<U3'", "U3", r#"Int(3), "<", None, None, None, Int(12), Int(4), Int(8)"#.into()),
        ("'|S3'", "S3", r#"Int(3), "|", None, None, None, Int(3), Int(1), Int(0)"#.into()),
        ("'|V3'", "V3", r#"Int(3), "|", None, None, None, Int(3), Int(1), Int(0)"#.into()),
        (
            "'<M8[ns]'",
            "M8[ns]",
            format!(r#"Int(4), "<", {numbers}, ({{}}, (b[110, 115], Int(1), Int(1), Int(1)))"#),
        ),
        (
            "'<m8[25us]'",
            "m8[25us]",
            format!(r#"Int(4), "<", {numbers}, ({{}}, (b[117, 115], Int(25), Int(1), Int(1)))"#),
        ),
        (
            "'<M8'",
            "M8",
            format!(
                r#"Int(4), "<", {numbers}, ({{}}, (b[103, 101, 110, 101, 114, 105, 99], Int(1), Int(1), Int(1)))"#
            ),
        ),
    ] {
        assert_eq!(shown(descr), of(code, &state), "{descr}");
    }
    let byte = of("u1", &format!(r#"Int(3), "|", {numbers}"#));
    let pair = format!(
        r#"Int(3), "|", None, ("a", "b"), {{"a", ({byte}, Int(0)), "b", ({byte}, Int(1))}}, Int(2), Int(1), Int(16)"#
    );
    assert_eq!(shown("[('a', '|u1'), ('b', '|u1')]"), of("V2", &pair));
    let sub = format!(r#"Int(3), "|", ({byte}, (Int(3))), None, None, Int(3), Int(1), Int(0)"#);
    let one = format!(
        r#"Int(3), "|", None, ("a"), {{"a", ({}, Int(0))}}, Int(3), Int(1), Int(16)"#,
        of("V3", &sub)
    );
    assert_eq!(shown("[('a', '|u1', (3,))]"), of("V3", &one));
    let root = node("DTypeNode", "numpy.dtype", &format!(r#""content": {}"#, json("1")));
    malformed(&root, &[], "the content of a dtype is not an array");
}

#[test]
fn objects_have_a_dtype_of_their_own() {
    let shape = sequence("TupleNode", "builtins.tuple", &[json("0")]);
    let objects =
        node("NdArrayNode", "numpy.ndarray", &format!(r#""type": "json", "content": [], "shape": {shape}"#));
    let root = node("DTypeNode", "numpy.dtype", &format!(r#""content": {objects}"#));
    let shown = shown(&root);
    let state = r#"(Int(3), "|", None, None, None, Int(-1), Int(-1), Int(63))"#;
    assert!(shown.starts_with("numpy.dtype(\"O") && shown.ends_with(state), "{shown}");
}

fn key(key_type: &str, key: &str) -> Result<String, (ErrorKind, String)> {
    let root = in_protocol("2", &dict("builtins.dict", key_type, &[(key, json("0"))]));
    let read = read_with(&root, &[], Limits::default());
    read.map(|(heap, skops)| super::tests::show(&heap, skops.root))
        .map_err(|error| (error.kind(), error.to_string()))
}

#[test]
fn keys_that_were_numpy_scalars() {
    let cases: &[(&str, &str, &str, &[u8])] = &[
        ("int64", "-2", "i8", &[0xfe, 255, 255, 255, 255, 255, 255, 255]),
        ("intp", "1", "i8", &[1, 0, 0, 0, 0, 0, 0, 0]),
        ("int_", "1", "i8", &[1, 0, 0, 0, 0, 0, 0, 0]),
        ("longlong", "1", "i8", &[1, 0, 0, 0, 0, 0, 0, 0]),
        ("int32", "2147483647", "i4", &[255, 255, 255, 127]),
        ("intc", "-2147483648", "i4", &[0, 0, 0, 128]),
        ("int16", "-32768", "i2", &[0, 128]),
        ("int8", "-128", "i1", &[128]),
        ("uint64", "18446744073709551615", "u8", &[255; 8]),
        ("uintp", "1", "u8", &[1, 0, 0, 0, 0, 0, 0, 0]),
        ("ulonglong", "1", "u8", &[1, 0, 0, 0, 0, 0, 0, 0]),
        ("uint32", "4294967295", "u4", &[255; 4]),
        ("uintc", "1", "u4", &[1, 0, 0, 0]),
        ("uint16", "258", "u2", &[2, 1]),
        ("uint8", "255", "u1", &[255]),
        ("float64", "1.5", "f8", &[0, 0, 0, 0, 0, 0, 0xf8, 0x3f]),
        ("float64", "-Infinity", "f8", &[0, 0, 0, 0, 0, 0, 0xf0, 0xff]),
        ("float64", "Infinity", "f8", &[0, 0, 0, 0, 0, 0, 0xf0, 0x7f]),
        ("float64", "NaN", "f8", &[0, 0, 0, 0, 0, 0, 0xf8, 0x7f]),
        ("float32", "1.5", "f4", &[0, 0, 0xc0, 0x3f]),
        ("bool", "true", "b1", &[1]),
        ("bool_", "false", "b1", &[0]),
        ("str_", "aé", "U2", &[97, 0, 0, 0, 0xe9, 0, 0, 0]),
    ];
    for &(class, text, code, bytes) in cases {
        let shown = key(&format!("numpy.{class}"), text).unwrap_or_else(|error| panic!("{class}: {error:?}"));
        let start = format!("{{numpy._core.multiarray.scalar(numpy.dtype(\"{code}\"");
        assert!(
            shown.starts_with(&start) && shown.ends_with(&format!("b{bytes:?}), Int(0)}}")),
            "{class} {shown}"
        );
    }
    let wrong = "a key of a dict does not have its type";
    for (class, text) in [
        ("int8", "128"),
        ("int8", "-129"),
        ("int16", "32768"),
        ("int32", "-2147483649"),
        ("int64", "9223372036854775808"),
        ("uint8", "256"),
        ("uint8", "-1"),
        ("uint64", "18446744073709551616"),
        ("int8", "1.0"),
        ("float64", "x"),
        ("float32", "x"),
        ("bool", "True"),
        ("bool", "1"),
    ] {
        let (kind, text) = key(&format!("numpy.{class}"), text).expect_err(class);
        assert!(kind == ErrorKind::Malformed && text.contains(wrong), "{class}: {text}");
    }
    let (kind, text) = key("numpy.complex128", "1").expect_err("no such key");
    assert!(kind == ErrorKind::Unsupported && text.contains("keys of type numpy.complex128"), "{text}");
}

#[test]
fn keys_that_are_written_as_json() {
    assert_eq!(key("builtins.float", "NaN").as_deref(), Ok("{NaN, Int(0)}"));
    assert_eq!(
        key("builtins.int", "12345678901234567890123").map(|shown| shown.starts_with("{BigInt")),
        Ok(true)
    );
    for (key_type, text) in
        [("float", "[1]"), ("float", "[]"), ("float", "{}"), ("bool", "yes"), ("NoneType", "")]
    {
        let (kind, message) = key(&format!("builtins.{key_type}"), text).expect_err(text);
        assert!(kind == ErrorKind::Malformed && message.contains("does not have its type"), "{message}");
    }
    let (kind, message) = key("builtins.int", "1.5").expect_err("no integer");
    assert!(kind == ErrorKind::Malformed && message.contains("no decimal digits"), "{message}");
}

#[test]
fn frozensets_of_both_kinds() {
    let one = [json("1")];
    assert_eq!(shown(&sequence("SetNode", "builtins.frozenset", &one)), "frozenset(Int(1))");
    let reduced = |items: &[String]| {
        let args = sequence("TupleNode", "builtins.tuple", items);
        node("ConstructorFromReduceNode", "builtins.frozenset", &format!(r#""content": {args}"#))
    };
    assert_eq!(shown(&reduced(&one)), "builtins.frozenset(Int(1))");
    let list = sequence("ListNode", "builtins.list", &one);
    assert_eq!(shown(&reduced(&[list.clone(), json("2")])), "builtins.frozenset([Int(1)], Int(2))");
    assert_eq!(shown(&reduced(&[])), "builtins.frozenset()");
    let args = sequence("TupleNode", "builtins.tuple", std::slice::from_ref(&list));
    let other = node("ConstructorFromReduceNode", "builtins.tuple", &format!(r#""content": {args}"#));
    assert_eq!(shown(&other), "builtins.tuple([Int(1)])");
    let root = node("ConstructorFromReduceNode", "m.C", &format!(r#""content": {list}"#));
    malformed(&root, &[], "the arguments of a call are not a tuple");
}

#[test]
fn states_that_are_empty_are_none() {
    let args = sequence("TupleNode", "builtins.tuple", &[json("2")]);
    let loss = |state: &str| {
        node("LossNode", "m.Loss", &format!(r#""content": {state}, "__reduce__": {{"args": {args}}}"#))
    };
    let empty = [
        json("null"),
        dict("builtins.dict", "builtins.str", &[]),
        sequence("ListNode", "builtins.list", &[]),
        sequence("TupleNode", "builtins.tuple", &[]),
    ];
    for state in empty {
        assert_eq!(shown(&loss(&state)), "m.Loss(Int(2))", "{state}");
    }
    assert_eq!(shown(&loss(&json("0"))), "m.Loss(Int(2)) | Int(0)");
    assert_eq!(
        shown(&loss(&sequence("ListNode", "builtins.list", &[json("1")]))),
        "m.Loss(Int(2)) | [Int(1)]"
    );
}

#[test]
fn masks_that_do_not_fit() {
    let fortran = |descr: &str, shape: &str, data: &[u8]| {
        let text = format!("{{'descr': {descr}, 'fortran_order': True, 'shape': {shape}, }}\n");
        [b"\x93NUMPY\x01\x00", &(text.len() as u16).to_le_bytes()[..], text.as_bytes(), data].concat()
    };
    let masked = |mask: &str, label: &str| {
        let parts = content(&[("data", array("numpy.ndarray", "1.npy")), ("mask", mask.to_owned())]);
        node("MaskedArrayNode", label, &parts)
    };
    let root = masked(&array("numpy.ndarray", "2.npy"), "numpy.ma.core.MaskedArray");
    let (flat, square) = (npy("'|u1'", "(2,)", &[7, 9]), npy("'|u1'", "(2, 2)", &[1, 2, 3, 4]));
    let bytes = npy("'|u1'", "(2,)", &[0, 1]);
    malformed(&root, &[("1.npy", &flat), ("2.npy", &bytes)], "has not its shape and the dtype bool");
    let other = npy("'|b1'", "(1, 2)", &[0, 1]);
    malformed(&root, &[("1.npy", &flat), ("2.npy", &other)], "has not its shape and the dtype bool");
    let (records, each) = (npy("[('a', '|u1')]", "(2,)", &[7, 9]), npy("[('a', '|b1')]", "(2,)", &[0, 1]));
    let shown = shown_with(&root, &[("1.npy", &records), ("2.npy", &each)]);
    assert!(shown.ends_with("b[7, 9], b[0, 1], None)"), "a mask for each field: {shown}");
    malformed(&root, &[("1.npy", &flat), ("2.npy", &each)], "has not its shape and the dtype bool");
    let mask = fortran("'|b1'", "(2,)", &[0, 1]);
    let shown = shown_with(&root, &[("1.npy", &flat), ("2.npy", &mask)]);
    assert!(shown.ends_with("Bool(false), b[7, 9], b[0, 1], None)"), "one dimension has no order: {shown}");
    let mask = fortran("'|b1'", "(2, 2)", &[0, 1, 0, 0]);
    let error = error_with(&root, &[("1.npy", &square), ("2.npy", &mask)]);
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.to_string().contains("whose mask is stored in another order"), "{error}");
    let square = fortran("'|u1'", "(2, 2)", &[1, 2, 3, 4]);
    let shown = shown_with(&root, &[("1.npy", &square), ("2.npy", &mask)]);
    assert!(shown.ends_with("Bool(true), b[1, 2, 3, 4], b[0, 1, 0, 0], None)"), "{shown}");
    let parts = content(&[("data", json("1")), ("mask", json("1"))]);
    malformed(
        &node("MaskedArrayNode", "numpy.ma.MaskedArray", &parts),
        &[],
        "of a masked array is not an array",
    );
    malformed(&masked(&json("1"), "m.C"), &[("1.npy", &flat)], "MaskedArrayNode does not make a m.C");
}

#[test]
fn sparse_matrices_with_coordinates() {
    let one = "array(|u1, [1], [1])";
    let (data, label) = (npy("'|u1'", "(2,)", &[8, 9]), "scipy.sparse._coo.coo_array");
    let with =
        |shape: &[u8], coords: &[u8]| sparse_of(b"coo", label, shape, &[("coords", coords), ("data", &data)]);
    let row = |values: &str| format!("array(|u1, [2], [{values}])");
    let shown = with(&[4, 4], &npy("'|u1'", "(2, 2)", &[0, 1, 2, 3])).expect("a matrix");
    let coords = format!(r#""coords", ({}, {}), "data", {}}}"#, row("0, 1"), row("2, 3"), row("8, 9"));
    assert!(shown.ends_with(&coords), "{shown}");
    let shown = with(&[4], &npy("'|u1'", "(1, 2)", &[0, 1])).expect("a vector");
    assert!(shown.contains("\"_shape\", (Int(4))"), "{shown}");
    assert!(shown.contains(&format!(r#""coords", ({})"#, row("0, 1"))), "{shown}");
    assert!(with(&[4, 4, 4], &npy("'|u1'", "(3, 2)", &[0; 6])).is_ok());
    for coords in [npy("'|u1'", "(2,)", &[0, 1]), npy("'|u1'", "(0, 2)", &[])] {
        let error = with(&[4, 4], &coords).expect_err("no matrix");
        assert!(error.to_string().contains("are not a matrix of numbers"), "{error}");
    }
    let text = "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 2), }\n";
    let columns =
        [b"\x93NUMPY\x01\x00", &(text.len() as u16).to_le_bytes()[..], text.as_bytes(), &[0; 4]].concat();
    assert_eq!(with(&[4, 4], &columns).expect_err("by columns").kind(), ErrorKind::Unsupported);
    let shown = sparse(b"coo", "scipy.sparse._coo.coo_matrix", &["row", "col", "data"]).expect("a matrix");
    assert!(shown.ends_with(&format!(r#""row", {one}, "col", {one}, "data", {one}}}"#)), "{shown}");
    let shown = sparse(b"csr", "scipy.sparse._csr.csr_array", &["coords", "indices", "indptr", "data"]);
    assert!(!shown.expect("a matrix").contains("coords"), "csr has none");
    let coords = npy("'|u1'", "(2, 1)", &[0, 1]);
    let error = sparse_of(b"coo", label, &[4, 4], &[("coords", &coords)]).expect_err("no data");
    assert!(error.to_string().contains("lacks one of its arrays"), "{error}");
    let root =
        node("SparseMatrixNode", "scipy.sparse._csr.csr_matrix", r#""type": "numpy", "file": "1.npz""#);
    malformed(&root, &[], "a sparse matrix has another type than scipy");
}

#[test]
fn nodes_that_are_of_another_form() {
    let key_types = sequence("ListNode", "builtins.list", &[]);
    let dict_of = |content: &str, types: &str| {
        node("DictNode", "builtins.dict", &format!(r#""content": {content}, "key_types": {types}"#))
    };
    malformed(&dict_of("1", &key_types), &[], "the content of a node is not an object");
    malformed(&dict_of("[]", &key_types), &[], "the content of a node is not an object");
    malformed(&dict_of("{}", &json("1")), &[], "the key types of a dict are not a list");
    let types = sequence("ListNode", "builtins.list", &[ty("builtins.str")]);
    malformed(&dict_of("{}", &types), &[], "a dict has not one key type for each key");
    malformed(
        &node("ListNode", "builtins.list", r#""content": {}"#),
        &[],
        "the content of a node is not an array",
    );
    malformed(&node("ListNode", "builtins.list", ""), &[], "a node has no content");
    malformed(&node("TypeNode", "m.C", r#""__id__": "5""#), &[], "is not an integer of 64 bits");
    let file = npy("'|u1'", "()", &[1]);
    let root = node("NdArrayNode", "numpy.ndarray", r#""type": "x", "file": "1.npy""#);
    malformed(&root, &[("1.npy", &file)], "an array has the type \"x\"");
    let default = [("main", json("1")), ("default_factory", ty("builtins.int"))];
    let root = node("DefaultDictNode", "collections.defaultdict", &content(&default));
    malformed(&root, &[], "the main content of a dict is not a dict");
    let state =
        node("RandomStateNode", "numpy.random.mtrand.RandomState", &format!(r#""content": {}"#, json("1")));
    malformed(&state, &[], "the state of a RandomState is not a dict");
    let error = error(r#"{"__class__": 1, "__module__": "m", "__loader__": "TypeNode"}"#);
    assert!(error.to_string().contains("__class__ of a node is not text"), "{error}");
}

#[test]
fn generators_of_every_kind() {
    let state = |name: &str| {
        let state = dict("builtins.dict", "builtins.str", &[("bit_generator", json(&format!("\"{name}\"")))]);
        let parts =
            content(&[("bit_generator", state), ("seed_seq", dict("builtins.dict", "builtins.str", &[]))]);
        node("RandomGeneratorNode", "numpy.random.Generator", &parts)
    };
    for (name, module) in [
        ("MT19937", "_mt19937"),
        ("PCG64", "_pcg64"),
        ("PCG64DXSM", "_pcg64"),
        ("Philox", "_philox"),
        ("SFC64", "_sfc64"),
    ] {
        let start = format!(
            "numpy.random._pickle.__generator_ctor(numpy.random._pickle.__bit_generator_ctor(numpy.random.{module}.{name}) |"
        );
        let shown = shown(&state(name));
        assert!(shown.starts_with(&start), "{shown}");
    }
    malformed(&state("default_rng"), &[], "\"default_rng\" is not a bit generator of numpy");
}

#[test]
fn arrays_of_one_entry_are_one_array() {
    let file = npy("'|u1'", "(2,)", &[7, 9]);
    let items = [array("numpy.ndarray", "1.npy"), array("numpy.ndarray", "1.npy")];
    let root = in_protocol("2", &sequence("ListNode", "builtins.list", &items));
    let (heap, skops) = read_with(&root, &[("1.npy", &file)], Limits::default()).expect("a list");
    let items = heap.as_list(skops.root).expect("a list");
    assert_eq!(items[0], items[1]);
    let array = heap.array(items[0]).expect("an array");
    assert_eq!((array.dtype.kind == Kind::UInt, &array.shape[..]), (true, &[2][..]));
}
