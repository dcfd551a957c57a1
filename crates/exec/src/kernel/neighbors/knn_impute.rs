//! Missing elements by the nearest points that have them.

use cannery_graph::{self as graph, Compat, Matrix, Metric, Missing, Selection};

use super::distance::{Distances, Squares};
use super::{select, tied};
use crate::buffer::ViewMut;
use crate::error::Error;
use crate::run::{Inputs, Kernel};

/// Rows with their missing elements filled.
#[derive(Debug)]
pub(crate) struct KnnImpute {
    graph: graph::KnnImpute,
    selection: Selection,
    /// To the points with 0 for what they lack.
    distances: Distances,
    /// The points that have each column.
    donors: Vec<Vec<usize>>,
    /// The mean of each column over its donors.
    means: Vec<f64>,
}

impl KnnImpute {
    pub(crate) fn new(graph: &graph::KnnImpute, compat: Compat) -> Self {
        let (m, d) = (graph.points().rows(), graph.points().columns());
        let has = |point: usize, column: usize| !graph.lacks()[point * d + column];
        let donors = Vec::from_iter((0..d).map(|column| Vec::from_iter((0..m).filter(|&p| has(p, column)))));
        let mean = |(column, donors): (usize, &Vec<usize>)| {
            let sum: f64 = donors.iter().map(|&point| graph.points().row(point)[column]).sum();
            sum / donors.len() as f64
        };
        let means = donors.iter().enumerate().map(mean).collect();
        let filled = graph.points().values().iter().zip(graph.lacks());
        let filled = Vec::from_iter(filled.map(|(&value, &lacks)| if lacks { 0.0 } else { value }));
        let filled = Matrix::new(m, d, filled).unwrap_or_else(|| graph.points().clone());
        let squares = Squares::Einsum(compat.squares);
        let distances = Distances::new(&Metric::EuclideanExpanded, &filled, squares);
        Self { graph: graph.clone(), selection: compat.selection, distances, donors, means }
    }
}

impl Kernel for KnnImpute {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        let (d, x) = (self.graph.points().columns(), inputs.x().f64s());
        let out = output.f64s();
        out.copy_from_slice(x);
        let mut distances = vec![0.0; self.distances.points()];
        for (row, (x, out)) in x.chunks_exact(d).zip(out.chunks_exact_mut(d)).enumerate() {
            let lacks = Vec::from_iter(x.iter().map(|&x| is_missing(self.graph.missing(), x)));
            let needs = |column: usize| lacks[column] && !self.donors[column].is_empty();
            if (0..d).any(needs) {
                self.measure(x, &lacks, &mut distances);
            }
            for (column, out) in out.iter_mut().enumerate() {
                if self.donors[column].is_empty() {
                    *out = 0.0;
                } else if lacks[column] {
                    *out = self.fill(column, &distances).ok_or_else(|| tied(inputs.first_row() + row))?;
                }
            }
        }
        Ok(())
    }
}

impl KnnImpute {
    /// The distances of a row to all points, as `nan_euclidean_distances` computes them.
    fn measure(&self, x: &[f64], lacks: &[bool], out: &mut [f64]) {
        let d = x.len();
        let filled = Vec::from_iter(x.iter().zip(lacks).map(|(&x, &lacks)| if lacks { 0.0 } else { x }));
        self.distances.reduced(&self.distances.prepare(&filled), 0..self.distances.points(), out);
        for (point, out) in out.iter_mut().enumerate() {
            let of_point = &self.graph.lacks()[point * d..][..d];
            let y = self.graph.points().row(point);
            let columns = || (0..d).filter(|&column| of_point[column]);
            *out -= columns().fold(0.0, |sum, column| filled[column].powi(2) + sum);
            let columns = (0..d).filter(|&column| lacks[column] && !of_point[column]);
            *out -= columns.fold(0.0, |sum, column| y[column].powi(2) + sum);
            let present = (0..d).filter(|&column| !lacks[column] && !of_point[column]).count();
            *out = match present {
                0 => f64::NAN,
                present => (out.max(0.0) / present as f64 * d as f64).sqrt(),
            };
        }
    }

    /// What is put in; `None` where the choice among equally near donors is not known.
    fn fill(&self, column: usize, distances: &[f64]) -> Option<f64> {
        let donors = &self.donors[column];
        let of_donors = Vec::from_iter(donors.iter().map(|&point| distances[point]));
        if of_donors.iter().all(|distance| distance.is_nan()) {
            return Some(self.means[column]);
        }
        let mut order = vec![];
        select::smallest(&of_donors, self.graph.count().min(donors.len()), self.selection, &mut order)?;
        let has_zero = order.iter().any(|&at| of_donors[at] == 0.0);
        let weight = |distance: f64| match self.graph.by_distance() {
            _ if distance.is_nan() => 0.0,
            false => 1.0,
            true if has_zero => f64::from(u8::from(distance == 0.0)),
            true => 1.0 / distance,
        };
        let (mut sum, mut total) = (0.0, 0.0);
        for &at in &order {
            let weight = weight(of_donors[at]);
            sum += self.graph.points().row(donors[at])[column] * weight;
            total += weight;
        }
        Some(sum / total)
    }
}

fn is_missing(missing: &Missing, x: f64) -> bool {
    match missing {
        Missing::Nan => x.is_nan(),
        Missing::Number(number) => x == *number,
        Missing::Scalar(_) => false,
    }
}
