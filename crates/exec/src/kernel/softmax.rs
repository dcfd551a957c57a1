use crate::buffer::{View, ViewMut};
use crate::error::Error;
use crate::kernel::sum;
use crate::run::{Inputs, Kernel};

/// Scores to probabilities.
#[derive(Debug)]
pub(crate) struct Softmax {
    pub(crate) columns: usize,
}

impl Kernel for Softmax {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        match inputs.x() {
            View::F32(x) => {
                let rows = x.chunks_exact(self.columns).zip(output.f32s().chunks_exact_mut(self.columns));
                rows.for_each(|(x, out)| single(x, out));
            }
            x => {
                let rows =
                    x.f64s().chunks_exact(self.columns).zip(output.f64s().chunks_exact_mut(self.columns));
                rows.for_each(|(x, out)| double(x, out));
            }
        }
        Ok(())
    }
}

fn double(x: &[f64], out: &mut [f64]) {
    let max =
        x.iter().copied().fold(f64::NEG_INFINITY, |max, x| if max >= x || max.is_nan() { max } else { x });
    out.iter_mut().zip(x).for_each(|(out, x)| *out = (x - max).exp());
    let sum = sum::pairwise(out);
    out.iter_mut().for_each(|out| *out /= sum);
}

/// The exponential is that of float64, rounded; the rest is float32.
fn single(x: &[f32], out: &mut [f32]) {
    let max =
        x.iter().copied().fold(f32::NEG_INFINITY, |max, x| if max >= x || max.is_nan() { max } else { x });
    out.iter_mut().zip(x).for_each(|(out, x)| *out = f64::from(x - max).exp() as f32);
    let sum = sum::pairwise(out);
    out.iter_mut().for_each(|out| *out /= sum);
}

/// Scores to the logarithms of probabilities.
#[derive(Debug)]
pub(crate) struct LogSoftmax {
    pub(crate) columns: usize,
}

impl Kernel for LogSoftmax {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        let (x, out) = (inputs.x().f64s(), output.f64s());
        let rows = x.chunks_exact(self.columns).zip(out.chunks_exact_mut(self.columns));
        rows.for_each(|(x, out)| log_softmax(x, out));
        Ok(())
    }
}

fn log_softmax(x: &[f64], out: &mut [f64]) {
    let max =
        x.iter().copied().fold(f64::NEG_INFINITY, |max, x| if max >= x || max.is_nan() { max } else { x });
    let max = if max.is_finite() { max } else { 0.0 };
    let sum = x.iter().fold(0.0, |sum, x| sum + (x - max).exp());
    let log_sum = f64::ln(sum) + max;
    out.iter_mut().zip(x).for_each(|(out, x)| *out = x - log_sum);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn softmax(x: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; x.len()];
        double(x, &mut out);
        out
    }

    #[test]
    fn rows_sum_to_one() {
        assert_eq!(softmax(&[0.0, 0.0]), [0.5, 0.5]);
        assert_eq!(softmax(&[1e308, -1e308, 1e308]), [0.5, 0.0, 0.5]);
        assert_eq!(softmax(&[2.0_f64.ln(), 0.0, f64::NEG_INFINITY]), [2.0 / 3.0, 1.0 / 3.0, 0.0]);
        let mut out = [0.0_f32; 2];
        single(&[0.0, 200.0], &mut out);
        assert_eq!(out, [0.0, 1.0]);
    }

    #[test]
    fn logarithms_of_probabilities() {
        let log = |x: &[f64]| {
            let mut out = vec![0.0; x.len()];
            log_softmax(x, &mut out);
            out
        };
        assert_eq!(log(&[0.0, 0.0]), [-std::f64::consts::LN_2; 2]);
        assert_eq!(log(&[1e308, -1e308]), [0.0, f64::NEG_INFINITY]);
        assert_eq!(log(&[f64::NEG_INFINITY, 3.0]), [f64::NEG_INFINITY, 0.0]);
        assert!(log(&[f64::INFINITY, 0.0])[0].is_nan(), "inf less inf");
        assert_eq!(log(&[f64::INFINITY, 0.0])[1], f64::NEG_INFINITY);
        assert!(log(&[f64::NAN, 0.0]).iter().all(|x| x.is_nan()));
    }

    #[test]
    fn rows_without_a_finite_maximum_are_nan() {
        for row in [[1.0, f64::NAN], [f64::NAN, 1.0], [f64::INFINITY, 0.0], [f64::NEG_INFINITY; 2]] {
            assert!(softmax(&row).iter().any(|p| p.is_nan()), "{row:?}");
        }
    }
}
