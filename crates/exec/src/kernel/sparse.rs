use crate::buffer::{View, ViewMut};
use crate::csr::Stored;
use crate::error::Error;
use crate::run::{Inputs, Kernel};

/// The elements of a dense matrix that are not 0.
#[derive(Debug)]
pub(crate) struct Sparse {
    pub(crate) columns: usize,
}

impl Kernel for Sparse {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        let (x, out) = (inputs.x(), output.csr());
        for row in 0..inputs.rows() {
            let range = row * self.columns..(row + 1) * self.columns;
            match (x, &mut out.values) {
                (View::F32(x), Stored::F32(values)) => store(&x[range], &mut out.columns, values),
                (View::F64(x), Stored::F64(values)) => store(&x[range], &mut out.columns, values),
                (View::I64(x), Stored::I64(values)) => store(&x[range], &mut out.columns, values),
                (x, values) => unreachable!("no graph stores {x:?} as {values:?}"),
            }
            out.end_row();
        }
        Ok(())
    }
}

fn store<T: Copy + Default + PartialEq>(row: &[T], columns: &mut Vec<u32>, values: &mut Vec<T>) {
    for (column, &x) in (0..).zip(row) {
        if x != T::default() {
            columns.push(column);
            values.push(x);
        }
    }
}
