use cannery_graph::{self as graph, PowerTransform};

use crate::buffer::{View, ViewMut};
use crate::error::Error;
use crate::run::{Inputs, Kernel};

/// Power transforms of columns.
#[derive(Debug)]
pub(crate) struct Power(pub(crate) graph::Power);

impl Kernel for Power {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        let (how, lambdas) = (self.0.how, &self.0.lambdas);
        let lambda = |at: usize| lambdas[at % lambdas.len()];
        match inputs.x() {
            View::F32(x) => {
                let each = output.f32s().iter_mut().zip(x).enumerate();
                each.for_each(|(at, (out, &x))| *out = transformed(how, f64::from(x), lambda(at)) as f32);
            }
            x => {
                let each = output.f64s().iter_mut().zip(x.f64s()).enumerate();
                each.for_each(|(at, (out, &x))| *out = transformed(how, x, lambda(at)));
            }
        }
        Ok(())
    }
}

fn transformed(how: PowerTransform, x: f64, lambda: f64) -> f64 {
    /// numpy's `spacing(1.0)`.
    const EPS: f64 = f64::EPSILON;
    let other = 2.0 - lambda;
    let is_log = lambda.abs() < EPS;
    let is_log_below = (lambda - 2.0).abs() <= EPS;
    match how {
        PowerTransform::BoxCox if lambda.abs() < 1e-19 => x.ln(),
        PowerTransform::BoxCox => (lambda * x.ln()).exp_m1() / lambda,
        PowerTransform::InverseBoxCox if lambda == 0.0 => x.exp(),
        PowerTransform::InverseBoxCox => ((lambda * x).ln_1p() / lambda).exp(),
        PowerTransform::YeoJohnson | PowerTransform::YeoJohnsonExpM1 if x >= 0.0 && is_log => x.ln_1p(),
        PowerTransform::YeoJohnson if x >= 0.0 => ((x + 1.0).powf(lambda) - 1.0) / lambda,
        PowerTransform::YeoJohnsonExpM1 if x >= 0.0 => (lambda * x.ln_1p()).exp_m1() / lambda,
        PowerTransform::YeoJohnson | PowerTransform::YeoJohnsonExpM1 if is_log_below => -(-x).ln_1p(),
        PowerTransform::YeoJohnson => -((-x + 1.0).powf(other) - 1.0) / other,
        PowerTransform::YeoJohnsonExpM1 => -(other * (-x).ln_1p()).exp_m1() / other,
        PowerTransform::InverseYeoJohnson if x >= 0.0 && is_log => x.exp() - 1.0,
        PowerTransform::InverseYeoJohnson if x >= 0.0 => (x * lambda + 1.0).powf(1.0 / lambda) - 1.0,
        PowerTransform::InverseYeoJohnson if is_log_below => 1.0 - (-x).exp(),
        PowerTransform::InverseYeoJohnson => 1.0 - (-other * x + 1.0).powf(1.0 / other),
    }
}
