use crate::buffer::{View, ViewMut};
use crate::error::Error;
use crate::kernel::Kernel;
use crate::program::Inputs;

/// Some columns, in an order of their own.
#[derive(Debug)]
pub(crate) struct Pick {
    pub(crate) picked: Vec<usize>,
    pub(crate) columns: usize,
}

impl Kernel for Pick {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_>) -> Result<(), Error> {
        match inputs.x() {
            View::F32(x) => self.pick(x, output.f32s()),
            View::F64(x) => self.pick(x, output.f64s()),
            View::I64(x) => self.pick(x, output.i64s()),
            View::Bool(x) => self.pick(x, output.bools()),
            View::Other => return Err(Error::unsupported("columns of texts")),
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
}
