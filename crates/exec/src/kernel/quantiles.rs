use cannery_graph as graph;

use super::elementwise::normal;
use crate::buffer::{View, ViewMut};
use crate::csr::{Stored, StoredView};
use crate::error::Error;
use crate::run::{Inputs, Kernel};

/// How far an element may be from the ends.
const NEAR: f64 = 1e-7;

/// Columns to their distribution, or back.
#[derive(Debug)]
pub(crate) struct Quantiles {
    graph: graph::Quantiles,
    /// Of each column the negated quantiles from the last on, one after another.
    negated: Vec<f64>,
    /// The negated references from the last on.
    negated_references: Vec<f64>,
}

impl Quantiles {
    pub(crate) fn new(graph: &graph::Quantiles) -> Self {
        let rows = (0..graph.quantiles.rows()).map(|row| graph.quantiles.row(row));
        let negate = |row: &[f64]| row.iter().rev().map(|x| -x).collect::<Vec<_>>();
        let negated = rows.flat_map(negate).collect();
        Self { graph: graph.clone(), negated, negated_references: negate(&graph.references) }
    }

    fn element(&self, column: usize, x: f64, round: fn(f64) -> f64) -> f64 {
        if x.is_nan() {
            return x;
        }
        let quantiles = self.graph.quantiles.row(column);
        if self.graph.is_inverse {
            self.back(quantiles, x, round)
        } else {
            self.forward(column, quantiles, x, round)
        }
    }

    fn forward(&self, column: usize, quantiles: &[f64], x: f64, round: fn(f64) -> f64) -> f64 {
        let k = quantiles.len();
        let negated = &self.negated[column * k..][..k];
        let below = interp(x, quantiles, &self.graph.references);
        let above = interp(-x, negated, &self.negated_references);
        let mut y = round(0.5 * (below - above));
        let (is_low, is_high) = self.ends(x, quantiles[0], quantiles[k - 1], round);
        if is_high {
            y = 1.0;
        }
        if is_low {
            y = 0.0;
        }
        if self.graph.is_normal {
            y = normal::ppf(y);
        }
        let y = match self.graph.bounds {
            Some((low, _)) if y < low => low,
            Some((_, high)) if y > high => high,
            _ => y,
        };
        round(y)
    }

    fn back(&self, quantiles: &[f64], x: f64, round: fn(f64) -> f64) -> f64 {
        let x = if self.graph.is_normal { round(normal::cdf(x)) } else { x };
        let (is_low, is_high) = self.ends(x, 0.0, 1.0, round);
        round(match (is_low, is_high) {
            (true, _) => quantiles[0],
            (false, true) => quantiles[quantiles.len() - 1],
            (false, false) => interp(x, &self.graph.references, quantiles),
        })
    }

    fn ends(&self, x: f64, low: f64, high: f64, round: fn(f64) -> f64) -> (bool, bool) {
        match self.graph.has_equal_ends {
            true => (x == low, x == high),
            false => (round(x - NEAR) < low, round(x + NEAR) > high),
        }
    }
}

/// numpy's `interp`.
fn interp(x: f64, knots: &[f64], values: &[f64]) -> f64 {
    let last = knots.len() - 1;
    let at = knots.partition_point(|&knot| knot <= x);
    let Some(j) = at.checked_sub(1) else { return values[0] };
    if j == last || x == knots[j] {
        return values[j];
    }
    let slope = (values[j + 1] - values[j]) / (knots[j + 1] - knots[j]);
    slope * (x - knots[j]) + values[j]
}

impl Kernel for Quantiles {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        let d = self.graph.quantiles.rows();
        let single = |x: f64| f64::from(x as f32);
        match inputs.x() {
            View::Csr(rows) => {
                let out = output.csr();
                out.copy_places(rows);
                let columns = rows.stored().columns;
                match (rows.stored().values, &mut out.values) {
                    (StoredView::F32(x), Stored::F32(out)) => {
                        let each = columns.iter().zip(x);
                        out.extend(
                            each.map(|(&c, &x)| self.element(c as usize, f64::from(x), single) as f32),
                        );
                    }
                    (StoredView::F64(x), Stored::F64(out)) => {
                        let each = columns.iter().zip(x);
                        out.extend(each.map(|(&c, &x)| self.element(c as usize, x, |y| y)));
                    }
                    (x, out) => unreachable!("no graph takes {x:?} to {out:?}"),
                }
            }
            View::F32(x) => {
                let each = output.f32s().iter_mut().zip(x).enumerate();
                each.for_each(|(at, (out, &x))| *out = self.element(at % d, f64::from(x), single) as f32);
            }
            x => {
                let each = output.f64s().iter_mut().zip(x.f64s()).enumerate();
                each.for_each(|(at, (out, &x))| *out = self.element(at % d, x, |y| y));
            }
        }
        Ok(())
    }
}
