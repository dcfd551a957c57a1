//! dateutil: what the offsets of pandas keep, and time zones. Nothing in it is compiled; pandas takes the lists of zones that
//! are read from files (`tzfile`) without a look, so that these are not known, and no zone may have other attributes.

use cannery_object::{Heap, Value};

use super::instance::{Made, is_text_of, made_plainly};
use crate::site::{Checked, Site, is_int, is_number, is_object, is_str, short_str};

/// Attributes of a `relativedelta` that are added to a time, and whether some of them are parts of a day.
const ADDED: &[&str] =
    &["years", "months", "days", "leapdays", "hours", "minutes", "seconds", "microseconds", "_has_time"];

/// Attributes that replace a part of a time, if there is one.
const REPLACED: &[&str] = &["year", "month", "day", "hour", "minute", "second", "microsecond"];

/// `tzutc()` and `tzoffset(name, offset)`, as dateutil since 2.7 writes them; they keep what they are given.
pub(super) fn check(site: &Site<'_>) -> Checked {
    let heap = site.heap;
    let ok = match (site.name.1, site.args) {
        ("tzutc", []) => true,
        ("tzoffset", [name, offset]) => is_name(heap, *name) && is_duration(heap, *offset),
        _ => false,
    };
    if ok { site.no_state() } else { Err(site.bad_args()) }
}

/// Checks an instance, whose attributes are given by their names and types.
pub(super) fn instance(site: &Site<'_>, made: &Made<'_>, name: &str) -> Checked {
    made_plainly(site, made)?;
    let fits: fn(&Heap, &[Value]) -> bool = match name {
        "relativedelta" => fits_relativedelta,
        "weekday" => return weekday(site),
        "tzoffset" => fits_offset,
        "tzlocal" => fits_local,
        _ => |_, _| false,
    };
    let Some(state) = site.state() else {
        return if name == "tzutc" { site.no_state() } else { Err(site.bad_state()) };
    };
    let pairs = site.heap.as_dict(state).ok_or_else(|| site.bad_state())?;
    if pairs.chunks_exact(2).all(|pair| fits(site.heap, pair)) { Ok(()) } else { Err(site.bad_state()) }
}

/// A day of the week, its number and which of a month, in slots.
fn weekday(site: &Site<'_>) -> Checked {
    let heap = site.heap;
    let fits = |pair: &[Value]| match short_str(heap, pair[0]).as_deref() {
        Some("weekday") => is_int(heap, pair[1]),
        Some("n") => pair[1] == Value::None || is_int(heap, pair[1]),
        _ => false,
    };
    match site.state_tuple() {
        Some([Value::None, slots])
            if heap.as_dict(*slots).is_some_and(|slots| slots.chunks_exact(2).all(fits)) =>
        {
            Ok(())
        }
        _ => Err(site.bad_state()),
    }
}

fn fits_relativedelta(heap: &Heap, pair: &[Value]) -> bool {
    let value = pair[1];
    is_text_of(heap, pair[0], ADDED) && is_number(heap, value)
        || is_text_of(heap, pair[0], REPLACED) && (value == Value::None || is_int(heap, value))
        || is_text_of(heap, pair[0], &["weekday"])
            && (value == Value::None || is_int(heap, value) || is_weekday(heap, value))
}

fn fits_offset(heap: &Heap, pair: &[Value]) -> bool {
    is_text_of(heap, pair[0], &["_name"]) && is_name(heap, pair[1])
        || is_text_of(heap, pair[0], &["_offset"]) && is_duration(heap, pair[1])
}

fn fits_local(heap: &Heap, pair: &[Value]) -> bool {
    let are_names = |value: Value| {
        // the names of winter and summer
        heap.as_tuple(value)
            .is_some_and(|names| names.len() <= 2 && names.iter().all(|&name| is_str(heap, name)))
    };
    is_text_of(heap, pair[0], &["_std_offset", "_dst_offset", "_dst_saved"]) && is_duration(heap, pair[1])
        || is_text_of(heap, pair[0], &["_hasdst"]) && is_number(heap, pair[1])
        || is_text_of(heap, pair[0], &["_tznames"]) && are_names(pair[1])
}

fn is_name(heap: &Heap, value: Value) -> bool {
    value == Value::None || is_str(heap, value)
}

fn is_duration(heap: &Heap, value: Value) -> bool {
    is_object(heap, value, |class| class == ("datetime", "timedelta"))
}

/// A day of the week, which is judged on its own.
pub(super) fn is_weekday(heap: &Heap, value: Value) -> bool {
    is_object(heap, value, |class| {
        matches!(class, ("dateutil._common" | "dateutil.relativedelta", "weekday"))
    })
}

/// A duration in months and days, which is judged on its own.
pub(super) fn is_relativedelta(heap: &Heap, value: Value) -> bool {
    is_object(heap, value, |class| class == ("dateutil.relativedelta", "relativedelta"))
}
