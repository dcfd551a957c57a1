use cannery_graph::{self as graph, Matrix};

use crate::buffer::ViewMut;
use crate::error::Error;
use crate::kernel::Kernel;
use crate::program::Inputs;

/// Support vectors that are computed side by side.
const LANES: usize = 8;

/// The kernel of each row with each support vector.
///
/// Every sum runs over the features in order, by itself in its lane: so the result is that of the plain loop, and
/// the lanes fit the processor's vectors.
#[derive(Debug)]
pub(crate) struct PairKernel {
    kernel: graph::Kernel,
    features: usize,
    vectors: usize,
    /// Tiles of [`LANES`] support vectors: feature 0 of all, feature 1 of all, …; the last tile is filled with 0.
    tiles: Vec<[f64; LANES]>,
}

impl PairKernel {
    pub(crate) fn new(kernel: graph::Kernel, vectors: &Matrix) -> Self {
        let features = vectors.columns();
        let mut tiles = vec![[0.0; LANES]; vectors.rows().div_ceil(LANES) * features];
        for row in 0..vectors.rows() {
            for (feature, &x) in vectors.row(row).iter().enumerate() {
                tiles[row / LANES * features + feature][row % LANES] = x;
            }
        }
        Self { kernel, features, vectors: vectors.rows(), tiles }
    }

    /// Writes `pair` of each row and each support vector.
    fn each_pair(&self, x: &[f64], out: &mut [f64], pair: impl Fn(&[f64], &[[f64; LANES]]) -> [f64; LANES]) {
        if self.features == 0 || self.vectors == 0 {
            return out.fill(0.0);
        }
        for (index, tile) in self.tiles.chunks_exact(self.features).enumerate() {
            let first = index * LANES;
            let width = LANES.min(self.vectors - first);
            for (row, out) in x.chunks_exact(self.features).zip(out.chunks_exact_mut(self.vectors)) {
                out[first..first + width].copy_from_slice(&pair(row, tile)[..width]);
            }
        }
    }
}

impl Kernel for PairKernel {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        let (x, out) = (inputs.x().f64s(), output.f64s());
        match self.kernel {
            graph::Kernel::Linear => self.each_pair(x, out, dot),
            graph::Kernel::Poly { gamma, coef0, degree } => {
                self.each_pair(x, out, dot);
                out.iter_mut().for_each(|k| *k = power(gamma * *k + coef0, degree));
            }
            graph::Kernel::Rbf { gamma } => {
                self.each_pair(x, out, squared_distance);
                out.iter_mut().for_each(|k| *k = (-gamma * *k).exp());
            }
            graph::Kernel::Sigmoid { gamma, coef0 } => {
                self.each_pair(x, out, dot);
                out.iter_mut().for_each(|k| *k = (gamma * *k + coef0).tanh());
            }
        }
        Ok(())
    }
}

fn dot(row: &[f64], tile: &[[f64; LANES]]) -> [f64; LANES] {
    let mut sums = [0.0; LANES];
    for (&x, ys) in row.iter().zip(tile) {
        for (sum, y) in sums.iter_mut().zip(ys) {
            *sum += x * y;
        }
    }
    sums
}

fn squared_distance(row: &[f64], tile: &[[f64; LANES]]) -> [f64; LANES] {
    let mut sums = [0.0; LANES];
    for (&x, ys) in row.iter().zip(tile) {
        for (sum, y) in sums.iter_mut().zip(ys) {
            let difference = x - y;
            *sum += difference * difference;
        }
    }
    sums
}

/// libsvm's `powi`: repeated squaring from the lowest bit of the exponent.
fn power(base: f64, exponent: u32) -> f64 {
    let (mut square, mut result, mut bits) = (base, 1.0, exponent);
    while bits > 0 {
        if bits & 1 == 1 {
            result *= square;
        }
        square *= square;
        bits >>= 1;
    }
    result
}
