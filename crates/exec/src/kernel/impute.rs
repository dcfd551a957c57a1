use cannery_graph::{self as graph, Fill, Missing};

use crate::buffer::{View, ViewMut};
use crate::csr::{CsrBuffer, CsrView, Stored, StoredView};
use crate::error::Error;
use crate::run::{Inputs, Kernel};
use cannery_rows::CellView;

/// Missing elements replaced by the value of their column.
#[derive(Debug)]
pub(crate) struct Impute(pub(crate) graph::Impute);

impl Kernel for Impute {
    fn run<'a>(&'a self, inputs: &Inputs<'_, 'a>, output: ViewMut<'_, 'a>) -> Result<(), Error> {
        let graph::Impute { missing, fill } = &self.0;
        match (inputs.x(), fill) {
            (View::Csr(rows), Fill::Floats(fill)) => replace_stored(rows, missing, fill, output.csr()),
            (View::F32(x), Fill::Floats(fill)) => {
                replace(x, output.f32s(), fill, |&x| x as f32, |x| is_missing(missing, x.into()));
            }
            (View::F64(x), Fill::Floats(fill)) => {
                replace(x, output.f64s(), fill, |&x| x, |x| is_missing(missing, x));
            }
            (View::I64(x), Fill::Integers(fill)) => {
                replace(x, output.i64s(), fill, |&x| x, |x| is_missing_int(missing, x));
            }
            (View::Any(x), Fill::Scalars(fill)) => {
                replace(x, output.cells(), fill, CellView::from, |x| is_missing_cell(missing, x));
            }
            (x, fill) => unreachable!("no graph puts {fill:?} into {x:?}"),
        }
        Ok(())
    }
}

fn replace<'f, T: Copy, F>(
    x: &[T],
    out: &mut [T],
    fill: &'f [F],
    value: impl Fn(&'f F) -> T,
    is_missing: impl Fn(T) -> bool,
) {
    for (x, out) in x.chunks_exact(fill.len()).zip(out.chunks_exact_mut(fill.len())) {
        for ((&x, out), fill) in x.iter().zip(out).zip(fill) {
            *out = if is_missing(x) { value(fill) } else { x };
        }
    }
}

fn replace_stored(rows: CsrView<'_>, missing: &Missing, fill: &[f64], out: &mut CsrBuffer) {
    out.copy_places(rows);
    let stored = rows.stored();
    match (stored.values, &mut out.values) {
        (StoredView::F32(x), Stored::F32(out)) => {
            let filled = |(&x, &column): (&f32, &u32)| match is_missing(missing, x.into()) {
                true => fill[column as usize] as f32,
                false => x,
            };
            out.extend(x.iter().zip(stored.columns).map(filled));
        }
        (StoredView::F64(x), Stored::F64(out)) => {
            let filled = |(&x, &column): (&f64, &u32)| match is_missing(missing, x) {
                true => fill[column as usize],
                false => x,
            };
            out.extend(x.iter().zip(stored.columns).map(filled));
        }
        (x, out) => unreachable!("no graph imputes {x:?} to {out:?}"),
    }
}

fn is_missing(missing: &Missing, x: f64) -> bool {
    match missing {
        Missing::Nan => x.is_nan(),
        Missing::Number(number) => x == *number,
        Missing::Scalar(scalar) => CellView::Float(x).equals(CellView::from(scalar)),
    }
}

fn is_missing_int(missing: &Missing, x: i64) -> bool {
    match missing {
        Missing::Nan => false,
        Missing::Number(number) => x as f64 == *number,
        Missing::Scalar(scalar) => CellView::Int(x).equals(CellView::from(scalar)),
    }
}

fn is_missing_cell(missing: &Missing, x: CellView<'_>) -> bool {
    match missing {
        Missing::Nan => matches!(x, CellView::Float(x) if x.is_nan()),
        Missing::Number(number) => x.equals(CellView::Float(*number)),
        Missing::Scalar(scalar) => x.equals(CellView::from(scalar)),
    }
}

/// Whether each element is missing.
#[derive(Debug)]
pub(crate) struct Mask(pub(crate) Missing);

impl Kernel for Mask {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        let missing = &self.0;
        match inputs.x() {
            View::Csr(rows) => mask_stored(rows, missing, output.csr()),
            View::F32(x) => mask(x, output, |x| is_missing(missing, x.into())),
            View::I64(x) => mask(x, output, |x| is_missing_int(missing, x)),
            View::Any(x) => mask(x, output, |x| is_missing_cell(missing, x)),
            x => mask(x.f64s(), output, |x| is_missing(missing, x)),
        }
        Ok(())
    }
}

fn mask<T: Copy>(x: &[T], output: ViewMut<'_, '_>, is_missing: impl Fn(T) -> bool) {
    output.bools().iter_mut().zip(x).for_each(|(out, &x)| *out = is_missing(x));
}

fn mask_stored(rows: CsrView<'_>, missing: &Missing, out: &mut CsrBuffer) {
    for range in rows.ranges() {
        for at in range {
            let is_missing = match rows.values {
                StoredView::F32(x) => is_missing(missing, x[at].into()),
                StoredView::F64(x) => is_missing(missing, x[at]),
                StoredView::I64(x) => is_missing_int(missing, x[at]),
            };
            if is_missing {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_missing_elements_change() {
        let mut out = [9.0; 4];
        let x = [f64::NAN, -0.0, f64::INFINITY, f64::NAN];
        replace(&x, &mut out, &[1.0, 2.0], |&x| x, |x| is_missing(&Missing::Nan, x));
        assert_eq!(out.map(f64::to_bits), [1.0, -0.0, f64::INFINITY, 2.0].map(f64::to_bits));
        replace(&x, &mut out, &[1.0, 2.0], |&x| x, |x| is_missing(&Missing::Number(0.0), x));
        assert!(out[0].is_nan() && out[3].is_nan());
        assert_eq!(out[1..3], [2.0, f64::INFINITY]);
    }
}
