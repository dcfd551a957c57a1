use crate::buffer::{View, ViewMut};
use crate::error::Error;
use crate::run::{Inputs, Kernel};

/// Elements of one value or another.
#[derive(Debug)]
pub(crate) struct Choose {
    /// Elements of a row for each integer.
    pub(crate) width: usize,
}

impl Kernel for Choose {
    fn run<'a>(&'a self, inputs: &Inputs<'_, 'a>, output: ViewMut<'_, 'a>) -> Result<(), Error> {
        let mask = inputs.x().i64s();
        match (inputs.arg(1), inputs.arg(2), output) {
            (View::F32(a), View::F32(b), ViewMut::F32(out)) => self.each(mask, a, b, out),
            (View::I64(a), View::I64(b), ViewMut::I64(out)) => self.each(mask, a, b, out),
            (View::Bool(a), View::Bool(b), ViewMut::Bool(out)) => self.each(mask, a, b, out),
            (View::Str(a), View::Str(b), ViewMut::Str(out)) => self.each(mask, a, b, out),
            (a, b, out) => self.each(mask, a.f64s(), b.f64s(), out.f64s()),
        }
        Ok(())
    }
}

impl Choose {
    fn each<T: Copy>(&self, mask: &[i64], a: &[T], b: &[T], out: &mut [T]) {
        let width = self.width.max(1);
        let of_a_and_b = a.chunks_exact(width).zip(b.chunks_exact(width));
        for ((&mask, (a, b)), out) in mask.iter().zip(of_a_and_b).zip(out.chunks_exact_mut(width)) {
            out.copy_from_slice(if mask != 0 { a } else { b });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_element_and_by_row() {
        let (a, b, mut out) = ([1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0], [0.0; 4]);
        Choose { width: 1 }.each(&[0, 1, -1, 0], &a, &b, &mut out);
        assert_eq!(out, [5.0, 2.0, 3.0, 8.0]);
        Choose { width: 2 }.each(&[0, 1], &a, &b, &mut out);
        assert_eq!(out, [5.0, 6.0, 3.0, 4.0]);
    }
}
