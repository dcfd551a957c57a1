//! Values in values in values …, where Python goes down by recursion and does not look how deep it is: a tuple that is
//! hashed as a key, and an array of objects that is freed. Both end the process when its stack does.
//!
//! Source: `tuple_hash` in `Objects/tupleobject.c`, `array_dealloc` in `numpy/_core/src/multiarray/arrayobject.c`.

use cannery_object::{Heap, Node, Value};

use crate::place::id_of;
use crate::rule::Rule;
use crate::site::{Refusal, Site};

/// Deeper than pickle writes: it goes down by recursion too, and Python allows 1,000 levels.
const DEEPEST: u32 = 1000;

/// What lies too deep, if something does.
pub(crate) fn check(heap: &Heap) -> Option<(Value, Refusal)> {
    let (value, what) = tuples(heap)
        .map(|value| (value, "tuples"))
        .or_else(|| arrays(heap).map(|value| (value, "arrays of objects")))?;
    let message = format!("more than {DEEPEST} {what} in one another");
    Some((value, Refusal::new(Rule::OverLimit, message)))
}

/// A tuple, or what a call makes of one, comes after its items.
fn tuples(heap: &Heap) -> Option<Value> {
    let mut depths = vec![0_u32; heap.node_count()];
    for value in heap.nodes() {
        let Some(id) = id_of(value) else { continue };
        let depth_of =
            |item: Value| id_of(item).and_then(|item| depths.get(item.index())).copied().unwrap_or_default();
        let depth = match heap.node(id) {
            Node::Tuple(items) => {
                1 + heap.items(items).iter().map(|&item| depth_of(item)).max().unwrap_or_default()
            }
            Node::Call { args, .. } => depth_of(Value::Ref(args)),
            _ => continue,
        };
        if depth > DEEPEST {
            return Some(value);
        }
        depths[id.index()] = depth;
    }
    None
}

/// Arrays of objects can come before or after what they hold, so they are walked, each once. Arrays that hold each other in
/// a circle are never freed.
fn arrays(heap: &Heap) -> Option<Value> {
    let is_made = |&value: &Value| Site::of(heap, value).is_some_and(|site| site.name.1 == "_reconstruct");
    // fewer can't be so deep
    heap.nodes().filter(is_made).nth(DEEPEST as usize)?;
    let objects = |value: Value| match heap.ndarray(value) {
        Some(Ok(array)) => array.objects().map(<[Value]>::to_vec).unwrap_or_default(),
        _ => Vec::new(),
    };
    let mut depths = vec![0_u32; heap.node_count()];
    // arrays can share the list of what they hold
    let mut left = SHARED * heap.node_count();
    let mut open: Vec<Walked> = Vec::new();
    for root in heap.nodes().filter(is_made) {
        if id_of(root).is_some_and(|id| depths[id.index()] == 0) {
            open.push(Walked { array: root, items: objects(root), below: 0 });
        }
        while let Some(walked) = open.last_mut() {
            let Some(item) = walked.items.pop() else {
                let (array, depth) = (walked.array, 1 + walked.below);
                if let Some(known) = id_of(array).and_then(|id| depths.get_mut(id.index())) {
                    *known = depth;
                }
                open.pop();
                match open.last_mut() {
                    _ if depth > DEEPEST => return Some(array),
                    Some(outer) => outer.below = depth.max(outer.below),
                    None => {}
                }
                continue;
            };
            left = match left.checked_sub(1) {
                Some(left) => left,
                None => return Some(walked.array),
            };
            let Some(known) = id_of(item).and_then(|id| depths.get_mut(id.index())) else { continue };
            match *known {
                0 if is_made(&item) => {
                    *known = 1; // so that a circle is not walked again
                    open.push(Walked { array: item, items: objects(item), below: 0 });
                }
                depth => walked.below = depth.max(walked.below),
            }
        }
    }
    None
}

/// Items that are looked at for each node.
const SHARED: usize = 16;

/// An array of objects whose items are being looked at.
struct Walked {
    array: Value,
    items: Vec<Value>,
    /// How deep what was looked at is.
    below: u32,
}
