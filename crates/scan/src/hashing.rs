//! Many keys of one hash in one dict or set: Python looks at all of them for each, so that n keys take n² steps. A file of a
//! megabyte can take a minute to load.
//!
//! The same goes for keys that share a long tuple or number, of which Python keeps no hash.
//!
//! Numbers have hashes that whoever writes the file can choose, and so have tuples and frozen sets of numbers. Texts and
//! bytes have not: a secret of each process is part of theirs (Python 3.3 and later).
//!
//! Source: "Hashing of numeric types" in Python's library reference, `_Py_HashDouble` and `PyLong_Type.tp_hash`,
//! `tuple_hash` in `Objects/tupleobject.c` of Python 3.7 and 3.8, `frozenset_hash` in `Objects/setobject.c`.

use std::borrow::Cow;
use std::hash::BuildHasher;

use cannery_object::{ArrayData, Heap, Id, Node, Value};
use foldhash::fast::RandomState;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::place::id_of;
use crate::rule::Rule;
use crate::site::{Refusal, Site, short_str};

/// Different keys of one hash in one container. Numbers that nobody chose for it have hardly ever two.
const MOST: usize = 256;
/// Items of tuples and words of numbers in all keys together, each as often as it is hashed: a second of Python's time.
const MOST_PARTS: u64 = 1 << 27;
/// Tuples in one another that are looked into; a key that is deeper counts as one of a chosen hash.
const DEEPEST: u32 = 64;
/// Digits or bytes of a number in a call that are looked at.
const LONGEST: usize = 512;
/// Attributes of a `UUID`: `int` and `is_safe`.
const OF_UUID: usize = 2;
/// Hashes of numbers are the numbers modulo this prime.
const MODULUS: u64 = (1 << 61) - 1;
/// The hash of infinity, and of a fraction whose denominator is a multiple of the prime.
const INFINITY: i64 = 314_159;

/// The first container with too many keys of one hash.
pub(crate) fn check(heap: &Heap) -> Option<(Value, Refusal)> {
    let mut hashes = Hashes { heap, secret: RandomState::default(), known: FxHashMap::default(), parts: 0 };
    let mut seen = FxHashSet::default();
    let value = heap.nodes().find(|&value| hashes.has_too_many(value, &mut seen))?;
    let message = if hashes.parts > MOST_PARTS {
        "keys that share what takes long to hash".to_owned()
    } else {
        format!("more than {MOST} keys of one hash: Python looks at all of them for each")
    };
    Some((value, Refusal::new(Rule::OverLimit, message)))
}

/// The hash of a value for Python.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Hashed {
    /// For Python 3.8 and later.
    new: i64,
    /// For releases before, which make another hash of a tuple.
    old: i64,
    /// Equal for equal values and, by a secret of this process, for hardly any others.
    content: u64,
    /// Items and words that Python looks at each time; none where it keeps the hash.
    parts: u64,
}

impl Hashed {
    fn number(hash: i64, content: u64) -> Self {
        let hash = if hash == -1 { -2 } else { hash };
        Self { new: hash, old: hash, content, parts: 1 }
    }
}

/// The hash of what has one that can't be chosen.
fn own(content: u64) -> Hashed {
    Hashed { new: content as i64, old: content as i64, content, parts: 1 }
}

struct Hashes<'h> {
    heap: &'h Heap,
    secret: RandomState,
    /// Of what takes time, and many keys can share.
    known: FxHashMap<Id, Hashed>,
    /// Of all keys so far.
    parts: u64,
}

impl Hashes<'_> {
    /// Whether a value is a container with too many keys of one hash. `seen` are the lists that were looked at as the keys
    /// of a call: many calls can share one.
    fn has_too_many(&mut self, value: Value, seen: &mut FxHashSet<Id>) -> bool {
        let heap = self.heap;
        let attached = heap.attached(value);
        let given = [heap.items(attached.items), heap.items(attached.pairs)];
        if self.are_too_many(given[0].iter()) || self.are_too_many(given[1].iter().step_by(2)) {
            return true;
        }
        match heap.node_of(value) {
            Some(Node::Dict(pairs)) => self.are_too_many(heap.items(pairs).iter().step_by(2)),
            Some(Node::Set(items) | Node::FrozenSet(items)) => self.are_too_many(heap.items(items).iter()),
            // what a model keeps in these it makes keys of when it is used
            Some(Node::List(items)) => self.are_too_many(self.numbers(heap.items(items)).iter()),
            Some(Node::Array(_)) => match heap.array(value).map(|array| array.data) {
                Some(ArrayData::Objects(items)) => self.are_too_many(self.numbers(heap.items(items)).iter()),
                _ => false,
            },
            Some(Node::Call { .. }) => self.are_too_many_of_call(value, seen),
            _ => false,
        }
    }

    /// The large numbers among many values.
    fn numbers(&self, values: &[Value]) -> Vec<Value> {
        if values.len() <= MOST {
            return Vec::new();
        }
        let is_number = |value: &&Value| {
            matches!(self.heap.node_of(**value), Some(Node::BigInt(_) | Node::Int(_)))
                && self.is_chosen(**value)
        };
        values.iter().filter(is_number).copied().collect()
    }

    /// `set(list)`, and `OrderedDict(list of pairs)`, as older protocols write them.
    fn are_too_many_of_call(&mut self, value: Value, seen: &mut FxHashSet<Id>) -> bool {
        let heap = self.heap;
        let Some(site) = Site::of(heap, value) else { return false };
        let ([keys] | [_, keys] | [keys, _, _]) = site.args else { return false };
        let Some(values) = heap.as_sequence(*keys).filter(|values| values.len() > MOST) else { return false };
        if !id_of(*keys).is_some_and(|id| seen.insert(id)) {
            return false;
        }
        match site.name.1 {
            "set" | "frozenset" | "_reconstructor" => self.are_too_many(values.iter()),
            "OrderedDict" => {
                let firsts = values.iter().filter_map(|&pair| heap.as_sequence(pair)?.first());
                self.are_too_many(firsts)
            }
            _ => false,
        }
    }

    fn are_too_many<'v>(&mut self, keys: impl Iterator<Item = &'v Value>) -> bool {
        if keys.size_hint().1.is_some_and(|most| most <= MOST) {
            return false;
        }
        let mut hashed: Vec<Hashed> = Vec::new();
        for &key in keys {
            if self.is_chosen(key) {
                hashed.push(self.of(key, 0));
            }
        }
        let parts = hashed.iter().fold(0_u64, |all, key| all.saturating_add(key.parts));
        self.parts = self.parts.saturating_add(parts);
        if self.parts > MOST_PARTS {
            return true;
        }
        let mut has_run = |hash: fn(&Hashed) -> i64| {
            hashed.sort_unstable_by_key(|hashed| (hash(hashed), hashed.content));
            hashed.dedup();
            hashed.chunk_by(|one, two| hash(one) == hash(two)).any(|run| run.len() > MOST)
        };
        has_run(|hashed| hashed.new) || has_run(|hashed| hashed.old)
    }

    /// Whether there are many other values of the same hash.
    fn is_chosen(&self, value: Value) -> bool {
        match self.heap.node_of(value) {
            Some(Node::Int(number)) => number.unsigned_abs() >= MODULUS,
            Some(Node::Float(number)) => number.is_nan(),
            Some(Node::BigInt(_) | Node::Tuple(_) | Node::FrozenSet(_)) => true,
            Some(Node::Call { .. }) => self.number_of_call(value).is_some(),
            _ => false,
        }
    }

    /// The hash of any value; of what has none that could be chosen, one that is its own.
    fn of(&mut self, value: Value, depth: u32) -> Hashed {
        let number = match (value, self.heap.node_of(value)) {
            (Value::None, _) => return own(self.secret.hash_one("None")),
            (_, Some(Node::Float(number))) => {
                // nan is not equal to itself, and has the hash 0 before Python 3.10
                let content =
                    if number.is_nan() { self.unique(value) } else { self.secret.hash_one(number.to_bits()) };
                return Hashed::number(hash_of_float(number), content);
            }
            _ => self.heap.as_int(value),
        };
        if let Some(number) = number {
            return Hashed::number(hash_of_int(number), self.secret.hash_one(number));
        }
        if depth > DEEPEST {
            return Hashed::number(0, self.unique(value));
        }
        let Some(id) = id_of(value) else { return own(self.unique(value)) };
        if let Some(&known) = self.known.get(&id) {
            return known;
        }
        let hashed = self.of_node(value, depth);
        self.known.insert(id, hashed);
        hashed
    }

    /// The hash of what is long or has parts.
    fn of_node(&mut self, value: Value, depth: u32) -> Hashed {
        let heap = self.heap;
        match heap.node_of(value) {
            Some(Node::BigInt(blob)) => {
                let bytes = heap.bytes(blob);
                let hashed = Hashed::number(hash_of_bytes(bytes), self.secret.hash_one(bytes));
                Hashed { parts: 1 + bytes.len() as u64 / 4, ..hashed }
            }
            Some(Node::Str(blob) | Node::Str8(blob) | Node::Bytes(blob)) => {
                own(self.secret.hash_one(heap.bytes(blob)))
            }
            Some(Node::Tuple(items)) => of_tuple(&self.all(heap.items(items), depth), &self.secret),
            Some(Node::FrozenSet(items)) => of_set(&self.all(heap.items(items), depth), &self.secret),
            _ => match self.number_of_call(value) {
                Some(hash) => Hashed::number(hash, self.unique(value)),
                None => own(self.unique(value)),
            },
        }
    }

    /// A hash that no other value has.
    fn unique(&self, value: Value) -> u64 {
        self.secret.hash_one(id_of(value))
    }

    fn all(&mut self, values: &[Value], depth: u32) -> Vec<Hashed> {
        values.iter().map(|&value| self.of(value, depth + 1)).collect()
    }

    /// The hash of a number of another type than int and float: `Fraction`, `Decimal`, `complex`, `UUID`. A `range`, which
    /// is no key that models have, and a text that is long for a number count as one of a chosen hash.
    fn number_of_call(&self, value: Value) -> Option<i64> {
        let heap = self.heap;
        let site = Site::of(heap, value)?;
        match (heap.object(value).map_or(site.name, |object| object.class()), site.args) {
            (("fractions", "Fraction"), [text]) => {
                Some(hash_of_fraction(&self.digits(*text)).unwrap_or_default())
            }
            (("fractions", "Fraction"), [numerator, denominator]) => {
                Some(quotient(self.residue_of(*numerator)?, self.residue_of(*denominator)?))
            }
            (("decimal", "Decimal"), [text]) => {
                Some(hash_of_decimal(&self.digits(*text)).unwrap_or_default())
            }
            (("builtins", "range"), _) => Some(0),
            (("builtins" | "__builtin__", "complex"), [re, im]) => {
                let part = |value: Value| heap.as_float(value).map(hash_of_float);
                Some(part(*re)?.wrapping_add(part(*im)?.wrapping_mul(1_000_003)))
            }
            (("uuid", "UUID"), _) => {
                let object = heap.object(value)?;
                // many can share one dict
                let is_plain = object.attributes().is_some_and(|pairs| pairs.len() <= 2 * OF_UUID);
                let number = if is_plain { object.attr("int") } else { None };
                let (is_negative, rest) =
                    number.and_then(|number| self.residue_of(number)).unwrap_or_default();
                Some(signed(is_negative, rest))
            }
            _ => None,
        }
    }

    /// The text of a number; empty if it is longer than most.
    fn digits(&self, text: Value) -> Cow<'_, str> {
        short_str(self.heap, text).filter(|text| text.len() <= LONGEST).unwrap_or_default()
    }

    /// Sign and remainder of an integer, which many numbers can share; 0 if it is longer than most.
    fn residue_of(&self, value: Value) -> Option<(bool, u64)> {
        let hash = match self.heap.node_of(value) {
            Some(Node::BigInt(blob)) if blob.len() > LONGEST => 0,
            Some(Node::BigInt(blob)) => hash_of_bytes(self.heap.bytes(blob)),
            _ => hash_of_int(self.heap.as_int(value)?),
        };
        Some((hash < 0, hash.unsigned_abs()))
    }
}

/// The hash of a tuple by its items.
fn of_tuple(parts: &[Hashed], secret: &RandomState) -> Hashed {
    const P1: u64 = 11_400_714_785_074_694_791;
    const P2: u64 = 14_029_467_366_897_019_727;
    const P5: u64 = 2_870_177_450_012_600_261;
    let (mut new, mut old, mut factor) = (P5, 0x34_5678_u64, 1_000_003_u64);
    for (place, part) in parts.iter().enumerate() {
        new = new.wrapping_add((part.new as u64).wrapping_mul(P2)).rotate_left(31).wrapping_mul(P1);
        old = (old ^ part.old as u64).wrapping_mul(factor);
        factor = factor.wrapping_add(82_520 + 2 * (parts.len() - place - 1) as u64);
    }
    new = new.wrapping_add(parts.len() as u64 ^ (P5 ^ 3_527_539));
    old = old.wrapping_add(97_531);
    let contents: Vec<u64> = parts.iter().map(|part| part.content).collect();
    Hashed {
        new: if new == u64::MAX { 1_546_275_796 } else { new as i64 },
        old: if old == u64::MAX { -2 } else { old as i64 },
        content: secret.hash_one(contents),
        parts: parts.iter().fold(1, |all, part| all.saturating_add(part.parts)),
    }
}

/// What decides the hash of a frozen set by its items.
fn of_set(parts: &[Hashed], secret: &RandomState) -> Hashed {
    let mixed = |hash: i64| ((hash as u64 ^ 89_869_747) ^ ((hash as u64) << 16)).wrapping_mul(3_644_798_167);
    let mut contents: Vec<u64> = parts.iter().map(|part| part.content).collect();
    contents.sort_unstable();
    let all =
        |of: fn(&Hashed) -> i64| parts.iter().fold(parts.len() as u64, |all, part| all ^ mixed(of(part)));
    Hashed {
        new: all(|part| part.new) as i64,
        old: all(|part| part.old) as i64,
        content: secret.hash_one(contents),
        parts: 1,
    }
}

fn signed(is_negative: bool, rest: u64) -> i64 {
    let rest = rest as i64; // below the prime
    if is_negative { -rest } else { rest }
}

fn hash_of_int(number: i64) -> i64 {
    signed(number < 0, number.unsigned_abs() % MODULUS)
}

/// Of an integer in two's complement, little-endian.
fn hash_of_bytes(bytes: &[u8]) -> i64 {
    let is_negative = bytes.last().is_some_and(|&byte| byte >= 0x80);
    // the complement of a negative number is one less than its magnitude
    let digit = |byte: u8| if is_negative { !byte } else { byte };
    let step = |rest: u64, &byte: &u8| product(rest, 256, u64::from(digit(byte)));
    let rest = bytes.iter().rev().fold(0, step);
    signed(is_negative, product(rest, 1, u64::from(is_negative)))
}

/// `one * two + more` modulo the prime.
fn product(one: u64, two: u64, more: u64) -> u64 {
    let whole = u128::from(one) * u128::from(two) + u128::from(more);
    // 2 to the power of 61 is 1
    let rest = (whole as u64 & MODULUS) + (whole >> 61) as u64;
    if rest >= MODULUS { rest - MODULUS } else { rest }
}

fn power(mut base: u64, mut exponent: u64) -> u64 {
    let mut result = 1;
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = product(result, base, 0);
        }
        base = product(base, base, 0);
        exponent >>= 1;
    }
    result
}

/// By Fermat, what a number is multiplied with to make 1.
fn inverse(number: u64) -> u64 {
    power(number, MODULUS - 2)
}

fn quotient((is_negative, numerator): (bool, u64), (other_is_negative, denominator): (bool, u64)) -> i64 {
    let is_negative = is_negative != other_is_negative;
    match denominator {
        0 if is_negative => -INFINITY,
        0 => INFINITY,
        _ => signed(is_negative, product(numerator, inverse(denominator), 0)),
    }
}

/// Of `3/7` or `3`.
fn hash_of_fraction(text: &str) -> Option<i64> {
    let (numerator, denominator) = text.split_once('/').unwrap_or((text, "1"));
    Some(quotient(residue(numerator)?, residue(denominator)?))
}

/// Sign and remainder of a text of digits.
fn residue(text: &str) -> Option<(bool, u64)> {
    let digits = text.trim_start_matches(['+', '-']);
    let step =
        |rest: u64, digit: u8| digit.is_ascii_digit().then(|| product(rest, 10, u64::from(digit - b'0')));
    let rest = digits.bytes().try_fold(0, step)?;
    Some((text.starts_with('-'), rest))
}

/// Of `-1.5E+30`; nothing for a NaN or an infinity, of which each has the same hash.
fn hash_of_decimal(text: &str) -> Option<i64> {
    let (digits, exponent) = text.split_once(['E', 'e']).unwrap_or((text, "0"));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let (is_negative, rest) = residue(&format!("{whole}{part}"))?;
    let exponent = exponent.parse::<i64>().ok()?.saturating_sub(part.len() as i64);
    // 10 to the power of the prime less one is 1
    let scale = power(10, exponent.rem_euclid(MODULUS as i64 - 1) as u64);
    Some(signed(is_negative, product(rest, scale, 0)))
}

fn hash_of_float(number: f64) -> i64 {
    if number.is_nan() {
        return 0;
    }
    if number.is_infinite() {
        return if number > 0.0 { INFINITY } else { -INFINITY };
    }
    let bits = number.to_bits();
    let (exponent, fraction) = ((bits >> 52 & 0x7ff) as i64, bits & ((1 << 52) - 1));
    // a fraction of 52 bits, the first one left out where it is 1
    let (whole, exponent) =
        if exponent == 0 { (fraction, -1074) } else { (fraction | 1 << 52, exponent - 1075) };
    // 2 to the power of 61 is 1
    let scale = 1_u64 << exponent.rem_euclid(61);
    signed(number < 0.0, product(whole, scale, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Python 3.13 and 3.7 say.
    #[test]
    fn numbers_have_the_hash_that_python_gives_them() {
        let floats = [
            (0.1, 230_584_300_921_369_408),
            (-2.5, -1_152_921_504_606_846_978),
            (1e300, 1_224_995_262_755_759_164),
            (5e-324, 16_777_216),
            (f64::NEG_INFINITY, -314_159),
            (f64::NAN, 0),
        ];
        for (number, want) in floats {
            assert_eq!(hash_of_float(number), want, "{number}");
        }
        let fractions = [
            ("3/7", Some(1_317_624_576_693_539_401)),
            ("-5/4611686018427387902", Some(-314_159)),
            ("1000000000000000000000000000000/3", Some(923_700_564_924_146_219)),
            ("12", Some(12)),
            ("1/x", None),
        ];
        for (text, want) in fractions {
            assert_eq!(hash_of_fraction(text), want, "{text}");
        }
        let decimals = [
            ("1.5", Some(1_152_921_504_606_846_977)),
            ("-0.001", Some(-1_035_323_511_136_948_584)),
            ("1E+30", Some(465_258_685_558_744_706)),
            ("12E-400", Some(929_684_086_661_155_587)),
            ("NaN", None),
        ];
        for (text, want) in decimals {
            assert_eq!(hash_of_decimal(text), want, "{text}");
        }
        let ints = [(1 << 62, 2), (i64::MIN, -4), (MODULUS as i64, 0), (-(MODULUS as i64) - 1, -1)];
        for (number, want) in ints {
            assert_eq!(hash_of_int(number), want, "{number}");
            assert_eq!(hash_of_bytes(&number.to_le_bytes()), want, "{number}");
        }
        let mut large = [0; 9];
        (large[0], large[8]) = (5, 1);
        assert_eq!(hash_of_bytes(&large), 13, "2**64 + 5");
    }

    #[test]
    fn tuples_have_the_hash_of_both_kinds_of_python() {
        let cases: [(&[i64], i64, i64); 4] = [
            (&[1, 2], -3_550_055_125_485_641_917, 3_713_081_631_934_410_656),
            (&[], 5_740_354_900_026_072_187, 3_527_539),
            (&[2, -5, 3], -8_651_715_652_711_648_900, -3_789_702_495_201_119_293),
            (&[-1], 8_078_679_518_589_016_365, -3_430_020_192_499),
        ];
        for (items, new, old) in cases {
            let parts: Vec<_> = items.iter().map(|&item| Hashed::number(item, 0)).collect();
            let hashed = of_tuple(&parts, &RandomState::default());
            assert_eq!((hashed.new, hashed.old), (new, old), "{items:?}");
        }
    }
}
