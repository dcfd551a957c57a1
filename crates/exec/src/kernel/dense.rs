use crate::buffer::ViewMut;
use crate::csr::StoredView;
use crate::error::Error;
use crate::run::{Inputs, Kernel};

/// Stored elements in a matrix of zeros.
#[derive(Debug)]
pub(crate) struct Dense {
    pub(crate) columns: usize,
}

impl Kernel for Dense {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        let rows = inputs.x().csr();
        let places = rows.ranges().map(|range| (&rows.columns[range.clone()], range.start));
        match rows.values {
            StoredView::F32(values) => self.place(places, values, output.f32s()),
            StoredView::F64(values) => self.place(places, values, output.f64s()),
            StoredView::I64(values) => self.place(places, values, output.i64s()),
        }
        Ok(())
    }
}

impl Dense {
    fn place<'v, T: Copy + Default>(
        &self,
        rows: impl Iterator<Item = (&'v [u32], usize)>,
        values: &[T],
        out: &mut [T],
    ) {
        out.fill(T::default());
        if self.columns == 0 {
            return;
        }
        for (out, (columns, start)) in out.chunks_exact_mut(self.columns).zip(rows) {
            columns.iter().zip(&values[start..]).for_each(|(&column, &value)| out[column as usize] = value);
        }
    }
}
