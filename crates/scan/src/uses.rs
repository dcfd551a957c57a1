//! Whether a known name is used as its library uses it: which arguments and states pickle writes, by exact name.
//!
//! What is not listed here is `unknown-arguments`, however harmless it may look: a constructor, `__setstate__` or
//! `__setitem__` with other arguments does what the writer of the file wants.

mod attributes;
mod builtins;
mod conditional;
mod copyreg;
mod dateutil;
mod dill;
mod distribution;
mod instance;
mod methods;
mod numpy;
mod operators;
mod pandas;
mod pyarrow;
mod random;
mod results;
mod sklearn;
mod zone;

use cannery_object::known::{Kind, Known};
use cannery_object::{CallKind, Heap, Value};

use crate::rule::Rule;
use crate::site::{Checked, Refusal, Site};

pub(crate) use attributes::check as attributes;
pub(crate) use conditional::{could_be_harmless, harmful_name_used_well};
pub(crate) use instance::{is_array_class, is_piecewise, is_wrapper};
pub(crate) use operators::keyword_method;
pub(crate) use zone::is_read_by_name as is_zone_read_by_name;

/// Checks a call of a known name.
pub(crate) fn check(site: &Site<'_>, known: Known) -> Checked {
    let has_keywords = site.attached.kwargs != Value::None;
    if has_keywords && !random::is_seed_sequence_of_skops(site) && !results::is_result(site.name) {
        return Err(Refusal::new(Rule::UnknownArguments, "made with keyword arguments (NEWOBJ_EX)"));
    }
    if site.states.len() > 1 {
        return Err(Refusal::new(
            Rule::Smuggled,
            format!("given {} states, one after another", site.states.len()),
        ));
    }
    let checked = match site.call.kind {
        CallKind::Instance if is_named(site, "Memory") => sklearn::memory(site),
        CallKind::Instance if is_named(site, "memmap") => numpy::check(site),
        CallKind::Instance => {
            Err(Refusal::new(Rule::UnknownArguments, "made by INST or OBJ, which no model has"))
        }
        CallKind::New => instance::check(site, &instance::Made::of_new(site)),
        CallKind::Reduce => reduce(site, known),
    };
    checked.and_then(|()| additions(site))
}

fn is_named(site: &Site<'_>, name: &str) -> bool {
    site.name.1 == name
}

fn reduce(site: &Site<'_>, known: Known) -> Checked {
    let (module, _) = site.name;
    match module {
        "copyreg" | "copy_reg" => return copyreg::check(site),
        "builtins" | "__builtin__" | "collections" | "_codecs" | "datetime" | "decimal" | "fractions"
        | "array" | "http" | "re" | "functools" | "pathlib" | "pathlib._local" | "time" | "types"
        | "uuid"
            if !matches!(known.kind, Kind::Exception | Kind::Function) =>
        {
            return builtins::check(site);
        }
        _ => {}
    }
    match (known.kind, module.split('.').next().unwrap_or_default()) {
        (Kind::Exception, _) => builtins::exception(site),
        (Kind::Function | Kind::Ufunc | Kind::Data, _) => Err(Refusal::new(
            Rule::UnknownArguments,
            "called while the file is loaded; models only refer to it",
        )),
        (_, "numpy" | "mtrand") => numpy::check(site),
        (_, "pandas") => pandas::check(site),
        (_, "pytz" | "zoneinfo") => zone::check(site),
        (_, "dateutil") => dateutil::check(site),
        (_, "sklearn" | "_loss") => sklearn::check(site),
        (_, "joblib") if is_named(site, "Memory") => sklearn::memory(site),
        _ => Err(site.bad_args()),
    }
}

/// What APPEND(S), ADDITEMS and SETITEM(S) give to an object.
fn additions(site: &Site<'_>) -> Checked {
    let class = site.heap.object(site.value).map_or(site.name, |object| object.class());
    let (items, pairs) = (site.heap.items(site.attached.items), site.heap.items(site.attached.pairs));
    if !items.is_empty()
        && !matches!(class, ("builtins" | "__builtin__", "list" | "set") | ("collections", "deque"))
    {
        return Err(Refusal::new(
            Rule::UnknownArguments,
            "given items by APPEND or ADDITEMS, which is not a list",
        ));
    }
    if !pairs.is_empty() {
        if !instance::is_dict(class) {
            return Err(Refusal::new(Rule::UnknownArguments, "given keys by SETITEM, which is not a dict"));
        }
        if instance::has_attributes_as_keys(class) {
            attributes::keys(site.heap, pairs)?;
        }
    }
    Ok(())
}

/// What the file gives to a value that is no call: nothing but what its own type takes.
pub(crate) fn check_attached(heap: &Heap, value: Value) -> Checked {
    let attached = heap.attached(value);
    if !attached.states.is_empty() {
        return Err(Refusal::new(Rule::Smuggled, "BUILD gives a state to a class or function"));
    }
    if !attached.items.is_empty() || !attached.pairs.is_empty() {
        return Err(Refusal::new(
            Rule::UnknownArguments,
            "SETITEM or APPEND on a value that has no such items",
        ));
    }
    Ok(())
}
