use cannery_graph::{self as graph, Code, CodeColumn};

use crate::buffer::{View, ViewMut};
use crate::error::Error;
use crate::run::{Inputs, Kernel};

/// Columns to the numbers that trees were grown on.
#[derive(Debug)]
pub(crate) struct Codes(pub(crate) graph::Codes);

impl Kernel for Codes {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        match inputs.x() {
            View::F32(x) => self.each_row(x, output.f64s(), inputs.first_row()),
            x => self.each_row(x.f64s(), output.f64s(), inputs.first_row()),
        }
    }
}

impl Codes {
    fn each_row<T: Copy + Into<f64>>(&self, x: &[T], out: &mut [f64], first: usize) -> Result<(), Error> {
        let (features, columns) = (self.0.features(), self.0.columns());
        if features == 0 || columns.is_empty() {
            return Ok(());
        }
        let rows = x.chunks_exact(features).zip(out.chunks_exact_mut(columns.len()));
        rows.enumerate().try_for_each(|(row, (x, out))| {
            out.iter_mut().zip(columns).try_for_each(|(out, column)| {
                *out = code_of(column, x[column.from].into(), first + row)?;
                Ok(())
            })
        })
    }
}

fn code_of(column: &CodeColumn, x: f64, row: usize) -> Result<f64, Error> {
    match &column.code {
        _ if x.is_nan() => Ok(x),
        Code::Keep => Ok(x),
        Code::Byte { below_zero_is_nan: true } if x < 0.0 => Ok(f64::NAN),
        Code::Byte { .. } => Ok(f64::from(byte(x))),
        Code::Position(_) if x.is_infinite() => Err(infinite(row, column.from)),
        Code::Position(numbers) => {
            let position = numbers.partition_point(|&number| number < x);
            let is_there = numbers.get(position) == Some(&x);
            Ok(if is_there { position as f64 } else { f64::NAN })
        }
    }
}

/// What `cvttsd2si` to 32 bits leaves in the lowest 8.
fn byte(x: f64) -> u8 {
    let cut = x.trunc();
    let fits = (f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&cut);
    (if fits { cut as i32 } else { i32::MIN }) as u8
}

#[cold]
fn infinite(row: usize, column: usize) -> Error {
    Error::usage(format!(
        "Input X contains infinity or a value too large for a category (row {row}, column {column}, counted from 0)"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(code: Code, x: f64) -> Result<f64, Error> {
        code_of(&CodeColumn { from: 2, code }, x, 7)
    }

    /// What scikit-learn 0.24–1.3 does on x86-64, seen by running it.
    #[test]
    fn bytes_wrap_as_in_c() {
        let cases = [
            (-0.5, 0),
            (-0.0, 0),
            (-1.0, 255),
            (-2.0, 254),
            (-200.0, 56),
            (3.7, 3),
            (255.0, 255),
            (256.0, 0),
            (300.0, 44),
            (1000.0, 232),
            (2147483647.0, 255),
            (2147483653.0, 0),
            (1e10, 0),
            (f64::NEG_INFINITY, 0),
            (f64::INFINITY, 0),
        ];
        for (x, want) in cases {
            let got = code(Code::Byte { below_zero_is_nan: false }, x).expect("every number has a byte");
            assert_eq!(got, f64::from(want), "{x}");
            let got = code(Code::Byte { below_zero_is_nan: true }, x).expect("every number has a byte");
            assert!(if x < 0.0 { got.is_nan() } else { got == f64::from(want) }, "{x}");
        }
    }

    #[test]
    fn positions_are_of_equal_numbers() {
        let numbers = Code::Position([-1.5, 0.0, 0.1, 7.0].into());
        let cases = [(-1.5, 0.0), (-0.0, 1.0), (0.1, 2.0), (7.0, 3.0)];
        for (x, want) in cases {
            assert_eq!(code(numbers.clone(), x).expect("finite"), want, "{x}");
        }
        for x in [f64::from(0.1_f32), -2.0, 8.0, f64::NAN] {
            assert!(code(numbers.clone(), x).expect("finite or NaN").is_nan(), "{x}");
        }
        let error = code(numbers, f64::INFINITY).expect_err("infinite");
        assert!(error.to_string().contains("(row 7, column 2, counted from 0)"), "{error}");
    }
}
