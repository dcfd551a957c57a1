//! Estimators that cannery runs: what their own `read` proves.

use std::sync::LazyLock;

use cannery_object::{Heap, Node, Value};
use cannery_sklearn::{ErrorKind, KnownTree, Soundness};
use rustc_hash::FxHashSet;

use crate::rule::Rule;
use crate::site::{Checked, Refusal, Site};
use crate::work::Work;

static SUPPORTED: LazyLock<FxHashSet<(&str, &str)>> =
    LazyLock::new(|| cannery_sklearn::supported().collect());

/// The estimators of one file, of which each is read once, as a part of others or by itself.
pub(crate) struct Estimators<'h> {
    soundness: Soundness<'h>,
}

impl<'h> Estimators<'h> {
    pub(crate) fn of(heap: &'h Heap) -> Self {
        Self { soundness: Soundness::of(heap) }
    }

    /// A `Tree` that was read as a part of an estimator, so that its nodes are known to fit together.
    pub(super) fn tree(&self, value: Value) -> Option<KnownTree> {
        self.soundness.tree(value)
    }

    /// Reads the estimator that a call makes, unless it was read as a part of another one. What `read` does not support
    /// is no objection.
    pub(crate) fn check(&mut self, site: &Site<'_>, work: &mut Work) -> Checked {
        let class = site.heap.object(site.value).map_or(site.name, |object| object.class());
        if site.states.is_empty() || !SUPPORTED.contains(&class) || !self.soundness.is_new(site.value) {
            return Ok(());
        }
        work.spend(arrays_of(site))?;
        match self.soundness.read(site.value) {
            Err(error) if error.kind() == ErrorKind::Malformed => {
                Err(Refusal::new(Rule::Unsound, error.to_string()))
            }
            Err(error) if error.kind() == ErrorKind::Limit => {
                Err(Refusal::new(Rule::OverLimit, error.to_string()))
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

/// Bytes of the arrays among the attributes, at least.
fn arrays_of(site: &Site<'_>) -> u64 {
    let attributes = site.heap.object(site.value).and_then(|object| object.attributes()).unwrap_or_default();
    attributes.iter().skip(1).step_by(2).map(|&value| 8 + elements_of(site.heap, value)).sum()
}

/// As many bytes as the elements of an array take where it is written, in any of its spellings.
fn elements_of(heap: &Heap, value: Value) -> u64 {
    let Some(Node::Call { .. }) = heap.node_of(value) else { return stored(heap, value) };
    let attached = heap.attached(value);
    let parts = |tuple: Value| heap.as_tuple(tuple).unwrap_or_default().iter().take(PARTS);
    let args = heap.call(value).map_or(Value::None, |call| call.args);
    let states = heap.items(attached.states).iter().copied();
    let values = states.chain([args]).flat_map(parts).chain([&attached.payload]);
    values.map(|&part| elements_of_part(heap, part)).sum()
}

/// Parts of a state or of arguments among which the elements are.
const PARTS: usize = 8;

fn elements_of_part(heap: &Heap, part: Value) -> u64 {
    let Some(call) = heap.call(part) else { return stored(heap, part) };
    // bytes that are written as text, or an array in a wrapper
    let args = heap.as_tuple(call.args).unwrap_or_default().iter().take(PARTS);
    args.map(|&arg| stored(heap, arg)).sum()
}

fn stored(heap: &Heap, value: Value) -> u64 {
    match heap.node_of(value) {
        Some(Node::Bytes(blob) | Node::ByteArray(blob) | Node::Str(blob) | Node::Str8(blob)) => {
            blob.len() as u64
        }
        Some(Node::List(items)) => 8 * items.len() as u64,
        Some(Node::Array(_)) => heap
            .ndarray(value)
            .and_then(Result::ok)
            .and_then(|array| array.raw().map(<[u8]>::len))
            .unwrap_or(0) as u64,
        _ => 0,
    }
}
