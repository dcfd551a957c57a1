use cannery_graph as graph;

use crate::buffer::{View, ViewMut};
use crate::error::Error;
use crate::run::{Inputs, Kernel};

/// Arithmetic of two values, of which one may have a single column.
#[derive(Debug)]
pub(crate) struct Arith {
    pub(crate) how: graph::Arith,
    /// Columns of both.
    pub(crate) widths: [usize; 2],
}

impl Kernel for Arith {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        match (inputs.arg(0), inputs.arg(1)) {
            // of two float32 numbers the float64 result, rounded, is the float32 one
            (View::F32(a), View::F32(b)) => {
                let out = output.f32s();
                self.of(a, b, |at, y| out[at] = y as f32);
            }
            (a, b) => {
                let out = output.f64s();
                self.of(a.f64s(), b.f64s(), |at, y| out[at] = y);
            }
        }
        Ok(())
    }
}

impl Arith {
    fn of<T: Copy + Into<f64>>(&self, a: &[T], b: &[T], write: impl FnMut(usize, f64)) {
        match self.how {
            graph::Arith::Add => self.each(a, b, |a, b| a + b, write),
            graph::Arith::Subtract => self.each(a, b, |a, b| a - b, write),
            graph::Arith::Multiply => self.each(a, b, |a, b| a * b, write),
            graph::Arith::Divide => self.each(a, b, |a, b| a / b, write),
            graph::Arith::Maximum => self.each(a, b, |a, b| if a >= b || a.is_nan() { a } else { b }, write),
            graph::Arith::Minimum => self.each(a, b, |a, b| if a <= b || a.is_nan() { a } else { b }, write),
        }
    }

    fn each<T: Copy + Into<f64>>(
        &self,
        a: &[T],
        b: &[T],
        compute: impl Fn(f64, f64) -> f64,
        mut write: impl FnMut(usize, f64),
    ) {
        match self.widths {
            [left, right] if left == right => {
                let pairs = a.iter().zip(b).enumerate();
                pairs.for_each(|(at, (&a, &b))| write(at, compute(a.into(), b.into())));
            }
            [1, right] => {
                for (row, (a, b)) in a.iter().zip(b.chunks_exact(right.max(1))).enumerate() {
                    let row = (row * right..).zip(b);
                    row.for_each(|(at, &b)| write(at, compute((*a).into(), b.into())));
                }
            }
            [left, _] => {
                for (row, (a, b)) in a.chunks_exact(left.max(1)).zip(b).enumerate() {
                    let row = (row * left..).zip(a);
                    row.for_each(|(at, &a)| write(at, compute(a.into(), (*b).into())));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(how: graph::Arith, widths: [usize; 2], a: &[f64], b: &[f64]) -> Vec<f64> {
        let mut out = vec![f64::INFINITY; a.len().max(b.len())];
        Arith { how, widths }.of(a, b, |at, y| out[at] = y);
        out
    }

    #[test]
    fn one_column_stands_beside_all() {
        assert_eq!(
            of(graph::Arith::Subtract, [2, 2], &[3.0, 4.0, 5.0, 6.0], &[1.0; 4]),
            [2.0, 3.0, 4.0, 5.0]
        );
        assert_eq!(
            of(graph::Arith::Divide, [2, 1], &[3.0, 4.0, 5.0, 6.0], &[2.0, 4.0]),
            [1.5, 2.0, 1.25, 1.5]
        );
        assert_eq!(
            of(graph::Arith::Divide, [1, 2], &[2.0, 4.0], &[4.0, 8.0, 1.0, 2.0]),
            [0.5, 0.25, 4.0, 2.0]
        );
    }

    #[test]
    fn nan_wins() {
        for (a, b) in [(f64::NAN, 1.0), (1.0, f64::NAN)] {
            assert!(of(graph::Arith::Maximum, [1, 1], &[a], &[b])[0].is_nan());
            assert!(of(graph::Arith::Minimum, [1, 1], &[a], &[b])[0].is_nan());
        }
        assert_eq!(of(graph::Arith::Maximum, [1, 1], &[1.0], &[2.0]), [2.0]);
        assert_eq!(of(graph::Arith::Minimum, [1, 1], &[1.0], &[2.0]), [1.0]);
    }
}
