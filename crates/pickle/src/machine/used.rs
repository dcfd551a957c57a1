use cannery_object::{Heap, Node, Value, known};

use super::Fault;

/// Containers that a call or a state has taken.
///
/// Python's `set(list)` or BUILD copies what the container holds at that moment. The Heap keeps the container, so a
/// change behind that moment would make it hold something else than Python's object does: it is refused. Calls of names that
/// are not known count for nothing: nobody looks into what they made, and objects that are their own keys or members are
/// made by such calls.
#[derive(Debug, Default)]
pub(super) struct Used {
    /// A bit for each node of the Heap, up to the last container.
    bits: Vec<u64>,
}

impl Used {
    /// A call takes its arguments, given one by one.
    pub(super) fn args(&mut self, heap: &mut Heap, callable: Value, args: &[Value]) -> Result<(), Fault> {
        if !args.iter().any(|&arg| is_container(heap, arg)) || !is_known(heap, callable) {
            return Ok(());
        }
        args.iter().try_for_each(|&arg| self.add(heap, arg))
    }

    /// A call takes what should be a tuple.
    pub(super) fn tuple(&mut self, heap: &mut Heap, callable: Value, args: Value) -> Result<(), Fault> {
        let items = heap.as_tuple(args).unwrap_or_default();
        let has_container = is_container(heap, args) || items.iter().any(|&arg| is_container(heap, arg));
        if !has_container || !is_known(heap, callable) {
            return Ok(());
        }
        for place in 0..heap.as_tuple(args).map_or(0, <[Value]>::len) {
            if let Some(&arg) = heap.as_tuple(args).and_then(|args| args.get(place)) {
                self.add(heap, arg)?;
            }
        }
        self.add(heap, args)
    }

    /// BUILD takes a state: its attributes, and of a pair those that are slots. Other parts of a tuple are kept as they
    /// are by whoever gets them.
    pub(super) fn state(&mut self, heap: &mut Heap, state: Value) -> Result<(), Fault> {
        self.add(heap, state)?;
        match heap.as_tuple(state) {
            Some(&[first, second]) => self.dict(heap, first).and_then(|()| self.dict(heap, second)),
            _ => Ok(()),
        }
    }

    fn dict(&mut self, heap: &mut Heap, value: Value) -> Result<(), Fault> {
        if matches!(heap.node_of(value), Some(Node::Dict(_))) { self.add(heap, value) } else { Ok(()) }
    }

    fn add(&mut self, heap: &mut Heap, value: Value) -> Result<(), Fault> {
        let Value::Ref(id) = value else { return Ok(()) };
        if !is_container(heap, value) {
            return Ok(());
        }
        let (word, bit) = (id.index() / 64, id.index() % 64);
        if word >= self.bits.len() {
            let more = word + 1 - self.bits.len();
            heap.budget_mut().spend_memory((more * size_of::<u64>()) as u64)?;
            self.bits.resize(word + 1, 0);
        }
        self.bits[word] |= 1 << bit;
        Ok(())
    }

    /// An error when a container that was taken is to be changed.
    #[inline]
    pub(super) fn check(&self, value: Value) -> Result<(), Fault> {
        let Value::Ref(id) = value else { return Ok(()) };
        match self.bits.get(id.index() / 64) {
            Some(word) if word >> (id.index() % 64) & 1 != 0 => Err(CHANGED),
            _ => Ok(()),
        }
    }
}

fn is_container(heap: &Heap, value: Value) -> bool {
    matches!(heap.node_of(value), Some(Node::List(_) | Node::Dict(_) | Node::Set(_)))
}

/// Whether a callable is a known name, whose arguments are looked into.
pub(super) fn is_known(heap: &Heap, callable: Value) -> bool {
    heap.global_name(callable).is_some_and(|(module, name)| known::known(module, name).is_some())
}

const CHANGED: Fault = Fault::Rule("a container is changed after a call or BUILD took what it held");
