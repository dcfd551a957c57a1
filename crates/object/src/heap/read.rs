//! Reading values: what a node holds, without resolving or interpreting anything.

use std::borrow::Cow;

use bytes::Bytes;

use super::{Attached, Blob, Call, CallKind, Heap, Id, Items, NOTHING, Node, OWNED, Symbol, Value};
use crate::array::Array;

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

    /// The bytes of a blob, apart from the Heap: without a copy where they are bytes of the file.
    pub fn shared_bytes(&self, blob: Blob) -> Bytes {
        if blob.buffer == OWNED {
            return Bytes::copy_from_slice(self.bytes(blob));
        }
        let start = blob.offset as usize;
        self.buffers[blob.buffer as usize].slice(start..start + blob.len())
    }

    /// Bytes that this Heap lent, apart from it: without a copy, so only where they are bytes of the file.
    pub(crate) fn shared(&self, bytes: &[u8]) -> Option<Bytes> {
        let range = bytes.as_ptr_range();
        let around = |buffer: &&Bytes| {
            let whole = buffer.as_ptr_range();
            whole.start <= range.start && range.end <= whole.end
        };
        self.buffers.iter().find(around).map(|buffer| buffer.slice_ref(bytes))
    }

    /// The protocol of the pickle that gave a value, 0 for 0 and 1; `None` when it is not the root of one.
    pub fn read_protocol(&self, root: Value) -> Option<u8> {
        match root {
            Value::Ref(id) => self.protocols.get(&id).copied(),
            _ => None,
        }
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

    /// The module and qualified name of a [`Node::Global`], or of a call by which dill writes one.
    pub fn global_name(&self, value: Value) -> Option<(&str, &str)> {
        match self.node_of(value)? {
            Node::Global { module, name } => Some((self.symbol(module), self.symbol(name))),
            Node::Call { kind: CallKind::Reduce, callable, args, attached: 0 } => {
                self.dill_name(callable, args)
            }
            _ => None,
        }
    }

    /// Text of a `str` of Python 3, or of Python 2 read as latin-1. Lone surrogates become U+FFFD.
    pub fn as_str(&self, value: Value) -> Option<Cow<'_, str>> {
        match self.node_of(value)? {
            Node::Str(blob) => Some(utf8(self.bytes(blob))),
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

/// [`String::from_utf8_lossy`], and quicker where nothing is lost.
fn utf8(bytes: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

fn latin1(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) if bytes.is_ascii() => Cow::Borrowed(text),
        _ => Cow::Owned(bytes.iter().map(|&b| char::from(b)).collect()),
    }
}
