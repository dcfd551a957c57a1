use cannery_graph::{self as graph, Missing};

use crate::buffer::{View, ViewMut};
use crate::error::Error;
use crate::kernel::Kernel;
use crate::program::Inputs;

/// Missing elements replaced by the value of their column.
#[derive(Debug)]
pub(crate) struct Impute(pub(crate) graph::Impute);

impl Kernel for Impute {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        let graph::Impute { missing, fill } = &self.0;
        match inputs.x() {
            View::F32(x) => {
                let fill = Vec::from_iter(fill.iter().map(|&fill| fill as f32));
                replace(x, output.f32s(), &fill, |x| is_missing(*missing, x.into()));
            }
            x => replace(x.f64s(), output.f64s(), fill, |x| is_missing(*missing, x)),
        }
        Ok(())
    }
}

fn replace<T: Copy>(x: &[T], out: &mut [T], fill: &[T], is_missing: impl Fn(T) -> bool) {
    for (x, out) in x.chunks_exact(fill.len()).zip(out.chunks_exact_mut(fill.len())) {
        for ((&x, out), &fill) in x.iter().zip(out).zip(fill) {
            *out = if is_missing(x) { fill } else { x };
        }
    }
}

fn is_missing(missing: Missing, x: f64) -> bool {
    match missing {
        Missing::Nan => x.is_nan(),
        Missing::Number(number) => x == number,
    }
}

/// Whether each element is missing.
#[derive(Debug)]
pub(crate) struct Mask(pub(crate) Missing);

impl Kernel for Mask {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        let out = output.bools();
        match inputs.x() {
            View::F32(x) => out.iter_mut().zip(x).for_each(|(out, &x)| *out = is_missing(self.0, x.into())),
            x => out.iter_mut().zip(x.f64s()).for_each(|(out, &x)| *out = is_missing(self.0, x)),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_missing_elements_change() {
        let mut out = [9.0; 4];
        let x = [f64::NAN, -0.0, f64::INFINITY, f64::NAN];
        replace(&x, &mut out, &[1.0, 2.0], |x| is_missing(Missing::Nan, x));
        assert_eq!(out.map(f64::to_bits), [1.0, -0.0, f64::INFINITY, 2.0].map(f64::to_bits));
        replace(&x, &mut out, &[1.0, 2.0], |x| is_missing(Missing::Number(0.0), x));
        assert!(out[0].is_nan() && out[3].is_nan());
        assert_eq!(out[1..3], [2.0, f64::INFINITY]);
    }
}
