use cannery_graph as graph;

use crate::buffer::{View, ViewMut};
use crate::csr::{CsrBuffer, CsrView, Stored, StoredView};
use crate::error::Error;
use crate::run::{Inputs, Kernel};

/// 1 above a bound, else 0.
#[derive(Debug)]
pub(crate) struct Binarize(pub(crate) graph::Binarize);

impl Kernel for Binarize {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        let above = self.0.above;
        match inputs.x() {
            View::Csr(rows) => self.stored(rows, output.csr()),
            View::F32(x) => {
                let above = above as f32;
                output.f32s().iter_mut().zip(x).for_each(|(out, &x)| *out = f32::from(u8::from(x > above)));
            }
            x => {
                output
                    .f64s()
                    .iter_mut()
                    .zip(x.f64s())
                    .for_each(|(out, &x)| *out = f64::from(u8::from(x > above)));
            }
        }
        Ok(())
    }
}

impl Binarize {
    fn stored(&self, rows: CsrView<'_>, out: &mut CsrBuffer) {
        let above = self.0.above;
        for range in rows.ranges() {
            for at in range {
                let is_above = match rows.values {
                    StoredView::F32(x) => x[at] > above as f32,
                    StoredView::F64(x) => x[at] > above,
                    StoredView::I64(x) => x[at] as f64 > above,
                };
                if is_above {
                    out.columns.push(rows.columns[at]);
                    match &mut out.values {
                        Stored::F32(values) => values.push(1.0),
                        Stored::F64(values) => values.push(1.0),
                        Stored::I64(values) => values.push(1),
                    }
                }
            }
            out.end_row();
        }
    }
}
