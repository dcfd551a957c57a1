//! The attributes that a state gives to an object.

use cannery_object::{Heap, Node, Value};

use super::instance::is_text_of;
use crate::rule::Rule;
use crate::site::{Checked, Refusal, is_str};

/// Checks a state that becomes the `__dict__` of an object: a dict, or the pair of a dict and the slots' dict. Names are
/// texts, and none is one that Python uses itself.
pub(crate) fn check(heap: &Heap, state: Value) -> Checked {
    if slots_of(heap, state)?.is_empty() {
        return Ok(());
    }
    // Python would set these after the attributes that are judged
    Err(Refusal::new(Rule::UnknownArguments, "given attributes as slots, beside those of its dict"))
}

/// The same for a class that has slots of these names.
pub(super) fn check_slotted(heap: &Heap, state: Value, names: &[&str]) -> Checked {
    let slots = slots_of(heap, state)?;
    if slots.chunks_exact(2).all(|pair| is_text_of(heap, pair[0], names)) {
        return Ok(());
    }
    Err(Refusal::new(Rule::UnknownArguments, "given slots that its class does not have"))
}

/// The slots of a state, after all names in it are checked.
fn slots_of(heap: &Heap, state: Value) -> Result<&[Value], Refusal> {
    let Some([dict, slots]) = heap.as_tuple(state) else { return dict_of(heap, state).map(|()| &[][..]) };
    dict_of(heap, *dict)?;
    dict_of(heap, *slots)?;
    Ok(heap.as_dict(*slots).unwrap_or_default())
}

fn dict_of(heap: &Heap, state: Value) -> Checked {
    match heap.as_dict(state) {
        Some(pairs) => keys(heap, pairs),
        None if state == Value::None => Ok(()),
        None => Err(Refusal::new(Rule::UnknownArguments, "given a state that is not a dict of attributes")),
    }
}

/// Checks the names of attributes among pairs of names and values. Of those that Python uses, `__doc__` is only shown.
pub(super) fn keys(heap: &Heap, pairs: &[Value]) -> Checked {
    for pair in pairs.chunks_exact(2) {
        if !is_str(heap, pair[0]) {
            return Err(Refusal::new(Rule::UnknownArguments, "has an attribute whose name is not text"));
        }
        let Some(Node::Str(blob) | Node::Str8(blob)) = heap.node_of(pair[0]) else { continue };
        let name = heap.bytes(blob);
        let is_shown = name == b"__doc__" && is_str(heap, pair[1]);
        if name.starts_with(b"__") && name.ends_with(b"__") && !is_shown {
            let short: String = String::from_utf8_lossy(name).chars().take(60).collect();
            return Err(Refusal::new(Rule::Smuggled, format!("sets {short}, which Python uses itself")));
        }
        text_that_names(heap, name, pair[1])?;
        if matches!(name, b"effective_metric_params_" | b"metric_params") {
            norms(heap, pair[1])?;
        }
    }
    Ok(())
}

/// Norms that a distance is told are taken for those of its points, without a look at how many there are.
///
/// Source: `EuclideanArgKmin` in `sklearn/metrics/_pairwise_distances_reduction/_argkmin.pyx.tp`.
fn norms(heap: &Heap, parameters: Value) -> Checked {
    const MOST: usize = 64;
    let pairs = heap.as_dict(parameters).unwrap_or_default();
    let tells_norms =
        ["X_norm_squared", "Y_norm_squared"].iter().any(|name| heap.lookup(pairs, name).is_some());
    if pairs.len() > MOST || tells_norms {
        let message = "parameters of a distance with norms of points, which no model keeps";
        return Err(Refusal::new(Rule::Unsound, message));
    }
    Ok(())
}

/// Methods by which estimators give predictions to each other. None of them fits: a pipeline that is fitted again keeps its
/// steps in the folder that it names.
pub(super) const METHODS: &[&str] =
    &["decision_function", "predict", "predict_log_proba", "predict_proba", "score_samples", "transform"];

/// Texts that scikit-learn turns into attributes when the object is used. With another method than those of
/// estimators, `stack_method_` and its like call `tofile` of an array, or `to_pickle` of a frame.
fn text_that_names(heap: &Heap, attribute: &[u8], value: Value) -> Checked {
    match attribute {
        b"stack_method" | b"stack_method_" | b"chain_method" | b"chain_method_" | b"response_method"
        | b"_response_method" => {
            let is_method = |value: &Value| {
                *value == Value::None || heap.is_str(*value, "auto") || is_text_of(heap, *value, METHODS)
            };
            let methods = heap.as_sequence(value);
            if is_method(&value) || methods.is_some_and(|methods| methods.iter().all(is_method)) {
                return Ok(());
            }
            let message = "names a method that is called, and is none of those of estimators";
            Err(Refusal::new(Rule::Smuggled, format!("{} {message}", String::from_utf8_lossy(attribute))))
        }
        b"importance_getter" if heap.as_str(value).is_some_and(|path| path.contains("__")) => {
            Err(Refusal::new(Rule::Smuggled, "importance_getter walks to attributes that Python uses itself"))
        }
        _ => Ok(()),
    }
}
