//! From nodes to opcodes: a second reading that watches which opcode makes the nodes that were found.

use cannery_object::{Heap, Id, Value};
use cannery_pickle::{Error, Inline, Op, Opcode, Source, Taken};
use rustc_hash::FxHashMap;

/// The opcode that made a node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin {
    pub(crate) opcode: &'static str,
    pub(crate) offset: u64,
    /// A name whose module or qualified name was not written directly before it.
    pub(crate) is_indirect: bool,
}

/// Watches for some nodes.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    /// Their positions, ascending, and the next to come.
    wanted: Vec<usize>,
    next: usize,
    found: FxHashMap<usize, Origin>,
    /// The last opcodes but those of memo and frames, the latest last.
    before: [Option<Opcode>; 2],
}

impl Trace {
    /// Watches for these nodes.
    pub(crate) fn of(ids: impl Iterator<Item = Id>) -> Self {
        let mut wanted: Vec<usize> = ids.map(Id::index).collect();
        wanted.sort_unstable();
        wanted.dedup();
        Self { wanted, ..Self::default() }
    }

    /// The opcode that made a node.
    pub(crate) fn origin(&self, id: Id) -> Option<Origin> {
        self.found.get(&id.index()).copied()
    }

    fn note(&mut self, count: usize, op: Op<'_>) {
        let is_indirect =
            op.opcode == Opcode::StackGlobal && !self.before.iter().all(|op| op.is_some_and(is_text));
        let origin = Origin { opcode: op.opcode.name(), offset: op.offset as u64, is_indirect };
        while let Some(&wanted) = self.wanted.get(self.next).filter(|&&wanted| wanted < count) {
            self.found.insert(wanted, origin);
            self.next += 1;
        }
    }
}

/// Opcodes by which Python writes the names of a STACK_GLOBAL.
fn is_text(opcode: Opcode) -> bool {
    use Opcode::{BinGet, BinUnicode, BinUnicode8, LongBinGet, ShortBinUnicode};
    matches!(opcode, ShortBinUnicode | BinUnicode | BinUnicode8 | BinGet | LongBinGet)
}

impl Inline for Trace {
    fn built(&mut self, _: &mut Heap, _: Value, _: &Source<'_>) -> Result<Option<Taken>, Error> {
        Ok(None)
    }

    fn stepped(&mut self, heap: &Heap, op: Op<'_>) {
        let count = heap.node_count();
        if self.wanted.get(self.next).is_some_and(|&wanted| wanted < count) {
            self.note(count, op);
        }
        let pushes_nothing = matches!(
            op.opcode,
            Opcode::Memoize | Opcode::BinPut | Opcode::LongBinPut | Opcode::Put | Opcode::Frame
        );
        if !pushes_nothing {
            self.before = [self.before[1], Some(op.opcode)];
        }
    }
}
