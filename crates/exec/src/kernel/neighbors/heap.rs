//! The k nearest so far.

/// Distances that are compared together: nearly always none of them enters.
const GROUP: usize = 16;

/// A max-heap of distances with positions.
#[derive(Clone, Debug)]
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

    /// Pushes distances of points that follow each other.
    pub(super) fn push_all(&mut self, distances: &[f64], first: u32) {
        for (group, positions) in distances.chunks(GROUP).zip((first..).step_by(GROUP)) {
            let largest = self.largest();
            let enters = |distance: f64| (distance < largest) | distance.is_nan();
            // without a branch for each, so that several are compared at once
            if group.iter().fold(false, |any, &distance| any | enters(distance)) {
                group.iter().zip(positions..).for_each(|(&distance, position)| self.push(distance, position));
            }
        }
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
