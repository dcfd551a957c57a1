pub(super) mod normal;

use cannery_graph::Function;

use crate::buffer::{View, ViewMut};
use crate::error::Error;
use crate::run::{Inputs, Kernel};

/// A function of each element. In float32 it is the float64 result, rounded, but for `Expit`.
#[derive(Debug)]
pub(crate) struct Map(pub(crate) Function);

impl Kernel for Map {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        let (x, out) = (inputs.x(), output);
        match self.0 {
            Function::Negate => each(x, out, |x| -x),
            Function::Exp => each(x, out, f64::exp),
            Function::Exp2 => each(x, out, f64::exp2),
            Function::Log => each(x, out, f64::ln),
            Function::Log2 => each(x, out, f64::log2),
            Function::Log10 => each(x, out, f64::log10),
            Function::ExpM1 => each(x, out, f64::exp_m1),
            Function::Log1P => each(x, out, f64::ln_1p),
            Function::Sqrt => each(x, out, f64::sqrt),
            Function::Cbrt => each(x, out, f64::cbrt),
            Function::Absolute => each(x, out, f64::abs),
            Function::Sign => each(x, out, sign),
            Function::Square => each(x, out, |x| x * x),
            Function::Reciprocal => each(x, out, |x| 1.0 / x),
            Function::Floor => each(x, out, f64::floor),
            Function::Ceil => each(x, out, f64::ceil),
            Function::Round => each(x, out, f64::round_ties_even),
            Function::Truncate => each(x, out, f64::trunc),
            Function::Sin => each(x, out, f64::sin),
            Function::Cos => each(x, out, f64::cos),
            Function::Tan => each(x, out, f64::tan),
            Function::ArcSin => each(x, out, f64::asin),
            Function::ArcCos => each(x, out, f64::acos),
            Function::ArcTan => each(x, out, f64::atan),
            Function::Sinh => each(x, out, f64::sinh),
            Function::Cosh => each(x, out, f64::cosh),
            Function::Tanh => each(x, out, f64::tanh),
            Function::ArcSinh => each(x, out, arc_sinh),
            Function::Relu => each(x, out, relu),
            Function::Expit => expit(x, out),
            Function::NormalCdf => each(x, out, normal::cdf),
            Function::NormalPpf => each(x, out, normal::ppf),
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

fn sign(x: f64) -> f64 {
    if x > 0.0 {
        1.0
    } else if x < 0.0 {
        -1.0
    } else {
        // 0 of both zeros, and NaN
        x.abs()
    }
}

fn relu(x: f64) -> f64 {
    if x < 0.0 { 0.0 } else { x }
}

/// The standard library's own loses digits near 0.
fn arc_sinh(x: f64) -> f64 {
    let a = x.abs();
    let root = (a * a + 1.0).sqrt();
    let result = if a > 1e8 { a.ln() + std::f64::consts::LN_2 } else { (a + a * a / (1.0 + root)).ln_1p() };
    result.copysign(x)
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
