//! pandas: indexes, frames, blocks, extension arrays, times.

use cannery_object::{Heap, Value};

use super::builtins::is_numpy_scalar;
use super::instance::{Made, is_text_of, made_plainly};
use super::zone::{is_zone, is_zone_name};
use super::{attributes, dateutil};
use crate::rule::Rule;
use crate::site::{
    Checked, Refusal, Site, is_flag, is_float, is_int, is_number, is_object, is_str, short_str,
};

/// Classes that are made without arguments and given a dict of attributes, or a tuple that their `__setstate__` takes
/// apart.
const INSTANCES: &[&str] = &[
    "DataFrame",
    "Series",
    "BlockManager",
    "SingleBlockManager",
    "Categorical",
    "CategoricalDtype",
    "DatetimeArray",
    "TimedeltaArray",
    "PeriodArray",
    "IntervalArray",
    "IntegerArray",
    "FloatingArray",
    "BooleanArray",
    "StringArray",
    "ArrowStringArray",
    "ArrowStringArrayNumpySemantics",
    "PandasArray",
    "NumpyExtensionArray",
    "SparseArray",
    "DatetimeTZDtype",
    "PeriodDtype",
    "IntervalDtype",
    "Int8Dtype",
    "Int16Dtype",
    "Int32Dtype",
    "Int64Dtype",
    "UInt8Dtype",
    "UInt16Dtype",
    "UInt32Dtype",
    "UInt64Dtype",
    "Float32Dtype",
    "Float64Dtype",
    "BooleanDtype",
    "StringDtype",
    "SparseDtype",
    "PandasDtype",
    "Flags",
];

/// Checks an instance of a class of pandas.
pub(super) fn instance(site: &Site<'_>, made: &Made<'_>, class: (&str, &str)) -> Checked {
    let (module, name) = class;
    if module == "pandas.api.typing" {
        return missing_of_skops(site, made);
    }
    if name == "DateOffset" {
        made_plainly(site, made)?;
        return date_offset(site);
    }
    if module == "pandas.tseries.offsets" && OFFSETS.contains(&name) {
        return old_offset(site, made);
    }
    let known_module = matches!(module, "pandas" | "pandas.arrays") || module.starts_with("pandas.core.");
    if !known_module || !INSTANCES.contains(&name) {
        let message = format!("makes an instance of {module}.{name}, which is not judged");
        return Err(Refusal::new(Rule::UnknownArguments, message));
    }
    made_plainly(site, made)?;
    if matches!(name, "BlockManager" | "SingleBlockManager") {
        return manager(site);
    }
    let Some(state) = site.state() else { return Ok(()) };
    attributes::check(site.heap, state)?;
    if name.starts_with("ArrowString") {
        let held = site.heap.as_dict(state).and_then(|pairs| site.heap.lookup(pairs, "_pa_array"));
        if held.and_then(|held| site.heap.arrow_texts(held)).is_none_or(|texts| texts.is_err()) {
            return Err(site.bad_state());
        }
    }
    let zone = site.heap.as_dict(state).and_then(|pairs| site.heap.lookup(pairs, "tz"));
    if zone.is_some_and(|zone| may_be_path(site.heap, zone)) { Err(site.bad_state()) } else { Ok(()) }
}

/// What skops makes of `pandas.NA` and `pandas.NaT`: an instance whose attributes are the name of their module.
fn missing_of_skops(site: &Site<'_>, made: &Made<'_>) -> Checked {
    made_plainly(site, made)?;
    let heap = site.heap;
    let Some(state) = site.state() else { return site.no_state() };
    let pairs = heap.as_dict(state).ok_or_else(|| site.bad_state())?;
    let is_module =
        |pair: &[Value]| is_text_of(heap, pair[0], &["__module__"]) && is_text_of(heap, pair[1], &["pandas"]);
    if pairs.chunks_exact(2).all(is_module) { Ok(()) } else { Err(site.bad_state()) }
}

/// `(axes, block values, block items, {'0.14.1': {'axes': …, 'blocks': […]}})`.
fn manager(site: &Site<'_>) -> Checked {
    let heap = site.heap;
    let is_list = |value: Value| heap.as_list(value).is_some();
    match site.state_tuple() {
        Some([axes, values, items, extra]) if is_list(*axes) && is_list(*values) && is_list(*items) => {
            let pairs = heap.as_dict(*extra).ok_or_else(|| site.bad_state())?;
            attributes::keys(heap, pairs)
        }
        _ => Err(site.bad_state()),
    }
}

/// An offset of pandas before 1.1, where it is a class of Python; later releases read the same state.
fn old_offset(site: &Site<'_>, made: &Made<'_>) -> Checked {
    made_plainly(site, made)?;
    let heap = site.heap;
    let state = site.state().ok_or_else(|| site.bad_state())?;
    let pairs = heap.as_dict(state).ok_or_else(|| site.bad_state())?;
    let fits =
        |name, is: fn(&Heap, Value) -> bool| heap.lookup(pairs, name).is_some_and(|value| is(heap, value));
    if !fits("n", is_int) || !fits("normalize", is_flag) {
        return Err(site.bad_state());
    }
    attributes::check(heap, state)
}

/// Numbers that a `DateOffset` is made of: those with an `s` are added to a time, the others replace a part of it.
const DATE_PARTS: &[&str] = &[
    "years",
    "months",
    "weeks",
    "days",
    "hours",
    "minutes",
    "seconds",
    "milliseconds",
    "microseconds",
    "nanoseconds",
    "year",
    "month",
    "day",
    "weekday",
    "hour",
    "minute",
    "second",
    "microsecond",
    "nanosecond",
];

/// The state of a `DateOffset`: its parts, and what adds them. Its `__setstate__` sets all other names as attributes, so
/// that there must be none.
fn date_offset(site: &Site<'_>) -> Checked {
    let heap = site.heap;
    let state = site.state().ok_or_else(|| site.bad_state())?;
    let pairs = heap.as_dict(state).ok_or_else(|| site.bad_state())?;
    let is_count =
        |value| is_number(heap, value) || is_numpy_scalar(heap, value) || dateutil::is_weekday(heap, value);
    let is_part = |pair: &[Value]| is_text_of(heap, pair[0], DATE_PARTS) && is_count(pair[1]);
    // many offsets can share one dict
    let are_parts = |value: Value| {
        let parts = heap.as_dict(value).filter(|parts| parts.len() <= 2 * DATE_PARTS.len());
        parts.is_some_and(|parts| parts.chunks_exact(2).all(is_part))
    };
    let fits = |pair: &[Value]| match short_str(heap, pair[0]).as_deref() {
        Some("n") => is_int(heap, pair[1]),
        Some("normalize" | "_use_relativedelta") => is_flag(heap, pair[1]),
        Some("_offset") => is_duration(heap, pair[1]) || dateutil::is_relativedelta(heap, pair[1]),
        Some("_cache") => heap.as_dict(pair[1]).is_some_and(<[_]>::is_empty),
        Some("kwds") => are_parts(pair[1]),
        _ => is_part(pair),
    };
    let is_whole = ["n", "normalize"].iter().all(|name| heap.lookup(pairs, name).is_some());
    if is_whole && pairs.chunks_exact(2).all(fits) { Ok(()) } else { Err(site.bad_state()) }
}

/// `__pyx_unpickle_PeriodMixin(PeriodArray, checksum, None)` of pandas 1.1 to 1.4 and the same of `IntervalMixin`, with a
/// dict of attributes. pandas compares the two ends of intervals before compiled code takes them: `IntervalTree` takes
/// both by one mask.
fn mixed_array(site: &Site<'_>, class: Value, checksum: Value) -> Checked {
    let heap = site.heap;
    let is_array = match (site.name.1, heap.global_name(class)) {
        ("__pyx_unpickle_PeriodMixin", Some(class)) => class == ("pandas.core.arrays.period", "PeriodArray"),
        (_, Some((module, name))) => {
            matches!(module, "pandas.arrays" | "pandas.core.arrays.interval") && name == "IntervalArray"
        }
        (_, None) => false,
    };
    if !is_array || !is_int(heap, checksum) {
        return Err(site.bad_args());
    }
    match site.state_tuple() {
        Some([dict]) if heap.as_dict(*dict).is_some() => attributes::check(heap, *dict),
        _ => Err(site.bad_state()),
    }
}

/// Checks a call of a function or class.
pub(super) fn check(site: &Site<'_>) -> Checked {
    let heap = site.heap;
    let (module, name) = site.name;
    if name.starts_with("_new_") {
        return index(site);
    }
    let is_parts = |value: Value| heap.as_sequence(value).is_some();
    let ok = match (module, name, site.args) {
        ("pandas._libs.arrays", "__pyx_unpickle_NDArrayBacked", [class, checksum, Value::None]) => {
            return backed(site, *class, *checksum);
        }
        ("pandas._libs.internals", "_unpickle_block", [_values, place, ndim]) => {
            is_int(heap, *ndim) && (is_slice(heap, *place) || heap.ndarray(*place).is_some())
        }
        ("pandas.core.internals.managers", "BlockManager" | "SingleBlockManager", [blocks, axes]) => {
            is_parts(*blocks) && is_parts(*axes)
        }
        ("pandas._libs.sparse", "IntIndex" | "BlockIndex", [length, arrays @ ..]) => {
            is_int(heap, *length) && arrays.iter().all(|&array| heap.ndarray(array).is_some())
        }
        ("pandas._libs.tslibs.period", "__pyx_unpickle_PeriodMixin", [class, checksum, Value::None])
        | ("pandas._libs.interval", "__pyx_unpickle_IntervalMixin", [class, checksum, Value::None]) => {
            return mixed_array(site, *class, *checksum);
        }
        ("pandas", "DateOffset", []) => return date_offset(site),
        (_, "StringDtype", [storage, rest @ ..]) => {
            is_text_of(heap, *storage, &["python", "pyarrow"])
                && rest.iter().all(|&value| is_missing(heap, value))
        }
        (_, "Timestamp" | "Timedelta" | "_unpickle_timestamp" | "_timedelta_unpickle", args) => {
            let is_text = |place: usize, arg| is_str(heap, arg) && (place < 2 || !may_be_path(heap, arg));
            let is_part = |arg| arg == Value::None || is_int(heap, arg) || is_zone(heap, arg);
            args.len() <= 4
                && args
                    .iter()
                    .enumerate()
                    .all(|(place, &arg)| is_part(arg) || is_text(place, arg) || is_offset(heap, arg))
        }
        ("pandas._libs.tslibs.offsets", "WeekOfMonth", [count, flag, week, weekday]) => {
            is_int(heap, *count) && is_flag(heap, *flag) && is_int(heap, *week) && is_int(heap, *weekday)
        }
        (
            "pandas._libs.tslibs.offsets",
            "LastWeekOfMonth" | "SemiMonthBegin" | "SemiMonthEnd",
            [count, flag, day],
        ) => is_int(heap, *count) && is_flag(heap, *flag) && is_int(heap, *day),
        ("pandas._libs.tslibs.offsets", name, [count, flag, rest @ ..]) if OFFSETS.contains(&name) => {
            let is_more = |&arg: &Value| arg == Value::None || is_int(heap, arg) || is_duration(heap, arg);
            is_int(heap, *count) && is_flag(heap, *flag) && rest.len() <= 1 && rest.iter().all(is_more)
        }
        (
            "pandas" | "pandas._libs.period" | "pandas._libs.tslibs.period",
            "Period",
            [Value::None, freq, ordinal],
        ) => (is_str(heap, *freq) || is_offset(heap, *freq)) && is_int(heap, *ordinal),
        ("pandas" | "pandas._libs.interval", "Interval", [left, right, closed]) => {
            let is_end = |arg| is_number(heap, arg) || is_numpy_scalar(heap, arg) || is_time(heap, arg);
            is_end(*left)
                && is_end(*right)
                && is_text_of(heap, *closed, &["left", "right", "both", "neither"])
        }
        ("pandas" | "pandas.core.dtypes.dtypes", "PeriodDtype", [freq]) => {
            is_str(heap, *freq) || is_offset(heap, *freq)
        }
        (
            "pandas._libs.tslibs.nattype" | "pandas._libs.tslib",
            "_nat_unpickle" | "__nat_unpickle",
            [Value::None],
        ) => true,
        _ => false,
    };
    if ok { site.no_state() } else { Err(site.bad_args()) }
}

/// A text that is more than the name of a time zone, by itself or in the name of a dtype: it can be the path of a file, which
/// pandas reads, `dateutil//etc/localtime`.
fn may_be_path(heap: &Heap, value: Value) -> bool {
    let names_zone = |text: &str| {
        let zone = text.strip_prefix("datetime64[ns, ").and_then(|rest| rest.strip_suffix(']'));
        let zone = zone.unwrap_or(text);
        is_zone_name(zone) && !zone.starts_with("dateutil")
    };
    is_str(heap, value) && !short_str(heap, value).is_some_and(|text| names_zone(&text))
}

/// Classes of offsets that are made of a count, whether times are cut to midnight, and at most one more number or
/// duration.
const OFFSETS: &[&str] = &[
    "Day",
    "Hour",
    "Minute",
    "Second",
    "Milli",
    "Micro",
    "Nano",
    "BQuarterBegin",
    "BQuarterEnd",
    "BYearBegin",
    "BYearEnd",
    "BusinessDay",
    "BusinessMonthBegin",
    "BusinessMonthEnd",
    "MonthBegin",
    "MonthEnd",
    "QuarterBegin",
    "QuarterEnd",
    "Week",
    "YearBegin",
    "YearEnd",
];

fn is_offset(heap: &Heap, value: Value) -> bool {
    is_object(heap, value, |(module, name)| {
        matches!(module, "pandas._libs.tslibs.offsets" | "pandas.tseries.offsets" | "pandas")
            && (OFFSETS.contains(&name) || name == "DateOffset")
    })
}

fn is_duration(heap: &Heap, value: Value) -> bool {
    is_object(heap, value, |class| class == ("datetime", "timedelta"))
}

/// A point in time or a duration of pandas.
fn is_time(heap: &Heap, value: Value) -> bool {
    is_object(heap, value, |(module, name)| {
        let of_pandas = module == "pandas" || module.starts_with("pandas._libs.");
        let known = ["Timestamp", "Timedelta", "_unpickle_timestamp", "_timedelta_unpickle"];
        of_pandas && known.contains(&name)
    })
}

/// What stands for a missing text.
pub(super) fn is_missing(heap: &Heap, value: Value) -> bool {
    value == Value::None
        || is_float(heap, value)
        || is_str(heap, value)
        || matches!(heap.global_name(value), Some(("pandas._libs.missing" | "pandas", "NA")))
        || is_object(heap, value, |(module, name)| module == "pandas.api.typing" && name == "NAType")
}

fn is_slice(heap: &Heap, value: Value) -> bool {
    is_object(heap, value, |class| matches!(class, ("builtins" | "__builtin__", "slice")))
}

/// Keywords that `Index.__new__` and its twins get from a pickle.
const INDEX_KEYS: &[&str] = &[
    "data",
    "name",
    "dtype",
    "start",
    "stop",
    "step",
    "freq",
    "tz",
    "levels",
    "codes",
    "labels",
    "names",
    "sortorder",
    "left",
    "right",
    "closed",
    "categories",
    "ordered",
    "ordinal",
];

/// `_new_Index(class, dict)`: the class is called with the dict as keyword arguments.
fn index(site: &Site<'_>) -> Checked {
    site.no_state()?;
    let heap = site.heap;
    let [class, dict] = site.args else { return Err(site.bad_args()) };
    let is_index = heap.global_name(*class).is_some_and(|(module, name)| {
        (module == "pandas" || module.starts_with("pandas.core.") || module.starts_with("pandas.indexes."))
            && name.ends_with("Index")
    });
    let pairs = heap.as_dict(*dict).filter(|_| is_index).ok_or_else(|| site.bad_args())?;
    let known = pairs.chunks_exact(2).all(|pair| is_text_of(heap, pair[0], INDEX_KEYS));
    let names_path =
        |pair: &[Value]| is_text_of(heap, pair[0], &["tz", "dtype"]) && may_be_path(heap, pair[1]);
    if known && !pairs.chunks_exact(2).any(names_path) { Ok(()) } else { Err(site.bad_args()) }
}

/// `__pyx_unpickle_NDArrayBacked(class, checksum, None)` with the state `(dtype, array[, attributes])`.
fn backed(site: &Site<'_>, class: Value, checksum: Value) -> Checked {
    let heap = site.heap;
    let is_array = heap.global_name(class).is_some_and(|(module, name)| {
        (module == "pandas.arrays" || module.starts_with("pandas.core.arrays.") || module == "pandas")
            && (name.ends_with("Array") || name == "Categorical")
    });
    if !is_array || !is_int(heap, checksum) {
        return Err(site.bad_args());
    }
    // the array may come first
    let arrays = |values: &[Value]| values.iter().filter(|&&value| heap.ndarray(value).is_some()).count();
    match site.state_tuple() {
        Some(state @ [_, _]) if arrays(state) == 1 => Ok(()),
        Some([a, b, rest]) if arrays(&[*a, *b]) == 1 => attributes::check(heap, *rest),
        _ => Err(site.bad_state()),
    }
}
