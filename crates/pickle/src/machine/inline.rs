//! Bytes inside a stream that are no opcodes, and whoever watches the opcodes.

use bytes::Bytes;
use cannery_object::{BufferId, Heap, Value};

use crate::decode::Op;
use crate::error::Error;

/// Whoever knows of bytes that stand inside a stream without being opcodes. joblib puts the elements of an array
/// behind the BUILD of its wrapper.
pub trait Inline {
    /// Called after each BUILD, at the position behind it. Gives the bytes that belong to the object, after
    /// having attached what they mean.
    fn built(&mut self, heap: &mut Heap, object: Value, source: &Source<'_>) -> Result<Option<Taken>, Error>;

    /// Called after each opcode that was carried out: whoever asks where a node came from counts nodes here.
    #[inline(always)]
    fn stepped(&mut self, _heap: &Heap, _op: Op<'_>) {}
}

impl<T: Inline> Inline for &mut T {
    fn built(&mut self, heap: &mut Heap, object: Value, source: &Source<'_>) -> Result<Option<Taken>, Error> {
        (**self).built(heap, object, source)
    }

    #[inline(always)]
    fn stepped(&mut self, heap: &Heap, op: Op<'_>) {
        (**self).stepped(heap, op);
    }
}

/// Where a stream stands.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The whole buffer.
    pub bytes: &'a Bytes,
    /// The same in the Heap.
    pub buffer: BufferId,
    /// Position in the buffer.
    pub position: usize,
}

/// Bytes that [`Inline::built`] took.
#[derive(Clone, Copy, Debug)]
pub struct Taken {
    /// Position behind them.
    pub end: usize,
    /// Where a nested pickle begins in them, if that is what they are.
    pub nested: Option<usize>,
}

/// No inline bytes: a plain pickle.
#[derive(Clone, Copy, Debug)]
pub struct NoInline;

impl Inline for NoInline {
    fn built(&mut self, _: &mut Heap, _: Value, _: &Source<'_>) -> Result<Option<Taken>, Error> {
        Ok(None)
    }
}
