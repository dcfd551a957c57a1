use crate::buffer::{View, ViewMut};
use crate::error::Error;
use crate::run::{Inputs, Kernel};

/// Columns divided by their norm over all rows.
#[derive(Debug)]
pub(crate) struct BatchNorm {
    pub(crate) columns: usize,
}

impl Kernel for BatchNorm {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        match inputs.x() {
            View::F32(x) => {
                let norms = self.norms(x);
                let out = output.f32s().iter_mut().zip(x).enumerate();
                out.for_each(|(at, (out, &x))| *out = x / norms[at % self.columns] as f32);
            }
            x => {
                let x = x.f64s();
                let norms = self.norms(x);
                let out = output.f64s().iter_mut().zip(x).enumerate();
                out.for_each(|(at, (out, &x))| *out = x / norms[at % self.columns]);
            }
        }
        Ok(())
    }
}

impl BatchNorm {
    fn norms<T: Copy + Into<f64>>(&self, x: &[T]) -> Vec<f64> {
        let mut squares = vec![0.0; self.columns];
        for row in x.chunks_exact(self.columns) {
            squares.iter_mut().zip(row).for_each(|(sum, &x)| *sum += x.into() * x.into());
        }
        squares.into_iter().map(|sum: f64| if sum == 0.0 { 1.0 } else { sum.sqrt() }).collect()
    }
}
