use cannery_graph::{self as graph};

use crate::buffer::ViewMut;
use crate::csr::{Stored, StoredView};
use crate::error::Error;
use crate::run::{Inputs, Kernel};

/// Weights of stored counts.
#[derive(Debug)]
pub(crate) struct TfIdf(pub(crate) graph::TfIdf);

impl Kernel for TfIdf {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        let (rows, out) = (inputs.x().csr(), output.csr());
        out.copy_places(rows);
        let stored = rows.stored();
        match (stored.values, &mut out.values) {
            (StoredView::F32(x), Stored::F32(out)) => {
                let weigh = |(&x, &column): (&f32, &u32)| {
                    let x = if self.0.sublinear { f64::from(x).ln() as f32 + 1.0 } else { x };
                    self.idf(column).map_or(x, |idf| (f64::from(x) * idf) as f32)
                };
                out.extend(x.iter().zip(stored.columns).map(weigh));
            }
            (StoredView::F64(x), Stored::F64(out)) => {
                let weigh = |(&x, &column): (&f64, &u32)| {
                    let x = if self.0.sublinear { x.ln() + 1.0 } else { x };
                    self.idf(column).map_or(x, |idf| x * idf)
                };
                out.extend(x.iter().zip(stored.columns).map(weigh));
            }
            (x, out) => unreachable!("no graph weighs {x:?} to {out:?}"),
        }
        Ok(())
    }
}

impl TfIdf {
    fn idf(&self, column: u32) -> Option<f64> {
        self.0.idf.as_ref().map(|idf| idf[column as usize])
    }
}
