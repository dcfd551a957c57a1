use crate::buffer::{View, ViewMut};
use crate::csr::{CsrBuffer, Stored};
use crate::error::Error;
use crate::kernel::Kernel;
use crate::program::Inputs;

/// The elements of a dense matrix that are not 0.
#[derive(Debug)]
pub(crate) struct Sparse {
    pub(crate) columns: usize,
}

impl Kernel for Sparse {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        let (rows, columns, out) = (inputs.rows(), self.columns, output.csr());
        match inputs.x() {
            View::F32(x) => {
                store(x, rows, columns, out, |v| if let Stored::F32(v) = v { Some(v) } else { None })
            }
            View::I64(x) => {
                store(x, rows, columns, out, |v| if let Stored::I64(v) = v { Some(v) } else { None })
            }
            x => store(x.f64s(), rows, columns, out, |v| if let Stored::F64(v) = v { Some(v) } else { None }),
        }
        Ok(())
    }
}

fn store<T: Copy + Default + PartialEq>(
    x: &[T],
    rows: usize,
    columns: usize,
    out: &mut CsrBuffer,
    values: impl Fn(&mut Stored) -> Option<&mut Vec<T>>,
) {
    for row in 0..rows {
        for (column, &x) in (0..).zip(&x[row * columns..][..columns]) {
            if x != T::default() {
                out.columns.push(column);
                values(&mut out.values).into_iter().for_each(|values| values.push(x));
            }
        }
        out.end_row();
    }
}
