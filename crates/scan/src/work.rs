//! What a scan may spend on looking at values, so that it is linear although many objects can share one value.

use cannery_object::{Call, DType, Heap, Id, Kind, Node, Value};
use cannery_sklearn::Allowance;
use rustc_hash::FxHashMap;

use crate::site::{Checked, Site};

/// Bytes that may be looked at for each byte of the file, and on top of that.
const FACTOR: u64 = 16;
const SLACK: u64 = 64 << 20;
/// Arguments whose contents are counted; known functions have fewer.
const FIRST: usize = 32;

/// What is left to spend.
#[derive(Debug)]
pub(crate) struct Work {
    left: Allowance,
    fields: FxHashMap<Id, u64>,
}

impl Work {
    /// For a file of so many bytes, decompressed.
    pub(crate) fn of(bytes: u64) -> Self {
        let left = Allowance::of(bytes.saturating_mul(FACTOR).saturating_add(SLACK));
        Self { left, fields: FxHashMap::default() }
    }

    /// Spends some bytes.
    pub(crate) fn spend(&mut self, bytes: u64) -> Checked {
        Ok(self.left.spend(bytes)?)
    }

    /// What is left, for the checks of scikit-learn's classes.
    pub(crate) fn allowance(&mut self) -> &mut Allowance {
        &mut self.left
    }

    /// Spends what the check of a call can look at: its arguments and state, and the values in them.
    pub(crate) fn spend_on(&mut self, site: &Site<'_>) -> Checked {
        let heap = site.heap;
        let mut bytes = 64 + 8 * site.args.len() as u64;
        if site.name == ("pyarrow.lib", "_restore_array") {
            bytes += buffers(heap, site.args);
        }
        for &arg in site.args.iter().take(FIRST) {
            bytes += self.size(heap, arg);
        }
        for &state in site.states {
            bytes += self.size(heap, state);
            let items = heap.as_tuple(state).unwrap_or_default();
            bytes += items.iter().take(FIRST).map(|&item| self.size(heap, item)).sum::<u64>();
        }
        self.spend(bytes)
    }

    /// The same for a call of what another call made, which many can share.
    pub(crate) fn spend_on_call_of(&mut self, heap: &Heap, call: Call) -> Checked {
        let args = heap.as_tuple(call.args).unwrap_or_default();
        let mut bytes = 64 + 8 * args.len() as u64;
        bytes += args.iter().take(FIRST).map(|&arg| self.size(heap, arg)).sum::<u64>();
        self.spend(bytes)?;
        let Some(site) = Site::of(heap, call.callable) else { return Ok(()) };
        self.spend_on(&site)?;
        let keywords = site.state_tuple().and_then(|state| heap.as_dict(*state.get(2)?)).unwrap_or_default();
        let bytes = keywords.iter().take(2 * FIRST).map(|&value| self.size(heap, value)).sum();
        self.spend(bytes)
    }

    /// Bytes that looking at a value once can take.
    fn size(&mut self, heap: &Heap, value: Value) -> u64 {
        match heap.node_of(value) {
            Some(Node::List(items) | Node::Tuple(items) | Node::Dict(items) | Node::Set(items)) => {
                8 * items.len() as u64
            }
            Some(Node::Call { .. }) => self.size_of_call(heap, value),
            _ => 0,
        }
    }

    fn size_of_call(&mut self, heap: &Heap, value: Value) -> u64 {
        let Some(site) = Site::of(heap, value) else { return 0 };
        match (site.name, site.args) {
            (("_codecs", "encode"), [text, _]) => match heap.node_of(*text) {
                Some(Node::Str(blob) | Node::Str8(blob)) => blob.len() as u64,
                _ => 0,
            },
            ((_, "dtype"), _) => match value {
                Value::Ref(id) => *self.fields.entry(id).or_insert_with(|| fields(heap, value)),
                Value::None | Value::Bool(_) | Value::Int(_) => 0,
            },
            _ => 0,
        }
    }
}

/// Bytes of the buffers of a pyarrow array, which many arrays can share.
fn buffers(heap: &Heap, args: &[Value]) -> u64 {
    let parts = args.first().and_then(|&parts| heap.as_tuple(parts));
    let list = parts.and_then(|parts| heap.as_list(*parts.get(4)?)).unwrap_or_default();
    list.iter()
        .take(FIRST)
        .map(|&buffer| 64 + heap.arrow_buffer(buffer).map_or(0, |bytes| bytes.len() as u64))
        .sum()
}

/// A measure for the parts of a dtype.
fn fields(heap: &Heap, value: Value) -> u64 {
    fn count(dtype: &DType) -> u64 {
        match &dtype.kind {
            Kind::Struct(fields) => fields.iter().map(|field| 1 + count(&field.dtype)).sum(),
            Kind::SubArray(base, _) => 1 + count(base),
            _ => 1,
        }
    }
    DType::from_value(heap, value).map_or(64, |dtype| 64 * count(&dtype))
}
