//! A stream as a list of opcodes, through the arrays that joblib puts between them.

use bytes::Bytes;
use cannery_object::{BufferId, Heap};

use crate::decode::{Decoder, Op};
use crate::error::Error;
use crate::machine::{Inline, Machine, Step, Taken};
use crate::opcode::Opcode;

/// One line of a disassembly.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Item<'a> {
    /// An opcode. `nested` inside a pickle that stands in the place of an array's elements.
    Op {
        /// The opcode.
        op: Op<'a>,
        /// Whether it belongs to such a nested pickle.
        nested: bool,
    },
    /// Bytes that are no opcodes: padding and elements of an array.
    Inline {
        /// Where they begin.
        start: usize,
        /// Where the opcodes go on.
        end: usize,
    },
}

/// Lists the opcodes of one stream, up to and with STOP.
///
/// The opcodes alone decide what is listed, as in `pickletools.genops`: a stream whose stack does not work out
/// is listed all the same. A machine runs beside them only to know how long the inline arrays are.
#[derive(Debug)]
pub struct Disassembly<'a, I> {
    decoder: Decoder<'a>,
    shadow: Option<Machine<'a>>,
    /// What the machine found wrong with an inline array: opcodes read beyond it are no opcodes.
    cut: Option<Error>,
    heap: Heap,
    inline: I,
    pending: Option<Taken>,
    resume: Option<usize>,
    done: bool,
}

impl<'a, I: Inline> Disassembly<'a, I> {
    /// Lists the stream that begins at `start` of a buffer of `heap`.
    pub fn new(heap: Heap, bytes: &'a Bytes, buffer: BufferId, start: usize, inline: I) -> Self {
        let decoder = Decoder::new(bytes, start, heap.budget().limits());
        let shadow = Some(Machine::new(bytes, buffer, start));
        Self { decoder, shadow, cut: None, heap, inline, pending: None, resume: None, done: false }
    }

    fn next_item(&mut self) -> Result<Item<'a>, Error> {
        if let Some(taken) = self.pending.take() {
            if let Some(nested) = taken.nested {
                self.resume = Some(taken.end);
                self.decoder.skip_to(nested);
            } else {
                let start = self.decoder.position();
                self.decoder.skip_to(taken.end);
                return Ok(Item::Inline { start, end: taken.end });
            }
        }
        let op = self.decoder.next_op().map_err(|error| self.cut.take().unwrap_or(error))?;
        if let Some(resume) = self.resume {
            if op.opcode == Opcode::Stop {
                self.decoder.skip_to(resume);
                self.resume = None;
            }
            return Ok(Item::Op { op, nested: true });
        }
        self.follow(&op);
        self.done = op.opcode == Opcode::Stop;
        Ok(Item::Op { op, nested: false })
    }

    fn follow(&mut self, op: &Op<'_>) {
        let Some(shadow) = &mut self.shadow else { return };
        match shadow.step(&mut self.heap, *op, &mut self.inline) {
            Ok(Step::Took(taken)) => self.pending = Some(taken),
            Ok(Step::Next | Step::Stop(_)) => {}
            Err(error) => {
                self.shadow = None;
                self.cut = Some(error).filter(|error| error.opcode().is_none());
            }
        }
    }
}

impl<'a, I: Inline> Iterator for Disassembly<'a, I> {
    type Item = Result<Item<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let item = self.next_item();
        self.done |= item.is_err();
        Some(item)
    }
}
