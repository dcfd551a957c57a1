use cannery_graph as graph;

use crate::buffer::{View, ViewMut};
use crate::error::Error;
use crate::run::{Inputs, Kernel};

/// The bin of each element.
#[derive(Debug)]
pub(crate) struct Bin(pub(crate) graph::Bin);

impl Kernel for Bin {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        let d = self.0.edges.len();
        match inputs.x() {
            View::F32(x) => {
                for (at, (out, &x)) in output.f32s().iter_mut().zip(x).enumerate() {
                    let x = if self.0.nudged { x + (1e-8 + 1e-5 * x.abs()) } else { x };
                    *out = count(&self.0.edges[at % d], f64::from(x)) as f32;
                }
            }
            x => {
                for (at, (out, &x)) in output.f64s().iter_mut().zip(x.f64s()).enumerate() {
                    let x = if self.0.nudged { x + (1e-8 + 1e-5 * x.abs()) } else { x };
                    *out = count(&self.0.edges[at % d], x) as f64;
                }
            }
        }
        Ok(())
    }
}

fn count(edges: &[f64], x: f64) -> usize {
    edges.partition_point(|&edge| edge <= x || x.is_nan())
}
