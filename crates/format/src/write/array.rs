//! numpy arrays as numpy pickles them, from wherever a file had their elements.

use cannery_object::{Array, ArrayData, Blob, CallKind, Heap, Id, Items, NdArray, Node, Order, Value};
use cannery_pickle::{Data, Piece, WriteError};

use super::dtype::{dtype, flag};
use crate::joblib::{Wrapper, wrapper_of};

/// An array to write.
pub(crate) struct Parts {
    /// The class, when the file names one.
    pub(crate) class: Option<Value>,
    pub(crate) dtype: Piece,
    pub(crate) shape: Piece,
    pub(crate) is_fortran: bool,
    pub(crate) elements: Elements,
}

pub(crate) enum Elements {
    Bytes(Data),
    Objects(Items),
    /// The array is an object that pickle writes as it stands.
    Pickled(Value),
}

impl Parts {
    /// An array that is no object of a pickle: of npy, skops or a joblib wrapper. `None` for anything else.
    pub(crate) fn of_file(heap: &Heap, id: Id) -> Result<Option<Self>, WriteError> {
        let value = Value::Ref(id);
        if let Some(array) = heap.array(value) {
            return Ok(Some(Self::of_array(array)));
        }
        let Some((_, wrapper)) = wrapper_of(heap, value) else { return Ok(None) };
        let payload = heap.attached(value).payload;
        let attr = |name| heap.object(value).and_then(|object| object.attr(name));
        let Some(array) = heap.array(payload) else {
            if heap.ndarray(payload).is_none() {
                let name = attr("filename").and_then(|name| heap.as_str(name)).unwrap_or_default();
                return Err(WriteError::unsupported(format!(
                    "the array file {name:?} beside the model is missing"
                )));
            }
            let elements = Elements::Pickled(payload);
            let (dtype, shape) = (Piece::Value(Value::None), Piece::Value(Value::None));
            return Ok(Some(Self { class: None, dtype, shape, is_fortran: false, elements }));
        };
        let mut parts = Self::of_array(array);
        parts.class = attr("subclass");
        if wrapper == Wrapper::Inline
            && let (Some(dtype), Some(shape)) = (attr("dtype"), attr("shape"))
        {
            (parts.dtype, parts.shape) = (Piece::Value(dtype), Piece::Value(shape));
        }
        Ok(Some(parts))
    }

    fn of_array(array: &Array) -> Self {
        let elements = match array.data {
            ArrayData::Bytes(blob) => Elements::Bytes(Data::Blob(blob)),
            ArrayData::Objects(items) => Elements::Objects(items),
        };
        let shape = array.shape.iter().map(|&len| Piece::Int(len as i64)).collect();
        Self {
            class: None,
            dtype: dtype(&array.dtype),
            shape: Piece::Tuple(shape),
            is_fortran: array.order == Order::Fortran && !is_flat(&array.shape),
            elements,
        }
    }

    /// An array that is a call of a pickle.
    pub(crate) fn of_call(heap: &Heap, id: Id) -> Option<Self> {
        let value = Value::Ref(id);
        let call = heap.call(value)?;
        let (module, name) = heap.global_name(call.callable)?;
        if !is_numpy_core(module) || !matches!(name, "_reconstruct" | "_frombuffer") {
            return None;
        }
        let array = heap.ndarray(value)?.ok()?;
        let args = heap.as_tuple(call.args)?;
        let (class, data, dtype, shape) = match (name, args) {
            ("_frombuffer", &[data, dtype, shape, _]) => (None, data, dtype, shape),
            ("_reconstruct", &[class, ..]) => {
                let &[state] = heap.items(heap.attached(value).states) else { return None };
                let &[shape, dtype, _, data] = heap.as_tuple(state)?.last_chunk()?;
                (Some(class), data, dtype, shape)
            }
            _ => return None,
        };
        let elements = match array.objects() {
            Some(_) => Elements::Pickled(value),
            None => Elements::Bytes(data_of(heap, data, &array)?),
        };
        Some(Self {
            class,
            dtype: Piece::Value(dtype),
            shape: Piece::Value(shape),
            is_fortran: array.order == Order::Fortran && !is_flat(&array.shape),
            elements,
        })
    }

    /// Whether the class is numpy's own array.
    pub(crate) fn is_plain(&self, heap: &Heap) -> bool {
        let name = self.class.and_then(|class| heap.global_name(class));
        self.class.is_none() || name.is_some_and(|name| name == ("numpy", "ndarray") || is_memmap(name))
    }

    fn class(&self, heap: &Heap) -> Piece {
        match self.class {
            Some(class) if !self.is_plain(heap) => Piece::Value(class),
            _ => Piece::name("numpy", "ndarray"),
        }
    }

    /// As numpy pickles it.
    pub(crate) fn pickled(self, heap: &Heap, id: Id, protocol: u8) -> Vec<Piece> {
        let (is_plain, class) = (self.is_plain(heap), self.class(heap));
        let (data, is_fortran) = match self.elements {
            Elements::Pickled(value) => return vec![Piece::Value(value)],
            Elements::Objects(items) => (Piece::List(items), false),
            Elements::Bytes(data) if protocol >= 5 && is_plain && !data.bytes(heap).is_empty() => {
                let order = Piece::Word(if self.is_fortran { "F" } else { "C" }.into());
                let args = Piece::Tuple(vec![Piece::ByteArray(data), self.dtype, self.shape, order]);
                return vec![call(Piece::name("numpy.core.numeric", "_frombuffer"), args, id)];
            }
            Elements::Bytes(data) => (Piece::Bytes(data), self.is_fortran),
        };
        let empty = Piece::Tuple(vec![Piece::Int(0)]);
        let args = Piece::Tuple(vec![class, empty, Piece::Bytes(Data::Owned(b"b".to_vec()))]);
        let state = vec![Piece::Int(1), self.shape, self.dtype, flag(is_fortran), data];
        let made = call(Piece::name("numpy.core.multiarray", "_reconstruct"), args, id);
        vec![made, Piece::State(Piece::Tuple(state).into())]
    }

    /// As joblib writes it: a wrapper of its own each time, behind it the elements.
    pub(crate) fn wrapped(
        self,
        heap: &Heap,
        value: Value,
        wrapper: Piece,
        nested: u8,
        alignment: Option<u8>,
    ) -> Vec<Piece> {
        let class = match self.class {
            Some(class) => Piece::Value(class),
            None => Piece::name("numpy", "ndarray"),
        };
        let (is_object, root) = match self.elements {
            Elements::Pickled(root) => (true, root),
            Elements::Objects(_) => (true, value),
            Elements::Bytes(_) => (false, value),
        };
        let (dtype, shape) = match (self.dtype, heap.ndarray(root)) {
            (Piece::Value(Value::None), Some(Ok(array))) => described(&array),
            (dtype, _) => (dtype, self.shape),
        };
        let word = |text: &'static str| Piece::Word(text.into());
        let mut state = vec![
            (word("subclass"), class),
            (word("shape"), shape),
            (word("order"), word(if self.is_fortran { "F" } else { "C" })),
            (word("dtype"), dtype),
            (word("allow_mmap"), flag(!is_object)),
        ];
        if let Some(alignment) = alignment {
            state.push((word("numpy_array_alignment_bytes"), Piece::Int(alignment.into())));
        }
        let wrapper = Piece::Call {
            kind: CallKind::New,
            callable: wrapper.into(),
            args: Piece::Tuple(Vec::new()).into(),
            is: None,
        };
        let elements = match self.elements {
            Elements::Bytes(data) => Piece::Inline { data, alignment },
            Elements::Pickled(_) | Elements::Objects(_) => Piece::Pickle { root, protocol: nested },
        };
        vec![wrapper, Piece::State(Piece::Dict(state).into()), elements]
    }
}

fn described(array: &NdArray<'_>) -> (Piece, Piece) {
    let shape = array.shape.iter().map(|&len| Piece::Int(len as i64)).collect();
    (dtype(&array.dtype), Piece::Tuple(shape))
}

fn call(callable: Piece, args: Piece, id: Id) -> Piece {
    Piece::Call { kind: CallKind::Reduce, callable: callable.into(), args: args.into(), is: Some(id) }
}

/// The bytes of the elements, without a copy where the Heap has them as they are.
fn data_of(heap: &Heap, data: Value, array: &NdArray<'_>) -> Option<Data> {
    let raw = array.raw()?;
    match heap.node_of(data) {
        Some(Node::Bytes(blob) | Node::ByteArray(blob) | Node::Str8(blob))
            if Blob::len(blob) == raw.len() =>
        {
            Some(Data::Blob(blob))
        }
        _ => Some(Data::Owned(raw.to_vec())),
    }
}

/// Whether C and Fortran order are the same.
fn is_flat(shape: &[usize]) -> bool {
    shape.iter().filter(|&&len| len != 1).count() <= 1 || shape.contains(&0)
}

pub(super) fn is_numpy_core(module: &str) -> bool {
    matches!(module.split('.').collect::<Vec<_>>()[..], ["numpy", "core" | "_core", ..])
}

fn is_memmap((module, name): (&str, &str)) -> bool {
    name == "memmap" && (module == "numpy" || is_numpy_core(module))
}

/// Whether joblib writes an array of this class beside the opcodes.
pub(crate) fn is_wrapped((module, name): (&str, &str)) -> bool {
    let is_matrix = name == "matrix" && matches!(module, "numpy" | "numpy.matrixlib.defmatrix");
    (module, name) == ("numpy", "ndarray") || is_memmap((module, name)) || is_matrix
}

/// The name of an array's class.
pub(crate) fn class_name<'h>(heap: &'h Heap, parts: &Parts) -> (&'h str, &'h str) {
    parts.class.and_then(|class| heap.global_name(class)).unwrap_or(("numpy", "ndarray"))
}
