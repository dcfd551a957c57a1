//! Densities by kernels over points.

use cannery_graph::{self as graph, DensityKernel};

use super::distance::{Distances, Squares, of_reduced};
use crate::buffer::ViewMut;
use crate::error::Error;
use crate::run::{Inputs, Kernel};

/// The logarithm of the density at each row.
#[derive(Debug)]
pub(crate) struct KernelDensity {
    graph: graph::KernelDensity,
    distances: Distances,
    log_weights: Option<Vec<f64>>,
}

impl KernelDensity {
    pub(crate) fn new(graph: &graph::KernelDensity) -> Self {
        let distances = Distances::new(graph.metric(), graph.points(), Squares::Forward);
        let log_weights = graph.weights().map(|weights| weights.iter().map(|weight| weight.ln()).collect());
        Self { graph: graph.clone(), distances, log_weights }
    }
}

impl Kernel for KernelDensity {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        let (d, m) = (self.graph.points().columns(), self.distances.points());
        let mut terms = vec![0.0; m];
        for (x, out) in inputs.x().f64s().chunks_exact(d).zip(output.f64s()) {
            self.distances.reduced(&self.distances.prepare(x), 0..m, &mut terms);
            for term in &mut terms {
                let distance = of_reduced(self.graph.metric(), *term);
                *term = log_kernel(self.graph.kernel(), distance, self.graph.bandwidth());
            }
            if let Some(weights) = &self.log_weights {
                terms.iter_mut().zip(weights).for_each(|(term, weight)| *term += weight);
            }
            *out = log_sum(&terms) + self.graph.offset();
        }
        Ok(())
    }
}

/// Source: `log_*_kernel` in scikit-learn's `neighbors/_binary_tree.pxi.tp`.
fn log_kernel(kernel: DensityKernel, distance: f64, h: f64) -> f64 {
    let within = |log: f64| if distance < h { log } else { f64::NEG_INFINITY };
    match kernel {
        DensityKernel::Gaussian => -0.5 * (distance * distance) / (h * h),
        DensityKernel::Tophat => within(0.0),
        DensityKernel::Epanechnikov => within((1.0 - (distance * distance) / (h * h)).ln()),
        DensityKernel::Exponential => -distance / h,
        DensityKernel::Linear => within((1.0 - distance / h).ln()),
        DensityKernel::Cosine => within((0.5 * std::f64::consts::PI * distance / h).cos().ln()),
    }
}

fn log_sum(terms: &[f64]) -> f64 {
    let most = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if most == f64::NEG_INFINITY {
        return most;
    }
    most + terms.iter().map(|term| (term - most).exp()).sum::<f64>().ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernels_end_at_the_bandwidth() {
        use DensityKernel::{Cosine, Epanechnikov, Exponential, Gaussian, Linear, Tophat};
        for kernel in [Cosine, Epanechnikov, Linear, Tophat] {
            assert_eq!(log_kernel(kernel, 2.0, 2.0), f64::NEG_INFINITY, "{kernel:?}");
            assert_eq!(log_kernel(kernel, 0.0, 2.0), 0.0, "{kernel:?}");
        }
        assert_eq!(log_kernel(Gaussian, 2.0, 2.0), -0.5);
        assert_eq!(log_kernel(Exponential, 3.0, 2.0), -1.5);
        assert_eq!(log_kernel(Epanechnikov, 1.0, 2.0), 0.75_f64.ln());
    }

    #[test]
    fn nothing_near_is_a_density_of_0() {
        assert_eq!(log_sum(&[f64::NEG_INFINITY; 2]), f64::NEG_INFINITY);
        assert_eq!(log_sum(&[0.0, 0.0]), 2.0_f64.ln());
    }
}
