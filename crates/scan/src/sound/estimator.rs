//! Estimators that cannery runs: what their own `read` proves.

use std::sync::LazyLock;

use cannery_sklearn::{ErrorKind, Soundness};
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
    pub(crate) fn of(heap: &'h cannery_object::Heap) -> Self {
        Self { soundness: Soundness::of(heap) }
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

/// Bytes of the arrays among the attributes.
fn arrays_of(site: &Site<'_>) -> u64 {
    let heap = site.heap;
    let attributes = heap.object(site.value).and_then(|object| object.attributes()).unwrap_or_default();
    let size = |value: &cannery_object::Value| match heap.ndarray(*value) {
        Some(Ok(array)) => array.raw().map_or(8 * array.len(), <[u8]>::len) as u64,
        _ => 8,
    };
    attributes.iter().skip(1).step_by(2).map(size).sum()
}
