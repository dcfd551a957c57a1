use cannery_object::{Heap, Node, Value};

use super::Fault;

/// The three ways in which a stream adds to an object.
#[derive(Clone, Copy)]
pub(super) enum Grow {
    Append,
    Add,
    Set,
}

impl Grow {
    pub(super) fn apply(self, heap: &mut Heap, target: Value, more: &[Value]) -> Result<(), Fault> {
        if !self.fits(heap.node_of(target)) {
            let message = "the value below is of a type that can't be added to like this";
            let is_never = is_immutable(heap.node_of(target)) && !more.is_empty();
            return Err(if is_never { Fault::Never(message) } else { Fault::Rule(message) });
        }
        match self {
            Self::Append | Self::Add => heap.append(target, more)?,
            Self::Set => {
                check_pairs(more.len(), Fault::Never)?;
                heap.set_items(target, more)?;
            }
        }
        Ok(())
    }

    /// A list takes no SETITEM and a bytearray nothing at all, though Python carries out both: they would replace what
    /// the Heap holds, and no pickler writes them.
    fn fits(self, target: Option<Node>) -> bool {
        match target {
            Some(Node::List(_)) => matches!(self, Self::Append),
            Some(Node::Set(_)) => matches!(self, Self::Add),
            Some(Node::Dict(_)) => matches!(self, Self::Set),
            other => other.is_some_and(|node| is_opaque(&node)),
        }
    }
}

/// Whether it is of a type that nothing can be added to, by any unpickler.
fn is_immutable(target: Option<Node>) -> bool {
    match target {
        Some(
            Node::Int(_)
            | Node::BigInt(_)
            | Node::Float(_)
            | Node::Str(_)
            | Node::Str8(_)
            | Node::Bytes(_)
            | Node::Tuple(_)
            | Node::FrozenSet(_),
        )
        | None => true,
        Some(
            Node::List(_)
            | Node::Set(_)
            | Node::Dict(_)
            | Node::ByteArray(_)
            | Node::Array(_)
            | Node::Immediate(_)
            | Node::Global { .. }
            | Node::Call { .. }
            | Node::Persistent(_)
            | Node::Extension(_),
        ) => false,
    }
}

/// Whether a node stands for an object whose type the machine does not know.
pub(super) fn is_opaque(node: &Node) -> bool {
    matches!(node, Node::Call { .. } | Node::Global { .. } | Node::Persistent(_) | Node::Extension(_))
}

/// Checks that keys and values come in pairs. cPickle of Python 2 drops the last key of a DICT, no unpickler that of SETITEMS.
pub(super) fn check_pairs(count: usize, fault: fn(&'static str) -> Fault) -> Result<(), Fault> {
    if count.is_multiple_of(2) { Ok(()) } else { Err(fault("a key has no value")) }
}
