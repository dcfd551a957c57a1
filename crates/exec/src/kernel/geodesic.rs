use cannery_graph as graph;

use crate::buffer::ViewMut;
use crate::error::Error;
use crate::run::{Inputs, Kernel};

/// The shortest ways by neighbours.
#[derive(Debug)]
pub(crate) struct Geodesic {
    pub(crate) graph: graph::Geodesic,
    /// Neighbours of a row.
    pub(crate) count: usize,
}

impl Kernel for Geodesic {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        let between = &self.graph.between;
        if between.columns() == 0 {
            return Ok(());
        }
        let positions = inputs.arg(0).i64s().chunks_exact(self.count);
        let rows = positions.zip(inputs.arg(1).f64s().chunks_exact(self.count));
        for ((positions, distances), out) in rows.zip(output.f64s().chunks_exact_mut(between.columns())) {
            out.fill(f64::INFINITY);
            for (&position, distance) in positions.iter().zip(distances) {
                let row = usize::try_from(position).ok().filter(|&row| row < between.rows());
                let row =
                    row.ok_or_else(|| Error::malformed(format!("neighbour {position} is not a point")))?;
                let ways = out.iter_mut().zip(between.row(row));
                ways.for_each(|(out, between)| *out = out.min(between + distance));
            }
        }
        Ok(())
    }
}
