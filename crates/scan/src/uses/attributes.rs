//! The attributes that a state gives to an object.

use cannery_object::{Heap, Value};

use crate::rule::Rule;
use crate::site::{Checked, Refusal, is_str};

/// Checks a state that becomes the `__dict__` of an object: a dict, or the pair of a dict and the slots' dict. Names are
/// texts, and none is one that Python uses itself.
pub(crate) fn check(heap: &Heap, state: Value) -> Checked {
    if let Some(pairs) = heap.as_dict(state) {
        return keys(heap, pairs);
    }
    if let Some([dict, slots]) = heap.as_tuple(state) {
        for part in [*dict, *slots] {
            match heap.as_dict(part) {
                Some(pairs) => keys(heap, pairs)?,
                None if part == Value::None => {}
                None => return Err(not_attributes()),
            }
        }
        return Ok(());
    }
    if state == Value::None { Ok(()) } else { Err(not_attributes()) }
}

fn not_attributes() -> Refusal {
    Refusal::new(Rule::UnknownArguments, "given a state that is no dict of attributes")
}

/// Checks the names of attributes among pairs of names and values.
pub(super) fn keys(heap: &Heap, pairs: &[Value]) -> Checked {
    keys_with(heap, pairs, |_, _| false)
}

/// The same, with some names that are fine although Python uses them.
pub(super) fn keys_with(heap: &Heap, pairs: &[Value], is_fine: impl Fn(&[u8], Value) -> bool) -> Checked {
    for pair in pairs.chunks_exact(2) {
        if !is_str(heap, pair[0]) {
            return Err(Refusal::new(Rule::UnknownArguments, "has an attribute whose name is no text"));
        }
        let is_special = match heap.node_of(pair[0]) {
            Some(cannery_object::Node::Str(blob) | cannery_object::Node::Str8(blob)) => {
                let name = heap.bytes(blob);
                name.starts_with(b"__") && name.ends_with(b"__") && !is_fine(name, pair[1])
            }
            _ => false,
        };
        if is_special {
            let name = heap.as_str(pair[0]).unwrap_or_default();
            let short: String = name.chars().take(60).collect();
            return Err(Refusal::new(Rule::Smuggled, format!("sets {short}, which Python uses itself")));
        }
    }
    Ok(())
}
