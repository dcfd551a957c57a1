//! How a file spells what a Heap holds, where several spellings mean the same: what is needed to write it back as it was.

use std::collections::HashMap;

use super::{Heap, Id, Value};
use crate::limits::LimitError;

/// The spelling of a file's pickles. Kept on request: [`Heap::keep_spelling`].
#[derive(Debug, Default)]
pub struct Spelling {
    /// Of a global, the objects that its module and its name were taken from.
    pub texts: HashMap<Id, (Value, Value)>,
    /// Of a value that has several opcodes, the byte of the one that made it.
    pub opcodes: HashMap<Id, u8>,
    /// By the root of a pickle, what holds for all of it.
    pub streams: HashMap<Id, StreamSpelling>,
    /// A bit for each node that was put into the memo.
    put: Vec<u64>,
}

/// What holds for a whole pickle.
#[derive(Clone, Debug, Default)]
pub struct StreamSpelling {
    /// Memo keys that do not follow the one before: how many were before them, and the key.
    pub jumps: Vec<(u32, u32)>,
    /// An opcode that protocol 1 brought is there: without PROTO, this tells protocol 1 from 0.
    pub is_binary: bool,
    /// Opcodes of Python 2's strings are there.
    pub has_strings: bool,
    /// An `int` of 32 bits is written as `long` at protocol 0.
    pub has_small_longs: bool,
    /// A frame of fewer than four bytes, or a text of 65,536 bytes or more in a frame.
    pub has_old_frames: bool,
    /// A list's last element stands alone behind full batches.
    pub has_single_rest: bool,
}

impl Spelling {
    /// Notes that a node was put into the memo.
    pub fn note_put(&mut self, id: Id) {
        let word = id.index() / 64;
        if word >= self.put.len() {
            self.put.resize(word + 1, 0);
        }
        self.put[word] |= 1 << (id.index() % 64);
    }

    /// Whether a node was put into the memo.
    pub fn is_put(&self, id: Id) -> bool {
        self.put.get(id.index() / 64).is_some_and(|word| word >> (id.index() % 64) & 1 != 0)
    }
}

impl Heap {
    /// Notes that a call whose arguments hold its result was made in vain, and then once more inside them.
    pub fn note_twin(&mut self, call: Id, in_vain: Id) -> Result<(), LimitError> {
        self.budget.spend_memory(ENTRY)?;
        self.twins.insert(call, in_vain);
        Ok(())
    }

    /// Of a call whose arguments hold its result, the call that was made in vain: its arguments are not those of this one,
    /// which were complete when it was made.
    pub fn twin(&self, call: Id) -> Option<Id> {
        self.twins.get(&call).copied()
    }

    /// From here on the spelling of what is read is kept.
    pub fn keep_spelling(&mut self) {
        self.spelling = Some(Box::default());
    }

    /// The spelling, if it is kept.
    pub fn spelling(&self) -> Option<&Spelling> {
        self.spelling.as_deref()
    }

    /// The spelling to note something in, if it is kept; what an entry costs is spent.
    pub fn spelling_mut(&mut self) -> Result<Option<&mut Spelling>, LimitError> {
        if self.spelling.is_some() {
            self.budget.spend_memory(ENTRY)?;
        }
        Ok(self.spelling.as_deref_mut())
    }
}

/// Memory of an entry, at most.
const ENTRY: u64 = 64;
