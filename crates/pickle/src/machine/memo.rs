use std::collections::BTreeMap;

use cannery_object::{Heap, Id, Value};

use super::Fault;

/// What has been memoised. Keys are nearly always dense and values nearly always nodes: these cost four bytes. All
/// others cost a map entry.
#[derive(Debug, Default)]
pub(super) struct Memo {
    dense: Vec<Option<Id>>,
    sparse: BTreeMap<i64, Value>,
    /// Number of slots written, which is the next key of MEMOIZE.
    pub(super) entries: i64,
    /// What was put last.
    last: Option<Value>,
}

/// Memory of a memo slot.
const SLOT: u64 = size_of::<Option<Id>>() as u64;

impl Memo {
    /// Makes room as [`Heap::expect`] does; it is accounted for when it is used.
    pub(super) fn expect(&mut self, times: usize) {
        self.dense.reserve(self.dense.len().saturating_mul(times).min(1 << 21));
    }

    #[inline]
    pub(super) fn put(&mut self, heap: &mut Heap, key: i64, value: Value) -> Result<(), Fault> {
        match value {
            Value::Ref(id) if key == self.dense.len() as i64 && self.sparse.is_empty() => {
                heap.budget_mut().spend_memory(SLOT)?;
                self.dense.push(Some(id));
            }
            _ => self.put_elsewhere(heap, key, value)?,
        }
        self.entries += 1;
        self.last = Some(value);
        Ok(())
    }

    /// The value that was put last.
    pub(super) fn last(&self) -> Option<Value> {
        self.last
    }

    /// Python 2's cPickle begins at 1: one hole is made for it.
    fn put_elsewhere(&mut self, heap: &mut Heap, key: i64, value: Value) -> Result<(), Fault> {
        let slot = usize::try_from(key).map_err(|_| Fault::Rule("the memo key is negative"))?;
        if self.get(key).is_ok() {
            return Err(Fault::Rule("the memo slot is written a second time"));
        }
        match value {
            Value::Ref(id) if slot < self.dense.len() => self.dense[slot] = Some(id),
            Value::Ref(id) if slot <= self.dense.len() + 1 => {
                heap.budget_mut().spend_memory(2 * SLOT)?;
                self.dense.resize(slot, None);
                self.dense.push(Some(id));
            }
            _ => {
                heap.budget_mut().spend_memory(2 * size_of::<(i64, Value)>() as u64)?;
                self.sparse.insert(key, value);
            }
        }
        Ok(())
    }

    /// Empties a slot, so that it can be written again.
    pub(super) fn forget(&mut self, key: i64) {
        let slot = usize::try_from(key).ok().and_then(|slot| self.dense.get_mut(slot));
        if slot.and_then(Option::take).is_some() || self.sparse.remove(&key).is_some() {
            self.entries -= 1;
        }
    }

    #[inline]
    pub(super) fn get(&self, key: i64) -> Result<Value, Fault> {
        match usize::try_from(key).ok().and_then(|slot| self.dense.get(slot)) {
            Some(&Some(id)) => Ok(Value::Ref(id)),
            _ => self
                .sparse
                .get(&key)
                .copied()
                .ok_or(Fault::Never("the memo slot is read before it is written")),
        }
    }
}

const _: () = assert!(SLOT == 4);
