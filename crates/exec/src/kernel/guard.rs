use cannery_graph::Check;

use crate::buffer::{View, ViewMut};
use crate::csr::StoredView;
use crate::error::Error;
use crate::run::{Inputs, Kernel};
use cannery_rows::CellView;

/// The kernel of a check.
pub(crate) fn of(check: Check, columns: usize) -> Box<dyn Kernel> {
    match check {
        Check::Finite => Box::new(Finite { columns, takes_nan: false }),
        Check::NotInfinite => Box::new(Finite { columns, takes_nan: true }),
        Check::NotBelow0 => Box::new(Above { columns, takes_zero: true }),
        Check::Above0 => Box::new(Above { columns, takes_zero: false }),
        Check::NotNegative => Box::new(NotNegative { columns }),
    }
}

/// Refuses infinities, and NaN if it is not taken, in the words of scikit-learn's `check_array` and with their place.
#[derive(Debug)]
pub(crate) struct Finite {
    pub(crate) columns: usize,
    pub(crate) takes_nan: bool,
}

impl Kernel for Finite {
    fn run(&self, inputs: &Inputs<'_, '_>, _: ViewMut<'_, '_>) -> Result<(), Error> {
        let x = inputs.x();
        let (found, dtype) = match x {
            View::Any(cells) => (self.first_cell(cells), "object"),
            View::F32(x) => (self.first_f32(x), "float32"),
            View::Csr(rows) => match rows.stored().values {
                StoredView::F32(x) => (self.first_f32(x), "float32"),
                StoredView::F64(x) => (self.first_f64(x), "float64"),
                StoredView::I64(_) => return Ok(()),
            },
            x => (self.first_f64(x.f64s()), "float64"),
        };
        let Some((position, is_nan)) = found else { return Ok(()) };
        let (row, column) = match x {
            View::Csr(rows) => rows.place_of(position),
            _ => (position / self.columns, (position % self.columns) as u32),
        };
        let row = inputs.first_row() + row;
        let what = match is_nan {
            true => "NaN".to_owned(),
            false => format!("infinity or a value too large for dtype('{dtype}')"),
        };
        Err(Error::usage(format!("Input X contains {what} (row {row}, column {column}, counted from 0)")))
    }
}

impl Finite {
    fn first_f32(&self, x: &[f32]) -> Option<(usize, bool)> {
        match self.takes_nan {
            true => first(x, |x| !x.is_infinite(), f32::is_nan),
            false => first(x, f32::is_finite, f32::is_nan),
        }
    }

    /// Of objects only NaN is looked for, as in scikit-learn.
    fn first_cell(&self, cells: &[CellView<'_>]) -> Option<(usize, bool)> {
        let is_nan = |cell: &CellView<'_>| matches!(cell, CellView::Float(x) if x.is_nan());
        let found = if self.takes_nan { None } else { cells.iter().position(is_nan) };
        found.map(|position| (position, true))
    }

    fn first_f64(&self, x: &[f64]) -> Option<(usize, bool)> {
        match self.takes_nan {
            true => first(x, |x| !x.is_infinite(), f64::is_nan),
            false => first(x, f64::is_finite, f64::is_nan),
        }
    }
}

/// Position of the first element that is not fine, and whether it is NaN.
fn first<T: Copy>(x: &[T], is_fine: impl Fn(T) -> bool, is_nan: fn(T) -> bool) -> Option<(usize, bool)> {
    if x.iter().fold(true, |all, &x| all & is_fine(x)) {
        return None;
    }
    x.iter().position(|&x| !is_fine(x)).map(|position| (position, is_nan(x[position])))
}

/// Refuses floats that are below 0, and 0 if it is not taken, with their place.
#[derive(Debug)]
pub(crate) struct Above {
    pub(crate) columns: usize,
    pub(crate) takes_zero: bool,
}

impl Kernel for Above {
    fn run(&self, inputs: &Inputs<'_, '_>, _: ViewMut<'_, '_>) -> Result<(), Error> {
        let is_bad = |x: f64| x < 0.0 || (x == 0.0 && !self.takes_zero);
        let x = inputs.x();
        let of_f32 = |x: &[f32]| x.iter().position(|&x| is_bad(f64::from(x)));
        let of_f64 = |x: &[f64]| x.iter().position(|&x| is_bad(x));
        let found = match x {
            View::F32(x) => of_f32(x),
            View::Csr(rows) => match rows.stored().values {
                StoredView::F32(x) => of_f32(x),
                StoredView::F64(x) => of_f64(x),
                StoredView::I64(_) => None,
            },
            x => of_f64(x.f64s()),
        };
        let Some(position) = found else { return Ok(()) };
        let (row, column) = match x {
            View::Csr(rows) => rows.place_of(position),
            _ => (position / self.columns, (position % self.columns) as u32),
        };
        let row = inputs.first_row() + row;
        let what = if self.takes_zero { "non-negative" } else { "strictly positive" };
        Err(Error::usage(format!("X needs to be {what} (row {row}, column {column}, counted from 0)")))
    }
}

/// Refuses integers below 0, with their place.
#[derive(Debug)]
pub(crate) struct NotNegative {
    pub(crate) columns: usize,
}

impl Kernel for NotNegative {
    fn run(&self, inputs: &Inputs<'_, '_>, _: ViewMut<'_, '_>) -> Result<(), Error> {
        let x = inputs.x().i64s();
        let Some(position) = x.iter().position(|&x| x < 0) else { return Ok(()) };
        let (row, column) = (inputs.first_row() + position / self.columns, position % self.columns);
        Err(Error::usage(format!(
            "X needs to contain only non-negative integers (row {row}, column {column}, counted from 0)"
        )))
    }
}
