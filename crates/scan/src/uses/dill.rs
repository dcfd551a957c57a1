//! dill's own functions, with the arguments by which it writes numpy's arrays, the types of Python, and a few values.
//!
//! Each of them can do harm: `_import_module` imports, `_get_attr` fetches, `_create_array` calls what it is given and
//! `_eval_repr` evaluates a text. So what is accepted is an exact list of texts, and an array as numpy's own `_reconstruct`
//! makes it; the name that a call stands for is judged like a name that pickle writes.

use cannery_object::{Heap, Value};

use super::builtins::is_kept_function;
use super::instance::is_text_of;
use super::numpy;
use crate::names;
use crate::site::{Site, is_str_dict, short_str};

/// Types whose instances are made by no model, which are only kept.
const KEPT_TYPES: &[&str] = &["EllipsisType", "NoneType", "NotImplementedType"];

/// Whether dill itself writes this call.
pub(super) fn is_written(site: &Site<'_>) -> bool {
    let heap = site.heap;
    match (heap.dill_function(site.call.callable), site.args) {
        (Some("_load_type"), [name]) => {
            heap.global_name(site.value).is_some() || is_text_of(heap, *name, KEPT_TYPES)
        }
        (Some("_get_attr"), _) => heap.global_name(site.value).is_some(),
        (Some("_import_module"), _) => heap.dill_module(site.value).is_some(),
        (Some("_create_array"), _) => is_array(site),
        (Some("_create_ftype"), args) => is_partial(heap, args),
        (Some("_eval_repr"), [text]) => short_str(heap, *text).is_some_and(|text| is_constant(&text)),
        (Some("_getattr"), [class, name, repr]) => is_method(heap, *class, *name, *repr),
        _ => false,
    }
}

fn is_array(site: &Site<'_>) -> bool {
    let heap = site.heap;
    heap.dill_array(site.value).is_some_and(|array| {
        let args = heap.as_tuple(array.args).unwrap_or_default();
        has_own_attributes(heap, args, array.attributes)
            && numpy::makes_an_array(heap, args)
            && matches!(heap.ndarray(site.value), Some(Ok(_)))
    })
}

/// No attributes, which would be set on the array, but that of a `numpy.matrix`: `_getitem`, whether it is being indexed.
fn has_own_attributes(heap: &Heap, args: &[Value], attributes: Value) -> bool {
    if attributes == Value::None {
        return true;
    }
    let class = args.first().and_then(|&class| heap.global_name(class));
    let is_matrix = matches!(class, Some(("numpy" | "numpy.matrixlib.defmatrix", "matrix")));
    match heap.as_dict(attributes) {
        Some([]) => true,
        Some([name, Value::Bool(_)]) => is_matrix && is_text_of(heap, *name, &["_getitem"]),
        _ => false,
    }
}

/// `_create_ftype(functools.partial, function, args, keywords)`, as dill before 0.3.6 writes a partial: `partial(function,
/// *args, **keywords)`. The function is called when the partial is: it is one that models keep, named, and not another
/// partial.
fn is_partial(heap: &Heap, args: &[Value]) -> bool {
    let [class, function, args, keywords] = args else { return false };
    heap.global_name(*class) == Some(("functools", "partial"))
        && heap.global_name(*function).is_some()
        && is_kept_function(heap, *function)
        && heap.as_tuple(*args).is_some()
        && (*keywords == Value::None || is_str_dict(heap, *keywords))
}

/// The texts that dill evaluates: two constants, and a range of three numbers at most.
fn is_constant(text: &str) -> bool {
    let is_number = |text: &str| {
        let digits = text.strip_prefix('-').unwrap_or(text);
        (1..=18).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    let range = text.strip_prefix("range(").and_then(|rest| rest.strip_suffix(')'));
    matches!(text, "Ellipsis" | "NotImplemented")
        || range.is_some_and(|parts| {
            (1..=3).contains(&parts.split(", ").count()) && parts.split(", ").all(is_number)
        })
}

/// `_getattr(str, 'lower', "<method 'lower' of 'str' objects>")`: the class of the last text is evaluated.
fn is_method(heap: &Heap, class: Value, name: Value, repr: Value) -> bool {
    let (Some(("builtins", class)), Some(name), Some(repr)) =
        (heap.global_name(class), short_str(heap, name), short_str(heap, repr))
    else {
        return false;
    };
    names::known("builtins", &format!("{class}.{name}")).is_some()
        && *repr == format!("<method '{name}' of '{class}' objects>")
}

#[cfg(test)]
mod tests {
    use super::is_constant;

    #[test]
    fn texts_that_are_evaluated_are_few() {
        for text in ["Ellipsis", "NotImplemented", "range(0, 3)", "range(-5, 10, -2)"] {
            assert!(is_constant(text), "{text}");
        }
        for text in
            ["", "range()", "range(0, x)", "range(0,3)", "range(0, 3) ", "range(1e9)", "range(0, -)", "1"]
        {
            assert!(!is_constant(text), "{text}");
        }
    }
}
