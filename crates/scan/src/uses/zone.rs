//! Time zones: those of Python, which are read from the system by their names, those of pytz, and those of dateutil that are
//! in no file.

use cannery_object::{Heap, Value};

use super::instance::is_text_of;
use crate::site::{Checked, Site, is_flag, is_int, is_object, is_str, short_str};

/// A time zone, as it is an argument of a time. What makes it is judged on its own.
pub(super) fn is_zone(heap: &Heap, value: Value) -> bool {
    is_object(heap, value, |(module, name)| match module {
        "datetime" => name == "timezone",
        "zoneinfo" => name == "ZoneInfo",
        "pytz" => matches!(name, "_UTC" | "_p" | "FixedOffset"),
        "dateutil.tz.tz" => matches!(name, "tzutc" | "tzoffset" | "tzlocal"),
        _ => false,
    }) || is_read_by_name(heap, value)
}

/// `ZoneInfo._unpickle(key, from_cache)`: the file of that key among those of the system, or of the package tzdata. Keys with
/// other characters lead elsewhere.
pub(crate) fn is_read_by_name(heap: &Heap, value: Value) -> bool {
    let Some(call) = heap.call(value) else { return false };
    let is_bare = heap.attached(value).states.is_empty();
    is_bare
        && is_maker(heap, call.callable)
        && matches!(heap.as_tuple(call.args), Some([key, flag]) if is_key(heap, *key) && is_flag(heap, *flag))
}

/// `getattr(ZoneInfo, '_unpickle')`.
fn is_maker(heap: &Heap, value: Value) -> bool {
    Site::of(heap, value).is_some_and(|call| {
        matches!(call.name, ("builtins" | "__builtin__", "getattr"))
            && matches!(call.args, [class, name] if heap.global_name(*class) == Some(("zoneinfo", "ZoneInfo"))
                && is_text_of(heap, *name, &["_unpickle"]))
    })
}

fn is_key(heap: &Heap, key: Value) -> bool {
    short_str(heap, key).is_some_and(|key| is_zone_name(&key))
}

/// Words with `/` between them, `America/Argentina/Buenos_Aires`.
pub(super) fn is_zone_name(key: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+-".contains(&byte))
    };
    key.len() <= 60 && key.split('/').all(is_part)
}

/// `ZoneInfo(key)`, which skops calls; `_UTC()`, `FixedOffset(minutes)` and `_p(key, offset, daylight saving, name)` of pytz, which looks keys up in its list.
pub(super) fn check(site: &Site<'_>) -> Checked {
    let heap = site.heap;
    let ok = match (site.name.1, site.args) {
        ("_UTC", []) => true,
        ("ZoneInfo", [key]) => is_key(heap, *key),
        ("FixedOffset", [minutes]) => is_int(heap, *minutes),
        ("_p", [key]) => is_key(heap, *key),
        ("_p", [key, offset, saving, name]) => {
            is_key(heap, *key) && is_int(heap, *offset) && is_int(heap, *saving) && is_str(heap, *name)
        }
        _ => false,
    };
    if ok { site.no_state() } else { Err(site.bad_args()) }
}
