use cannery_graph as graph;

use crate::buffer::ViewMut;
use crate::error::Error;
use crate::run::{Inputs, Kernel};

/// Images of rows from those of their neighbours.
#[derive(Debug)]
pub(crate) struct Barycenter {
    pub(crate) graph: graph::Barycenter,
    /// Neighbours of a row.
    pub(crate) count: usize,
}

impl Kernel for Barycenter {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        let (k, d, c) = (self.count, self.graph.points.columns(), self.graph.embedding.columns());
        if c == 0 {
            return Ok(());
        }
        let mut scratch =
            Scratch { differences: vec![0.0; k * d], gram: vec![0.0; k * k], weights: vec![0.0; k] };
        let rows = inputs.arg(0).f64s().chunks_exact(d).zip(inputs.arg(1).i64s().chunks_exact(k));
        for (row, ((x, positions), out)) in rows.zip(output.f64s().chunks_exact_mut(c)).enumerate() {
            self.row(x, positions, &mut scratch, out).ok_or_else(|| {
                let row = inputs.first_row() + row;
                Error::usage(format!("the neighbours of row {row}, counted from 0, can't make it up"))
            })?;
        }
        Ok(())
    }
}

struct Scratch {
    /// The neighbours less x.
    differences: Vec<f64>,
    gram: Vec<f64>,
    weights: Vec<f64>,
}

impl Barycenter {
    fn row(&self, x: &[f64], positions: &[i64], scratch: &mut Scratch, out: &mut [f64]) -> Option<()> {
        let graph::Barycenter { points, embedding, reg } = &self.graph;
        let (k, d) = (self.count, x.len());
        let point = |at: usize| usize::try_from(positions[at]).ok().filter(|&point| point < points.rows());
        for at in 0..k {
            let differences =
                scratch.differences[at * d..][..d].iter_mut().zip(points.row(point(at)?)).zip(x);
            differences.for_each(|((out, y), x)| *out = y - x);
        }
        let of = |at: usize| &scratch.differences[at * d..][..d];
        for (i, j) in (0..k).flat_map(|i| (0..k).map(move |j| (i, j))) {
            scratch.gram[i * k + j] = of(i).iter().zip(of(j)).map(|(a, b)| a * b).sum();
        }
        let trace: f64 = (0..k).map(|i| scratch.gram[i * k + i]).sum();
        let more = if trace > 0.0 { reg * trace } else { *reg };
        (0..k).for_each(|i| scratch.gram[i * k + i] += more);
        solve(&mut scratch.gram, &mut scratch.weights)?;
        let sum: f64 = scratch.weights.iter().sum();
        out.fill(0.0);
        for (at, weight) in scratch.weights.iter().enumerate() {
            let image = embedding.row(point(at)?);
            out.iter_mut().zip(image).for_each(|(out, y)| *out += y * (weight / sum));
        }
        Some(())
    }
}

/// G·w = 1 by Cholesky; `None` where G is not positive definite.
fn solve(gram: &mut [f64], weights: &mut [f64]) -> Option<()> {
    let k = weights.len();
    for i in 0..k {
        for j in 0..=i {
            let sum: f64 = (0..j).map(|at| gram[i * k + at] * gram[j * k + at]).sum();
            let rest = gram[i * k + j] - sum;
            if i == j {
                if rest.is_nan() || rest <= 0.0 {
                    return None;
                }
                gram[i * k + i] = rest.sqrt();
            } else {
                gram[i * k + j] = rest / gram[j * k + j];
            }
        }
    }
    for i in 0..k {
        let sum: f64 = (0..i).map(|at| gram[i * k + at] * weights[at]).sum();
        weights[i] = (1.0 - sum) / gram[i * k + i];
    }
    for i in (0..k).rev() {
        let sum: f64 = (i + 1..k).map(|at| gram[at * k + i] * weights[at]).sum();
        weights[i] = (weights[i] - sum) / gram[i * k + i];
    }
    Some(())
}
