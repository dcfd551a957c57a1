use cannery_graph::Function;

use crate::buffer::{View, ViewMut};
use crate::error::Error;
use crate::run::{Inputs, Kernel};

/// A function of each element. In float32 it is the float64 result, rounded, but for `Expit`.
#[derive(Debug)]
pub(crate) struct Map(pub(crate) Function);

impl Kernel for Map {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        match self.0 {
            Function::Negate => each(inputs.x(), output, |x| -x),
            Function::Exp => each(inputs.x(), output, f64::exp),
            Function::Log => each(inputs.x(), output, f64::ln),
            Function::ExpM1 => each(inputs.x(), output, f64::exp_m1),
            Function::Log1P => each(inputs.x(), output, f64::ln_1p),
            Function::Sqrt => each(inputs.x(), output, f64::sqrt),
            Function::Absolute => each(inputs.x(), output, f64::abs),
            Function::Square => each(inputs.x(), output, |x| x * x),
            Function::Expit => expit(inputs.x(), output),
            Function::Exp2 => each(inputs.x(), output, f64::exp2),
        }
        Ok(())
    }
}

/// In float32 only the exponential is that of float64.
fn expit(x: View<'_, '_>, out: ViewMut<'_, '_>) {
    match x {
        View::F32(x) => {
            let single = |x: f32| 1.0 / (1.0 + f64::from(-x).exp() as f32);
            out.f32s().iter_mut().zip(x).for_each(|(out, &x)| *out = single(x));
        }
        x => each(x, out, |x| 1.0 / (1.0 + (-x).exp())),
    }
}

fn each(x: View<'_, '_>, out: ViewMut<'_, '_>, function: impl Fn(f64) -> f64) {
    match x {
        View::F32(x) => {
            out.f32s().iter_mut().zip(x).for_each(|(out, &x)| *out = function(f64::from(x)) as f32);
        }
        x => out.f64s().iter_mut().zip(x.f64s()).for_each(|(out, &x)| *out = function(x)),
    }
}

/// p to \[1 − p, p\].
#[derive(Debug)]
pub(crate) struct Complement;

impl Kernel for Complement {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        match inputs.x() {
            View::F32(x) => {
                output
                    .f32s()
                    .chunks_exact_mut(2)
                    .zip(x)
                    .for_each(|(out, &p)| out.copy_from_slice(&[1.0 - p, p]));
            }
            x => {
                let rows = output.f64s().chunks_exact_mut(2).zip(x.f64s());
                rows.for_each(|(out, &p)| out.copy_from_slice(&[1.0 - p, p]));
            }
        }
        Ok(())
    }
}
