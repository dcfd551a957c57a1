use cannery_graph as graph;

use crate::buffer::ViewMut;
use crate::csr::Stored;
use crate::error::Error;
use crate::run::{Inputs, Kernel};

/// A 1 for each position.
#[derive(Debug)]
pub(crate) struct OneHot {
    /// The first column of the result for each column of positions, and how many there are.
    places: Vec<(usize, usize)>,
    width: usize,
}

impl OneHot {
    pub(crate) fn new(one_hot: &graph::OneHot, columns: usize) -> Self {
        let mut width = 0;
        let places = one_hot.widths.iter().take(columns).map(|&of_column| {
            let first = width;
            width += of_column;
            (first, of_column)
        });
        let places = places.collect();
        Self { places, width }
    }

    /// The columns of the result that are 1, in order, of each row of positions.
    fn rows<'p>(&'p self, positions: &'p [i64]) -> impl Iterator<Item = impl Iterator<Item = usize>> {
        let place = |(&position, &(first, width)): (&i64, &(usize, usize))| {
            usize::try_from(position)
                .ok()
                .filter(|&position| position < width)
                .map(|position| first + position)
        };
        positions
            .chunks_exact(self.places.len())
            .map(move |row| row.iter().zip(&self.places).filter_map(place))
    }
}

impl Kernel for OneHot {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        let rows = self.rows(inputs.x().i64s());
        match output {
            ViewMut::Csr(out) => {
                for row in rows {
                    out.columns.extend(row.map(|column| column as u32));
                    let stored = out.columns.len();
                    match &mut out.values {
                        Stored::F32(values) => values.resize(stored, 1.0),
                        Stored::F64(values) => values.resize(stored, 1.0),
                        Stored::I64(values) => values.resize(stored, 1),
                    }
                    out.end_row();
                }
            }
            ViewMut::F32(out) => set(rows, out, self.width, 1.0),
            ViewMut::I64(out) => set(rows, out, self.width, 1),
            ViewMut::Bool(out) => set(rows, out, self.width, true),
            out => set(rows, out.f64s(), self.width, 1.0),
        }
        Ok(())
    }
}

fn set<T: Copy + Default>(
    rows: impl Iterator<Item = impl Iterator<Item = usize>>,
    out: &mut [T],
    width: usize,
    one: T,
) {
    out.fill(T::default());
    for (row, columns) in rows.enumerate() {
        columns.for_each(|column| out[row * width + column] = one);
    }
}
