//! Attributes in the place of methods: what an instance is given hides what its class has, so that the file would decide
//! what `predict` calls. A known function is harmless where it is called for itself, but compiled code counts on the shape
//! of what a method returns: with `predict_proba` set to `numpy.ones_like`, gradient boosting writes outside an array.

use std::sync::LazyLock;

use cannery_object::{Heap, Node, Value};
use rustc_hash::FxHashSet;

use super::instance::is_text_of;
use crate::rule::Rule;
use crate::site::{Checked, Refusal, Site};

/// Methods of the classes of scikit-learn, one a line.
static METHODS: LazyLock<FxHashSet<&str>> =
    LazyLock::new(|| include_str!("../methods.txt").lines().filter(|line| !line.starts_with('#')).collect());

/// More bytes than any of them has.
const LONGEST: usize = 100;

/// Refuses an instance of scikit-learn with an attribute that is called as a method.
pub(super) fn check(site: &Site<'_>, (module, class): (&str, &str)) -> Checked {
    if !module.starts_with("sklearn.") || class == "MetadataRequest" {
        return Ok(()); // a request keeps an object for each method, under its name
    }
    let heap = site.heap;
    let attributes = heap.object(site.value).and_then(|object| object.attributes()).unwrap_or_default();
    for pair in attributes.chunks_exact(2) {
        let Some(Node::Str(blob) | Node::Str8(blob)) = heap.node_of(pair[0]) else { continue };
        let name = std::str::from_utf8(heap.bytes(blob).get(..blob.len().min(LONGEST)).unwrap_or_default());
        let Some(name) = name.ok().filter(|name| METHODS.contains(name)) else { continue };
        let is_own = match name {
            "score" => class == "_BisectingTree",
            "_raw_predict" => is_bound(heap, pair[1]),
            _ => false,
        };
        if !is_own {
            return Err(Refusal::new(
                Rule::Smuggled,
                format!("sets {name}, which hides a method of scikit-learn"),
            ));
        }
    }
    Ok(())
}

/// `getattr(model, '_raw_predict')`, which histogram boosting leaves behind; it is judged as a call.
fn is_bound(heap: &Heap, value: Value) -> bool {
    Site::of(heap, value).is_some_and(|call| {
        matches!(call.name, ("builtins" | "__builtin__", "getattr"))
            && matches!(call.args, [_, name] if is_text_of(heap, *name, &["_raw_predict"]))
    })
}
