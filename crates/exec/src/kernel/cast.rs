use cannery_rows::DType;

use crate::buffer::{View, ViewMut};
use crate::csr::{CsrBuffer, CsrView, StoredView};
use crate::error::Error;
use crate::run::{Inputs, Kernel};
use cannery_rows::CellView;

/// Elements in another dtype.
#[derive(Debug)]
pub(crate) struct Cast {
    pub(crate) to: DType,
    pub(crate) columns: usize,
}

impl Kernel for Cast {
    fn run<'a>(&'a self, inputs: &Inputs<'_, 'a>, output: ViewMut<'_, 'a>) -> Result<(), Error> {
        match (inputs.x(), self.to) {
            (View::Csr(rows), _) => stored(rows, output.csr()),
            (View::Any(cells), DType::F64) => return self.floats(cells, inputs, output.f64s()),
            (x, DType::F64) => f64s(x, output.f64s()),
            (x, DType::F32) => f32s(x, output.f32s()),
            (x, DType::Any) => cells(x, output.cells()),
            (View::Any(cells), DType::Str) => return self.texts(cells, inputs, output.strs()),
            (x, DType::I64) => i64s(x, output.i64s()),
            (x, to @ (DType::Bool | DType::Str)) => unreachable!("no graph casts {x:?} to {to}"),
        }
        Ok(())
    }
}

impl Cast {
    fn texts<'a>(
        &self,
        cells: &[CellView<'a>],
        inputs: &Inputs<'_, 'a>,
        out: &mut [&'a str],
    ) -> Result<(), Error> {
        for (position, (out, cell)) in out.iter_mut().zip(cells).enumerate() {
            let CellView::Str(text) = *cell else {
                let (row, column) = (inputs.first_row() + position / self.columns, position % self.columns);
                return Err(Error::usage(format!(
                    "{cell} instead of a text (row {row}, column {column}, counted from 0)"
                )));
            };
            *out = text;
        }
        Ok(())
    }

    fn floats(&self, cells: &[CellView<'_>], inputs: &Inputs<'_, '_>, out: &mut [f64]) -> Result<(), Error> {
        for (position, (out, cell)) in out.iter_mut().zip(cells).enumerate() {
            *out = float(*cell).ok_or_else(|| {
                let (row, column) = (inputs.first_row() + position / self.columns, position % self.columns);
                let text = if let CellView::Str(text) = cell { shorten(text) } else { String::new() };
                Error::usage(format!(
                    "could not convert string to float: '{text}' (row {row}, column {column}, counted from 0)"
                ))
            })?;
        }
        Ok(())
    }
}

fn shorten(text: &str) -> String {
    text.chars().take(60).collect()
}

/// `float(x)` of Python, and NaN for None as numpy has it; `None` for a text that is no number.
fn float(cell: CellView<'_>) -> Option<f64> {
    match cell {
        CellView::None => Some(f64::NAN),
        CellView::Bool(b) => Some(f64::from(u8::from(b))),
        CellView::Int(i) => Some(i as f64),
        CellView::Float(x) => Some(x),
        CellView::Str(text) => python_float(text),
    }
}

/// A float as Python's `float` reads it: white space around it, and underscores between digits.
fn python_float(text: &str) -> Option<f64> {
    let text = text.trim();
    if !text.contains('_') {
        return text.parse().ok();
    }
    let bytes = text.as_bytes();
    let between_digits = |at: usize| {
        let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
        digit(at.checked_sub(1)) && digit(Some(at + 1))
    };
    let is_fine = bytes.iter().enumerate().all(|(at, &byte)| byte != b'_' || between_digits(at));
    is_fine.then(|| text.replace('_', "").parse().ok()).flatten()
}

fn f64s(x: View<'_, '_>, out: &mut [f64]) {
    match x {
        View::Bool(x) => fill(out, x, f64::from),
        View::I64(x) => fill(out, x, |x| x as f64),
        x => fill(out, x.f32s(), f64::from),
    }
}

fn f32s(x: View<'_, '_>, out: &mut [f32]) {
    match x {
        View::Bool(x) => fill(out, x, f32::from),
        View::I64(x) => fill(out, x, |x| x as f32),
        x => fill(out, x.f64s(), |x| x as f32),
    }
}

fn i64s(x: View<'_, '_>, out: &mut [i64]) {
    match x {
        View::Bool(x) => fill(out, x, i64::from),
        View::F32(x) => fill(out, x, |x| truncated(x.into())),
        x => fill(out, x.f64s(), truncated),
    }
}

/// As x86-64 converts it.
fn truncated(x: f64) -> i64 {
    const END: f64 = 9_223_372_036_854_775_808.0; // 2^63
    if (-END..END).contains(&x) { x as i64 } else { i64::MIN }
}

fn cells<'a>(x: View<'_, 'a>, out: &mut [CellView<'a>]) {
    match x {
        View::F32(x) => fill(out, x, |x| CellView::Float(x.into())),
        View::F64(x) => fill(out, x, CellView::Float),
        View::I64(x) => fill(out, x, CellView::Int),
        View::Bool(x) => fill(out, x, CellView::Bool),
        x => fill(out, x.strs(), CellView::Str),
    }
}

fn fill<X: Copy, Y>(out: &mut [Y], x: &[X], to: impl Fn(X) -> Y) {
    out.iter_mut().zip(x).for_each(|(out, &x)| *out = to(x));
}

fn stored(rows: CsrView<'_>, out: &mut CsrBuffer) {
    use crate::csr::Stored;
    out.copy_places(rows);
    match (rows.stored().values, &mut out.values) {
        (StoredView::F32(x), Stored::F64(out)) => out.extend(x.iter().map(|&x| f64::from(x))),
        (StoredView::I64(x), Stored::F64(out)) => out.extend(x.iter().map(|&x| x as f64)),
        (StoredView::F64(x), Stored::F32(out)) => out.extend(x.iter().map(|&x| x as f32)),
        (StoredView::I64(x), Stored::F32(out)) => out.extend(x.iter().map(|&x| x as f32)),
        (x, out) => unreachable!("no graph casts {x:?} to {out:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_floats_as_in_python() {
        for (text, want) in [
            (" 1.5\n", Some(1.5)),
            ("1_000", Some(1000.0)),
            ("_1", None),
            ("1__0", None),
            ("1_.5", None),
            ("-inf", Some(f64::NEG_INFINITY)),
            ("Infinity", Some(f64::INFINITY)),
            ("", None),
            ("0x10", None),
            ("a", None),
        ] {
            assert_eq!(python_float(text), want, "{text:?}");
        }
        assert!(python_float("NaN").is_some_and(f64::is_nan));
    }
}
