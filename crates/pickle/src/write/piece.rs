//! What is written in place of a value that the pickle of the Heap does not hold as it is wanted.

use std::borrow::Cow;

use cannery_object::{Blob, CallKind, Heap, Id, Items, Value};

use super::WriteError;

/// A value to write: one of the Heap, or one that the Heap has not.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Piece {
    /// A value of the Heap.
    Value(Value),
    /// An `int`.
    Int(i64),
    /// A `str` of its own.
    Text(String),
    /// A `str` that is one object wherever this text is written, as Python's constants are.
    Word(Cow<'static, str>),
    /// `bytes`.
    Bytes(Data),
    /// A `bytearray`.
    ByteArray(Data),
    /// A tuple.
    Tuple(Vec<Piece>),
    /// A list of values of the Heap.
    List(Items),
    /// A dict.
    Dict(Vec<(Piece, Piece)>),
    /// A global, by its name in Python 3.
    Global(Cow<'static, str>, Cow<'static, str>),
    /// The result of a call. With an id, it is what further references to that value refer to.
    Call {
        /// How it is called.
        kind: CallKind,
        /// What is called.
        callable: Box<Piece>,
        /// The positional arguments, a tuple.
        args: Box<Piece>,
        /// The value of the Heap that this is.
        is: Option<Id>,
    },
    /// A state for the piece before it.
    State(Box<Piece>),
    /// What is written the first time it is met under this key, and referred to then. It ends with a [`Piece::Call`] and
    /// its states.
    Once(String, Vec<Piece>),
    /// Bytes that are no opcodes, for the piece before it.
    Inline {
        /// The bytes.
        data: Data,
        /// A count and padding stand before them, so that they begin at a multiple of this.
        alignment: Option<u8>,
    },
    /// A pickle of its own, for the piece before it.
    Pickle {
        /// Its value.
        root: Value,
        /// Its protocol.
        protocol: u8,
    },
}

/// Bytes to write.
#[derive(Clone, Debug)]
pub enum Data {
    /// Bytes of the Heap.
    Blob(Blob),
    /// Others.
    Owned(Vec<u8>),
}

impl Data {
    /// The bytes.
    pub fn bytes<'a>(&'a self, heap: &'a Heap) -> &'a [u8] {
        match self {
            Self::Blob(blob) => heap.bytes(*blob),
            Self::Owned(bytes) => bytes,
        }
    }
}

impl Piece {
    /// A global whose name is fixed.
    pub fn name(module: &'static str, name: &'static str) -> Self {
        Self::Global(module.into(), name.into())
    }

    /// `callable(*args)`.
    pub fn call(callable: Self, args: Vec<Self>) -> Self {
        Self::Call {
            kind: CallKind::Reduce,
            callable: callable.into(),
            args: Self::Tuple(args).into(),
            is: None,
        }
    }
}

/// What a format does with values that it writes in its own way, the counterpart of [`Inline`](crate::Inline).
pub trait Outline {
    /// What to write for a call or an array; `None` for the call as it stands. The pieces must make one value.
    fn pieces(&mut self, heap: &Heap, id: Id, protocol: u8) -> Result<Option<Vec<Piece>>, WriteError>;

    /// What follows a call that is written as it stands, behind its states.
    fn behind(&mut self, _heap: &Heap, _id: Id) -> Option<Piece> {
        None
    }

    /// Whether what follows belongs to a [`Piece::Pickle`].
    fn nested(&mut self, _is_nested: bool) {}

    /// A module's name as the reader has it.
    fn module<'a>(&self, module: &'a str) -> Cow<'a, str> {
        module.into()
    }
}

/// There is nothing but pickle.
#[derive(Clone, Copy, Debug)]
pub struct NoOutline;

impl Outline for NoOutline {
    fn pieces(&mut self, heap: &Heap, id: Id, _: u8) -> Result<Option<Vec<Piece>>, WriteError> {
        if heap.array(Value::Ref(id)).is_some() {
            return Err(WriteError::unsupported(
                "an array outside a pickle can't be written by pickle alone",
            ));
        }
        Ok(None)
    }
}
