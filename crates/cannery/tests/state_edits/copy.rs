//! A copy of a Heap in which some numbers are others.

use std::collections::HashMap;

use cannery_object::{
    Array, ArrayData, Blob, Call, Heap, Id, Items, LimitError, Limits, Node, Value, byte_len, element_count,
};

/// A change of one number.
#[derive(Clone, Debug)]
pub(crate) enum Edit {
    /// Of an immediate among the values of a node.
    Item { owner: Id, run: Run, index: usize, new: New },
    /// Of a number that is a node.
    Node { id: Id, new: New },
    /// Of an element of an array, by its place in the stored bytes.
    Element { array: Id, offset: usize, bytes: Vec<u8> },
    /// Of the lengths of an array; its elements are cut, or zeros follow them.
    Shape { array: Id, shape: Vec<usize> },
    /// In the bytes that a node holds.
    Bytes { id: Id, offset: usize, bytes: Vec<u8> },
}

/// The number that takes the place of another.
#[derive(Clone, Copy, Debug)]
pub(crate) enum New {
    Int(i64),
    Float(f64),
    /// 2⁷² + 5
    Huge,
}

/// Which values of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Run {
    /// Those that it consists of.
    Own,
    /// Its states.
    States,
    /// What was appended to it.
    Items,
    /// Keys and values that were set in it.
    Pairs,
}

impl Run {
    /// All values of a node that are immediate or references, but for callables and arguments.
    pub(crate) fn all(heap: &Heap, value: Value) -> impl Iterator<Item = (Self, &[Value])> {
        let own = match heap.node_of(value) {
            Some(
                Node::List(items)
                | Node::Tuple(items)
                | Node::Set(items)
                | Node::FrozenSet(items)
                | Node::Dict(items),
            ) => heap.items(items),
            Some(Node::Array(_)) => match heap.array(value).map(|array| array.data) {
                Some(ArrayData::Objects(items)) => heap.items(items),
                _ => &[],
            },
            _ => &[],
        };
        let attached = heap.attached(value);
        let runs = [
            (Self::Own, own),
            (Self::States, heap.items(attached.states)),
            (Self::Items, heap.items(attached.items)),
            (Self::Pairs, heap.items(attached.pairs)),
        ];
        runs.into_iter().filter(|(_, values)| !values.is_empty())
    }
}

/// The copy and what the root is there; `None` when no file could hold the edited array.
pub(crate) fn edited_copy(heap: &Heap, root: Value, edits: &[Edit]) -> Option<(Heap, Value)> {
    let mut copy = Copy { old: heap, new: Heap::new(Limits::default()), map: HashMap::new(), edits };
    for value in heap.nodes() {
        let Value::Ref(id) = value else { continue };
        if let Some(new) = copy.node(id)? {
            copy.map.insert(id, new);
        }
    }
    for value in heap.nodes() {
        let Value::Ref(id) = value else { continue };
        copy.fill(id)?;
    }
    let root = copy.value(root)?;
    Some((copy.new, root))
}

struct Copy<'h, 'e> {
    old: &'h Heap,
    new: Heap,
    map: HashMap<Id, Value>,
    edits: &'e [Edit],
}

impl Copy<'_, '_> {
    /// What a value is in the copy: nodes stand behind those that they are made of.
    fn value(&self, value: Value) -> Option<Value> {
        match value {
            Value::Ref(id) => self.map.get(&id).copied(),
            immediate => Some(immediate),
        }
    }

    fn values(&mut self, owner: Id, run: Run, values: &[Value]) -> Option<Vec<Value>> {
        let mut new: Vec<Value> = values.iter().map(|&value| self.value(value)).collect::<Option<_>>()?;
        for edit in self.edits {
            if let Edit::Item { owner: other, run: other_run, index, new: number } = edit
                && (*other, *other_run) == (owner, run)
            {
                new[*index] = self.number(*number);
            }
        }
        Some(new)
    }

    fn number(&mut self, number: New) -> Value {
        match number {
            New::Int(int) => self.new.int(int),
            New::Float(float) => self.new.add(Node::Float(float)),
            New::Huge => {
                let blob = self.new.own(&[5, 0, 0, 0, 0, 0, 0, 0, 0, 1]).expect("small");
                self.new.add(Node::BigInt(blob))
            }
        }
        .expect("small")
    }

    /// A node with what it is made of; what can be added to it later is left out. There is no node for an immediate.
    fn node(&mut self, id: Id) -> Option<Option<Value>> {
        let value = Value::Ref(id);
        if let Some(array) = self.edited_array(id)? {
            return Some(Some(self.new.add_array(array).expect("small")));
        }
        if let Some(bytes) = self.edited_bytes(id) {
            let blob = self.new.own(&bytes).expect("small");
            return Some(Some(self.new.add(Node::Bytes(blob)).expect("small")));
        }
        for edit in self.edits {
            if let Edit::Node { id: other, new } = edit
                && *other == id
            {
                return Some(Some(self.number(*new)));
            }
        }
        let made = match self.old.node(id) {
            Node::Immediate(_) => return Some(None),
            Node::Tuple(items) if items.is_empty() => Ok(Heap::EMPTY_TUPLE),
            Node::Tuple(items) => {
                let values = self.values(id, Run::Own, self.old.items(items))?;
                self.new.container(Node::Tuple, &values)
            }
            Node::FrozenSet(items) => {
                let values = self.values(id, Run::Own, self.old.items(items))?;
                self.new.container(Node::FrozenSet, &values)
            }
            Node::List(_) => self.new.container(Node::List, &[]),
            Node::Set(_) => self.new.container(Node::Set, &[]),
            Node::Dict(_) => self.new.container(Node::Dict, &[]),
            Node::Global { module, name } => self.new.global(self.old.symbol(module), self.old.symbol(name)),
            Node::Call { .. } => {
                let call = self.old.call(value)?;
                let (callable, args) = (self.value(call.callable)?, self.value(call.args)?);
                self.new.add_call(Call { callable, args, kind: call.kind })
            }
            Node::Persistent(id) => self.new.add(Node::Persistent(self.value(id)?)),
            Node::Array(_) => {
                let array = self.old.array(value)?.clone();
                let data = match array.data {
                    ArrayData::Bytes(blob) => {
                        ArrayData::Bytes(self.new.own(self.old.bytes(blob)).expect("small"))
                    }
                    ArrayData::Objects(items) => {
                        let values = self.values(id, Run::Own, self.old.items(items))?;
                        let mut items = Items::default();
                        self.new.extend(&mut items, &values).expect("small");
                        ArrayData::Objects(items)
                    }
                };
                self.new.add_array(Array { data, ..array })
            }
            Node::BigInt(blob) => self.blob(blob, Node::BigInt),
            Node::Str(blob) => self.blob(blob, Node::Str),
            Node::Str8(blob) => self.blob(blob, Node::Str8),
            Node::Bytes(blob) => self.blob(blob, Node::Bytes),
            Node::ByteArray(blob) => self.blob(blob, Node::ByteArray),
            plain @ (Node::Int(_) | Node::Float(_) | Node::Extension(_)) => self.new.add(plain),
        };
        Some(Some(made.expect("small")))
    }

    fn blob(&mut self, blob: Blob, make: fn(Blob) -> Node) -> Result<Value, LimitError> {
        let blob = self.new.own(self.old.bytes(blob))?;
        self.new.add(make(blob))
    }

    /// What was added to a node after it was made.
    fn fill(&mut self, id: Id) -> Option<()> {
        let (value, Some(&new)) = (Value::Ref(id), self.map.get(&id)) else { return Some(()) };
        if self.is_edited_array(id) {
            return Some(());
        }
        for (run, values) in Run::all(self.old, value) {
            let values = self.values(id, run, values)?;
            match (self.old.node(id), run) {
                (Node::List(_) | Node::Set(_), Run::Own) | (_, Run::Items) => self.new.append(new, &values),
                (Node::Dict(_), Run::Own) | (_, Run::Pairs) => self.new.set_items(new, &values),
                (_, Run::Own) => Ok(()),
                (_, Run::States) => values.iter().try_for_each(|&state| self.new.set_state(new, state)),
            }
            .expect("small");
        }
        let attached = *self.old.attached(value);
        if attached.kwargs != Value::None {
            self.new.set_kwargs(new, self.value(attached.kwargs)?).expect("small");
        }
        if attached.payload != Value::None {
            self.new.set_payload(new, self.value(attached.payload)?).expect("small");
        }
        Some(())
    }

    fn is_edited_array(&self, id: Id) -> bool {
        self.edits.iter().any(|edit| match edit {
            Edit::Element { array, .. } | Edit::Shape { array, .. } => *array == id,
            Edit::Item { .. } | Edit::Node { .. } | Edit::Bytes { .. } => false,
        })
    }

    /// The array with its edits; `None` when it has none.
    fn edited_array(&mut self, id: Id) -> Option<Option<Array>> {
        if !self.is_edited_array(id) {
            return Some(None);
        }
        let array = self.old.ndarray(Value::Ref(id))?.ok()?;
        let (mut shape, mut raw) = (array.shape.to_vec(), array.raw().map(<[u8]>::to_vec));
        for edit in self.edits {
            match edit {
                Edit::Element { array, offset, bytes } if *array == id => {
                    raw.as_mut()?[*offset..][..bytes.len()].copy_from_slice(bytes);
                }
                Edit::Shape { array, shape: new } if *array == id => shape.clone_from(new),
                _ => {}
            }
        }
        let (dtype, order) = (array.dtype.clone().into_owned(), array.order);
        let new = match raw {
            Some(mut raw) => {
                raw.resize(byte_len(&dtype, &shape).ok().filter(|&len| len < 1 << 24)?, 0);
                let blob = self.new.own(&raw).expect("small");
                Array::new(dtype, shape, order, blob)
            }
            None => {
                let count = element_count(&shape).ok().filter(|&count| count < 1 << 20)?;
                let objects = array.objects()?.iter().map(|&value| self.value(value));
                let mut objects: Vec<Value> = objects.collect::<Option<_>>()?;
                objects.resize(count, Value::None);
                let mut items = Items::default();
                self.new.extend(&mut items, &objects).expect("small");
                Array::of_objects(dtype, shape, order, items)
            }
        };
        Some(Some(new.ok()?))
    }

    fn edited_bytes(&self, id: Id) -> Option<Vec<u8>> {
        let mut edited = None;
        for edit in self.edits {
            if let Edit::Bytes { id: other, offset, bytes } = edit
                && *other == id
            {
                let new = edited
                    .get_or_insert_with(|| self.old.bytes_of(Value::Ref(id)).unwrap_or_default().to_vec());
                new.get_mut(*offset..*offset + bytes.len())?.copy_from_slice(bytes);
            }
        }
        edited
    }
}
