//! Tuples with names that functions of scipy and numpy return: the results of statistical tests, parts of a matrix.
//!
//! Their `__new__` makes a tuple of what it is given. Those of scipy that have more attributes than elements (made by
//! `_make_tuple_bunch`) take these as keywords, and refuse other names than their own.

use cannery_object::{Heap, Node, Value};

use super::builtins::is_numpy_scalar;
use super::instance::{Base, Made, is_wrapper};
use crate::site::{Checked, Site, is_number, is_object, is_str};

/// More than any result has, so that looking at one takes no time.
const MOST: usize = 24;

/// Whether a known name is a class of such tuples.
pub(super) fn is_result((module, name): (&str, &str)) -> bool {
    let is_home = module.starts_with("scipy.stats.")
        || module.starts_with("numpy.linalg.")
        || module == "numpy.lib._arraysetops_impl";
    is_home && name.ends_with("Result")
}

/// Elements and attributes are numbers, texts, arrays, or tuples of them.
pub(super) fn check(site: &Site<'_>, made: &Made<'_>) -> Checked {
    let heap = site.heap;
    let fits = match (made.base, made.args) {
        (Base::Unsaid, parts) => are_plain(heap, parts),
        (Base::Tuple, [parts]) => heap.as_tuple(*parts).is_some_and(|parts| are_plain(heap, parts)),
        _ => false,
    };
    if !fits || !(site.attached.kwargs == Value::None || has_plain(heap, site.attached.kwargs)) {
        return Err(site.bad_args());
    }
    let Some(state) = site.state() else { return Ok(()) };
    super::attributes(heap, state)?;
    if has_plain(heap, state) { Ok(()) } else { Err(site.bad_state()) }
}

fn are_plain(heap: &Heap, parts: &[Value]) -> bool {
    parts.len() <= MOST && parts.iter().all(|&part| is_plain(heap, part))
}

/// A dict of such values by texts.
fn has_plain(heap: &Heap, dict: Value) -> bool {
    heap.as_dict(dict).is_some_and(|pairs| {
        pairs.len() <= 2 * MOST
            && pairs.chunks_exact(2).all(|pair| is_str(heap, pair[0]) && is_plain(heap, pair[1]))
    })
}

fn is_plain(heap: &Heap, value: Value) -> bool {
    is_part(heap, value)
        || heap
            .as_tuple(value)
            .is_some_and(|parts| parts.len() <= MOST && parts.iter().all(|&part| is_part(heap, part)))
}

/// What stands for an array in a joblib dump is judged on its own; readers that take no arrays out of it see it here. Nothing
/// is read but what it is: many results can share one part.
fn is_part(heap: &Heap, value: Value) -> bool {
    value == Value::None
        || is_number(heap, value)
        || is_str(heap, value)
        || is_numpy_scalar(heap, value)
        || is_array(heap, value)
        || is_object(heap, value, is_wrapper)
}

/// An array in the stream, or the call that makes one.
fn is_array(heap: &Heap, value: Value) -> bool {
    let maker = heap.call(value).and_then(|call| heap.global_name(call.callable));
    matches!(heap.node_of(value), Some(Node::Array(_)))
        || maker.is_some_and(|(module, name)| {
            (module.starts_with("numpy.core.") || module.starts_with("numpy._core."))
                && matches!(name, "_reconstruct" | "_frombuffer")
        })
}
