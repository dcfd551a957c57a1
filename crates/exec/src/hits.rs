//! Neighbours of rows: so many a row, each an index and a distance.

/// Memory for neighbours.
#[derive(Clone, Debug)]
pub(crate) struct HitsBuffer {
    indices: Vec<i64>,
    distances: Vec<f64>,
}

/// Neighbours to read, row after row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HitsView<'v> {
    pub(crate) indices: &'v [i64],
    pub(crate) distances: &'v [f64],
}

/// Neighbours to write, row after row.
#[derive(Debug)]
pub(crate) struct HitsViewMut<'v> {
    pub(crate) indices: &'v mut [i64],
    pub(crate) distances: &'v mut [f64],
}

impl HitsBuffer {
    /// Memory for so many.
    pub(crate) fn new(len: usize) -> Self {
        Self { indices: vec![0; len], distances: vec![0.0; len] }
    }

    /// The first `len`.
    pub(crate) fn view(&self, len: usize) -> HitsView<'_> {
        HitsView { indices: &self.indices[..len], distances: &self.distances[..len] }
    }

    /// The first `len`, to write.
    pub(crate) fn view_mut(&mut self, len: usize) -> HitsViewMut<'_> {
        HitsViewMut { indices: &mut self.indices[..len], distances: &mut self.distances[..len] }
    }
}

impl HitsView<'_> {
    /// A copy.
    pub(crate) fn to_buffer(self) -> HitsBuffer {
        HitsBuffer { indices: self.indices.to_vec(), distances: self.distances.to_vec() }
    }
}

impl<'v> HitsViewMut<'v> {
    pub(crate) fn as_view(&self) -> HitsView<'_> {
        HitsView { indices: self.indices, distances: self.distances }
    }

    pub(crate) fn reborrow(&mut self) -> HitsViewMut<'_> {
        HitsViewMut { indices: self.indices, distances: self.distances }
    }

    /// Takes the first `len` off the front.
    pub(crate) fn take_front(&mut self, len: usize) -> Self {
        Self {
            indices: self.indices.split_off_mut(..len).unwrap_or_default(),
            distances: self.distances.split_off_mut(..len).unwrap_or_default(),
        }
    }

    /// The neighbours of each row, of which there are `count`.
    pub(crate) fn rows(self, count: usize) -> impl Iterator<Item = HitsViewMut<'v>> {
        let rows = self.indices.chunks_exact_mut(count).zip(self.distances.chunks_exact_mut(count));
        rows.map(|(indices, distances)| HitsViewMut { indices, distances })
    }
}
