use cannery_graph::{self as graph, Reduction};

use super::sum::pairwise;
use crate::buffer::{View, ViewMut};
use crate::error::Error;
use crate::run::{Inputs, Kernel};

/// A number for each row, or for each group of columns. Sums are numpy's, in float64.
#[derive(Debug)]
pub(crate) struct Reduce {
    pub(crate) graph: graph::Reduce,
    pub(crate) columns: usize,
}

impl Kernel for Reduce {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        match inputs.x() {
            View::F32(x) => {
                let out = output.f32s();
                self.rows(x, |at, y| out[at] = y as f32);
            }
            x => {
                let out = output.f64s();
                self.rows(x.f64s(), |at, y| out[at] = y);
            }
        }
        Ok(())
    }
}

impl Reduce {
    fn rows<T: Copy + Into<f64>>(&self, x: &[T], mut write: impl FnMut(usize, f64)) {
        let mut taken = Vec::with_capacity(self.columns);
        for (row, x) in x.chunks_exact(self.columns).enumerate() {
            let Some(groups) = &self.graph.groups else {
                taken.clear();
                taken.extend(x.iter().map(|&x| x.into()));
                write(row, reduce(self.graph.how, &mut taken));
                continue;
            };
            for (group, columns) in groups.iter().enumerate() {
                taken.clear();
                taken.extend(columns.iter().map(|&column| x[column].into()));
                write(row * groups.len() + group, reduce(self.graph.how, &mut taken));
            }
        }
    }
}

/// There is an element or more. They may be changed.
fn reduce(how: Reduction, x: &mut [f64]) -> f64 {
    match how {
        Reduction::Sum => pairwise(x),
        Reduction::Mean => pairwise(x) / x.len() as f64,
        Reduction::Minimum => x.iter().fold(f64::INFINITY, |a, &b| if a <= b || a.is_nan() { a } else { b }),
        Reduction::Maximum => maximum(x),
        Reduction::Median => median(x),
        Reduction::SumOfSquares => {
            x.iter_mut().for_each(|x| *x *= *x);
            pairwise(x)
        }
        Reduction::LogSumExp => {
            let largest = maximum(x);
            let shift = if largest.is_finite() { largest } else { 0.0 };
            x.iter_mut().for_each(|x| *x = (*x - shift).exp());
            shift + pairwise(x).ln()
        }
    }
}

fn maximum(x: &[f64]) -> f64 {
    x.iter().fold(f64::NEG_INFINITY, |a, &b| if a >= b || a.is_nan() { a } else { b })
}

fn median(x: &mut [f64]) -> f64 {
    if x.iter().any(|x| x.is_nan()) {
        return f64::NAN;
    }
    x.sort_unstable_by(f64::total_cmp);
    let middle = x.len() / 2;
    if x.len() % 2 == 1 { x[middle] } else { (x[middle - 1] + x[middle]) / 2.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(how: Reduction, groups: Option<Vec<Vec<usize>>>, x: &[f64]) -> Vec<f64> {
        let width = groups.as_ref().map_or(1, Vec::len);
        let mut out = vec![f64::INFINITY; width];
        let reduce = Reduce { graph: graph::Reduce { how, groups }, columns: x.len() };
        reduce.rows(x, |at, y| out[at] = y);
        out
    }

    #[test]
    fn rows_and_groups() {
        let x = [4.0, -1.0, 2.0, 3.0];
        let all = |how| of(how, None, &x)[0];
        assert_eq!([all(Reduction::Sum), all(Reduction::Mean), all(Reduction::Median)], [8.0, 2.0, 2.5]);
        assert_eq!([all(Reduction::Minimum), all(Reduction::Maximum)], [-1.0, 4.0]);
        assert_eq!(all(Reduction::SumOfSquares), 30.0);
        let groups = Some(vec![vec![3, 0], vec![1], vec![2, 2]]);
        assert_eq!(of(Reduction::Sum, groups, &x), [7.0, -1.0, 4.0]);
    }

    #[test]
    fn logsumexp_of_what_is_not_finite() {
        let of = |x: &[f64]| of(Reduction::LogSumExp, None, x)[0];
        assert_eq!(of(&[f64::NEG_INFINITY; 2]), f64::NEG_INFINITY);
        assert_eq!(of(&[f64::INFINITY, 1.0]), f64::INFINITY);
        assert_eq!(of(&[1000.0, 1000.0]), 1000.0 + 2.0_f64.ln());
        assert!(of(&[f64::NAN, 1.0]).is_nan());
    }
}
