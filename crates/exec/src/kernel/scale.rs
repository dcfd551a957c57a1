use cannery_graph::{self as graph, Arithmetic};

use crate::buffer::{View, ViewMut};
use crate::csr::{CsrBuffer, CsrView, Stored, StoredView};
use crate::error::Error;
use crate::run::{Inputs, Kernel};

/// Steps of arithmetic with a constant a column.
#[derive(Debug)]
pub(crate) struct Scale(pub(crate) graph::Scale);

impl Kernel for Scale {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        match inputs.x() {
            View::Csr(rows) => self.stored(rows, output.csr()),
            View::F32(x) => {
                let out = output.f32s();
                out.copy_from_slice(x);
                self.0.steps.iter().for_each(|(step, c)| apply(*step, c, out, f64::from, |y| y as f32));
            }
            x => {
                let out = output.f64s();
                out.copy_from_slice(x.f64s());
                self.0.steps.iter().for_each(|(step, c)| apply(*step, c, out, |x| x, |y| y));
            }
        }
        Ok(())
    }
}

impl Scale {
    /// Only steps that leave 0 as it is come here.
    fn stored(&self, rows: CsrView<'_>, out: &mut CsrBuffer) {
        out.copy_places(rows);
        let columns = rows.stored().columns;
        match (rows.stored().values, &mut out.values) {
            (StoredView::F32(x), Stored::F32(out)) => {
                out.extend(columns.iter().zip(x).map(|(&column, &x)| {
                    self.0
                        .steps
                        .iter()
                        .fold(x, |x, (step, c)| compute(*step, x.into(), c[column as usize]) as f32)
                }));
            }
            (StoredView::F64(x), Stored::F64(out)) => {
                out.extend(columns.iter().zip(x).map(|(&column, &x)| {
                    self.0.steps.iter().fold(x, |x, (step, c)| compute(*step, x, c[column as usize]))
                }));
            }
            (x, out) => unreachable!("no graph scales {x:?} to {out:?}"),
        }
    }
}

fn compute(step: Arithmetic, x: f64, c: f64) -> f64 {
    match step {
        Arithmetic::Add => x + c,
        Arithmetic::Subtract => x - c,
        Arithmetic::Multiply => x * c,
        Arithmetic::Divide => x / c,
        Arithmetic::Power => x.powf(c),
    }
}

fn apply<T: Copy>(
    step: Arithmetic,
    constants: &[f64],
    out: &mut [T],
    widen: fn(T) -> f64,
    round: fn(f64) -> T,
) {
    let each = |out: &mut [T], compute: fn(f64, f64) -> f64| {
        for row in out.chunks_exact_mut(constants.len()) {
            row.iter_mut().zip(constants).for_each(|(x, &c)| *x = round(compute(widen(*x), c)));
        }
    };
    match step {
        Arithmetic::Add => each(out, |x, c| x + c),
        Arithmetic::Subtract => each(out, |x, c| x - c),
        Arithmetic::Multiply => each(out, |x, c| x * c),
        Arithmetic::Divide => each(out, |x, c| x / c),
        Arithmetic::Power => each(out, f64::powf),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_is_rounded() {
        let mut x = [16_777_216.0_f32, -0.0];
        apply(Arithmetic::Add, &[1.0, -0.0], &mut x, f64::from, |y| y as f32);
        apply(Arithmetic::Subtract, &[16_777_216.0, 0.0], &mut x, f64::from, |y| y as f32);
        assert_eq!(x.map(f32::to_bits), [0.0_f32, -0.0].map(f32::to_bits));
        let mut x = [3.0, f64::INFINITY, f64::NAN];
        apply(Arithmetic::Multiply, &[2.0; 3], &mut x, |x| x, |y| y);
        apply(Arithmetic::Divide, &[4.0, 0.0, 1.0], &mut x, |x| x, |y| y);
        assert_eq!(x[..2], [1.5, f64::INFINITY]);
        assert!(x[2].is_nan());
    }
}
