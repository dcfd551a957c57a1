use cannery_graph::{self as graph, Outside, SplineColumn};

use crate::buffer::{View, ViewMut};
use crate::error::Error;
use crate::run::{Inputs, Kernel};

/// Splines of columns.
#[derive(Debug)]
pub(crate) struct Spline {
    graph: graph::Spline,
    /// Splines of all columns.
    width: usize,
}

impl Spline {
    pub(crate) fn new(graph: &graph::Spline) -> Self {
        let width = graph.columns.iter().map(|column| column.coefficients.columns()).sum();
        Self { graph: graph.clone(), width }
    }

    fn row<T: Copy + Into<f64>>(&self, x: &[T], out: &mut [f64], scratch: &mut [f64]) -> Result<(), usize> {
        let mut rest = out;
        for (index, (column, &x)) in self.graph.columns.iter().zip(x).enumerate() {
            let (out, behind) = rest.split_at_mut(column.coefficients.columns());
            rest = behind;
            let x: f64 = x.into();
            if x.is_nan() {
                out.fill(if self.graph.nan_is_zero { 0.0 } else { x });
            } else if !splines(column, x, out, scratch) {
                return Err(index);
            }
        }
        Ok(())
    }

    fn scratch(&self) -> Vec<f64> {
        let degree = self.graph.columns.iter().map(|column| column.degree).max().unwrap_or(0);
        vec![0.0; 2 * (degree + 1)]
    }
}

/// The splines of a column at x; whether there are any.
fn splines(column: &SplineColumn, x: f64, out: &mut [f64], scratch: &mut [f64]) -> bool {
    let SplineColumn { knots, degree, .. } = column;
    let (first, last) = (knots[*degree], knots[knots.len() - degree - 1]);
    match &column.outside {
        Outside::Lines { low, high, below, above } => {
            if *low <= x && x <= *high {
                inside(column, x, out, scratch);
                return true;
            }
            out.fill(0.0);
            let (lines, bound) = if x < *low { (below, low) } else { (above, high) };
            lines.iter().for_each(|line| out[line.spline] = line.value + (x - bound) * line.slope);
        }
        Outside::Error if !(first <= x && x <= last) => return false,
        Outside::Periodic if last > first => {
            let period = last - first;
            let rest = (x - first) % period;
            let rest = if rest < 0.0 { rest + period } else { rest };
            inside(column, first + rest, out, scratch);
        }
        Outside::Periodic => inside(column, 0.0, out, scratch),
        Outside::Continue | Outside::Error => inside(column, x, out, scratch),
    }
    true
}

/// de Boor's recurrence on the piece that x is in, or the first or the last one.
///
/// Source: `_deBoor_D` in scipy's `interpolate/src/__fitpack.h`.
fn inside(column: &SplineColumn, x: f64, out: &mut [f64], scratch: &mut [f64]) {
    let SplineColumn { knots, degree: k, coefficients, .. } = column;
    let k = *k;
    let basis = knots.len() - k - 1;
    let piece = knots[k + 1..basis].partition_point(|&knot| knot <= x) + k;
    let (h, before) = scratch.split_at_mut(k + 1);
    h[0] = 1.0;
    for j in 1..=k {
        before[..j].copy_from_slice(&h[..j]);
        h[0] = 0.0;
        for n in 1..=j {
            let (upper, lower) = (knots[piece + n], knots[piece + n - j]);
            if upper == lower {
                h[n] = 0.0;
                continue;
            }
            let w = before[n - 1] / (upper - lower);
            h[n - 1] += w * (upper - x);
            h[n] = w * (x - lower);
        }
    }
    out.fill(0.0);
    for (i, &h) in h[..=k].iter().enumerate() {
        out.iter_mut().zip(coefficients.row(piece - k + i)).for_each(|(out, c)| *out += c * h);
    }
}

impl Kernel for Spline {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        if self.width == 0 {
            return Ok(());
        }
        let (d, first) = (self.graph.columns.len(), inputs.first_row());
        let mut scratch = self.scratch();
        let outside = |row: usize, column: usize| {
            let row = first + row;
            Error::usage(format!(
                "X contains values beyond the limits of the knots (row {row}, column {column}, counted from 0)"
            ))
        };
        match inputs.x() {
            View::F32(x) => {
                let mut wide = vec![0.0; self.width];
                for (row, (x, out)) in
                    x.chunks_exact(d).zip(output.f32s().chunks_exact_mut(self.width)).enumerate()
                {
                    self.row(x, &mut wide, &mut scratch).map_err(|column| outside(row, column))?;
                    out.iter_mut().zip(&wide).for_each(|(out, &y)| *out = y as f32);
                }
            }
            x => {
                let rows = x.f64s().chunks_exact(d).zip(output.f64s().chunks_exact_mut(self.width));
                for (row, (x, out)) in rows.enumerate() {
                    self.row(x, out, &mut scratch).map_err(|column| outside(row, column))?;
                }
            }
        }
        Ok(())
    }
}
