use crate::buffer::{View, ViewMut};
use crate::error::Error;
use crate::kernel::Kernel;
use crate::program::Inputs;

/// Refuses infinities, and NaN if it is not taken, in the words of scikit-learn's `check_array` and with their place.
#[derive(Debug)]
pub(crate) struct Finite {
    pub(crate) columns: usize,
    pub(crate) takes_nan: bool,
}

impl Kernel for Finite {
    fn run(&self, inputs: &Inputs<'_, '_>, _: ViewMut<'_>) -> Result<(), Error> {
        let (found, dtype) = match inputs.x() {
            View::F32(x) if self.takes_nan => (first(x, |x| !x.is_infinite(), f32::is_nan), "float32"),
            View::F32(x) => (first(x, f32::is_finite, f32::is_nan), "float32"),
            x if self.takes_nan => (first(x.f64s(), |x| !x.is_infinite(), f64::is_nan), "float64"),
            x => (first(x.f64s(), f64::is_finite, f64::is_nan), "float64"),
        };
        let Some((position, is_nan)) = found else { return Ok(()) };
        let (row, column) = (inputs.first_row() + position / self.columns, position % self.columns);
        let what = match is_nan {
            true => "NaN".to_owned(),
            false => format!("infinity or a value too large for dtype('{dtype}')"),
        };
        Err(Error::usage(format!("Input X contains {what} (row {row}, column {column}, counted from 0)")))
    }
}

/// Position of the first element that is not fine, and whether it is NaN.
fn first<T: Copy>(x: &[T], is_fine: impl Fn(T) -> bool, is_nan: fn(T) -> bool) -> Option<(usize, bool)> {
    if x.iter().fold(true, |all, &x| all & is_fine(x)) {
        return None;
    }
    x.iter().position(|&x| !is_fine(x)).map(|position| (position, is_nan(x[position])))
}
