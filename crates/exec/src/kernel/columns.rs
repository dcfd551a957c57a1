use crate::buffer::{View, ViewMut};
use crate::csr::{CsrBuffer, CsrView, Stored, StoredView};
use crate::error::Error;
use crate::run::{Inputs, Kernel};

/// Some columns, in an order of their own.
#[derive(Debug)]
pub(crate) struct Pick {
    picked: Vec<usize>,
    columns: usize,
    /// Where each column of a CSR matrix goes: the places `places[starts[c]..starts[c + 1]]`.
    starts: Vec<u32>,
    places: Vec<u32>,
}

impl Pick {
    pub(crate) fn new(picked: &[usize], columns: usize) -> Self {
        let mut starts = vec![0; columns + 1];
        picked.iter().for_each(|&column| starts[column + 1] += 1);
        (0..columns).for_each(|column| starts[column + 1] += starts[column]);
        let mut next = starts.clone();
        let mut places = vec![0; picked.len()];
        for (place, &column) in picked.iter().enumerate() {
            places[next[column] as usize] = place as u32;
            next[column] += 1;
        }
        Self { picked: picked.to_vec(), columns, starts, places }
    }
}

impl Kernel for Pick {
    fn run<'a>(&'a self, inputs: &Inputs<'_, 'a>, output: ViewMut<'_, 'a>) -> Result<(), Error> {
        match inputs.x() {
            View::F32(x) => self.pick(x, output.f32s()),
            View::F64(x) => self.pick(x, output.f64s()),
            View::I64(x) => self.pick(x, output.i64s()),
            View::Bool(x) => self.pick(x, output.bools()),
            View::Str(x) => self.pick(x, output.strs()),
            View::Any(x) => self.pick(x, output.cells()),
            View::Csr(rows) => self.pick_stored(rows, output.csr()),
            View::Hits(hits) => unreachable!("no graph picks columns of {hits:?}"),
        }
        Ok(())
    }
}

impl Pick {
    fn pick<T: Copy>(&self, x: &[T], out: &mut [T]) {
        if self.picked.is_empty() || self.columns == 0 {
            return;
        }
        for (row, out) in x.chunks_exact(self.columns).zip(out.chunks_exact_mut(self.picked.len())) {
            out.iter_mut().zip(&self.picked).for_each(|(out, &column)| *out = row[column]);
        }
    }

    fn pick_stored(&self, rows: CsrView<'_>, out: &mut CsrBuffer) {
        let mut row: Vec<(u32, usize)> = Vec::new();
        for range in rows.ranges() {
            row.clear();
            for at in range {
                let column = rows.columns[at] as usize;
                let places = self.starts[column] as usize..self.starts[column + 1] as usize;
                row.extend(self.places[places].iter().map(|&place| (place, at)));
            }
            row.sort_unstable();
            out.columns.extend(row.iter().map(|&(place, _)| place));
            let positions = row.iter().map(|&(_, at)| at);
            match (rows.values, &mut out.values) {
                (StoredView::F32(x), Stored::F32(out)) => out.extend(positions.map(|at| x[at])),
                (StoredView::F64(x), Stored::F64(out)) => out.extend(positions.map(|at| x[at])),
                (StoredView::I64(x), Stored::I64(out)) => out.extend(positions.map(|at| x[at])),
                (x, out) => unreachable!("columns of {x:?} in {out:?}"),
            }
            out.end_row();
        }
    }
}
