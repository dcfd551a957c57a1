use cannery_object::{Heap, Id, Value};

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
    let mut open = vec![root];
    while let Some(value) = open.pop() {
        let Value::Ref(id) = value else { continue };
        if seen.replace(id) {
            shared.replace(id);
        } else {
            open.extend(heap.children(value).filter(|child| matches!(child, Value::Ref(_))));
        }
    }
    shared
}
