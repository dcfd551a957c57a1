use std::f64::consts::PI;

use cannery_graph as graph;

use crate::buffer::{View, ViewMut};
use crate::error::Error;
use crate::run::{Inputs, Kernel};

/// Samples of the additive χ² kernel.
#[derive(Debug)]
pub(crate) struct AdditiveChi2 {
    pub(crate) graph: graph::AdditiveChi2,
    pub(crate) columns: usize,
}

impl Kernel for AdditiveChi2 {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        match inputs.x() {
            View::F32(x) => self.each_row(x, output.f32s(), |y| y as f32),
            x => self.each_row(x.f64s(), output.f64s(), |y| y),
        }
        Ok(())
    }
}

impl AdditiveChi2 {
    fn each_row<T: Copy + Into<f64>>(&self, x: &[T], out: &mut [T], round: fn(f64) -> T) {
        let (d, width) = (self.columns, (2 * self.graph.steps - 1) * self.columns);
        let interval = self.graph.interval;
        for (x, out) in x.chunks_exact(d).zip(out.chunks_exact_mut(width)) {
            for (column, &x) in x.iter().enumerate() {
                let x: f64 = x.into();
                if x == 0.0 {
                    out.iter_mut().skip(column).step_by(d).for_each(|out| *out = round(0.0));
                    continue;
                }
                out[column] = round((x * interval).sqrt());
                let log = interval * x.ln();
                for step in 1..self.graph.steps {
                    let j = step as f64;
                    let factor = (2.0 * x * interval / (PI * j * interval).cosh()).sqrt();
                    let at = (2 * step - 1) * d + column;
                    out[at] = round(factor * (j * log).cos());
                    out[at + d] = round(factor * (j * log).sin());
                }
            }
        }
    }
}
