//! `sklearn.neighbors.KernelDensity`: the logarithm of a density around the training points, which lie in its tree alone.

use cannery_graph::{Builder, Check, DType, DensityKernel, KernelDensity, Op};

use super::tree;
use crate::entry::Entry;
use crate::error::Error;
use crate::estimator::Estimator;
use crate::input::{Input, Takes};
use crate::method::{Method, Methods, Wanted};
use crate::state::State;

#[derive(Debug)]
struct Density(KernelDensity);

pub(crate) const ENTRY: Entry = Entry {
    classes: &["sklearn.neighbors.KernelDensity"],
    // the second until 0.21
    modules: &["sklearn.neighbors._kde", "sklearn.neighbors.kde"],
    read,
};

fn read(state: &State<'_>) -> Result<Box<dyn Estimator>, Error> {
    state.expect_fitted("tree_", "training data")?;
    for name in ["atol", "rtol"] {
        if state.float(name)? != 0.0 {
            let message = "a density within a tolerance, which depends on the tree; 0 works";
            return Err(state.unsupported(name, message));
        }
    }
    let kernel = kernel(state)?;
    // what the bandwidth came to, since 1.2
    let bandwidth = state.float(if state.has("bandwidth_") { "bandwidth_" } else { "bandwidth" })?;
    let tree::Weighted { points, metric, weights } = tree::read_weighted(state, "tree_")?;
    let total = weights.as_ref().map_or(points.rows() as f64, |weights| weights.iter().sum());
    let offset = norm(kernel, points.columns(), bandwidth) - total.ln();
    let density = KernelDensity::new(points, weights, metric, kernel, bandwidth, offset);
    density
        .map(|density| Box::new(Density(density)) as Box<dyn Estimator>)
        .map_err(|message| state.malformed("tree_", message))
}

fn kernel(state: &State<'_>) -> Result<DensityKernel, Error> {
    Ok(match state.text("kernel")?.as_deref() {
        Some("gaussian") => DensityKernel::Gaussian,
        Some("tophat") => DensityKernel::Tophat,
        Some("epanechnikov") => DensityKernel::Epanechnikov,
        Some("exponential") => DensityKernel::Exponential,
        Some("linear") => DensityKernel::Linear,
        Some("cosine") => DensityKernel::Cosine,
        _ => return Err(state.unsupported("kernel", "none of the six kernels")),
    })
}

const LOG_PI: f64 = 1.144_729_885_849_400_2;
const LOG_2PI: f64 = 1.837_877_066_409_345_5;

/// The logarithm of what makes the kernel in so many dimensions a density.
///
/// Source: `_log_kernel_norm` in `sklearn/neighbors/_binary_tree.pxi.tp`.
fn norm(kernel: DensityKernel, dimensions: usize, bandwidth: f64) -> f64 {
    let d = dimensions as f64;
    let factor = match kernel {
        DensityKernel::Gaussian => 0.5 * d * LOG_2PI,
        DensityKernel::Tophat => log_volume(dimensions),
        DensityKernel::Epanechnikov => log_volume(dimensions) + (2.0 / (d + 2.0)).ln(),
        DensityKernel::Exponential => log_surface(dimensions) + log_gamma_of_halves(2 * dimensions),
        DensityKernel::Linear => log_volume(dimensions) - (d + 1.0).ln(),
        DensityKernel::Cosine => cosine_sum(dimensions).ln() + log_surface(dimensions),
    };
    -factor - d * bandwidth.ln()
}

fn cosine_sum(dimensions: usize) -> f64 {
    let (d, mut sum, mut term) = (dimensions as f64, 0.0, std::f64::consts::FRAC_2_PI);
    for k in (1..=dimensions).step_by(2) {
        let k = k as f64;
        sum += term;
        term *= -(d - k) * (d - k - 1.0) * std::f64::consts::FRAC_2_PI.powi(2);
    }
    sum
}

/// log Γ(n/2).
fn log_gamma_of_halves(n: usize) -> f64 {
    let first = if n.is_multiple_of(2) { (2, 0.0) } else { (1, 0.5 * LOG_PI) };
    let (start, log) = first;
    (start..n).step_by(2).fold(log, |log, half| log + (half as f64 / 2.0).ln())
}

/// The logarithm of the volume of the unit ball.
fn log_volume(dimensions: usize) -> f64 {
    0.5 * dimensions as f64 * LOG_PI - log_gamma_of_halves(dimensions + 2)
}

/// The logarithm of the surface of the unit ball.
fn log_surface(dimensions: usize) -> f64 {
    LOG_2PI + if dimensions >= 2 { log_volume(dimensions - 2) } else { -LOG_PI }
}

impl Estimator for Density {
    fn name(&self) -> &'static str {
        "KernelDensity"
    }

    fn takes(&self) -> Takes {
        Takes::Numbers { columns: self.0.points().columns() }
    }

    fn lower_onto(&self, builder: &mut Builder, x: &Input, wanted: Wanted) -> Result<Methods, Error> {
        let mut methods = Methods::new(wanted);
        methods.offer(Method::ScoreSamples, || {
            let x = x.dense_floats(builder)?;
            let x = builder.add(Op::Guard(Check::Finite), &[x])?;
            let x = builder.cast(x, DType::F64)?;
            Ok(builder.add(Op::KernelDensity(self.0.clone()), &[x])?)
        })?;
        Ok(methods)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-12, "{a} {b}");
    }

    #[test]
    fn balls_have_their_volumes_and_surfaces() {
        use std::f64::consts::PI;
        for (dimensions, volume, surface) in [(1, 2.0, 2.0), (2, PI, 2.0 * PI), (3, 4.0 / 3.0 * PI, 4.0 * PI)]
        {
            near(log_volume(dimensions), f64::ln(volume));
            near(log_surface(dimensions), f64::ln(surface));
        }
        near(log_gamma_of_halves(10), f64::ln(24.0));
        near(cosine_sum(1), 2.0 / PI);
    }
}
