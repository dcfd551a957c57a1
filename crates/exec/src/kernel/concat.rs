use crate::buffer::{View, ViewMut};
use crate::error::Error;
use crate::kernel::Kernel;
use crate::program::Inputs;

/// The columns of some values side by side.
#[derive(Debug)]
pub(crate) struct Concat {
    /// Columns of each argument.
    pub(crate) widths: Vec<usize>,
}

impl Kernel for Concat {
    fn run(&self, inputs: &Inputs<'_, '_>, mut output: ViewMut<'_>) -> Result<(), Error> {
        let columns = self.widths.iter().sum();
        let mut first = 0;
        for (index, &width) in self.widths.iter().enumerate() {
            match (inputs.arg(index), output.reborrow()) {
                (View::F32(x), ViewMut::F32(out)) => place(x, width, out, columns, first),
                (View::I64(x), ViewMut::I64(out)) => place(x, width, out, columns, first),
                (View::Bool(x), ViewMut::Bool(out)) => place(x, width, out, columns, first),
                (x, out) => place(x.f64s(), width, out.f64s(), columns, first),
            }
            first += width;
        }
        Ok(())
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
