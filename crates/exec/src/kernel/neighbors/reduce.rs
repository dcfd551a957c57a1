//! From neighbours to classes, shares and means.

use cannery_graph::{ClassCodes, Matrix, NeighborReduce, NeighborResult, NeighborWeights};

use crate::buffer::ViewMut;
use crate::csr::{CsrBuffer, Stored};
use crate::error::Error;
use crate::hits::HitsView;
use crate::kernel::sum::pairwise;
use crate::run::{Inputs, Kernel};

/// What becomes of the neighbours of each row.
#[derive(Debug)]
pub(crate) struct Reduce {
    pub(crate) graph: NeighborReduce,
    /// Neighbours of a row.
    pub(crate) count: usize,
}

impl Kernel for Reduce {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        let HitsView { indices, distances } = inputs.x().hits();
        let mut hits = Weighted::new(self.graph.weights, self.count, inputs.first_row());
        let rows = indices.chunks_exact(self.count).zip(distances.chunks_exact(self.count));
        match &self.graph.result {
            NeighborResult::Votes(outputs) => {
                let out = output.i64s().chunks_exact_mut(outputs.len().max(1));
                let mut count = Count::new(outputs);
                rows.zip(out).try_for_each(|(row, out)| count.votes(hits.read(row)?, out))
            }
            NeighborResult::Shares(codes) => {
                let out = output.f64s().chunks_exact_mut(codes.classes().max(1));
                rows.zip(out).try_for_each(|(row, out)| shares(hits.read(row)?, codes, out))
            }
            NeighborResult::Mean(values) => {
                let out = output.f64s().chunks_exact_mut(values.columns().max(1));
                rows.zip(out).try_for_each(|(row, out)| mean(hits.read(row)?, values, out))
            }
            NeighborResult::Positions => {
                output.i64s().copy_from_slice(indices);
                Ok(())
            }
            NeighborResult::Distances => {
                output.f64s().copy_from_slice(distances);
                Ok(())
            }
            NeighborResult::Graph { distances: stored, .. } => {
                let out = output.csr();
                let mut row_hits = Vec::with_capacity(self.count);
                for (indices, distances) in rows {
                    row_hits.clear();
                    row_hits.extend(indices.iter().copied().zip(distances.iter().copied()));
                    push_row(out, &mut row_hits, *stored);
                }
                Ok(())
            }
        }
    }
}

/// A row in which these points are stored.
pub(super) fn push_row(out: &mut CsrBuffer, hits: &mut [(i64, f64)], distances: bool) {
    hits.sort_unstable_by_key(|&(position, _)| position);
    out.columns.extend(hits.iter().map(|&(position, _)| position as u32));
    if let Stored::F64(values) = &mut out.values {
        values.extend(hits.iter().map(|&(_, distance)| if distances { distance } else { 1.0 }));
    }
    out.end_row();
}

/// The neighbours of a row with their weights.
struct Weighted {
    kind: NeighborWeights,
    row: usize,
    weights: Vec<f64>,
    positions: Vec<usize>,
}

impl Weighted {
    fn new(kind: NeighborWeights, count: usize, first_row: usize) -> Self {
        Self { kind, row: first_row, weights: vec![1.0; count], positions: vec![0; count] }
    }

    fn read(&mut self, (indices, distances): (&[i64], &[f64])) -> Result<&Self, Error> {
        self.positions.iter_mut().zip(indices).for_each(|(out, &index)| *out = index as usize);
        match self.kind {
            NeighborWeights::Uniform => {}
            NeighborWeights::Inverse => self.weigh(distances, |d| 1.0 / d),
            NeighborWeights::InverseF32 => self.weigh(distances, |d| f64::from(1.0 / d as f32)),
        }
        if self.weights.iter().all(|&weight| weight == 0.0) {
            return Err(Error::usage(format!(
                "all neighbors of row {} (counted from 0) have zero weights: they are infinitely far",
                self.row
            )));
        }
        self.row += 1;
        Ok(self)
    }

    fn weigh(&mut self, distances: &[f64], inverse: impl Fn(f64) -> f64) {
        self.weights.iter_mut().zip(distances).for_each(|(weight, &d)| *weight = inverse(d));
        if self.weights.iter().any(|weight| weight.is_infinite()) {
            self.weights.iter_mut().for_each(|w| *w = f64::from(u8::from(w.is_infinite())));
        }
    }

    /// Each neighbour's position and weight.
    fn iter(&self) -> impl Iterator<Item = (usize, f64)> {
        self.positions.iter().copied().zip(self.weights.iter().copied())
    }
}

fn class_of(codes: &ClassCodes, position: usize) -> Result<usize, Error> {
    let code = codes.codes().get(position);
    code.map(|&code| code as usize).ok_or_else(|| no_such(position, codes.codes().len()))
}

fn no_such(position: usize, points: usize) -> Error {
    Error::malformed(format!("point {position} of {points}"))
}

/// Memory to count votes.
struct Count<'g> {
    outputs: &'g [ClassCodes],
    /// Which classes were counted for this row.
    counted: Vec<bool>,
    /// The weights of one class.
    terms: Vec<f64>,
}

impl<'g> Count<'g> {
    fn new(outputs: &'g [ClassCodes]) -> Self {
        let classes = outputs.iter().map(ClassCodes::classes).max().unwrap_or(0);
        Self { outputs, counted: vec![false; classes], terms: Vec::new() }
    }

    fn votes(&mut self, hits: &Weighted, out: &mut [i64]) -> Result<(), Error> {
        let mut first = 0;
        for (codes, out) in self.outputs.iter().zip(out) {
            *out = (first + self.winner(hits, codes)?) as i64;
            first += codes.classes();
        }
        Ok(())
    }

    fn winner(&mut self, hits: &Weighted, codes: &ClassCodes) -> Result<usize, Error> {
        self.counted.fill(false);
        let mut best = (0.0, 0);
        for (position, _) in hits.iter() {
            let class = class_of(codes, position)?;
            if std::mem::replace(&mut self.counted[class], true) {
                continue;
            }
            let sum = self.sum_of(class, hits, codes)?;
            if sum > best.0 || (sum == best.0 && class < best.1) {
                best = (sum, class);
            }
        }
        Ok(best.1)
    }

    fn sum_of(&mut self, class: usize, hits: &Weighted, codes: &ClassCodes) -> Result<f64, Error> {
        self.terms.clear();
        for (position, weight) in hits.iter() {
            self.terms.push(if class_of(codes, position)? == class { weight } else { 0.0 });
        }
        Ok(pairwise(&self.terms))
    }
}

fn shares(hits: &Weighted, codes: &ClassCodes, out: &mut [f64]) -> Result<(), Error> {
    out.fill(0.0);
    for (position, weight) in hits.iter() {
        out[class_of(codes, position)?] += weight;
    }
    let total = pairwise(out);
    out.iter_mut().for_each(|share| *share /= total);
    Ok(())
}

fn mean(hits: &Weighted, values: &Matrix, out: &mut [f64]) -> Result<(), Error> {
    out.fill(0.0);
    for (position, weight) in hits.iter() {
        if position >= values.rows() {
            return Err(no_such(position, values.rows()));
        }
        out.iter_mut().zip(values.row(position)).for_each(|(out, value)| *out += weight * value);
    }
    let total = pairwise(&hits.weights);
    out.iter_mut().for_each(|mean| *mean /= total);
    Ok(())
}
