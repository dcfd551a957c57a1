use crate::buffer::{View, ViewMut};
use crate::error::Error;
use crate::kernel::sum;
use crate::run::{Inputs, Kernel};

/// Each element divided by the sum of its row.
#[derive(Debug)]
pub(crate) struct NormalizeSum {
    pub(crate) columns: usize,
}

impl Kernel for NormalizeSum {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        match inputs.x() {
            View::F32(x) => {
                let rows = x.chunks_exact(self.columns).zip(output.f32s().chunks_exact_mut(self.columns));
                for (x, out) in rows {
                    let sum = sum::pairwise(x);
                    out.iter_mut().zip(x).for_each(|(out, x)| *out = x / sum);
                }
            }
            x => {
                let rows =
                    x.f64s().chunks_exact(self.columns).zip(output.f64s().chunks_exact_mut(self.columns));
                for (x, out) in rows {
                    let sum = sum::pairwise(x);
                    out.iter_mut().zip(x).for_each(|(out, x)| *out = x / sum);
                }
            }
        }
        Ok(())
    }
}
