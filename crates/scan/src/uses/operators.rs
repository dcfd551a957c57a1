//! `operator.itemgetter`, `attrgetter` and `methodcaller`: functions made of a name, which a transformer applies to its data.
//!
//! What they fetch is harmless for few names. `attrgetter('tofile')` alone does nothing; but its result can be the argument
//! that a known function calls (`pairwise_distances(a, b, metric)`), and then it writes a file. A path of `pathlib` can come
//! as data as well, so that `methodcaller('replace', …)` moves a file. Known are attributes that are data, and methods that
//! only compute, of arrays, frames and texts.

use cannery_object::{Heap, Node, Value, View};

use crate::names;
use crate::site::{Site, is_number, is_str, is_str_dict, short_str};

/// Arguments among which sequences may be, that can be shared by all of them.
const FEW: usize = 32;

/// `itemgetter(key, …)` with keys that are plain.
pub(super) fn takes_items(site: &Site<'_>) -> bool {
    let heap = site.heap;
    let is_key = |key: Value| match heap.node_of(key) {
        Some(Node::Str(blob) | Node::Str8(blob)) => !heap.bytes(blob).starts_with(b"__"),
        _ => is_number(heap, key),
    };
    let are_keys = |key: Value| {
        is_key(key)
            || is_slice_of(heap, key, is_key)
            || site.args.len() <= FEW
                && heap.as_sequence(key).is_some_and(|keys| keys.iter().all(|&key| is_key(key)))
    };
    !site.args.is_empty() && site.args.iter().all(|&key| are_keys(key))
}

fn is_slice_of(heap: &Heap, value: Value, is_key: impl Fn(Value) -> bool) -> bool {
    Site::of(heap, value).is_some_and(|call| {
        matches!(call.name, ("builtins" | "__builtin__", "slice"))
            && call.args.iter().all(|&part| part == Value::None || is_key(part))
    })
}

/// Attributes that are data or lead to it. Those that end with an underscore are what estimators have learnt.
const ATTRIBUTES: &[&str] = &[
    "T",
    "best_estimator_",
    "cat",
    "categories",
    "codes",
    "columns",
    "date",
    "day",
    "dayofweek",
    "dayofyear",
    "dt",
    "dtype",
    "dtypes",
    "hour",
    "imag",
    "index",
    "is_month_end",
    "is_month_start",
    "minute",
    "month",
    "ndim",
    "quarter",
    "real",
    "second",
    "shape",
    "size",
    "time",
    "values",
    "weekday",
    "year",
];

/// `attrgetter(path, …)`.
pub(super) fn takes_attributes(site: &Site<'_>) -> bool {
    !site.args.is_empty() && site.args.iter().all(|&path| is_path(site.heap, path))
}

/// Names with dots between them, each known.
fn is_path(heap: &Heap, path: Value) -> bool {
    let is_known = |name: &str| {
        ATTRIBUTES.contains(&name) || name.ends_with('_') && !name.starts_with('_') && is_identifier(name)
    };
    is_name_of(heap, path, |path| path.split('.').all(is_known))
}

fn is_identifier(name: &str) -> bool {
    !name.is_empty() && name.len() <= 60 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// Methods of arrays, frames, sparse matrices and texts that compute, and that no path, file or estimator has.
const METHODS: &[&str] = &[
    "abs",
    "all",
    "any",
    "argmax",
    "argmin",
    "argsort",
    "astype",
    "bfill",
    "capitalize",
    "casefold",
    "clip",
    "cumprod",
    "cumsum",
    "diff",
    "drop",
    "drop_duplicates",
    "dropna",
    "duplicated",
    "ffill",
    "fillna",
    "flatten",
    "head",
    "isna",
    "isnull",
    "lower",
    "lstrip",
    "max",
    "mean",
    "median",
    "min",
    "notna",
    "notnull",
    "nunique",
    "pct_change",
    "prod",
    "rank",
    "ravel",
    "reset_index",
    "reshape",
    "round",
    "rsplit",
    "rstrip",
    "select_dtypes",
    "set_index",
    "shift",
    "sort_index",
    "sort_values",
    "split",
    "splitlines",
    "squeeze",
    "std",
    "strip",
    "sum",
    "swapaxes",
    "swapcase",
    "tail",
    "title",
    "to_dict",
    "to_frame",
    "to_list",
    "to_numpy",
    "toarray",
    "tocoo",
    "tocsc",
    "tocsr",
    "todense",
    "tolist",
    "transpose",
    "upper",
    "var",
];

/// `methodcaller(method, …)` with arguments that are plain.
pub(super) fn calls_a_method(site: &Site<'_>) -> bool {
    match site.args {
        [name, args @ ..] => {
            is_name_of(site.heap, *name, |name| METHODS.contains(&name))
                && args.len() < FEW
                && args.iter().all(|&arg| is_plain(site.heap, arg))
        }
        [] => false,
    }
}

/// How pickle writes a `methodcaller` that has keywords: what `partial(methodcaller, name, keyword=…)` makes is called with
/// the other arguments.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeywordMethod {
    /// `methodcaller`, where it is named.
    pub(crate) callers: [Value; 2],
    /// The tuples that begin with it: the arguments and the state of the partial.
    pub(crate) holders: [Value; 2],
}

/// The parts of a call that is one, with a method that computes and arguments that are plain.
pub(crate) fn keyword_method(heap: &Heap, value: Value) -> Option<KeywordMethod> {
    let call = heap.call(value)?;
    let is_bare = heap.attached(value).states.is_empty();
    let args = heap
        .as_tuple(call.args)
        .filter(|args| is_bare && args.len() < FEW && args.iter().all(|&arg| is_plain(heap, arg)));
    args.and(keyword_partial(&Site::of(heap, call.callable)?))
}

/// The same of the partial.
pub(super) fn keyword_partial(site: &Site<'_>) -> Option<KeywordMethod> {
    let heap = site.heap;
    let is_caller = |value| heap.global_name(value) == Some(("operator", "methodcaller"));
    let ([caller], Some([same, names, keywords, Value::None])) = (site.args, site.state_tuple()) else {
        return None;
    };
    let fits = site.name == ("functools", "partial")
        && is_caller(*caller)
        && is_caller(*same)
        && matches!(heap.as_tuple(*names), Some([name]) if is_name_of(heap, *name, |name| METHODS.contains(&name)))
        && is_str_dict(heap, *keywords)
        && heap.as_dict(*keywords)?.len() <= 2 * FEW
        && heap.as_dict(*keywords)?.chunks_exact(2).all(|pair| is_plain(heap, pair[1]));
    fits.then_some(KeywordMethod { callers: [*caller, *same], holders: [site.call.args, site.state()?] })
}

fn is_name_of(heap: &Heap, name: Value, is_fine: impl Fn(&str) -> bool) -> bool {
    short_str(heap, name).is_some_and(|name| is_fine(&name))
}

/// A number, text, type of data, or a sequence of numbers and texts.
fn is_plain(heap: &Heap, value: Value) -> bool {
    let is_scalar = |value: Value| value == Value::None || is_number(heap, value) || is_str(heap, value);
    is_scalar(value)
        || is_type_of_data(heap, value)
        || matches!(heap.view(value), View::DType)
        || heap.as_sequence(value).is_some_and(|items| items.iter().all(|&item| is_scalar(item)))
}

fn is_type_of_data(heap: &Heap, value: Value) -> bool {
    match heap.global_name(value) {
        Some(("builtins" | "__builtin__", name)) => {
            matches!(
                name,
                "bool" | "bytes" | "complex" | "float" | "int" | "long" | "object" | "str" | "unicode"
            )
        }
        Some(("numpy", name)) => matches!(
            name.trim_end_matches(|c: char| c.is_ascii_digit()),
            "bool" | "bool_" | "bytes_" | "complex" | "float" | "int" | "object_" | "str_" | "uint"
        ),
        _ => false,
    }
}

/// Names of which at least one is not known, and none is one of harm: what they fetch depends on the data.
pub(super) fn could_be_harmless(site: &Site<'_>) -> bool {
    let heap = site.heap;
    let is_fine = |name: &str| name.split('.').all(|part| is_identifier(part) && !is_name_of_harm(part));
    let names = match site.name.1 {
        "methodcaller" => site.args.get(..1).unwrap_or_default(),
        _ => site.args,
    };
    !names.is_empty() && names.iter().all(|&name| is_name_of(heap, name, is_fine))
}

/// What a function known to do harm is called, methods that read, write or evaluate, and names that Python uses itself.
fn is_name_of_harm(name: &str) -> bool {
    const BEGINNINGS: &[&str] = &[
        "_", "to", "dump", "eval", "exec", "load", "open", "query", "read", "rename", "replace", "run",
        "save", "write",
    ];
    BEGINNINGS.iter().any(|beginning| name.starts_with(beginning)) || names::is_name_of_harm(name)
}
