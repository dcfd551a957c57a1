//! Many keys of one hash.

use cannery_scan::Rule;

use crate::write::*;

/// Python's numbers have their remainder of this prime for a hash.
const MODULUS: i128 = (1 << 61) - 1;
const MANY: i128 = 300;
const WHAT: &str = "keys of one hash";

fn long(number: i128) -> Value {
    [&[0x8a, 16][..], &number.to_le_bytes()].concat()
}

fn keys(of: impl Fn(i128) -> Value) -> Vec<Value> {
    (1..=MANY).map(of).collect()
}

fn keyed(keys: &[Value]) -> Value {
    pairs(&keys.iter().map(|key| (key.clone(), none())).collect::<Vec<_>>())
}

#[track_caller]
fn collide(keys: &[Value]) {
    is_found(&keyed(keys), Rule::OverLimit, WHAT);
    is_safe(&keyed(&keys[..200]));
}

#[test]
fn numbers() {
    collide(&keys(|k| long(k * MODULUS)));
    collide(&keys(|k| long(-k * MODULUS - 5)));
    collide(&keys(|_| float(f64::NAN)));
    collide(&keys(|k| call("fractions.Fraction", &[text(&format!("{}/7", 3 + k * MODULUS))])));
    collide(&keys(|k| call("decimal.Decimal", &[text(&format!("{}.0", 3 + k * MODULUS))])));
    collide(&keys(|k| call("builtins.complex", &[float(-1_000_003.0 * k as f64), float(k as f64)])));
    collide(&keys(|k| call("builtins.range", &[int(0), int(k as i32), int(1)])));
    collide(&keys(|k| object("uuid.UUID", &[("int", long(k * MODULUS))])));
}

#[test]
fn what_holds_numbers() {
    collide(&keys(|k| tuple(&[text("a"), long(k * MODULUS)])));
    collide(&keys(|k| tuple(&[int(1), tuple(&[long(k * MODULUS)])])));
    collide(&keys(|k| [b"(", &long(k * MODULUS)[..], b"\x91"].concat()));
}

#[test]
fn in_every_container() {
    let keys = keys(|k| long(k * MODULUS));
    let found = |value: &[u8]| is_found(value, Rule::OverLimit, WHAT);
    found(&[b"\x8f(", &keys.concat()[..], b"\x90"].concat());
    found(&[b"(", &keys.concat()[..], b"\x91"].concat());
    found(&call("builtins.set", &[list(&keys)]));
    let both: Vec<_> = keys.iter().map(|key| list(&[key.clone(), none()])).collect();
    found(&call("collections.OrderedDict", &[list(&both)]));
    let flat: Vec<u8> = keys.iter().flat_map(|key| [&key[..], NONE].concat()).collect();
    found(&[&call("collections.OrderedDict", &[])[..], b"(", &flat, b"u"].concat());
    found(&list(&keys));
    found(&objects(&keys));
}

#[test]
fn honest_keys_are_not_counted() {
    is_safe(&keyed(&keys(|k| long((1 << 62) + k))));
    is_safe(&keyed(&keys(|k| long(1 << (k % 120)))));
    is_safe(&keyed(&keys(|k| float(k as f64 / 8.0))));
    is_safe(&keyed(&keys(|k| tuple(&[int(1), text(&k.to_string())]))));
    is_safe(&keyed(&keys(|k| call("decimal.Decimal", &[text(&format!("{k}.25"))]))));
    // the same number often is one key
    is_safe(&list(&vec![long(5 * MODULUS); 1000]));
}

#[test]
fn what_keys_share_is_hashed_for_each() {
    let memo = |value: Value| [&value[..], b"q\x00"].concat();
    let key = |number: i32| [b"h\x00", &int(number)[..], b"\x86"].concat();
    let shared = |value: Value, keys: i32| {
        let keys: Vec<u8> = (0..keys).flat_map(|number| [&key(number)[..], NONE].concat()).collect();
        [&memo(value)[..], b"}(", &keys, b"u\x86"].concat()
    };
    let found = |value: &[u8]| is_found(value, Rule::OverLimit, "share what takes long to hash");
    found(&shared(tuple(&vec![none(); 4000]), 40_000));
    found(&shared([&[0x8b][..], &16_000_i32.to_le_bytes(), &[1; 16_000]].concat(), 40_000));
    is_safe(&shared(tuple(&vec![none(); 4000]), 400));
    is_safe(&shared(text(&"a".repeat(4000)), 40_000));
}
