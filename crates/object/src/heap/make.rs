//! Making values: every byte of memory is accounted for before it is used.

use std::num::NonZeroU32;

use bytes::Bytes;

use super::{Attached, Blob, BufferId, Call, GROWS, Heap, Id, Items, NOTHING, Node, OWNED, Symbol, Value};
use crate::array::Array;
use crate::limits::{Limit, LimitError};

const MOST_EXPECTED: usize = 1 << 21;

impl Heap {
    /// Makes room for `times` as much as there is, which saves growing step by step. What is not used is address
    /// space, not memory; it is bounded, and growth beyond it is as usual.
    pub fn expect(&mut self, times: usize) {
        let room = |len: usize| len.saturating_mul(times).min(MOST_EXPECTED);
        self.nodes.reserve(room(self.nodes.len()));
        self.values.reserve(room(self.values.len()));
        self.grown.reserve(room(self.grown.len()));
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

    pub(super) fn node_for(&mut self, value: Value) -> Result<Id, LimitError> {
        match value {
            Value::Ref(id) => Ok(id),
            immediate => match self.add(Node::Immediate(immediate))? {
                Value::Ref(id) => Ok(id),
                _ => Err(self.too_many()),
            },
        }
    }

    pub(super) fn value_for(&self, id: Id) -> Value {
        match self.nodes[id.index()] {
            Node::Immediate(immediate) => immediate,
            _ => Value::Ref(id),
        }
    }

    /// Notes the protocol of the pickle that gave a value: whether its names are Python 2's.
    pub fn note_protocol(&mut self, root: Value, protocol: u8) -> Result<(), LimitError> {
        if let Value::Ref(id) = root {
            self.budget.spend_memory(4 * size_of::<(Id, u8)>() as u64)?;
            self.protocols.insert(id, protocol);
        }
        Ok(())
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

    /// Attaches a call that gives the object its state.
    pub fn add_setter(&mut self, target: Value, call: Value) -> Result<(), LimitError> {
        self.grow(target, &[call], |_| false, |a| &mut a.setters)
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

    pub(super) fn attached_mut(&mut self, id: Id) -> Result<&mut Attached, LimitError> {
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
