//! The k nearest so far.

/// A max-heap of distances with positions.
#[derive(Debug)]
pub(super) struct Heap(Vec<(f64, u32)>);

impl Heap {
    /// Of `size` places, at least one.
    pub(super) fn new(size: usize) -> Self {
        Self(vec![(f64::INFINITY, 0); size])
    }

    pub(super) fn clear(&mut self) {
        self.0.fill((f64::INFINITY, 0));
    }

    /// The largest distance.
    pub(super) fn largest(&self) -> f64 {
        self.0[0].0
    }

    pub(super) fn push(&mut self, distance: f64, position: u32) {
        if distance >= self.0[0].0 {
            return;
        }
        let mut at = 0;
        while let Some(child) = self.larger_child(at).filter(|&child| distance < self.0[child].0) {
            self.0[at] = self.0[child];
            at = child;
        }
        self.0[at] = (distance, position);
    }

    /// The left one when they are equal.
    fn larger_child(&self, at: usize) -> Option<usize> {
        let left = 2 * at + 1;
        match (self.0.get(left), self.0.get(left + 1)) {
            (Some(a), Some(b)) if a.0 >= b.0 => Some(left),
            (Some(_), Some(_)) => Some(left + 1),
            (Some(_), None) => Some(left),
            (None, _) => None,
        }
    }

    /// Sorted by distance, then by position; no heap any more until it is cleared.
    pub(super) fn sorted(&mut self) -> &[(f64, u32)] {
        self.0.sort_unstable_by(super::nearer);
        &self.0
    }
}
