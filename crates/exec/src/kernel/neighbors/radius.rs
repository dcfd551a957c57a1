//! All points within a radius, and what becomes of them.

use cannery_graph::{self as graph, Metric, NeighborWeights, Outlier, RadiusResult};

use super::distance::{Distances, Squares, of_reduced, to_reduced};
use super::reduce::push_row;
use crate::buffer::ViewMut;
use crate::error::Error;
use crate::run::{Inputs, Kernel};

/// The points of each row that are near enough.
#[derive(Debug)]
pub(crate) struct RadiusNeighbors {
    graph: graph::RadiusNeighbors,
    distances: Distances,
    /// The radius as a reduced distance.
    reduced: f64,
}

impl RadiusNeighbors {
    pub(crate) fn new(graph: &graph::RadiusNeighbors) -> Self {
        let distances = Distances::new(graph.metric(), graph.points(), Squares::Forward);
        let reduced = to_reduced(graph.metric(), graph.radius());
        Self { graph: graph.clone(), distances, reduced }
    }

    /// Positions and distances of the points within the radius, in the order of the points.
    fn within(&self, reduced: &[f64], hits: &mut Vec<(i64, f64)>) {
        let metric: &Metric = self.graph.metric();
        hits.clear();
        let near = reduced.iter().enumerate().filter(|(_, r)| **r <= self.reduced);
        hits.extend(near.map(|(position, &r)| (position as i64, of_reduced(metric, r))));
    }
}

/// Distances that are kept at a time, if they are of more than one row.
const DISTANCES: usize = 1 << 15;

impl Kernel for RadiusNeighbors {
    fn run(&self, inputs: &Inputs<'_, '_>, mut output: ViewMut<'_, '_>) -> Result<(), Error> {
        let (x, d, m) = (inputs.x().f64s(), self.graph.points().columns(), self.distances.points());
        let at_once = (DISTANCES / m).clamp(1, (x.len() / d).max(1));
        let mut reduced = vec![0.0; at_once * m];
        let (mut hits, mut weights, mut row) = (vec![], vec![], 0);
        for x in x.chunks(at_once * d) {
            let reduced = &mut reduced[..x.len() / d * m];
            self.distances.reduced(&self.distances.prepare(x), 0..m, reduced);
            for reduced in reduced.chunks_exact(m) {
                self.within(reduced, &mut hits);
                weigh(&hits, self.graph.weights(), &mut weights);
                self.write(&mut hits, &weights, row, inputs.first_row(), output.reborrow())?;
                row += 1;
            }
        }
        Ok(())
    }
}

impl RadiusNeighbors {
    /// Writes what becomes of the points of a row.
    fn write(
        &self,
        hits: &mut [(i64, f64)],
        weights: &[f64],
        row: usize,
        first_row: usize,
        output: ViewMut<'_, '_>,
    ) -> Result<(), Error> {
        match self.graph.result() {
            RadiusResult::Graph { distances } => push_row(output.csr(), hits, *distances),
            RadiusResult::Mean(values) => {
                let columns = values.columns();
                let out = &mut output.f64s()[row * columns..][..columns];
                out.fill(if hits.is_empty() { f64::NAN } else { 0.0 });
                for (&(position, _), weight) in hits.iter().zip(weights) {
                    let values = values.row(position as usize);
                    out.iter_mut().zip(values).for_each(|(out, value)| *out += weight * value);
                }
                let total: f64 = weights.iter().sum();
                out.iter_mut().for_each(|out| *out /= total);
            }
            RadiusResult::Shares { codes, outlier } => {
                let out = &mut output.f64s()[row * codes.classes()..][..codes.classes()];
                out.fill(0.0);
                for (&(position, _), weight) in hits.iter().zip(weights) {
                    out[codes.codes()[position as usize] as usize] += weight;
                }
                match outlier {
                    Outlier::Class(class) if hits.is_empty() => out[*class] = 1.0,
                    Outlier::Error if hits.is_empty() => {
                        return Err(Error::usage(format!(
                            "no neighbors within the radius of row {} (counted from 0)",
                            first_row + row
                        )));
                    }
                    Outlier::Class(_) | Outlier::Error | Outlier::None => {}
                }
                let total: f64 = out.iter().sum();
                if total != 0.0 {
                    out.iter_mut().for_each(|out| *out /= total);
                }
            }
        }
        Ok(())
    }
}

/// How much each point counts: 1, or the inverse of its distance; where that is infinite, 1 for such and 0 for others.
fn weigh(hits: &[(i64, f64)], kind: NeighborWeights, weights: &mut Vec<f64>) {
    weights.clear();
    let has_zero = hits.iter().any(|&(_, distance)| distance == 0.0);
    weights.extend(hits.iter().map(|&(_, distance)| match kind {
        NeighborWeights::Uniform => 1.0,
        NeighborWeights::Inverse | NeighborWeights::InverseF32 if has_zero => {
            f64::from(u8::from(distance == 0.0))
        }
        NeighborWeights::Inverse => 1.0 / distance,
        NeighborWeights::InverseF32 => f64::from(1.0 / distance as f32),
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_at_distance_0_is_the_only_one_that_counts() {
        let mut weights = vec![];
        weigh(&[(0, 2.0), (1, 4.0)], NeighborWeights::Inverse, &mut weights);
        assert_eq!(weights, [0.5, 0.25]);
        weigh(&[(0, 2.0), (1, 0.0)], NeighborWeights::Inverse, &mut weights);
        assert_eq!(weights, [0.0, 1.0]);
        weigh(&[(0, 2.0), (1, 0.0)], NeighborWeights::Uniform, &mut weights);
        assert_eq!(weights, [1.0, 1.0]);
    }
}
