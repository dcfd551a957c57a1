use cannery_graph::{self as graph, Norm};

use crate::buffer::{View, ViewMut};
use crate::csr::{CsrBuffer, CsrView, Stored, StoredView};
use crate::error::Error;
use crate::run::{Inputs, Kernel};

/// Rows divided by their norm.
#[derive(Debug)]
pub(crate) struct RowNorm {
    pub(crate) graph: graph::RowNorm,
    pub(crate) columns: usize,
}

impl Kernel for RowNorm {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        match inputs.x() {
            View::Csr(rows) => self.sparse(rows, output.csr()),
            View::F32(x) => {
                let floor = if self.graph.floor { 10.0 * f32::EPSILON } else { f32::NEG_INFINITY };
                for (x, out) in x.chunks_exact(self.columns).zip(output.f32s().chunks_exact_mut(self.columns))
                {
                    let norm = dense_norm(self.graph.norm, x.iter().map(|&x| f64::from(x))) as f32;
                    let norm = if norm == 0.0 || norm < floor { 1.0 } else { norm };
                    x.iter().zip(out).for_each(|(x, out)| *out = x / norm);
                }
            }
            x => {
                let (x, floor) =
                    (x.f64s(), if self.graph.floor { 10.0 * f64::EPSILON } else { f64::NEG_INFINITY });
                for (x, out) in x.chunks_exact(self.columns).zip(output.f64s().chunks_exact_mut(self.columns))
                {
                    let norm = dense_norm(self.graph.norm, x.iter().copied());
                    let norm = if norm == 0.0 || norm < floor { 1.0 } else { norm };
                    x.iter().zip(out).for_each(|(x, out)| *out = x / norm);
                }
            }
        }
        Ok(())
    }
}

impl RowNorm {
    fn sparse(&self, rows: CsrView<'_>, out: &mut CsrBuffer) {
        out.copy_places(rows);
        let is_max = matches!(self.graph.norm, Norm::Max | Norm::SignedMax);
        match (rows.values, &mut out.values) {
            (StoredView::F32(x), Stored::F32(out)) => {
                for x in rows.ranges().map(|range| &x[range]) {
                    let norm = self.stored_norm(x.iter().map(|&x| (f64::from(x), f64::from(x * x))), x.len());
                    out.extend(x.iter().map(|&x| match (norm == 0.0, is_max) {
                        (true, _) => x,
                        (false, true) => x / norm as f32,
                        (false, false) => (f64::from(x) / norm) as f32,
                    }));
                }
            }
            (StoredView::F64(x), Stored::F64(out)) => {
                for x in rows.ranges().map(|range| &x[range]) {
                    let norm = self.stored_norm(x.iter().map(|&x| (x, x * x)), x.len());
                    let norm = if norm == 0.0 { 1.0 } else { norm };
                    out.extend(x.iter().map(|&x| x / norm));
                }
            }
            (x, out) => unreachable!("no graph norms {x:?} to {out:?}"),
        }
    }

    /// The norm of what a row stores, given with its squares.
    fn stored_norm(&self, x: impl Iterator<Item = (f64, f64)>, len: usize) -> f64 {
        match self.graph.norm {
            Norm::L1 => x.fold(0.0, |sum, (x, _)| sum + x.abs()),
            Norm::L2 => x.fold(0.0, |sum, (_, square)| sum + square).sqrt(),
            Norm::Max => x.fold(0.0, |max, (x, _)| larger(max, x.abs())),
            Norm::SignedMax => {
                let start = if len == self.columns { f64::NEG_INFINITY } else { 0.0 };
                x.fold(start, |max, (x, _)| larger(max, x))
            }
        }
    }
}

fn dense_norm(norm: Norm, x: impl Iterator<Item = f64>) -> f64 {
    match norm {
        Norm::L1 => x.map(f64::abs).sum(),
        Norm::L2 => x.map(|x| x * x).sum::<f64>().sqrt(),
        Norm::Max => x.map(f64::abs).fold(0.0, larger),
        Norm::SignedMax => x.fold(f64::NEG_INFINITY, larger),
    }
}

/// The larger one; NaN if one of them is.
fn larger(a: f64, b: f64) -> f64 {
    if b > a || b.is_nan() { b } else { a }
}
