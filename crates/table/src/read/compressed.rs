//! A sparse matrix compressed by its lines: rows, or columns.

/// The parts fit each other: `starts` begins with 0, does not fall, and ends at most at the length of the other two;
/// `indices` lie below `width`.
pub(super) struct Compressed {
    /// Length of each line.
    pub(super) width: usize,
    /// Where each line begins in the others, and where the last one ends.
    pub(super) starts: Vec<usize>,
    /// Place of each element in its line.
    pub(super) indices: Vec<u32>,
    pub(super) elements: Elements,
}

/// Numbers of one width.
pub(super) enum Elements {
    F64(Vec<f64>),
    F32(Vec<f32>),
}

impl Elements {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::F64(values) => values.len(),
            Self::F32(values) => values.len(),
        }
    }

    /// The elements at these places, which are there.
    fn pick(&self, places: &[usize]) -> Self {
        match self {
            Self::F64(values) => Self::F64(places.iter().map(|&place| values[place]).collect()),
            Self::F32(values) => Self::F32(places.iter().map(|&place| values[place]).collect()),
        }
    }
}

impl Compressed {
    /// A matrix of elements with the row and column of each.
    pub(super) fn of_triples(
        [rows, columns]: [usize; 2],
        row: &[u32],
        column: &[u32],
        elements: &Elements,
    ) -> Self {
        let (starts, places) = sorted(rows, row);
        let indices = places.iter().map(|&place| column[place]).collect();
        Self { width: columns, starts, indices, elements: elements.pick(&places) }
    }

    pub(super) fn lines(&self) -> usize {
        self.starts.len() - 1
    }

    /// The same matrix compressed the other way. The line of each element has a number below 2³².
    pub(super) fn transposed(self) -> Self {
        let count = self.starts[self.lines()];
        let (starts, places) = sorted(self.width, &self.indices[..count]);
        let mut line_of = vec![0_u32; count];
        for line in 0..self.lines() {
            line_of[self.starts[line]..self.starts[line + 1]].fill(line as u32);
        }
        let indices = places.iter().map(|&place| line_of[place]).collect();
        Self { width: self.lines(), starts, indices, elements: self.elements.pick(&places) }
    }

    /// The same matrix with the elements of a line in order and those at one place added up, in the order in which they
    /// are stored.
    pub(super) fn canonical(self) -> Self {
        let lines = || self.starts.windows(2).map(|bounds| bounds[0]..bounds[1]);
        if lines().all(|line| self.indices[line].is_sorted_by(|a, b| a < b)) {
            return self;
        }
        let mut places: Vec<usize> = (0..self.starts[self.lines()]).collect();
        lines().for_each(|line| places[line].sort_by_key(|&place| self.indices[place]));
        let (mut starts, mut indices) = (vec![0], Vec::new());
        let mut first_of: Vec<bool> = Vec::with_capacity(places.len());
        for line in lines() {
            let start = indices.len();
            for &place in &places[line] {
                let is_new = indices[start..].last() != Some(&self.indices[place]);
                first_of.push(is_new);
                if is_new {
                    indices.push(self.indices[place]);
                }
            }
            starts.push(indices.len());
        }
        let elements = match self.elements.pick(&places) {
            Elements::F64(values) => Elements::F64(summed(&values, &first_of)),
            Elements::F32(values) => Elements::F32(summed(&values, &first_of)),
        };
        Self { width: self.width, starts, indices, elements }
    }
}

/// Where each of `count` keys begins when they are sorted, and which keys in which order; equal ones stay in order.
fn sorted(count: usize, keys: &[u32]) -> (Vec<usize>, Vec<usize>) {
    let mut starts = vec![0_usize; count + 1];
    keys.iter().for_each(|&key| starts[key as usize + 1] += 1);
    for key in 0..count {
        starts[key + 1] += starts[key];
    }
    let mut next = starts.clone();
    let mut places = vec![0; keys.len()];
    for (place, &key) in keys.iter().enumerate() {
        let at = &mut next[key as usize];
        places[*at] = place;
        *at += 1;
    }
    (starts, places)
}

/// The sums of values up to the next one that is the first of its place.
fn summed<T: Copy + std::ops::AddAssign>(values: &[T], first_of: &[bool]) -> Vec<T> {
    let mut sums = Vec::new();
    for (&value, &is_first) in values.iter().zip(first_of) {
        match sums.last_mut() {
            Some(sum) if !is_first => *sum += value,
            _ => sums.push(value),
        }
    }
    sums
}
