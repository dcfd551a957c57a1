//! The Heap: every Python value of a file as it stands, inert.
//!
//! Nothing here resolves a name or calls anything. A call is a node that says which callable was named and with
//! which arguments; a state is attached to the node it was given to. Sharing and cycles are kept, as they are kept
//! by pickle: two references to one node are one object.

use std::borrow::Cow;
use std::collections::HashMap;
use std::num::NonZeroU32;

use bytes::Bytes;

use crate::array::Array;
use crate::limits::{Budget, Limit, LimitError, Limits};

/// A Python value: an immediate, or a reference to a [`Node`]. Eight bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
}

const NOTHING: Attached = Attached {
    kwargs: Value::None,
    states: Items { start: 0, len: 0, capacity: 0 },
    items: Items { start: 0, len: 0, capacity: 0 },
    pairs: Items { start: 0, len: 0, capacity: 0 },
    payload: Value::None,
};

/// From this many bytes on, growing step by step shows.
pub const LARGE_PICKLE: usize = 4 << 20;

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
    symbols: Vec<Box<str>>,
    symbol_of: HashMap<Box<str>, Symbol>,
}

impl Heap {
    /// An empty Heap that may spend `limits`.
    pub fn new(limits: Limits) -> Self {
        Self::with_budget(Budget::new(limits))
    }

    /// An empty Heap that goes on spending `budget`.
    pub fn with_budget(budget: Budget) -> Self {
        let empty_tuple = Node::Tuple(Items::default());
        Self {
            budget,
            buffers: Vec::new(),
            owned: Vec::new(),
            nodes: vec![empty_tuple],
            values: Vec::new(),
            grown: Vec::new(),
            attached: Vec::new(),
            attached_to_others: HashMap::new(),
            arrays: Vec::new(),
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

/// Making values.
impl Heap {
    /// Makes room for the values of a large pickle, at the rates that those of models have. Room that is not used is
    /// address space, not memory; it is bounded, and growth beyond it is as usual.
    pub fn expect(&mut self, pickle_bytes: usize) {
        if pickle_bytes >= LARGE_PICKLE {
            self.nodes.reserve((pickle_bytes / 12).min(1 << 20));
            self.values.reserve((pickle_bytes / 16).min(1 << 20));
        }
    }

    /// The empty tuple; like Python's, there is only one.
    pub const EMPTY_TUPLE: Value = Value::Ref(Id(NonZeroU32::MIN));

    /// Takes over a buffer of the file. The bytes are not copied and not accounted: the reader that made them
    /// has spent them.
    pub fn add_buffer(&mut self, bytes: Bytes) -> Result<BufferId, LimitError> {
        self.budget.limits().check(Limit::DecompressedBytes, bytes.len() as u64)?;
        self.budget.spend_memory(size_of::<Bytes>() as u64)?;
        self.buffers.push(bytes);
        Ok(BufferId(self.buffers.len() as u32 - 1))
    }

    /// A part of a buffer.
    ///
    /// # Panics
    /// If the range does not lie in the buffer.
    #[inline]
    pub fn blob(&self, buffer: BufferId, offset: usize, len: usize) -> Blob {
        let size = self.buffers[buffer.0 as usize].len();
        assert!(offset <= size && len <= size - offset, "blob outside its buffer");
        Blob { buffer: buffer.0, offset: offset as u32, len: len as u32 }
    }

    /// Copies decoded text or bytes into the Heap.
    pub fn own(&mut self, bytes: &[u8]) -> Result<Blob, LimitError> {
        self.budget.spend_memory(bytes.len() as u64)?;
        self.budget.limits().check(Limit::DecompressedBytes, (self.owned.len() + bytes.len()) as u64)?;
        let offset = self.owned.len() as u32;
        self.owned.extend_from_slice(bytes);
        Ok(Blob { buffer: OWNED, offset, len: bytes.len() as u32 })
    }

    /// A new node.
    #[inline]
    pub fn add(&mut self, node: Node) -> Result<Value, LimitError> {
        self.budget.spend_memory(size_of::<Node>() as u64)?;
        let Some(id) = Id::at(self.nodes.len()) else { return Err(self.too_many()) };
        self.nodes.push(node);
        Ok(Value::Ref(id))
    }

    /// An `int`.
    pub fn int(&mut self, value: i64) -> Result<Value, LimitError> {
        match i32::try_from(value) {
            Ok(small) => Ok(Value::Int(small)),
            Err(_) => self.add(Node::Int(value)),
        }
    }

    /// A `str`, copied into the Heap.
    pub fn text(&mut self, text: &str) -> Result<Value, LimitError> {
        let blob = self.own(text.as_bytes())?;
        self.add(Node::Str(blob))
    }

    /// A `list`, `tuple`, `set`, `frozenset` or `dict`, whose elements are copied.
    #[inline]
    pub fn container(&mut self, make: fn(Items) -> Node, elements: &[Value]) -> Result<Value, LimitError> {
        let mut items = Items::default();
        self.extend(&mut items, elements)?;
        self.add(make(items))
    }

    /// A global; its names are interned.
    pub fn global(&mut self, module: &str, name: &str) -> Result<Value, LimitError> {
        let module = self.intern(module)?;
        let name = self.intern(name)?;
        self.add(Node::Global { module, name })
    }

    /// A call node.
    pub fn add_call(&mut self, call: Call) -> Result<Value, LimitError> {
        let (callable, args) = (self.node_for(call.callable)?, self.node_for(call.args)?);
        self.add(Node::Call { kind: call.kind, callable, args, attached: 0 })
    }

    fn node_for(&mut self, value: Value) -> Result<Id, LimitError> {
        match value {
            Value::Ref(id) => Ok(id),
            immediate => match self.add(Node::Immediate(immediate))? {
                Value::Ref(id) => Ok(id),
                _ => Err(self.too_many()),
            },
        }
    }

    fn value_for(&self, id: Id) -> Value {
        match self.nodes[id.index()] {
            Node::Immediate(immediate) => immediate,
            _ => Value::Ref(id),
        }
    }

    /// An array whose elements lie outside a pickle.
    pub fn add_array(&mut self, array: Array) -> Result<Value, LimitError> {
        self.budget.spend_memory(array.memory())?;
        let index = self.arrays.len() as u32;
        let value = self.add(Node::Array(index))?;
        self.arrays.push(array);
        Ok(value)
    }

    /// Appends to a run of values. The run moves when it can't grow in place, each time to twice its length.
    pub fn extend(&mut self, items: &mut Items, more: &[Value]) -> Result<(), LimitError> {
        if items.is_empty() {
            return self.start(items, more, 0);
        }
        let len = items.len() + more.len();
        let (in_room, run) = (len <= items.capacity as usize, items.run());
        let arena = if items.grows() { &mut self.grown } else { &mut self.values };
        if in_room {
            arena[run.end..run.end + more.len()].copy_from_slice(more);
            items.len = len as u32;
            Ok(())
        } else if run.end == arena.len() {
            arena.extend_from_slice(more);
            (items.len, items.capacity) = (len as u32, len as u32);
            self.spend_values(more.len())
        } else {
            self.relocate(items, more)
        }
    }

    /// A first run, in the arena of growing ones or not.
    #[inline]
    fn start(&mut self, items: &mut Items, more: &[Value], grows: u32) -> Result<(), LimitError> {
        self.spend_values(more.len())?;
        let arena = if grows == 0 { &mut self.values } else { &mut self.grown };
        *items =
            Items { start: arena.len() as u32 | grows, len: more.len() as u32, capacity: more.len() as u32 };
        match *more {
            [a] => arena.push(a),
            [a, b] => arena.extend([a, b]),
            _ => arena.extend_from_slice(more),
        }
        Ok(())
    }

    fn relocate(&mut self, items: &mut Items, more: &[Value]) -> Result<(), LimitError> {
        let len = items.len() + more.len();
        let capacity = len.max(2 * items.len());
        self.spend_values(capacity)?;
        let old = self.items(*items).to_vec();
        let start = self.grown.len();
        self.grown.extend(old);
        self.grown.extend_from_slice(more);
        self.grown.resize(start + capacity, Value::None);
        *items = Items { start: start as u32 | GROWS, len: len as u32, capacity: capacity as u32 };
        Ok(())
    }

    /// Positions have 31 bits.
    #[inline]
    fn spend_values(&mut self, count: usize) -> Result<(), LimitError> {
        self.budget.spend_memory((count * size_of::<Value>()) as u64)?;
        let longest = self.values.len().max(self.grown.len()) + count;
        if longest >= GROWS as usize { Err(self.too_many()) } else { Ok(()) }
    }

    fn too_many(&self) -> LimitError {
        let allowed = u64::from(u32::MAX);
        LimitError { limit: Limit::MemoryFactor, allowed, asked: allowed + 1 }
    }

    fn intern(&mut self, name: &str) -> Result<Symbol, LimitError> {
        if let Some(&symbol) = self.symbol_of.get(name) {
            return Ok(symbol);
        }
        self.budget.spend_memory(2 * (name.len() + size_of::<(Box<str>, Symbol)>()) as u64)?;
        let symbol = Symbol(self.symbols.len() as u32);
        self.symbols.push(name.into());
        self.symbol_of.insert(name.into(), symbol);
        Ok(symbol)
    }

    /// Appends to a list or adds to a set; on anything else the values are attached.
    pub fn append(&mut self, target: Value, more: &[Value]) -> Result<(), LimitError> {
        self.grow(target, more, |node| matches!(node, Node::List(_) | Node::Set(_)), |a| &mut a.items)
    }

    /// Adds keys and values to a dict; on anything else they are attached.
    pub fn set_items(&mut self, target: Value, pairs: &[Value]) -> Result<(), LimitError> {
        self.grow(target, pairs, |node| matches!(node, Node::Dict(_)), |a| &mut a.pairs)
    }

    /// Attaches a state, as BUILD does.
    pub fn set_state(&mut self, target: Value, state: Value) -> Result<(), LimitError> {
        self.grow(target, &[state], |_| false, |a| &mut a.states)
    }

    /// Attaches the keyword arguments of a call.
    pub fn set_kwargs(&mut self, target: Value, kwargs: Value) -> Result<(), LimitError> {
        if let Value::Ref(id) = target {
            self.attached_mut(id)?.kwargs = kwargs;
        }
        Ok(())
    }

    /// Attaches what follows the object outside the pickle.
    pub fn set_payload(&mut self, target: Value, payload: Value) -> Result<(), LimitError> {
        if let Value::Ref(id) = target {
            self.attached_mut(id)?.payload = payload;
        }
        Ok(())
    }

    fn grow(
        &mut self,
        target: Value,
        more: &[Value],
        is_direct: fn(&Node) -> bool,
        slot: fn(&mut Attached) -> &mut Items,
    ) -> Result<(), LimitError> {
        let Value::Ref(id) = target else { return Ok(()) };
        if is_direct(&self.nodes[id.index()]) {
            let node = self.nodes[id.index()];
            let (Node::List(mut items) | Node::Set(mut items) | Node::Dict(mut items)) = node else {
                return Ok(());
            };
            match items.is_empty() {
                true => self.start(&mut items, more, GROWS)?,
                false => self.extend(&mut items, more)?,
            }
            self.nodes[id.index()] = match node {
                Node::List(_) => Node::List(items),
                Node::Set(_) => Node::Set(items),
                _ => Node::Dict(items),
            };
            return Ok(());
        }
        let mut items = *slot(self.attached_mut(id)?);
        self.extend(&mut items, more)?;
        *slot(self.attached_mut(id)?) = items;
        Ok(())
    }

    fn attached_mut(&mut self, id: Id) -> Result<&mut Attached, LimitError> {
        let known = match self.nodes[id.index()] {
            Node::Call { attached, .. } => attached,
            _ => self.attached_to_others.get(&id).copied().unwrap_or(0),
        };
        if known != 0 {
            return Ok(&mut self.attached[known as usize - 1]);
        }
        self.budget.spend_memory(size_of::<Attached>() as u64)?;
        self.attached.push(NOTHING);
        let index = self.attached.len() as u32;
        if let Node::Call { attached, .. } = &mut self.nodes[id.index()] {
            *attached = index;
        } else {
            self.budget.spend_memory(4 * size_of::<(Id, u32)>() as u64)?;
            self.attached_to_others.insert(id, index);
        }
        Ok(&mut self.attached[index as usize - 1])
    }
}

/// Reading values.
impl Heap {
    /// A reference to every node, in the order in which they were made.
    pub fn nodes(&self) -> impl Iterator<Item = Value> + use<> {
        (0..self.nodes.len()).filter_map(|index| Id::at(index).map(Value::Ref))
    }

    /// The node of an id.
    #[inline]
    pub fn node(&self, id: Id) -> Node {
        self.nodes[id.index()]
    }

    /// The node that a value refers to; `None` for an immediate.
    #[inline]
    pub fn node_of(&self, value: Value) -> Option<Node> {
        match value {
            Value::Ref(id) => Some(self.nodes[id.index()]),
            _ => None,
        }
    }

    /// The values of a run.
    #[inline]
    pub fn items(&self, items: Items) -> &[Value] {
        let arena = if items.grows() { &self.grown } else { &self.values };
        &arena[items.run()]
    }

    /// The bytes of a blob.
    #[inline]
    pub fn bytes(&self, blob: Blob) -> &[u8] {
        let buffer = if blob.buffer == OWNED { &self.owned[..] } else { &self.buffers[blob.buffer as usize] };
        &buffer[blob.offset as usize..][..blob.len()]
    }

    /// The text of an interned name.
    pub fn symbol(&self, symbol: Symbol) -> &str {
        &self.symbols[symbol.0 as usize]
    }

    /// The call of a [`Node::Call`].
    pub fn call(&self, value: Value) -> Option<Call> {
        match self.node_of(value)? {
            Node::Call { kind, callable, args, .. } => {
                Some(Call { callable: self.value_for(callable), args: self.value_for(args), kind })
            }
            _ => None,
        }
    }

    /// What is attached to a value; all empty when nothing is.
    pub fn attached(&self, value: Value) -> &Attached {
        let Value::Ref(id) = value else { return &NOTHING };
        let index = match self.nodes[id.index()] {
            Node::Call { attached, .. } => attached,
            _ => self.attached_to_others.get(&id).copied().unwrap_or(0),
        };
        if index == 0 { &NOTHING } else { &self.attached[index as usize - 1] }
    }

    /// The array of a [`Node::Array`].
    pub fn array(&self, value: Value) -> Option<&Array> {
        match self.node_of(value)? {
            Node::Array(index) => Some(&self.arrays[index as usize]),
            _ => None,
        }
    }

    /// The module and qualified name of a [`Node::Global`].
    pub fn global_name(&self, value: Value) -> Option<(&str, &str)> {
        match self.node_of(value)? {
            Node::Global { module, name } => Some((self.symbol(module), self.symbol(name))),
            _ => None,
        }
    }

    /// Text of a `str` of Python 3, or of Python 2 read as latin-1. Lone surrogates become U+FFFD.
    pub fn as_str(&self, value: Value) -> Option<Cow<'_, str>> {
        match self.node_of(value)? {
            Node::Str(blob) => Some(String::from_utf8_lossy(self.bytes(blob))),
            Node::Str8(blob) => Some(latin1(self.bytes(blob))),
            _ => None,
        }
    }

    /// The bytes of a `bytes`, `bytearray` or Python 2 `str`.
    pub fn as_bytes(&self, value: Value) -> Option<&[u8]> {
        match self.node_of(value)? {
            Node::Bytes(blob) | Node::ByteArray(blob) | Node::Str8(blob) => Some(self.bytes(blob)),
            _ => None,
        }
    }

    /// An `int` or `bool` that fits 64 bits.
    pub fn as_int(&self, value: Value) -> Option<i64> {
        match value {
            Value::Int(i) => Some(i64::from(i)),
            Value::Bool(b) => Some(i64::from(b)),
            Value::None => None,
            Value::Ref(id) => match self.nodes[id.index()] {
                Node::Int(i) => Some(i),
                _ => None,
            },
        }
    }

    /// A `float`, `int` or `bool` as a float.
    pub fn as_float(&self, value: Value) -> Option<f64> {
        match self.node_of(value) {
            Some(Node::Float(f)) => Some(f),
            _ => self.as_int(value).map(|i| i as f64),
        }
    }

    /// The elements of a tuple.
    pub fn as_tuple(&self, value: Value) -> Option<&[Value]> {
        match self.node_of(value)? {
            Node::Tuple(items) => Some(self.items(items)),
            _ => None,
        }
    }

    /// The elements of a list.
    pub fn as_list(&self, value: Value) -> Option<&[Value]> {
        match self.node_of(value)? {
            Node::List(items) => Some(self.items(items)),
            _ => None,
        }
    }

    /// The elements of a list or a tuple.
    pub fn as_sequence(&self, value: Value) -> Option<&[Value]> {
        self.as_list(value).or_else(|| self.as_tuple(value))
    }

    /// The pairs of a dict: key, value, key, value.
    pub fn as_dict(&self, value: Value) -> Option<&[Value]> {
        match self.node_of(value)? {
            Node::Dict(items) => Some(self.items(items)),
            _ => None,
        }
    }

    /// The value of a string key in a dict's pairs; of equal keys the last one counts.
    pub fn lookup(&self, pairs: &[Value], key: &str) -> Option<Value> {
        pairs.chunks_exact(2).rev().find(|pair| self.is_str(pair[0], key)).map(|pair| pair[1])
    }

    /// Whether a value is a `str` with this text.
    pub fn is_str(&self, value: Value, text: &str) -> bool {
        match self.node_of(value) {
            Some(Node::Str(blob) | Node::Str8(blob)) => self.bytes(blob) == text.as_bytes(),
            _ => false,
        }
    }
}

fn latin1(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) if bytes.is_ascii() => Cow::Borrowed(text),
        _ => Cow::Owned(bytes.iter().map(|&b| char::from(b)).collect()),
    }
}

const _: () = assert!(size_of::<Value>() == 8 && size_of::<Node>() == 16);

#[cfg(test)]
mod tests {
    use super::*;

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
