use std::cmp::Ordering;

use cannery_graph::{self as graph, Matrix, Points, SparseMatrix};

use crate::buffer::{View, ViewMut};
use crate::error::Error;
use crate::gemm;
use crate::run::{Inputs, Kernel};

/// Support vectors that are computed side by side.
const LANES: usize = 8;

/// The kernel for the vectors, in the layout that they have.
pub(crate) fn of(kernel: graph::Kernel, vectors: &Points) -> Box<dyn Kernel> {
    match vectors {
        Points::Dense(vectors) => Box::new(PairKernel::new(kernel, vectors)),
        Points::Sparse(vectors) => Box::new(SparsePairKernel { kernel, vectors: vectors.clone() }),
    }
}

/// The kernel of each row with each support vector.
///
/// Dot products go through a GEMM. Squared distances run over the features in order, each by itself in its lane: so the
/// result is that of the plain loop, and the lanes fit the processor's vectors.
#[derive(Debug)]
pub(crate) struct PairKernel {
    kernel: graph::Kernel,
    vectors: Matrix,
    /// For distances, tiles of [`LANES`] support vectors: feature 0 of all, feature 1 of all, …; the last tile is filled
    /// with 0.
    tiles: Vec<[f64; LANES]>,
}

impl PairKernel {
    fn new(kernel: graph::Kernel, vectors: &Matrix) -> Self {
        let tiles = match kernel {
            graph::Kernel::Rbf { .. } => tiles(vectors),
            graph::Kernel::Linear | graph::Kernel::Poly { .. } | graph::Kernel::Sigmoid { .. } => vec![],
        };
        Self { kernel, vectors: vectors.clone(), tiles }
    }

    fn squared_distances(&self, x: &[f64], out: &mut [f64]) {
        let (features, vectors) = (self.vectors.columns(), self.vectors.rows());
        if features == 0 || vectors == 0 {
            return out.fill(0.0);
        }
        for (index, tile) in self.tiles.chunks_exact(features).enumerate() {
            let first = index * LANES;
            let width = LANES.min(vectors - first);
            for (row, out) in x.chunks_exact(features).zip(out.chunks_exact_mut(vectors)) {
                out[first..first + width].copy_from_slice(&squared_distance(row, tile)[..width]);
            }
        }
    }
}

fn tiles(vectors: &Matrix) -> Vec<[f64; LANES]> {
    let features = vectors.columns();
    let mut tiles = vec![[0.0; LANES]; vectors.rows().div_ceil(LANES) * features];
    for row in 0..vectors.rows() {
        for (feature, &x) in vectors.row(row).iter().enumerate() {
            tiles[row / LANES * features + feature][row % LANES] = x;
        }
    }
    tiles
}

impl Kernel for PairKernel {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        let (x, out) = (inputs.x().f64s(), output.f64s());
        match self.kernel {
            graph::Kernel::Rbf { .. } => self.squared_distances(x, out),
            graph::Kernel::Linear | graph::Kernel::Poly { .. } | graph::Kernel::Sigmoid { .. } => {
                gemm::multiply_transposed(x, self.vectors.values(), self.vectors.columns(), out);
            }
        }
        finish(self.kernel, out);
        Ok(())
    }
}

/// Dot products, or for [`graph::Kernel::Rbf`] squared distances, to kernel values.
fn finish(kernel: graph::Kernel, out: &mut [f64]) {
    match kernel {
        graph::Kernel::Linear => {}
        graph::Kernel::Poly { gamma, coef0, degree } => {
            out.iter_mut().for_each(|k| *k = power(gamma * *k + coef0, degree));
        }
        graph::Kernel::Rbf { gamma } => out.iter_mut().for_each(|k| *k = (-gamma * *k).exp()),
        graph::Kernel::Sigmoid { gamma, coef0 } => {
            out.iter_mut().for_each(|k| *k = (gamma * *k + coef0).tanh());
        }
    }
}

/// The kernel of each row with each of the vectors of which only some elements are stored. Sums run over the features that
/// either has, in order, as those of libsvm's sparse form do.
#[derive(Debug)]
struct SparsePairKernel {
    kernel: graph::Kernel,
    vectors: SparseMatrix,
}

impl Kernel for SparsePairKernel {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        let out = output.f64s();
        if self.vectors.rows() == 0 {
            return Ok(());
        }
        let rows = out.chunks_exact_mut(self.vectors.rows());
        match inputs.x() {
            View::Csr(x) => rows.zip(x.f64_rows()).for_each(|(out, x)| self.row(x, out)),
            x => {
                let (mut places, mut values) = (Vec::new(), Vec::new());
                for (out, x) in rows.zip(x.f64s().chunks_exact(self.vectors.columns().max(1))) {
                    places.clear();
                    values.clear();
                    for (place, &x) in x.iter().enumerate().filter(|(_, x)| **x != 0.0) {
                        places.push(place as u32);
                        values.push(x);
                    }
                    self.row((&places, &values), out);
                }
            }
        }
        finish(self.kernel, out);
        Ok(())
    }
}

impl SparsePairKernel {
    fn row(&self, x: (&[u32], &[f64]), out: &mut [f64]) {
        let product = |sum: f64, x: f64, y: f64| sum + x * y;
        let square = |sum: f64, x: f64, y: f64| sum + (x - y) * (x - y);
        for (vector, out) in out.iter_mut().enumerate() {
            let y = self.vectors.row(vector);
            *out = match self.kernel {
                graph::Kernel::Rbf { .. } => merge(x, y, square, true),
                graph::Kernel::Linear | graph::Kernel::Poly { .. } | graph::Kernel::Sigmoid { .. } => {
                    merge(x, y, product, false)
                }
            };
        }
    }
}

/// Folds the features that both rows have, or with `either` those that one of them has, in order.
fn merge(
    (x_places, x): (&[u32], &[f64]),
    (y_places, y): (&[u32], &[f64]),
    fold: impl Fn(f64, f64, f64) -> f64,
    either: bool,
) -> f64 {
    let (mut i, mut j, mut sum) = (0, 0, 0.0);
    while i < x.len() && j < y.len() {
        match x_places[i].cmp(&y_places[j]) {
            Ordering::Equal => {
                sum = fold(sum, x[i], y[j]);
                (i, j) = (i + 1, j + 1);
            }
            Ordering::Less => {
                sum = if either { fold(sum, x[i], 0.0) } else { sum };
                i += 1;
            }
            Ordering::Greater => {
                sum = if either { fold(sum, 0.0, y[j]) } else { sum };
                j += 1;
            }
        }
    }
    if either {
        sum = x[i..].iter().fold(sum, |sum, &x| fold(sum, x, 0.0));
        sum = y[j..].iter().fold(sum, |sum, &y| fold(sum, 0.0, y));
    }
    sum
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
