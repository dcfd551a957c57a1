//! The Heap: every Python value of a file as it stands, inert.
//!
//! Nothing here resolves a name or calls anything. A call is a node that says which callable was named and with
//! which arguments; a state is attached to the node it was given to. Sharing and cycles are kept, as they are kept
//! by pickle: two references to one node are one object.

mod edit;
mod make;
mod read;
mod spare;
mod spelling;

use std::collections::HashMap;
use std::mem::take;
use std::num::NonZeroU32;

use bytes::Bytes;

use spare::Spare;
pub use spelling::{Spelling, StreamSpelling};

use crate::array::Array;
use crate::limits::{Budget, Limits};

/// A Python value: an immediate, or a reference to a [`Node`]. Eight bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// `None`.
    None,
    /// `True` or `False`.
    Bool(bool),
    /// An integer of 32 bits.
    Int(i32),
    /// Anything else, by the node that holds it.
    Ref(Id),
}

/// Names a [`Node`] of one [`Heap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(NonZeroU32);

impl Id {
    /// The node at a position in the order in which nodes were made.
    #[inline]
    fn at(index: usize) -> Option<Self> {
        u32::try_from(index + 1).ok().and_then(NonZeroU32::new).map(Self)
    }

    /// The node's position in the order in which nodes were made.
    #[inline]
    pub fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// Names an interned module or attribute name of one [`Heap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Symbol(u32);

/// Bytes that a [`Heap`] holds: a part of one of its buffers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blob {
    buffer: u32,
    offset: u32,
    len: u32,
}

impl Blob {
    /// Length in bytes.
    pub fn len(self) -> usize {
        self.len as usize
    }

    /// Whether it holds no byte.
    pub fn is_empty(self) -> bool {
        self.len == 0
    }

    /// Some of its bytes; `None` if it has not as many.
    pub fn part(self, offset: usize, len: usize) -> Option<Self> {
        let end = offset.checked_add(len).filter(|&end| end <= self.len())?;
        let offset = u32::try_from(end - len).ok().and_then(|offset| self.offset.checked_add(offset))?;
        Some(Self { buffer: self.buffer, offset, len: len as u32 })
    }
}

/// A run of values in a [`Heap`]; it can grow at its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Items {
    start: u32,
    len: u32,
    capacity: u32,
}

/// Set in [`Items::start`] when the run lies among those that grow.
const GROWS: u32 = 1 << 31;

impl Items {
    fn grows(self) -> bool {
        self.start & GROWS != 0
    }

    fn run(self) -> std::ops::Range<usize> {
        let start = (self.start & !GROWS) as usize;
        start..start + self.len()
    }

    /// Number of values.
    pub fn len(self) -> usize {
        self.len as usize
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.len == 0
    }
}

/// Names a buffer of one [`Heap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BufferId(u32);

/// A Python object that is no immediate. Sixteen bytes.
#[derive(Clone, Copy, Debug)]
pub enum Node {
    /// `int` outside 32 bits.
    Int(i64),
    /// `int` outside 64 bits: two's complement, little-endian.
    BigInt(Blob),
    /// `float`.
    Float(f64),
    /// `str`: UTF-8; lone surrogates are kept in the three bytes that UTF-8 would give them.
    Str(Blob),
    /// `str` of Python 2, of which the file does not say whether it is text: read as latin-1, or as bytes.
    Str8(Blob),
    /// `bytes`.
    Bytes(Blob),
    /// `bytearray`.
    ByteArray(Blob),
    /// `list`.
    List(Items),
    /// `tuple`.
    Tuple(Items),
    /// `set`: its elements in the order of the file.
    Set(Items),
    /// `frozenset`: its elements in the order of the file.
    FrozenSet(Items),
    /// `dict`: key, value, key, value, in the order of the file; of equal keys the last one counts.
    Dict(Items),
    /// A named global, never resolved.
    Global {
        /// Module, as written in the file.
        module: Symbol,
        /// Qualified name in the module, as written in the file.
        name: Symbol,
    },
    /// The result of a call that was not made; [`Heap::call`] gives it as values.
    Call {
        /// Which kind of call.
        kind: CallKind,
        /// What would be called.
        callable: Id,
        /// The positional arguments.
        args: Id,
        /// One more than the index of what is attached, 0 for nothing; see [`Heap::attached`].
        attached: u32,
    },
    /// An immediate where only a node can stand: as the callable or the arguments of a call.
    Immediate(Value),
    /// An object that the file names by a persistent id.
    Persistent(Value),
    /// An extension code of Python's `copyreg` registry.
    Extension(u32),
    /// An array whose elements lie in the file next to the pickle or instead of one (joblib, npy, skops); see
    /// [`Heap::array`].
    Array(u32),
}

/// How a [`Call`] was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallKind {
    /// `callable(*args)`: opcode REDUCE.
    Reduce,
    /// `cls.__new__(cls, *args, **kwargs)`: opcodes NEWOBJ and NEWOBJ_EX.
    New,
    /// `cls(*args)` of Python 2's old-style classes: opcodes INST and OBJ.
    Instance,
}

/// A call that the file asks for and that is never made.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// What would be called; nearly always a [`Node::Global`].
    pub callable: Value,
    /// The positional arguments; nearly always a tuple.
    pub args: Value,
    /// Which kind of call.
    pub kind: CallKind,
}

/// What a file attaches to an object after making it. All empty for most objects.
#[derive(Clone, Copy, Debug)]
pub struct Attached {
    /// Keyword arguments of NEWOBJ_EX, a dict.
    pub kwargs: Value,
    /// The states given by BUILD, in order; more than one is unusual.
    pub states: Items,
    /// Values given by APPEND, APPENDS and ADDITEMS to something that is no list or set.
    pub items: Items,
    /// Keys and values given by SETITEM and SETITEMS to something that is no dict.
    pub pairs: Items,
    /// What follows the object in the file outside the pickle (the array of a joblib wrapper).
    pub payload: Value,
    /// Calls that give the object its state in the place of BUILD, in order: of a function, on a tuple of the object and
    /// the state. cloudpickle writes them for functions and classes.
    pub setters: Items,
}

const NOTHING: Attached = Attached {
    kwargs: Value::None,
    states: Items { start: 0, len: 0, capacity: 0 },
    items: Items { start: 0, len: 0, capacity: 0 },
    pairs: Items { start: 0, len: 0, capacity: 0 },
    payload: Value::None,
    setters: Items { start: 0, len: 0, capacity: 0 },
};

/// Where a [`Blob`] of decoded text lies: not in a buffer of the file but in the Heap's own.
const OWNED: u32 = u32::MAX;

/// All Python values of one file.
#[derive(Debug)]
pub struct Heap {
    budget: Budget,
    buffers: Vec<Bytes>,
    owned: Vec<u8>,
    nodes: Vec<Node>,
    /// Runs that are complete when they are made: tuples, arguments.
    values: Vec<Value>,
    /// Runs that grow: lists, sets, dicts. Apart, so that the one at the end mostly grows in place.
    grown: Vec<Value>,
    attached: Vec<Attached>,
    attached_to_others: HashMap<Id, u32>,
    arrays: Vec<Array>,
    spelling: Option<Box<Spelling>>,
    /// Of calls whose arguments hold their results, the calls that were made in vain.
    twins: HashMap<Id, Id>,
    /// By its root, the protocol of a pickle.
    protocols: HashMap<Id, u8>,
    symbols: Vec<Box<str>>,
    symbol_of: HashMap<Box<str>, Symbol>,
}

impl Drop for Heap {
    fn drop(&mut self) {
        let (nodes, values, grown) = (take(&mut self.nodes), take(&mut self.values), take(&mut self.grown));
        Spare { nodes, values, grown }.keep();
    }
}

impl Heap {
    /// An empty Heap that may spend `limits`.
    pub fn new(limits: Limits) -> Self {
        Self::with_budget(Budget::new(limits))
    }

    /// An empty Heap that goes on spending `budget`.
    pub fn with_budget(budget: Budget) -> Self {
        let Spare { mut nodes, values, grown } = Spare::take();
        nodes.push(Node::Tuple(Items::default())); // the empty tuple
        Self {
            budget,
            buffers: Vec::new(),
            owned: Vec::new(),
            nodes,
            values,
            grown,
            attached: Vec::new(),
            attached_to_others: HashMap::new(),
            arrays: Vec::new(),
            spelling: None,
            twins: HashMap::new(),
            protocols: HashMap::new(),
            symbols: Vec::new(),
            symbol_of: HashMap::new(),
        }
    }

    /// What is left to spend.
    pub fn budget(&self) -> &Budget {
        &self.budget
    }

    /// What is left to spend, to spend it.
    pub fn budget_mut(&mut self) -> &mut Budget {
        &mut self.budget
    }

    /// Number of nodes.
    pub fn node_count(&self) -> usize {
        self.nodes.len()
    }
}

const _: () = assert!(size_of::<Value>() == 8 && size_of::<Node>() == 16);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limit;

    fn heap() -> Heap {
        Heap::new(Limits::default())
    }

    #[test]
    fn lists_grow_and_keep_their_order() {
        let mut heap = heap();
        let (a, b) = (heap.container(Node::List, &[]), heap.container(Node::List, &[]));
        let (a, b) = (a.expect("small"), b.expect("small"));
        for i in 0..100 {
            heap.append(a, &[Value::Int(i)]).expect("small");
            heap.append(b, &[Value::Int(-i), Value::None]).expect("small");
        }
        let ints: Vec<_> = heap.as_list(a).expect("a list").iter().filter_map(|&v| heap.as_int(v)).collect();
        assert_eq!(ints, (0..100).collect::<Vec<_>>());
        assert_eq!(heap.as_list(b).expect("a list").len(), 200);
    }

    #[test]
    fn of_equal_keys_the_last_one_counts() {
        let mut heap = heap();
        let key = heap.text("k").expect("small");
        let dict = heap.container(Node::Dict, &[key, Value::Int(1), key, Value::Int(2)]).expect("small");
        let pairs = heap.as_dict(dict).expect("a dict");
        assert_eq!(heap.lookup(pairs, "k"), Some(Value::Int(2)));
    }

    #[test]
    fn python_2_strings_are_latin_1_text_and_bytes() {
        let mut heap = heap();
        let blob = heap.own(b"caf\xe9").expect("small");
        let value = heap.add(Node::Str8(blob)).expect("small");
        assert_eq!(heap.as_str(value).as_deref(), Some("café"));
        assert_eq!(heap.as_bytes(value), Some(&b"caf\xe9"[..]));
    }

    #[test]
    fn states_attach_to_any_node() {
        let mut heap = heap();
        let class = heap.global("m", "C").expect("small");
        heap.set_state(class, Value::Int(1)).expect("small");
        assert_eq!(heap.items(heap.attached(class).states), [Value::Int(1)]);
        assert!(heap.attached(Heap::EMPTY_TUPLE).states.is_empty());
    }

    #[test]
    fn memory_is_accounted() {
        let mut heap = Heap::new(Limits::default().with(Limit::MemorySlack, 1000));
        let error =
            (0..100).find_map(|_| heap.add(Node::Float(0.0)).err()).expect("1,600 bytes are over 1,000");
        assert_eq!(error.limit, Limit::MemoryFactor);
    }
}
