use crate::buffer::{View, ViewMut};
use crate::error::Error;
use crate::run::{Inputs, Kernel};

/// Rows of ones instead of rows of zeros.
#[derive(Debug)]
pub(crate) struct OnesForZeros {
    pub(crate) columns: usize,
}

impl Kernel for OnesForZeros {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        match inputs.x() {
            View::F32(x) => fill(x, self.columns, 1.0, output.f32s()),
            x => fill(x.f64s(), self.columns, 1.0, output.f64s()),
        }
        Ok(())
    }
}

fn fill<T: Copy + Default + PartialEq>(x: &[T], columns: usize, one: T, out: &mut [T]) {
    for (x, out) in x.chunks_exact(columns).zip(out.chunks_exact_mut(columns)) {
        match x.iter().all(|&x| x == T::default()) {
            true => out.fill(one),
            false => out.copy_from_slice(x),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rows_of_zeros_change() {
        let mut out = [f64::NAN; 6];
        fill(&[0.0, -0.0, 0.5, 0.0, f64::NAN, 0.0], 2, 1.0, &mut out);
        assert_eq!(out[..4], [1.0, 1.0, 0.5, 0.0]);
        assert!(out[4].is_nan());
    }
}
