use cannery_graph as graph;

use crate::buffer::{View, ViewMut};
use crate::error::Error;
use crate::run::{Inputs, Kernel};

/// Orthogonal matching pursuit.
#[derive(Debug)]
pub(crate) struct SparseCode(pub(crate) graph::SparseCode);

/// What a row is worked on with.
struct Scratch {
    /// The lower triangle of the Cholesky factor, as many columns as atoms.
    factor: Vec<f64>,
    /// Atoms in the order in which they joined, then the others: swapped as in the source.
    order: Vec<usize>,
    residual: Vec<f64>,
    shares: Vec<f64>,
}

impl Kernel for SparseCode {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        let (k, most) = (self.0.gram.rows(), self.0.atoms);
        let mut scratch = Scratch {
            factor: vec![0.0; most * most],
            order: vec![0; k],
            residual: vec![0.0; k],
            shares: vec![0.0; most],
        };
        match inputs.x() {
            View::F32(x) => {
                let (mut wide, mut code) = (vec![0.0; k], vec![0.0; k]);
                for (x, out) in x.chunks_exact(k).zip(output.f32s().chunks_exact_mut(k)) {
                    wide.iter_mut().zip(x).for_each(|(wide, &x)| *wide = f64::from(x));
                    self.row(&wide, &mut code, &mut scratch, f64::from(f32::EPSILON));
                    out.iter_mut().zip(&code).for_each(|(out, &x)| *out = x as f32);
                }
            }
            x => {
                for (x, out) in x.f64s().chunks_exact(k).zip(output.f64s().chunks_exact_mut(k)) {
                    self.row(x, out, &mut scratch, f64::EPSILON);
                }
            }
        }
        Ok(())
    }
}

impl SparseCode {
    fn row(&self, products: &[f64], out: &mut [f64], scratch: &mut Scratch, epsilon: f64) {
        let (gram, most) = (&self.0.gram, self.0.atoms);
        let Scratch { factor, order, residual, shares } = scratch;
        order.iter_mut().enumerate().for_each(|(at, atom)| *atom = at);
        residual.copy_from_slice(products);
        out.fill(0.0);
        let mut active = 0;
        while active < most {
            let place = largest(residual);
            if place < active || residual[place] * residual[place] < epsilon {
                break;
            }
            let atom = order[place];
            if !join(factor, most, &order[..active], atom, gram, epsilon) {
                break;
            }
            order.swap(active, place);
            active += 1;
            solve(factor, most, active, |at| products[order[at]], shares);
            for (place, residual) in residual.iter_mut().enumerate() {
                let row = gram.row(order[place]);
                let explained: f64 = (0..active).map(|at| row[order[at]] * shares[at]).sum();
                *residual = products[order[place]] - explained;
            }
        }
        (0..active).for_each(|at| out[order[at]] = shares[at]);
    }
}

/// The place of the largest absolute value, the first of equal ones.
fn largest(x: &[f64]) -> usize {
    let mut best = 0;
    for (at, value) in x.iter().enumerate() {
        if value.abs() > x[best].abs() {
            best = at;
        }
    }
    best
}

/// Adds a row to the factor; whether the atom does not depend on the others.
fn join(
    factor: &mut [f64],
    width: usize,
    before: &[usize],
    atom: usize,
    gram: &graph::Matrix,
    epsilon: f64,
) -> bool {
    let (n, row) = (before.len(), gram.row(atom));
    let (done, new) = factor.split_at_mut(n * width);
    let mut squares = 0.0;
    for (at, &other) in before.iter().enumerate() {
        let of_other = &done[at * width..][..width];
        let sum: f64 = of_other[..at].iter().zip(&new[..at]).map(|(a, b)| a * b).sum();
        new[at] = (row[other] - sum) / of_other[at];
        squares += new[at] * new[at];
    }
    let pivot = row[atom] - squares;
    if n > 0 && pivot <= epsilon {
        return false;
    }
    new[n] = pivot.sqrt();
    true
}

/// L·Lᵀ·shares = right side.
fn solve(factor: &[f64], width: usize, n: usize, right: impl Fn(usize) -> f64, shares: &mut [f64]) {
    for at in 0..n {
        let sum: f64 = (0..at).map(|j| factor[at * width + j] * shares[j]).sum();
        shares[at] = (right(at) - sum) / factor[at * width + at];
    }
    for at in (0..n).rev() {
        let sum: f64 = (at + 1..n).map(|j| factor[j * width + at] * shares[j]).sum();
        shares[at] = (shares[at] - sum) / factor[at * width + at];
    }
}
