//! Values in values in values …, where Python goes down by recursion and does not look how deep it is: a tuple that is
//! hashed as a key, and an array of objects that is freed. Both end the process when its stack does.
//!
//! Source: `tuple_hash` in `Objects/tupleobject.c`, `array_dealloc` in `numpy/_core/src/multiarray/arrayobject.c`.

use cannery_object::{Heap, Id, Node, Value};

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

/// Arrays of objects can come before or after what they hold, so that their lists are walked, each once. Arrays that hold
/// each other in a circle are never freed.
fn arrays(heap: &Heap) -> Option<Value> {
    let lists = || heap.nodes().filter_map(|value| list_of(heap, value));
    // fewer can't be so deep
    lists().nth(DEEPEST as usize)?;
    let mut depths = vec![0_u32; heap.node_count()];
    let mut open: Vec<Walked<'_>> = Vec::new();
    for root in lists() {
        if depths[root.index()] == 0 {
            open.push(Walked::of(heap, root));
        }
        while let Some(walked) = open.last_mut() {
            let Some((&item, left)) = walked.left.split_first() else {
                let (list, depth) = (walked.list, 1 + walked.below);
                depths[list.index()] = depth;
                open.pop();
                match open.last_mut() {
                    _ if depth > DEEPEST => return Some(Value::Ref(list)),
                    Some(outer) => outer.below = depth.max(outer.below),
                    None => {}
                }
                continue;
            };
            walked.left = left;
            let Some(list) = list_of(heap, item) else { continue };
            match depths[list.index()] {
                0 => {
                    depths[list.index()] = 1; // so that a circle is not walked again
                    open.push(Walked::of(heap, list));
                }
                depth => walked.below = depth.max(walked.below),
            }
        }
    }
    None
}

/// The list in which an array keeps its objects.
fn list_of(heap: &Heap, value: Value) -> Option<Id> {
    let state = match heap.dill_array(value) {
        Some(array) => array.state,
        None => *Site::of(heap, value).filter(|site| site.name.1 == "_reconstruct")?.states.last()?,
    };
    let data = heap.as_tuple(state)?.last().copied()?;
    heap.as_list(data).and_then(|_| id_of(data))
}

/// A list whose items are being looked at.
struct Walked<'h> {
    list: Id,
    left: &'h [Value],
    /// How deep what was looked at is.
    below: u32,
}

impl<'h> Walked<'h> {
    fn of(heap: &'h Heap, list: Id) -> Self {
        Self { list, left: heap.as_list(Value::Ref(list)).unwrap_or_default(), below: 0 }
    }
}
