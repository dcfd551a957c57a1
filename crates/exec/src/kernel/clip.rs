use cannery_graph as graph;

use crate::buffer::{View, ViewMut};
use crate::error::Error;
use crate::run::{Inputs, Kernel};

/// Elements within bounds.
#[derive(Debug)]
pub(crate) struct Clip(pub(crate) graph::Clip);

impl Kernel for Clip {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        let graph::Clip { low, high } = self.0;
        match inputs.x() {
            View::F32(x) => clip(x, low as f32, high as f32, output.f32s()),
            x => clip(x.f64s(), low, high, output.f64s()),
        }
        Ok(())
    }
}

fn clip<T: Copy + PartialOrd>(x: &[T], low: T, high: T, out: &mut [T]) {
    for (out, &x) in out.iter_mut().zip(x) {
        *out = match x {
            x if x < low => low,
            x if x > high => high,
            x => x,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_stay_within_bounds_and_nan_stays_nan() {
        let mut out = [0.0; 5];
        clip(&[-2.0, -0.5, f64::INFINITY, 1.0, f64::NAN], -1.0, 1.0, &mut out);
        assert_eq!(out[..4], [-1.0, -0.5, 1.0, 1.0]);
        assert!(out[4].is_nan());
    }
}
