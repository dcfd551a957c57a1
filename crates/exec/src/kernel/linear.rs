use cannery_graph as graph;

use crate::buffer::{View, ViewMut};
use crate::csr::StoredView;
use crate::error::Error;
use crate::gemm;
use crate::run::{Inputs, Kernel};

/// Sums that run side by side.
const LANES: usize = 8;

/// Rows that share each load of the weights.
const ROWS: usize = 4;

/// Below so many outputs the lanes run over the features, from there on over the outputs.
const FEW_OUTPUTS: usize = 4;

/// From so many products of a row on, float64 rows go through a GEMM.
const MANY_PRODUCTS: usize = 1 << 10;

/// X·Wᵀ + b.
///
/// The order of each sum follows from the weights alone, not from the rows around it: with few outputs eight lanes
/// over the features, else the features in order, and with many products what the GEMM makes of them.
#[derive(Debug)]
pub(crate) struct Linear {
    features: usize,
    outputs: usize,
    weights: Weights,
    /// One row an output, where a GEMM takes them.
    many: Option<graph::Matrix>,
    intercepts: Option<Vec<f64>>,
}

#[derive(Debug)]
enum Weights {
    /// One row an output.
    Rows(graph::Matrix),
    /// Tiles of [`LANES`] outputs: feature 0 of all, feature 1 of all, …; the last tile is filled with 0.
    Tiles(Vec<[f64; LANES]>),
}

impl Linear {
    pub(crate) fn new(linear: &graph::Linear) -> Self {
        let (outputs, features) = (linear.weights.rows(), linear.weights.columns());
        let weights = match outputs < FEW_OUTPUTS {
            true => Weights::Rows(linear.weights.clone()),
            false => Weights::Tiles(tiles(&linear.weights)),
        };
        let is_many = outputs >= LANES && outputs.saturating_mul(features) >= MANY_PRODUCTS;
        let many = is_many.then(|| linear.weights.clone());
        Self { features, outputs, weights, many, intercepts: linear.intercepts.clone() }
    }

    /// Writes the sums of all rows, without the intercepts.
    fn products<T: Copy + Into<f64>>(&self, x: &[T], mut write: impl FnMut(usize, f64)) {
        match &self.weights {
            Weights::Rows(weights) => {
                for (row, x) in x.chunks_exact(self.features).enumerate() {
                    (0..self.outputs).for_each(|j| write(row * self.outputs + j, dot(x, weights.row(j))));
                }
            }
            Weights::Tiles(tiles) => {
                for (tile, weights) in tiles.chunks_exact(self.features).enumerate() {
                    self.tile(x, weights, tile * LANES, &mut write);
                }
            }
        }
    }

    /// Writes the sums of rows of which only some elements are stored: one after another in the order of the columns.
    fn stored_products<'v, T: Copy + Into<f64> + 'v>(
        &self,
        rows: impl Iterator<Item = (&'v [u32], &'v [T])>,
        mut write: impl FnMut(usize, f64),
    ) {
        for (row, (columns, values)) in rows.enumerate() {
            let terms = || columns.iter().zip(values).map(|(&column, &x)| (column as usize, x.into()));
            match &self.weights {
                Weights::Rows(weights) => {
                    for j in 0..self.outputs {
                        let weights = weights.row(j);
                        write(row * self.outputs + j, terms().fold(0.0, |sum, (c, x)| sum + x * weights[c]));
                    }
                }
                Weights::Tiles(tiles) => {
                    for (tile, weights) in tiles.chunks_exact(self.features).enumerate() {
                        let mut sums = [0.0; LANES];
                        for (c, x) in terms() {
                            sums.iter_mut().zip(&weights[c]).for_each(|(sum, w)| *sum += x * w);
                        }
                        let first = tile * LANES;
                        let sums = sums.iter().take(self.outputs - first).enumerate();
                        sums.for_each(|(lane, &sum)| write(row * self.outputs + first + lane, sum));
                    }
                }
            }
        }
    }

    /// Writes the sums of up to [`LANES`] outputs from `first` on.
    fn tile<T: Copy + Into<f64>>(
        &self,
        x: &[T],
        weights: &[[f64; LANES]],
        first: usize,
        write: &mut impl FnMut(usize, f64),
    ) {
        let width = LANES.min(self.outputs - first);
        let mut put = |row: usize, sums: [f64; LANES]| {
            let at = row * self.outputs + first;
            sums[..width].iter().enumerate().for_each(|(lane, &sum)| write(at + lane, sum));
        };
        let rows = x.len() / self.features;
        let row = |index: usize| &x[index * self.features..][..self.features];
        let together = rows / ROWS * ROWS;
        for start in (0..together).step_by(ROWS) {
            let sums = tile_sums::<ROWS, T>(std::array::from_fn(|r| row(start + r)), weights);
            sums.into_iter().enumerate().for_each(|(r, sums)| put(start + r, sums));
        }
        for index in together..rows {
            let [sums] = tile_sums::<1, T>([row(index)], weights);
            put(index, sums);
        }
    }
}

/// Features up to which float32 products are added up in float32.
const CHAINED: usize = 32;

/// x·w of float32 as OpenBLAS computes it for few features: each product is added without being rounded, from 0.0 on.
/// (Float64 holds a product; the sum is rounded twice, which makes a difference only where the first is a tie.)
fn chained(x: &[f32], weights: &graph::Matrix, out: &mut [f32]) {
    let (features, outputs) = (weights.columns(), weights.rows());
    for (x, out) in x.chunks_exact(features).zip(out.chunks_exact_mut(outputs)) {
        for (j, out) in out.iter_mut().enumerate() {
            let add = |sum: f32, (&x, &w): (&f32, &f64)| (f64::from(x) * w + f64::from(sum)) as f32;
            *out = x.iter().zip(weights.row(j)).fold(0.0, add);
        }
    }
}

impl Kernel for Linear {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        match inputs.x() {
            View::Csr(rows) if matches!(rows.values, StoredView::F32(_)) => {
                let out = output.f32s();
                self.stored_products(rows.f32_rows(), |at, sum| out[at] = sum as f32);
                for (row, b) in self.rows_and_intercepts(out) {
                    row.iter_mut().zip(b).for_each(|(y, &b)| *y += b as f32);
                }
            }
            View::Csr(rows) => {
                let out = output.f64s();
                self.stored_products(rows.f64_rows(), |at, sum| out[at] = sum);
                for (row, b) in self.rows_and_intercepts(out) {
                    row.iter_mut().zip(b).for_each(|(y, &b)| *y += b);
                }
            }
            View::F32(x) => {
                let out = output.f32s();
                match &self.weights {
                    Weights::Rows(weights) if self.features <= CHAINED => chained(x, weights, out),
                    _ => self.products(x, |at, sum| out[at] = sum as f32),
                }
                for (row, b) in self.rows_and_intercepts(out) {
                    row.iter_mut().zip(b).for_each(|(y, &b)| *y += b as f32);
                }
            }
            x => {
                let out = output.f64s();
                match &self.many {
                    Some(weights) => {
                        gemm::multiply_transposed(x.f64s(), weights.values(), self.features, out);
                    }
                    None => self.products(x.f64s(), |at, sum| out[at] = sum),
                }
                for (row, b) in self.rows_and_intercepts(out) {
                    row.iter_mut().zip(b).for_each(|(y, &b)| *y += b);
                }
            }
        }
        Ok(())
    }
}

impl Linear {
    /// Each row of results with the intercepts; nothing when there are none.
    fn rows_and_intercepts<'o, T>(&self, out: &'o mut [T]) -> impl Iterator<Item = (&'o mut [T], &[f64])> {
        let intercepts = self.intercepts.as_deref();
        out.chunks_exact_mut(self.outputs).filter_map(move |row| Some((row, intercepts?)))
    }
}

fn tiles(weights: &graph::Matrix) -> Vec<[f64; LANES]> {
    let features = weights.columns();
    let mut tiles = vec![[0.0; LANES]; weights.rows().div_ceil(LANES) * features];
    for output in 0..weights.rows() {
        for (feature, &w) in weights.row(output).iter().enumerate() {
            tiles[output / LANES * features + feature][output % LANES] = w;
        }
    }
    tiles
}

fn tile_sums<const R: usize, T: Copy + Into<f64>>(
    rows: [&[T]; R],
    weights: &[[f64; LANES]],
) -> [[f64; LANES]; R] {
    let rows = rows.map(|row| &row[..weights.len()]);
    let mut sums = [[0.0; LANES]; R];
    for (feature, weights) in weights.iter().enumerate() {
        for r in 0..R {
            let x: f64 = rows[r][feature].into();
            sums[r].iter_mut().zip(weights).for_each(|(sum, w)| *sum += x * w);
        }
    }
    sums
}

fn dot<T: Copy + Into<f64>>(x: &[T], weights: &[f64]) -> f64 {
    let ((xs, x_rest), (ws, w_rest)) = (x.as_chunks::<LANES>(), weights.as_chunks::<LANES>());
    let mut sums = [0.0; LANES];
    for (x, w) in xs.iter().zip(ws) {
        for lane in 0..LANES {
            sums[lane] += x[lane].into() * w[lane];
        }
    }
    let rest = x_rest.iter().zip(w_rest).fold(0.0, |sum, (&x, w)| sum + x.into() * w);
    sums.into_iter().fold(0.0, |sum, lane| sum + lane) + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn products(rows: usize, features: usize, outputs: usize) -> (Vec<f64>, Vec<f64>) {
        let number = |i: usize| ((i * 37 % 19) as f64 - 9.0) / 4.0;
        let x = Vec::from_iter((0..rows * features).map(number));
        let w = Vec::from_iter((0..outputs * features).map(|i| number(i + 5)));
        let matrix = graph::Matrix::new(outputs, features, w.clone()).expect("as many as said");
        let linear = Linear::new(&graph::Linear { weights: matrix, intercepts: None });
        let mut got = vec![f64::NAN; rows * outputs];
        linear.products(&x, |at, sum| got[at] = sum);
        let plain = |at: usize| {
            let (x, w) = (&x[at / outputs * features..], &w[at % outputs * features..]);
            (0..features).map(|f| x[f] * w[f]).sum::<f64>()
        };
        (got, Vec::from_iter((0..rows * outputs).map(plain)))
    }

    /// Multiples of 1/16, so that no sum is rounded in any order.
    #[test]
    fn products_of_all_sizes() {
        for rows in [0, 1, 4, 6] {
            for features in [1, 7, 8, 19] {
                for outputs in [1, 3, 4, 8, 11] {
                    let (got, want) = products(rows, features, outputs);
                    assert_eq!(got, want, "{rows} rows, {features} features, {outputs} outputs");
                }
            }
        }
    }
}
