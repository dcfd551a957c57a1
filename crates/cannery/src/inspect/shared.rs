use cannery_object::{Heap, Id, Node, Value};

use super::json::SHORT_RUN;

/// A set of nodes.
pub(super) struct BitSet(Vec<u64>);

impl BitSet {
    pub(super) fn new(len: usize) -> Self {
        Self(vec![0; len.div_ceil(64)])
    }

    pub(super) fn contains(&self, id: Id) -> bool {
        self.0.get(id.index() / 64).is_some_and(|word| word >> (id.index() % 64) & 1 == 1)
    }

    /// Adds a node; whether it was there.
    pub(super) fn replace(&mut self, id: Id) -> bool {
        let Some(word) = self.0.get_mut(id.index() / 64) else { return false };
        let bit = 1 << (id.index() % 64);
        let was = *word & bit != 0;
        *word |= bit;
        was
    }
}

/// The nodes that are referred to more than once from what can be reached. Linear in the Heap, without recursion.
pub(super) fn shared(heap: &Heap, root: Value) -> BitSet {
    let (mut seen, mut shared) = (BitSet::new(heap.node_count()), BitSet::new(heap.node_count()));
    let mut parts = Vec::new();
    let mut open = vec![root];
    while let Some(value) = open.pop() {
        let Value::Ref(id) = value else { continue };
        if seen.replace(id) {
            shared.replace(id);
        } else {
            open.extend(heap.children(value).filter(|child| matches!(child, Value::Ref(_))));
            parts.extend(parts_of_call(heap, value));
        }
    }
    share_contents(heap, &parts, &mut shared);
    shared
}

/// Containers whose contents an object may show as its own: what a call and BUILD were given.
fn parts_of_call(heap: &Heap, value: Value) -> impl Iterator<Item = Value> {
    let call = heap.call(value);
    let states = if call.is_some() { heap.items(heap.attached(value).states) } else { &[] };
    call.map(|call| call.args)
        .into_iter()
        .chain(states.iter().copied())
        .filter(|&part| part != Heap::EMPTY_TUPLE)
}

/// What stands in a container that is shared is written twice when one of its owners shows it as its own contents, so it
/// is shared as well. Long containers are not shown so.
fn share_contents(heap: &Heap, parts: &[Value], shared: &mut BitSet) {
    for &part in parts {
        let is_whole = is_shared(part, shared);
        if is_whole && !is_short(heap, part) {
            continue;
        }
        for child in heap.children(part) {
            if (is_whole || is_shared(child, shared)) && is_short(heap, child) {
                heap.children(child).for_each(|inner| share(inner, shared));
            }
            if is_whole {
                share(child, shared);
            }
        }
    }
}

fn is_short(heap: &Heap, value: Value) -> bool {
    match heap.node_of(value) {
        Some(Node::Tuple(items) | Node::List(items) | Node::Dict(items)) => items.len() <= SHORT_RUN,
        _ => false,
    }
}

fn is_shared(value: Value, shared: &BitSet) -> bool {
    matches!(value, Value::Ref(id) if shared.contains(id))
}

fn share(value: Value, shared: &mut BitSet) {
    if let Value::Ref(id) = value {
        shared.replace(id);
    }
}
