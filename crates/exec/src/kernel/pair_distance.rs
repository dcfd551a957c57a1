use cannery_graph::{self as graph, Distance};

use crate::buffer::{View, ViewMut};
use crate::csr::StoredView;
use crate::error::Error;
use crate::gemm;
use crate::run::{Inputs, Kernel};

/// Distances of each row to each point.
#[derive(Debug)]
pub(crate) struct PairDistance {
    graph: graph::PairDistance,
    /// The squares of each point, added up.
    squares: Vec<f64>,
}

impl PairDistance {
    pub(crate) fn new(graph: &graph::PairDistance) -> Self {
        let rows = (0..graph.points.rows()).map(|row| graph.points.row(row));
        let squares = rows.map(|y| y.iter().map(|y| y * y).sum()).collect();
        Self { graph: graph.clone(), squares }
    }

    /// Rows of float64 to their distances.
    fn distances(&self, x: &[f64], out: &mut [f64]) {
        let (points, d) = (&self.graph.points, self.graph.points.columns());
        if points.rows() == 0 {
            return;
        }
        let rows = || x.chunks_exact(d);
        match self.graph.distance {
            Distance::Euclidean | Distance::SquaredEuclidean => {
                gemm::multiply_transposed(x, points.values(), d, out);
                let is_root = self.graph.distance == Distance::Euclidean;
                for (x, out) in rows().zip(out.chunks_exact_mut(points.rows())) {
                    let square: f64 = x.iter().map(|x| x * x).sum();
                    for (out, of_point) in out.iter_mut().zip(&self.squares) {
                        let distance = (-2.0 * *out + square) + of_point;
                        let distance = if distance < 0.0 { 0.0 } else { distance };
                        *out = if is_root { distance.sqrt() } else { distance };
                    }
                }
            }
            Distance::Direct => {
                self.direct(x, out, |x, y| (x - y) * (x - y));
                out.iter_mut().for_each(|distance| *distance = distance.sqrt());
            }
            Distance::DirectSquared => self.direct(x, out, |x, y| (x - y) * (x - y)),
            Distance::Manhattan => self.direct(x, out, |x, y| (x - y).abs()),
            Distance::ChiSquared => self.direct(x, out, |x, y| {
                let sum = x + y;
                if sum == 0.0 { 0.0 } else { (x - y) * (x - y) / sum }
            }),
        }
    }

    /// A sum of a term for each column.
    fn direct(&self, x: &[f64], out: &mut [f64], term: impl Fn(f64, f64) -> f64) {
        let points = &self.graph.points;
        for (x, out) in x.chunks_exact(points.columns()).zip(out.chunks_exact_mut(points.rows())) {
            for (point, out) in out.iter_mut().enumerate() {
                *out = x.iter().zip(points.row(point)).map(|(&x, &y)| term(x, y)).sum();
            }
        }
    }
}

impl Kernel for PairDistance {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        let (d, m) = (self.graph.points.columns(), self.graph.points.rows());
        match inputs.x() {
            View::F64(x) => self.distances(x, output.f64s()),
            View::F32(x) => {
                let mut wide = vec![0.0; d];
                let mut distances = vec![0.0; m];
                for (x, out) in x.chunks_exact(d).zip(output.f32s().chunks_exact_mut(m.max(1))) {
                    wide.iter_mut().zip(x).for_each(|(wide, &x)| *wide = f64::from(x));
                    self.distances(&wide, &mut distances);
                    out.iter_mut().zip(&distances).for_each(|(out, &distance)| *out = distance as f32);
                }
            }
            x => {
                let rows = x.csr();
                let mut wide = vec![0.0; d];
                let mut distances = vec![0.0; m];
                let mut output = output;
                for (row, range) in rows.ranges().enumerate() {
                    wide.fill(0.0);
                    for at in range {
                        wide[rows.columns[at] as usize] = match rows.values {
                            StoredView::F32(values) => f64::from(values[at]),
                            StoredView::F64(values) => values[at],
                            StoredView::I64(values) => values[at] as f64,
                        };
                    }
                    self.distances(&wide, &mut distances);
                    match &mut output {
                        ViewMut::F32(out) => {
                            let out = out[row * m..][..m].iter_mut();
                            out.zip(&distances).for_each(|(out, &distance)| *out = distance as f32);
                        }
                        out => out.reborrow().f64s()[row * m..][..m].copy_from_slice(&distances),
                    }
                }
            }
        }
        Ok(())
    }
}
