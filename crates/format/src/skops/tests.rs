use std::io::Write;

use ::zip::write::{SimpleFileOptions, ZipWriter};
use cannery_object::{CallKind, Limit, Limits, Node};

use super::*;
use crate::error::ErrorKind;

pub(super) type Files<'a> = &'a [(&'a str, &'a [u8])];

fn archive(entries: Files<'_>) -> Vec<u8> {
    let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in entries {
        writer.start_file(*name, SimpleFileOptions::default()).expect("a new entry");
        writer.write_all(content).expect("to memory");
    }
    writer.finish().expect("to memory").into_inner()
}

pub(super) fn read_with(schema: &str, files: Files<'_>, limits: Limits) -> Result<(Heap, Skops)> {
    let entries: Vec<_> = files.iter().copied().chain([(SCHEMA, schema.as_bytes())]).collect();
    let mut heap = Heap::new(limits);
    let archive = Archive::open(&archive(&entries).into(), heap.budget().limits())?;
    let skops = read(&mut heap, &archive)?;
    Ok((heap, skops))
}

/// A node with these further fields.
pub(super) fn node(loader: &str, label: &str, rest: &str) -> String {
    let (module, class) = label.rsplit_once('.').expect("a dotted label");
    let comma = if rest.is_empty() { "" } else { ", " };
    format!(r#"{{"__class__": "{class}", "__module__": "{module}", "__loader__": "{loader}"{comma}{rest}}}"#)
}

pub(super) fn json(text: &str) -> String {
    node(
        "JsonNode",
        "builtins.str",
        &format!(r#""content": "{}", "is_json": true"#, text.replace('"', "\\\"")),
    )
}

pub(super) fn ty(label: &str) -> String {
    node("TypeNode", label, "")
}

pub(super) fn sequence(loader: &str, label: &str, items: &[String]) -> String {
    node(loader, label, &format!(r#""content": [{}]"#, items.join(", ")))
}

pub(super) fn dict(label: &str, key_type: &str, items: &[(&str, String)]) -> String {
    let types = sequence("ListNode", "builtins.list", &vec![ty(key_type); items.len()]);
    let items: Vec<_> = items.iter().map(|(key, value)| format!(r#""{key}": {value}"#)).collect();
    node("DictNode", label, &format!(r#""content": {{{}}}, "key_types": {types}"#, items.join(", ")))
}

pub(super) fn content(fields: &[(&str, String)]) -> String {
    let fields: Vec<_> = fields.iter().map(|(name, node)| format!(r#""{name}": {node}"#)).collect();
    format!(r#""content": {{{}}}"#, fields.join(", "))
}

pub(super) fn array(label: &str, file: &str) -> String {
    node("NdArrayNode", label, &format!(r#""type": "numpy", "file": "{file}""#))
}

pub(super) fn in_protocol(protocol: &str, root: &str) -> String {
    let body = root.strip_suffix('}').expect("a node");
    format!(r#"{body}, "protocol": {protocol}, "_skops_version": "0.16.0"}}"#)
}

pub(super) fn npy(descr: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}\n");
    [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), data].concat()
}

/// The value in a short notation: what is called with what, then `|` and the states.
pub(super) fn show(heap: &Heap, value: Value) -> String {
    let all = |values: &[Value]| values.iter().map(|&v| show(heap, v)).collect::<Vec<_>>().join(", ");
    if let Some(array) = heap.ndarray(value) {
        let array = array.expect("a good array");
        let elements = array.objects().map_or_else(|| format!("{:?}", array.raw().expect("bytes")), all);
        return format!("array({}, {:?}, {elements})", array.dtype, array.shape);
    }
    let Some(node) = heap.node_of(value) else {
        return format!("{value:?}");
    };
    match node {
        Node::Str(_) => format!("{:?}", heap.as_str(value).expect("text")),
        Node::Float(f) => format!("{f:?}"),
        Node::Bytes(blob) => format!("b{:?}", heap.bytes(blob)),
        Node::ByteArray(blob) => format!("bytearray{:?}", heap.bytes(blob)),
        Node::List(items) => format!("[{}]", all(heap.items(items))),
        Node::Tuple(items) => format!("({})", all(heap.items(items))),
        Node::Set(items) => format!("set({})", all(heap.items(items))),
        Node::FrozenSet(items) => format!("frozenset({})", all(heap.items(items))),
        Node::Dict(items) => format!("{{{}}}", all(heap.items(items))),
        Node::Global { module, name } => format!("{}.{}", heap.symbol(module), heap.symbol(name)),
        Node::Call { .. } => {
            let (call, attached) = (heap.call(value).expect("a call"), heap.attached(value));
            let kind = if call.kind == CallKind::New { "new " } else { "" };
            let mut text = format!("{kind}{}{}", show(heap, call.callable), show(heap, call.args));
            for (mark, items) in [("|", attached.states), ("+", attached.items), (":", attached.pairs)] {
                if !items.is_empty() {
                    text += &format!(" {mark} {}", all(heap.items(items)));
                }
            }
            if attached.kwargs == Value::None {
                text
            } else {
                format!("{text} ** {}", show(heap, attached.kwargs))
            }
        }
        other => format!("{other:?}"),
    }
}

pub(super) fn shown_with(root: &str, files: Files<'_>) -> String {
    let (heap, skops) = read_with(&in_protocol("2", root), files, Limits::default()).expect("a skops file");
    show(&heap, skops.root)
}

pub(super) fn shown(root: &str) -> String {
    shown_with(root, &[])
}

pub(super) fn error_with(root: &str, files: Files<'_>) -> Error {
    read_with(&in_protocol("2", root), files, Limits::default()).expect_err("not a skops file")
}

pub(super) fn error(root: &str) -> Error {
    error_with(root, &[])
}

#[test]
fn scalars_and_containers() {
    let items = ["1", "-2.5", "true", "null", "\"a\"", "NaN", "1e400"].map(json);
    assert_eq!(
        shown(&sequence("ListNode", "builtins.list", &items)),
        r#"[Int(1), -2.5, Bool(true), None, "a", NaN, inf]"#
    );
    let one = [json("1")];
    assert_eq!(shown(&sequence("TupleNode", "builtins.tuple", &one)), "(Int(1))");
    assert_eq!(shown(&sequence("TupleNode", "m.Point", &one)), "new m.Point(Int(1))");
    assert_eq!(shown(&sequence("SetNode", "builtins.set", &one)), "set(Int(1))");
    assert_eq!(shown(&sequence("SetNode", "m.Set", &one)), "m.Set([Int(1)])");
    assert_eq!(shown(&sequence("ListNode", "m.List", &one)), "new m.List() + Int(1)");
    let (heap, skops) =
        read_with(&in_protocol("1", &json("1")), &[], Limits::default()).expect("a skops file");
    assert_eq!(
        (show(&heap, skops.root), skops.protocol, skops.version.as_deref()),
        ("Int(1)".into(), 1, Some("0.16.0"))
    );
}

#[test]
fn dicts_get_back_the_types_of_their_keys() {
    let dict_of = |key_type, key| shown(&dict("builtins.dict", key_type, &[(key, json("0"))]));
    assert_eq!(dict_of("builtins.str", "1"), r#"{"1", Int(0)}"#);
    assert_eq!(dict_of("builtins.int", "-1"), "{Int(-1), Int(0)}");
    assert_eq!(dict_of("builtins.float", "1.5"), "{1.5, Int(0)}");
    assert_eq!(dict_of("builtins.bool", "false"), "{Bool(false), Int(0)}");
    assert_eq!(dict_of("builtins.NoneType", "null"), "{None, Int(0)}");
    let scalar = dict_of("numpy.int16", "-2");
    assert!(scalar.starts_with("{numpy._core.multiarray.scalar(numpy.dtype(\"i2\""), "{scalar}");
    assert!(scalar.ends_with("b[254, 255]), Int(0)}"), "{scalar}");
    let error = error(&dict("builtins.dict", "m.Key", &[("a", json("0"))]));
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.to_string().contains("m.Key"));
}

#[test]
fn other_dicts() {
    let items = [("a", json("1"))];
    assert_eq!(
        shown(&dict("collections.OrderedDict", "builtins.str", &items)),
        r#"collections.OrderedDict() : "a", Int(1)"#
    );
    assert_eq!(
        shown(&dict("sklearn.utils._bunch.Bunch", "builtins.str", &items)),
        r#"new sklearn.utils._bunch.Bunch() : "a", Int(1)"#
    );
    let main = ("main", dict("builtins.dict", "builtins.str", &items));
    let default = [main.clone(), ("default_factory", ty("builtins.int"))];
    assert_eq!(
        shown(&node("DefaultDictNode", "collections.defaultdict", &content(&default))),
        r#"collections.defaultdict(builtins.int) : "a", Int(1)"#
    );
    let deprecated = [main, ("_deprecated_key_to_new_key", dict("builtins.dict", "builtins.str", &[]))];
    let label = "sklearn.covariance._graph_lasso._DictWithDeprecatedKeys";
    assert_eq!(
        shown(&node("_DictWithDeprecatedKeysNode", label, &content(&deprecated))),
        format!(r#"new {label}() | {{"_deprecated_key_to_new_key", {{}}}} : "a", Int(1)"#)
    );
}

#[test]
fn objects_and_calls() {
    let state = dict("builtins.dict", "builtins.str", &[("a", json("1"))]);
    assert_eq!(
        shown(&node("ObjectNode", "m.C", &format!(r#""content": {state}"#))),
        r#"new m.C() | {"a", Int(1)}"#
    );
    assert_eq!(shown(&node("ObjectNode", "m.C", "")), "new m.C()");
    assert_eq!(shown(&node("ObjectNode", "m.C", &format!(r#""content": {}"#, json("null")))), "new m.C()");
    let args = sequence("TupleNode", "builtins.tuple", &[json("1")]);
    assert_eq!(
        shown(&node("ConstructorFromReduceNode", "m.C", &format!(r#""content": {args}"#))),
        "m.C(Int(1))"
    );
    let list = sequence("ListNode", "builtins.list", &[json("1")]);
    let list = sequence("TupleNode", "builtins.tuple", &[list]);
    let frozen = node("ConstructorFromReduceNode", "builtins.frozenset", &format!(r#""content": {list}"#));
    assert_eq!(shown(&frozen), "frozenset(Int(1))");
    assert_eq!(
        shown(&node("OperatorFuncNode", "operator.itemgetter", &format!(r#""attrs": {args}"#))),
        "operator.itemgetter(Int(1))"
    );
    assert_eq!(shown(&node("FunctionNode", "m.f", "")), "m.f");
    assert_eq!(shown(&ty("m.C")), "m.C");
    let slice = r#""content": {"start": 0, "stop": 2, "step": null}"#;
    assert_eq!(shown(&node("SliceNode", "builtins.slice", slice)), "builtins.slice(Int(0), Int(2), None)");
    let object = node("ObjectNode", "m.C", "");
    let method = format!(r#""content": {{"func": "run", "obj": {object}}}"#);
    assert_eq!(shown(&node("MethodNode", "m.C", &method)), r#"builtins.getattr(new m.C(), "run")"#);
    let none = dict("builtins.dict", "builtins.str", &[]);
    let partial =
        content(&[("func", ty("m.f")), ("args", args), ("kwds", none), ("namespace", json("null"))]);
    assert_eq!(
        shown(&node("PartialNode", "functools.partial", &partial)),
        "functools.partial(m.f) | (m.f, (Int(1)), {}, None)"
    );
}

#[test]
fn reduced_objects_have_a_fixed_class() {
    let args = sequence("TupleNode", "builtins.tuple", &[json("2")]);
    let reduced = |state: &str| format!(r#""content": {state}, "__reduce__": {{"args": {args}}}"#);
    let state = dict("builtins.dict", "builtins.str", &[("max_depth", json("3"))]);
    let empty = dict("builtins.dict", "builtins.str", &[]);
    let tree = "sklearn.tree._tree.Tree";
    assert_eq!(
        shown(&node("TreeNode", tree, &reduced(&state))),
        format!(r#"{tree}(Int(2)) | {{"max_depth", Int(3)}}"#)
    );
    assert_eq!(
        shown(&node("LossNode", "_loss.CyPinballLoss", &reduced(&empty))),
        "_loss.CyPinballLoss(Int(2))"
    );
    let forest = "quantile_forest._quantile_forest_fast.QuantileForest";
    assert_eq!(shown(&node("QuantileForestNode", forest, &reduced(&empty))), format!("{forest}(Int(2))"));
    assert_eq!(error(&node("TreeNode", "os.system", &reduced(&state))).kind(), ErrorKind::Malformed);
}

#[test]
fn arrays_scalars_and_dtypes() {
    let two = npy("'|u1'", "(2,)", &[7, 9]);
    assert_eq!(shown_with(&array("numpy.ndarray", "1.npy"), &[("1.npy", &two)]), "array(|u1, [2], [7, 9])");
    assert_eq!(
        shown_with(&array("numpy.matrix", "1.npy"), &[("1.npy", &two)]),
        "numpy.matrix(array(|u1, [2], [7, 9]))"
    );
    let one = npy("'<i2'", "()", &[7, 0]);
    let dtype = r#"numpy.dtype("i2", Bool(false), Bool(true)) | (Int(3), "<", None, None, None, Int(-1), Int(-1), Int(0))"#;
    assert_eq!(
        shown_with(&array("numpy.int16", "1.npy"), &[("1.npy", &one)]),
        format!("numpy._core.multiarray.scalar({dtype}, b[7, 0])")
    );
    assert_eq!(error_with(&array("numpy.float64", "1.npy"), &[("1.npy", &one)]).kind(), ErrorKind::Malformed);
    let none = npy("'<i2'", "(0,)", &[]);
    let root =
        node("DTypeNode", "numpy.dtype", &format!(r#""content": {}"#, array("numpy.ndarray", "1.npy")));
    assert_eq!(shown_with(&root, &[("1.npy", &none)]), dtype);
    let objects = npy("'|O'", "(1,)", b"\x80\x04N.");
    assert_eq!(
        error_with(&array("numpy.ndarray", "1.npy"), &[("1.npy", &objects)]).kind(),
        ErrorKind::Malformed
    );
}

#[test]
fn dtypes_are_written_as_numpy_pickles_them() {
    for code in [
        "'>f8'",
        "'<U3'",
        "'|S2'",
        "'|b1'",
        "'<M8[ns]'",
        "'<m8[25us]'",
        "[('a', '|u1'), ('b', '<f8', (2, 3))]",
    ] {
        let file = npy(code, "(0,)", &[]);
        let root =
            node("DTypeNode", "numpy.dtype", &format!(r#""content": {}"#, array("numpy.ndarray", "1.npy")));
        let (heap, skops) =
            read_with(&in_protocol("2", &root), &[("1.npy", &file)], Limits::default()).expect("a dtype");
        let back = cannery_object::DType::from_value(&heap, skops.root).expect("a dtype");
        let mut other = Heap::new(Limits::default());
        let literal = crate::literal::read(&mut other, code).expect("a literal");
        assert_eq!(back, cannery_object::DType::from_value(&other, literal).expect("a dtype"), "{code}");
    }
}

#[test]
fn object_arrays_have_the_shape_that_they_say() {
    let list = |items: &[String]| sequence("ListNode", "builtins.list", items);
    let shape = |dims: &[&str]| {
        sequence("TupleNode", "builtins.tuple", &dims.iter().map(|d| json(d)).collect::<Vec<_>>())
    };
    let objects = |items: &[String], dims: &[&str]| {
        let rest = format!(r#""type": "json", "content": [{}], "shape": {}"#, items.join(", "), shape(dims));
        node("NdArrayNode", "numpy.ndarray", &rest)
    };
    let rows = [list(&[json("1"), json("null")]), list(&[json("2"), list(&[])])];
    assert_eq!(shown(&objects(&rows, &["2", "2"])), "array(|O, [2, 2], Int(1), None, Int(2), [])");
    assert_eq!(shown(&objects(&rows, &["2"])), "array(|O, [2], [Int(1), None], [Int(2), []])");
    for dims in [&["3"][..], &["2", "3"], &["2", "2", "1"], &["4"], &[]] {
        assert_eq!(error(&objects(&rows, dims)).kind(), ErrorKind::Malformed, "{dims:?}");
    }
}

#[test]
fn masked_arrays() {
    let (data, mask) = (npy("'|u1'", "(2,)", &[7, 9]), npy("'|b1'", "(2,)", &[0, 1]));
    let no_mask = npy("'|b1'", "()", &[0]);
    let masked = |mask| {
        let parts = content(&[("data", array("numpy.ndarray", "1.npy")), ("mask", mask)]);
        node("MaskedArrayNode", "numpy.ma.MaskedArray", &parts)
    };
    let shown = shown_with(&masked(array("numpy.ndarray", "2.npy")), &[("1.npy", &data), ("2.npy", &mask)]);
    let start = r#"numpy.ma.core._mareconstruct(numpy.ma.MaskedArray, numpy.ndarray, (Int(0)), "b") | (Int(1), (Int(2)), numpy.dtype("u1""#;
    assert!(shown.starts_with(start), "{shown}");
    assert!(shown.ends_with("Bool(false), b[7, 9], b[0, 1], None)"), "{shown}");
    let shown = shown_with(&masked(array("numpy.bool", "2.npy")), &[("1.npy", &data), ("2.npy", &no_mask)]);
    assert!(shown.ends_with("b[7, 9], b[0, 0], None)"), "{shown}");
    let wrong = npy("'|b1'", "(3,)", &[0, 1, 0]);
    let files: Files<'_> = &[("1.npy", &data), ("2.npy", &wrong)];
    assert_eq!(error_with(&masked(array("numpy.ndarray", "2.npy")), files).kind(), ErrorKind::Malformed);
}

#[test]
fn bytes_come_from_their_entry() {
    let root = |loader, label| node(loader, label, r#""file": "a.bin""#);
    let files: Files<'_> = &[("a.bin", b"ab")];
    assert_eq!(shown_with(&root("BytesNode", "builtins.bytes"), files), "b[97, 98]");
    assert_eq!(shown_with(&root("BytearrayNode", "builtins.bytearray"), files), "bytearray[97, 98]");
}

#[test]
fn random_states() {
    let name = ("bit_generator", json("\"MT19937\""));
    let state = dict("builtins.dict", "builtins.str", &[name, ("state", json("1")), ("gauss", json("0.5"))]);
    let mt = r#"numpy.random._pickle.__bit_generator_ctor(numpy.random._mt19937.MT19937) | ({"bit_generator", "MT19937", "state", Int(1)}, None)"#;
    assert_eq!(
        shown(&node("RandomStateNode", "numpy.random.mtrand.RandomState", &format!(r#""content": {state}"#))),
        format!(
            r#"numpy.random._pickle.__randomstate_ctor({mt}) | {{"bit_generator", "MT19937", "state", Int(1), "gauss", 0.5}}"#
        )
    );
    let state = |name: &str| dict("builtins.dict", "builtins.str", &[("bit_generator", json(name))]);
    let seeds = dict("builtins.dict", "builtins.str", &[("entropy", json("3"))]);
    let generator = |name| {
        let parts = content(&[("bit_generator", state(name)), ("seed_seq", seeds.clone())]);
        node("RandomGeneratorNode", "numpy.random._generator.Generator", &parts)
    };
    let pcg = r#"numpy.random._pickle.__bit_generator_ctor(numpy.random._pcg64.PCG64) | ({"bit_generator", "PCG64"}"#;
    assert_eq!(
        shown(&generator("\"PCG64\"")),
        format!(
            r#"numpy.random._pickle.__generator_ctor({pcg}, numpy.random.bit_generator.SeedSequence() ** {{"entropy", Int(3)}}))"#
        )
    );
    assert!(error(&generator("\"seed\"")).to_string().contains("seed"));
    assert_eq!(error(&generator("7")).kind(), ErrorKind::Malformed);
}

#[test]
fn older_protocols() {
    let read = |protocol, root: &str| {
        let (heap, skops) =
            read_with(&in_protocol(protocol, root), &[], Limits::default()).expect("a skops file");
        show(&heap, skops.root)
    };
    let function =
        node("FunctionNode", "m.label", r#""content": {"module_path": "numpy", "function": "sqrt"}"#);
    assert_eq!(read("0", &function), "numpy.sqrt");
    assert_eq!(read("1", &function), "m.label");
    let generator = |content: &str| {
        node(
            "RandomGeneratorNode",
            "numpy.random._generator.Generator",
            &format!(r#""content": {{"bit_generator": {content}}}"#),
        )
    };
    let ctor = r#"numpy.random._pickle.__generator_ctor(numpy.random._pickle.__bit_generator_ctor(numpy.random._pcg64.PCG64) | ({"bit_generator", "PCG64"}, None))"#;
    assert_eq!(read("0", &generator(r#"{"bit_generator": "PCG64"}"#)), ctor);
    let state = dict("builtins.dict", "builtins.str", &[("bit_generator", json("\"PCG64\""))]);
    assert_eq!(read("1", &generator(&state)), ctor);
}

pub(super) fn sparse(format: &[u8], label: &str, parts: &[&str]) -> Result<String> {
    let part = npy("'|u1'", "(1,)", &[1]);
    sparse_of(format, label, &[2, 3], &parts.iter().map(|&name| (name, &part[..])).collect::<Vec<_>>())
}

/// A matrix of so many rows and columns, with the npy files of its parts.
pub(super) fn sparse_of(format: &[u8], label: &str, shape: &[u8], parts: &[(&str, &[u8])]) -> Result<String> {
    let dims: Vec<u8> = shape.iter().flat_map(|&dim| u64::from(dim).to_le_bytes()).collect();
    let (format, shape) = (npy("'|S3'", "()", format), npy("'<i8'", &format!("({},)", shape.len()), &dims));
    let names: Vec<_> = parts.iter().map(|(name, _)| format!("{name}.npy")).collect();
    let mut files: Vec<(&str, &[u8])> = vec![("format.npy", &format), ("shape.npy", &shape)];
    files.extend(names.iter().zip(parts).map(|(name, (_, part))| (name.as_str(), *part)));
    let root = node("SparseMatrixNode", label, r#""type": "scipy", "file": "1.npz""#);
    let (heap, skops) =
        read_with(&in_protocol("2", &root), &[("1.npz", &archive(&files))], Limits::default())?;
    Ok(show(&heap, skops.root))
}

#[test]
fn sparse_matrices() {
    let one = "array(|u1, [1], [1])";
    let csr =
        sparse(b"csr", "scipy.sparse._csr.csr_matrix", &["indices", "indptr", "data"]).expect("a matrix");
    let attributes = format!(
        r#"{{"_shape", (Int(2), Int(3)), "maxprint", Int(50), "indices", {one}, "indptr", {one}, "data", {one}}}"#
    );
    assert_eq!(csr, format!("new scipy.sparse._csr.csr_matrix() | {attributes}"));
    assert!(sparse(b"coo", "scipy.sparse.coo.coo_matrix", &["row", "col", "data"]).is_ok());
    assert!(sparse(b"dia", "scipy.sparse._dia.dia_array", &["offsets", "data"]).is_ok());
    for (format, label) in [
        (b"csc", "scipy.sparse._csr.csr_matrix"),
        (b"csr", "os.system"),
        (b"csr", "scipy.sparse._csr.csr_evil"),
    ] {
        let error = sparse(format, label, &["indices", "indptr", "data"]).expect_err("a wrong label");
        assert_eq!(error.kind(), ErrorKind::Malformed, "{label}");
    }
    assert_eq!(
        sparse(b"lil", "scipy.sparse._lil.lil_matrix", &[]).expect_err("unknown").kind(),
        ErrorKind::Unsupported
    );
    assert!(sparse(b"csr", "scipy.sparse._csr.csr_matrix", &["indices", "data"]).is_err());
}

#[test]
fn repeated_ids_share_one_object() {
    let list = |id: &str, file: &str| {
        let item = node(
            "NdArrayNode",
            "numpy.ndarray",
            &format!(r#""type": "numpy", "file": "{file}", "__id__": {id}"#),
        );
        node("ListNode", "builtins.list", &format!(r#""content": [{item}], "__id__": 5"#))
    };
    let (one, same, other) = (npy("'|u1'", "()", &[1]), npy("'|u1'", "()", &[1]), npy("'|u1'", "()", &[2]));
    let root = sequence(
        "TupleNode",
        "builtins.tuple",
        &[list("6", "a"), list("7", "b"), node("CachedNode", "m.C", r#""__id__": 5"#)],
    );
    let (heap, skops) =
        read_with(&in_protocol("2", &root), &[("a", &one), ("b", &same)], Limits::default()).expect("read");
    let items = heap.as_tuple(skops.root).expect("a tuple");
    assert!(items[0] == items[1] && items[1] == items[2]);
    let error = error_with(&root, &[("a", &one), ("b", &other)]);
    assert!(error.to_string().contains("repeats the id"), "{error}");
}

#[test]
fn ids_that_lie() {
    let with_id = |label: &str, id: &str| node("ObjectNode", label, &format!(r#""__id__": {id}"#));
    let both = |a, b| sequence("TupleNode", "builtins.tuple", &[a, b]);
    assert!(
        error(&both(with_id("m.C", "5"), with_id("os.system", "5"))).to_string().contains("repeats the id")
    );
    assert_eq!(shown(&both(with_id("m.C", "0"), with_id("m.D", "0"))), "(new m.C(), new m.D())");
    for id in ["\"5\"", "5.0", "true", "-5", "99999999999999999999"] {
        assert_eq!(error(&with_id("m.C", id)).kind(), ErrorKind::Malformed, "{id}");
    }
    let cycle = format!(r#""__id__": 5, "content": [{}]"#, node("CachedNode", "m.C", r#""__id__": 5"#));
    assert!(error(&node("ListNode", "builtins.list", &cycle)).to_string().contains("holds itself"));
    assert!(error(&node("CachedNode", "m.C", r#""__id__": 5"#)).to_string().contains("not read before"));
}

#[test]
fn labels_that_differ_from_what_is_used() {
    let args = sequence("TupleNode", "builtins.tuple", &[json("1")]);
    let operator =
        node("OperatorFuncNode", "sklearn.linear_model.SGDRegressor.call", &format!(r#""attrs": {args}"#));
    let object = node("ObjectNode", "os.Evil", "");
    let method = node("MethodNode", "m.C", &format!(r#""content": {{"func": "f", "obj": {object}}}"#));
    let wrong = [
        operator,
        method,
        node("SliceNode", "m.C", r#""content": {"start": 0, "stop": 2, "step": null}"#),
        node("JsonNode", "m.C", r#""content": "1""#),
        node("DictNode", "builtins.dict", &format!(r#""content": {{}}, "key_types": {args}"#)),
    ];
    for root in wrong {
        assert_eq!(error(&root).kind(), ErrorKind::Malformed, "{root}");
    }
}

#[test]
fn entries_and_nodes_belong_together() {
    let file = npy("'|u1'", "()", &[1]);
    let root = array("numpy.ndarray", "1.npy");
    assert!(error(&root).to_string().contains("no entry"));
    let unused = error_with(&root, &[("1.npy", &file), ("inner.skops", b"PK")]);
    assert_eq!((unused.kind(), unused.part()), (ErrorKind::Malformed, Some("inner.skops")));
    assert!(error(&array("numpy.ndarray", SCHEMA)).to_string().contains("no entry"));
    let error = error_with(&root, &[("1.npy", &file[..file.len() - 1])]);
    assert_eq!(error.part(), Some("schema.json: 1.npy"));
}

#[test]
fn unknown_loaders_and_protocols() {
    let unknown = error(&node("EvilNode", "m.C", ""));
    assert_eq!(unknown.kind(), ErrorKind::Unsupported);
    assert!(unknown.to_string().contains("EvilNode"));
    let of = |protocol| {
        read_with(&in_protocol(protocol, &json("1")), &[], Limits::default())
            .map(|_| ())
            .map_err(|e| e.kind())
    };
    assert_eq!(of("2"), Ok(()));
    assert_eq!(of("3"), Err(ErrorKind::Unsupported));
    for protocol in ["true", "-1", "1.0", "\"2\"", "null"] {
        assert_eq!(of(protocol), Err(ErrorKind::Malformed), "{protocol}");
    }
    assert_eq!(read_with("[]", &[], Limits::default()).expect_err("no node").kind(), ErrorKind::Malformed);
}

#[test]
fn nodes_without_their_parts_are_errors() {
    for loader in loader::ALL {
        for rest in [
            "",
            r#""content": 1"#,
            r#""content": {}"#,
            r#""content": [1]"#,
            r#""content": [], "type": "json""#,
            r#""file": 1"#,
        ] {
            let root = node(loader, "m.C", rest);
            let result = read_with(&in_protocol("2", &root), &[], Limits::default());
            let may_be_fine = ["FunctionNode", "TypeNode", "ObjectNode"].contains(loader);
            let container = ["ListNode", "SetNode", "TupleNode"].contains(loader) && rest.contains("[]");
            assert!(result.is_err() || may_be_fine || container, "{loader} {rest}");
        }
    }
}

#[test]
fn depth_is_bounded_by_the_limit_and_not_by_the_stack() {
    let deep = |n: usize| (0..n).fold(json("1"), |inner, _| sequence("ListNode", "builtins.list", &[inner]));
    let read = |n, limit| {
        read_with(&in_protocol("2", &deep(n)), &[], Limits::default().with(Limit::JsonDepth, limit))
    };
    assert!(read(200, 512).is_ok());
    let error = read(300, 512).expect_err("600 levels");
    assert!(matches!(error.kind(), ErrorKind::Limit(hit) if hit.limit == Limit::JsonDepth));
    assert!(read(2000, u64::MAX).is_ok());
}
