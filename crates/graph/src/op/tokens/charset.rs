use std::sync::Arc;

/// A set of code points. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CharSet(Arc<[(u32, u32)]>);

const LAST: u32 = char::MAX as u32;

impl CharSet {
    /// The union of ranges, given by first and last code point, in any order. Empty ranges and what is above U+10FFFF
    /// add nothing.
    pub fn new(ranges: impl IntoIterator<Item = (u32, u32)>) -> Self {
        let mut ranges: Vec<_> = ranges.into_iter().filter(|&(first, last)| first <= last).collect();
        ranges.sort_unstable();
        let mut merged: Vec<(u32, u32)> = Vec::with_capacity(ranges.len());
        for (first, last) in ranges.into_iter().filter(|&(first, _)| first <= LAST) {
            match merged.last_mut() {
                Some(before) if first <= before.1.saturating_add(1) => {
                    before.1 = before.1.max(last.min(LAST));
                }
                _ => merged.push((first, last.min(LAST))),
            }
        }
        Self(merged.into())
    }

    /// One character.
    pub fn char(c: char) -> Self {
        Self::new([(c.into(), c.into())])
    }

    /// All characters but these.
    #[must_use]
    pub fn negate(&self) -> Self {
        let mut next = 0;
        let mut gaps = Vec::with_capacity(self.0.len() + 1);
        for &(first, last) in &*self.0 {
            gaps.extend(first.checked_sub(1).map(|end| (next, end)));
            next = last + 1;
        }
        gaps.push((next, LAST));
        Self::new(gaps)
    }

    /// First and last code points of each run, ascending, with gaps between them.
    pub fn ranges(&self) -> &[(u32, u32)] {
        &self.0
    }

    /// Whether there is no character in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a code point is in it.
    pub fn contains(&self, point: u32) -> bool {
        let at = self.0.partition_point(|&(_, last)| last < point);
        self.0.get(at).is_some_and(|&(first, _)| first <= point)
    }

    /// Whether another set has all of these characters.
    pub fn is_subset_of(&self, other: &Self) -> bool {
        self.0.iter().all(|&(first, last)| {
            let at = other.0.partition_point(|&(_, end)| end < first);
            other.0.get(at).is_some_and(|&(start, end)| start <= first && last <= end)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_merged_and_negated() {
        let set = CharSet::new([(98, 100), (97, 97), (103, 101), (200, u32::MAX), (LAST + 1, LAST + 9)]);
        assert_eq!(set.ranges(), [(97, 100), (200, LAST)]);
        assert_eq!(set.negate().ranges(), [(0, 96), (101, 199)]);
        assert_eq!(set.negate().negate(), set);
        assert!(CharSet::new([]).negate().contains(0) && !set.contains(199) && set.contains(LAST));
    }

    #[test]
    fn subsets() {
        let digits = CharSet::new([(48, 57)]);
        assert!(digits.is_subset_of(&CharSet::new([(40, 60)])) && CharSet::new([]).is_subset_of(&digits));
        assert!(!CharSet::new([(48, 58)]).is_subset_of(&digits) && !digits.is_subset_of(&CharSet::new([])));
    }
}
