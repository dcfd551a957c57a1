use crate::buffer::{View, ViewMut};
use crate::csr::{CsrBuffer, Stored, StoredView};
use crate::error::Error;
use crate::run::{Inputs, Kernel};

/// The columns of some values side by side.
#[derive(Debug)]
pub(crate) struct Concat {
    /// Columns of each argument.
    pub(crate) widths: Vec<usize>,
}

impl Kernel for Concat {
    fn run<'a>(&'a self, inputs: &Inputs<'_, 'a>, mut output: ViewMut<'_, 'a>) -> Result<(), Error> {
        if let ViewMut::Csr(out) = output {
            self.join_stored(inputs, out);
            return Ok(());
        }
        let columns = self.widths.iter().sum();
        let mut first = 0;
        for (index, &width) in self.widths.iter().enumerate() {
            match (inputs.arg(index), output.reborrow()) {
                (View::F32(x), ViewMut::F32(out)) => place(x, width, out, columns, first),
                (View::I64(x), ViewMut::I64(out)) => place(x, width, out, columns, first),
                (View::Bool(x), ViewMut::Bool(out)) => place(x, width, out, columns, first),
                (View::Str(x), ViewMut::Str(out)) => place(x, width, out, columns, first),
                (View::Any(x), ViewMut::Any(out)) => place(x, width, out, columns, first),
                (x, out) => place(x.f64s(), width, out.f64s(), columns, first),
            }
            first += width;
        }
        Ok(())
    }
}

impl Concat {
    fn join_stored(&self, inputs: &Inputs<'_, '_>, out: &mut CsrBuffer) {
        for row in 0..inputs.rows() {
            let mut first = 0;
            for (index, &width) in self.widths.iter().enumerate() {
                let rows = inputs.arg(index).csr();
                let range = rows.range(row);
                out.columns.extend(rows.columns[range.clone()].iter().map(|&column| column + first));
                match (rows.values, &mut out.values) {
                    (StoredView::F32(x), Stored::F32(out)) => out.extend_from_slice(&x[range]),
                    (StoredView::F64(x), Stored::F64(out)) => out.extend_from_slice(&x[range]),
                    (StoredView::I64(x), Stored::I64(out)) => out.extend_from_slice(&x[range]),
                    (x, out) => unreachable!("{x:?} joined to {out:?}"),
                }
                first += width as u32;
            }
            out.end_row();
        }
    }
}

/// Writes the columns of `x` into the rows of `out`, from column `first` on.
fn place<T: Copy>(x: &[T], width: usize, out: &mut [T], columns: usize, first: usize) {
    if width == 0 {
        return;
    }
    for (x, out) in x.chunks_exact(width).zip(out.chunks_exact_mut(columns)) {
        out[first..first + width].copy_from_slice(x);
    }
}
