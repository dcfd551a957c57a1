use cannery_graph::CharSet;

const PAGE: usize = 256;
const PAGES: usize = 0x11_0000 / PAGE;

/// A byte for every code point, in two steps: pages that are equal are stored once.
#[derive(Clone, Debug)]
pub(super) struct CharMap {
    /// Position of each page in `pages`; that of ASCII comes first.
    index: Box<[u16]>,
    pages: Vec<[u8; PAGE]>,
}

impl CharMap {
    /// From each code point on, ascending from 0, the byte that holds.
    pub(super) fn new(starts: &[(u32, u8)]) -> Self {
        let mut map = Self { index: vec![0; PAGES].into(), pages: vec![] };
        let mut starts = starts.iter().copied().peekable();
        let mut byte = 0;
        for (number, index) in map.index.iter_mut().enumerate() {
            let (first, end) = ((number * PAGE) as u32, ((number + 1) * PAGE) as u32);
            let mut page = [byte; PAGE];
            while let Some((start, from_here)) = starts.next_if(|&(start, _)| start < end) {
                page[(start - first) as usize..].fill(from_here);
                byte = from_here;
            }
            let known = map.pages.iter().rposition(|other| *other == page);
            *index = known.unwrap_or(map.pages.len()) as u16;
            if known.is_none() {
                map.pages.push(page);
            }
        }
        map
    }

    /// For each set a bit: of the first bit 0, and so on.
    pub(super) fn of_sets(sets: &[&CharSet]) -> Self {
        let ends =
            |set: &&CharSet| set.ranges().iter().flat_map(|&(first, last)| [first, last + 1]).collect();
        let mut starts: Vec<u32> = sets.iter().flat_map(|set| -> Vec<u32> { ends(set) }).chain([0]).collect();
        starts.sort_unstable();
        starts.dedup();
        let bits =
            |point| (0..).zip(sets).fold(0, |bits, (i, set)| bits | u8::from(set.contains(point)) << i);
        Self::new(&Vec::from_iter(starts.into_iter().map(|start| (start, bits(start)))))
    }

    /// The byte of a character.
    #[inline]
    pub(super) fn at(&self, c: char) -> u8 {
        let point = c as usize;
        self.pages[usize::from(self.index[point / PAGE])][point % PAGE]
    }

    /// The bytes of the characters below 256.
    #[inline]
    pub(super) fn first_page(&self) -> &[u8; PAGE] {
        &self.pages[0]
    }
}

#[cfg(test)]
mod tests {
    use cannery_graph::unicode;

    use super::*;

    #[test]
    fn a_map_says_what_its_sets_say() {
        let word = CharSet::new(unicode::word().iter().copied());
        let letters = CharSet::new([(97, 122)]);
        let map = CharMap::of_sets(&[&letters, &word]);
        for c in (0..=0x10_FFFF_u32).step_by(7).filter_map(char::from_u32) {
            let bits = u8::from(letters.contains(c.into())) | u8::from(word.contains(c.into())) << 1;
            assert_eq!(map.at(c), bits, "{c:?}");
        }
        assert_eq!(map.first_page()[usize::from(b'a')], 3);
    }
}
