use crate::buffer::ViewMut;
use crate::error::Error;
use crate::run::{Inputs, Kernel};

/// The same row for each row.
#[derive(Debug)]
pub(crate) struct Constant(pub(crate) Vec<f64>);

impl Kernel for Constant {
    fn run(&self, _: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        match output {
            ViewMut::F32(out) => self.fill(out, |x| x as f32),
            ViewMut::I64(out) => self.fill(out, |x| x as i64),
            out => self.fill(out.f64s(), |x| x),
        }
        Ok(())
    }
}

impl Constant {
    fn fill<T>(&self, out: &mut [T], round: fn(f64) -> T) {
        for row in out.chunks_exact_mut(self.0.len().max(1)) {
            row.iter_mut().zip(&self.0).for_each(|(out, &x)| *out = round(x));
        }
    }
}
