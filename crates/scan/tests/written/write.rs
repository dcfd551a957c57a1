//! Pickles written value by value, and what is found in them.

use bytes::Bytes;
use cannery_format::NoCompanions;
use cannery_scan::{Options, Report, Rule, Verdict, scan};

/// Opcodes that push one value.
pub(crate) type Value = Vec<u8>;

pub(crate) const NONE: &[u8] = b"N";
pub(crate) const TRUE: &[u8] = b"\x88";
pub(crate) const FALSE: &[u8] = b"\x89";

pub(crate) fn none() -> Value {
    NONE.to_vec()
}

pub(crate) fn int(value: i32) -> Value {
    [b"J", &value.to_le_bytes()[..]].concat()
}

pub(crate) fn float(value: f64) -> Value {
    [b"G", &value.to_be_bytes()[..]].concat()
}

pub(crate) fn text(text: &str) -> Value {
    [b"X", &(text.len() as u32).to_le_bytes()[..], text.as_bytes()].concat()
}

pub(crate) fn bytes(bytes: &[u8]) -> Value {
    [b"B", &(bytes.len() as u32).to_le_bytes()[..], bytes].concat()
}

pub(crate) fn global(name: &str) -> Value {
    let (module, name) = name.rsplit_once('.').expect("a module and a name");
    format!("c{module}\n{name}\n").into_bytes()
}

pub(crate) fn tuple(items: &[Value]) -> Value {
    [b"(", &items.concat()[..], b"t"].concat()
}

pub(crate) fn list(items: &[Value]) -> Value {
    [b"](", &items.concat()[..], b"e"].concat()
}

pub(crate) fn pairs(pairs: &[(Value, Value)]) -> Value {
    let flat: Vec<u8> = pairs.iter().flat_map(|(key, value)| [&key[..], value].concat()).collect();
    [b"}(", &flat[..], b"u"].concat()
}

pub(crate) fn dict(items: &[(&str, Value)]) -> Value {
    pairs(&items.iter().map(|(key, value)| (text(key), value.clone())).collect::<Vec<_>>())
}

/// REDUCE.
pub(crate) fn call(name: &str, args: &[Value]) -> Value {
    [global(name), tuple(args), b"R".to_vec()].concat()
}

/// NEWOBJ without arguments.
pub(crate) fn new(name: &str) -> Value {
    [&global(name)[..], b")\x81"].concat()
}

/// BUILD.
pub(crate) fn build(object: Value, state: Value) -> Value {
    [object, state, b"b".to_vec()].concat()
}

pub(crate) fn object(name: &str, attributes: &[(&str, Value)]) -> Value {
    build(new(name), dict(attributes))
}

pub(crate) fn dtype(code: &str) -> Value {
    let (order, code) = match code.split_at(1) {
        (order @ ("<" | ">" | "|"), rest) => (order, rest),
        _ => ("<", code),
    };
    let object = code.starts_with('O');
    let made = call("numpy.dtype", &[text(code), int(0), int(1)]);
    let flags = int(if object { 63 } else { 0 });
    build(made, tuple(&[int(3), text(order), none(), none(), none(), int(-1), int(-1), flags]))
}

/// A dtype of packed fields.
pub(crate) fn structure(fields: &[(&str, &str, i32)]) -> Value {
    let size: i32 = fields.iter().map(|(_, _, size)| size).sum();
    let mut offset = 0;
    let mut places = Vec::new();
    for (name, code, size) in fields {
        places.push((text(name), tuple(&[dtype(code), int(offset)])));
        offset += size;
    }
    let names = tuple(&fields.iter().map(|(name, ..)| text(name)).collect::<Vec<_>>());
    let made = call("numpy.dtype", &[text(&format!("V{size}")), int(0), int(1)]);
    build(made, tuple(&[int(3), text("|"), none(), names, pairs(&places), int(size), int(1), int(16)]))
}

pub(crate) fn array_of(dtype: Value, shape: &[i32], data: Value) -> Value {
    let made =
        call("numpy.core.multiarray._reconstruct", &[global("numpy.ndarray"), tuple(&[int(0)]), bytes(b"b")]);
    let shape = tuple(&shape.iter().map(|&dim| int(dim)).collect::<Vec<_>>());
    build(made, tuple(&[int(1), shape, dtype, FALSE.to_vec(), data]))
}

pub(crate) fn ints(shape: &[i32], values: &[i32]) -> Value {
    let data: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    array_of(dtype("i4"), shape, bytes(&data))
}

pub(crate) fn longs(shape: &[i32], values: &[i64]) -> Value {
    let data: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    array_of(dtype("i8"), shape, bytes(&data))
}

/// An array of zeros.
pub(crate) fn floats(shape: &[i32]) -> Value {
    let count: i32 = shape.iter().product();
    array_of(dtype("f8"), shape, bytes(&vec![0; 8 * count as usize]))
}

pub(crate) fn objects(items: &[Value]) -> Value {
    array_of(dtype("|O8"), &[items.len() as i32], list(items))
}

pub(crate) fn judged(value: &[u8]) -> Report {
    let file = [b"\x80\x05", value, b"."].concat();
    scan(&Bytes::from(file), &Options::default(), &mut NoCompanions)
}

#[track_caller]
pub(crate) fn is_safe(value: &[u8]) {
    let report = judged(value);
    assert_eq!((report.verdict, &report.skipped), (Verdict::Safe, &None), "{:?}", report.findings);
}

/// The messages of a rule.
pub(crate) fn said(value: &[u8], rule: Rule) -> Vec<String> {
    let report = judged(value);
    assert!(report.skipped.is_none(), "{:?}", report.skipped);
    report.findings.into_iter().filter(|found| found.rule == rule).map(|found| found.message).collect()
}

#[track_caller]
pub(crate) fn is_found(value: &[u8], rule: Rule, want: &str) {
    let messages = said(value, rule);
    let others = || judged(value).findings;
    assert!(messages.iter().any(|message| message.contains(want)), "{want}: {messages:?} of {:?}", others());
}
