//! Python's own types, as pickle writes them by calls.

use cannery_object::{Heap, Value};

use super::instance::is_text_of;
use super::zone::is_zone;
use crate::held;
use crate::names;
use crate::site::{
    Checked, Refusal, Site, is_bytes, is_flag, is_float, is_int, is_object, is_scalar, is_str, is_str_dict,
    short_str,
};
use cannery_object::known::Kind;

pub(super) fn check(site: &Site<'_>) -> Checked {
    let ok = match site.name {
        ("builtins" | "__builtin__", name) => builtin(site, name),
        ("collections", name) => collection(site, name),
        ("_codecs", "encode") => encode(site),
        ("datetime", name) => time(site, name),
        ("decimal", "Decimal") => matches!(site.args, [text] if is_str(site.heap, *text)),
        ("fractions", "Fraction") => fraction(site),
        ("re", "_compile") => {
            matches!(site.args, [pattern, flags]
                if (is_str(site.heap, *pattern) || is_bytes(site.heap, *pattern)) && is_int(site.heap, *flags))
        }
        ("array", name) => array(site, name),
        ("http", "HTTPStatus") | ("re", "RegexFlag") => {
            matches!(site.args, [value] if is_short(site.heap, *value))
        }
        ("time", "struct_time") => struct_time(site),
        ("types", "SimpleNamespace") if site.args.is_empty() => {
            return site.state().map_or(Ok(()), |state| super::attributes(site.heap, state));
        }
        ("functools", "partial") => return partial(site),
        ("pathlib" | "pathlib._local", _) => site.args.iter().all(|&part| is_str(site.heap, part)),
        ("uuid", "SafeUUID") => matches!(site.args, [safe] if is_scalar(site.heap, *safe)),
        _ => false,
    };
    if ok { site.no_state() } else { Err(site.bad_args()) }
}

fn builtin(site: &Site<'_>, name: &str) -> bool {
    let heap = site.heap;
    match (name, site.args) {
        ("set" | "frozenset" | "list" | "tuple" | "dict" | "bytes" | "bytearray" | "object", []) => true,
        ("set" | "frozenset" | "list" | "tuple", [items]) => heap.as_sequence(*items).is_some(),
        ("dict", [pairs]) => heap.as_dict(*pairs).is_some(),
        ("bytearray", [bytes]) => is_bytes(heap, *bytes),
        ("bytearray" | "bytes", [text, encoding]) => is_str(heap, *text) && is_latin1(heap, *encoding),
        ("complex", [re, im]) => is_float(heap, *re) && is_float(heap, *im),
        ("slice" | "range" | "xrange", [_, _, _]) => site.args.iter().all(|&part| is_slice_part(heap, part)),
        ("type", [Value::None]) => true,
        _ => false,
    }
}

fn is_slice_part(heap: &Heap, part: Value) -> bool {
    is_scalar(heap, part) || is_numpy_scalar(heap, part)
}

pub(super) fn is_numpy_scalar(heap: &Heap, value: Value) -> bool {
    heap.call(value).and_then(|call| heap.global_name(call.callable)).is_some_and(|(module, name)| {
        name == "scalar" && matches!(module, "numpy.core.multiarray" | "numpy._core.multiarray")
    })
}

fn collection(site: &Site<'_>, name: &str) -> bool {
    let heap = site.heap;
    match (name, site.args) {
        ("OrderedDict" | "Counter" | "deque" | "defaultdict", []) | ("defaultdict", [Value::None]) => true,
        ("OrderedDict", [pairs]) => is_pairs(heap, *pairs),
        ("Counter", [counts]) => heap.as_dict(*counts).is_some(),
        ("deque", [items]) => heap.as_sequence(*items).is_some(),
        ("deque", [items, longest]) => {
            heap.as_sequence(*items).is_some() && (*longest == Value::None || is_int(heap, *longest))
        }
        ("defaultdict", [factory]) => is_plain_type(heap, *factory),
        _ => false,
    }
}

/// What a missing value is made of: one of the types that make an empty or zero value.
fn is_plain_type(heap: &Heap, value: Value) -> bool {
    heap.global_name(value) == Some(("collections", "OrderedDict"))
        || matches!(
            heap.global_name(value),
            Some((
                "builtins" | "__builtin__",
                "int" | "float" | "list" | "dict" | "set" | "str" | "bool" | "tuple" | "long" | "unicode"
            ))
        )
}

fn is_pairs(heap: &Heap, value: Value) -> bool {
    heap.as_dict(value).is_some()
        || heap.as_list(value).is_some_and(|list| {
            list.iter().all(|&pair| heap.as_sequence(pair).is_some_and(|pair| pair.len() == 2))
        })
}

/// `_codecs.encode(text, 'latin1')`: how Python 3 writes bytes for Python 2. Any other encoding is code.
fn encode(site: &Site<'_>) -> bool {
    matches!(site.args, [text, encoding] if is_str(site.heap, *text) && is_latin1(site.heap, *encoding))
}

fn is_latin1(heap: &Heap, encoding: Value) -> bool {
    is_text_of(heap, encoding, &["latin1", "latin-1"])
}

fn time(site: &Site<'_>, name: &str) -> bool {
    let heap = site.heap;
    let of_bytes = |value: Value, len: usize| heap.bytes_of(value).is_some_and(|bytes| bytes.len() == len);
    match (name, site.args) {
        ("date", [bytes]) => of_bytes(*bytes, 4),
        ("datetime", [bytes]) => of_bytes(*bytes, 10),
        ("datetime", [bytes, zone]) => of_bytes(*bytes, 10) && is_zone(heap, *zone),
        ("time", [bytes]) => of_bytes(*bytes, 6),
        ("time", [bytes, zone]) => of_bytes(*bytes, 6) && is_zone(heap, *zone),
        ("timedelta", [_, _, _]) => site.args.iter().all(|&part| is_int(heap, part)),
        ("timezone", [offset] | [offset, _]) => {
            heap.object(*offset).is_some_and(|object| object.class() == ("datetime", "timedelta"))
                && site.args.get(1).is_none_or(|&name| is_str(heap, name))
        }
        _ => false,
    }
}

/// `_array_reconstructor(array, code, format, bytes)`, in Python 2 `array(code, list)`. Both look at what they are given.
fn array(site: &Site<'_>, name: &str) -> bool {
    const CODES: &[&str] = &["b", "B", "d", "f", "h", "H", "i", "I", "l", "L", "q", "Q", "u", "w"];
    let heap = site.heap;
    match (name, site.args) {
        ("_array_reconstructor", [class, code, format, bytes]) => {
            heap.global_name(*class) == Some(("array", "array"))
                && is_text_of(heap, *code, CODES)
                && is_int(heap, *format)
                && is_bytes(heap, *bytes)
        }
        ("array", [code, items]) => {
            is_text_of(heap, *code, CODES)
                && heap.as_list(*items).is_some_and(|items| items.iter().all(|&item| is_scalar(heap, item)))
        }
        _ => false,
    }
}

/// A number of few bits: Python 3.6 to 3.10 takes one of flags apart bit by bit, each time as long as the number.
fn is_short(heap: &Heap, value: Value) -> bool {
    heap.as_int(value).is_some_and(|number| number.unsigned_abs() < 1 << 16)
}

/// `struct_time(numbers, {'tm_zone': name, 'tm_gmtoff': seconds})`.
fn struct_time(site: &Site<'_>) -> bool {
    let heap = site.heap;
    let is_part =
        |pair: &[Value]| is_text_of(heap, pair[0], &["tm_zone", "tm_gmtoff"]) && is_scalar(heap, pair[1]);
    let are_numbers = |value: Value| {
        heap.as_tuple(value).is_some_and(|numbers| numbers.iter().all(|&number| is_int(heap, number)))
    };
    match site.args {
        [numbers, rest] => {
            are_numbers(*numbers) && heap.as_dict(*rest).is_some_and(|rest| rest.chunks_exact(2).all(is_part))
        }
        _ => false,
    }
}

fn fraction(site: &Site<'_>) -> bool {
    // a text with an exponent stands for a number of as many digits as it says
    let is_digit = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'/');
    match site.args {
        [text] => short_str(site.heap, *text).is_some_and(|text| text.bytes().all(is_digit)),
        [numerator, denominator] => is_int(site.heap, *numerator) && is_int(site.heap, *denominator),
        _ => false,
    }
}

/// A function that models keep as data, or a partial of one, which is judged on its own.
pub(super) fn is_kept_function(heap: &Heap, value: Value) -> bool {
    heap.global_name(value).and_then(|(module, name)| names::known(module, name)).is_some_and(|known| {
        match known.kind {
            Kind::Function | Kind::Ufunc => true,
            Kind::Class | Kind::Estimator | Kind::Exception | Kind::Reconstruct | Kind::Data => false,
        }
    }) || is_object(heap, value, |class| {
        matches!(class, ("numpy.core", "_ufunc_reconstruct") | ("functools", "partial"))
    })
}

/// `functools.partial(function)` with the state `(function, args, kwargs, attributes)`. The function is called when the
/// object is used: it must be one that models keep as data.
fn partial(site: &Site<'_>) -> Checked {
    let heap = site.heap;
    if super::operators::keyword_partial(site).is_some() {
        return Ok(());
    }
    match site.args {
        [function] if is_kept_function(heap, *function) => {}
        [function, ..] => {
            let rule = held::harm(heap, *function).ok_or_else(|| site.bad_args())?;
            return Err(Refusal::new(rule, "called later, with arguments that the file chose"));
        }
        [] => return Err(site.bad_args()),
    }
    match site.state_tuple() {
        Some([function, args, kwargs, attributes])
            if !is_deep(heap, *function)
                && is_kept_function(heap, *function)
                && heap.as_tuple(*args).is_some()
                && (*kwargs == Value::None || is_str_dict(heap, *kwargs))
                && (*attributes == Value::None || heap.as_dict(*attributes).is_some_and(<[_]>::is_empty)) =>
        {
            Ok(())
        }
        _ => Err(site.bad_state()),
    }
}

/// Whether a function is a partial of a partial …: each is called by the one before without a look at how deep that is, or
/// whether they end.
///
/// Source: `partial_vectorcall` in `Modules/_functoolsmodule.c`.
fn is_deep(heap: &Heap, mut function: Value) -> bool {
    const DEEPEST: usize = 8;
    for _ in 0..DEEPEST {
        if !is_object(heap, function, |class| class == ("functools", "partial")) {
            return false;
        }
        match Site::of(heap, function).and_then(|site| site.state_tuple()?.first().copied()) {
            Some(inner) => function = inner,
            None => return false,
        }
    }
    true
}

/// An exception or warning that is kept as a value.
pub(super) fn exception(site: &Site<'_>) -> Checked {
    let plain = site.args.len() <= 4 && site.args.iter().all(|&arg| is_scalar(site.heap, arg));
    if !plain {
        return Err(site.bad_args());
    }
    site.state().map_or(Ok(()), |state| super::attributes(site.heap, state))
}

pub(super) fn are_flags(heap: &Heap, values: &[Value]) -> bool {
    values.iter().all(|&value| is_flag(heap, value))
}
