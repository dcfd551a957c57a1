//! The results of the members of an ensemble as one.

use std::ops::{AddAssign, Div};

use cannery_graph::CombineRule;

use crate::buffer::{View, ViewMut};
use crate::error::Error;
use crate::run::{Inputs, Kernel};

pub(crate) fn of(rule: &CombineRule, members: usize) -> Box<dyn Kernel> {
    match rule.clone() {
        CombineRule::Sum => Box::new(Sum { members, is_mean: false }),
        CombineRule::Mean => Box::new(Sum { members, is_mean: true }),
        CombineRule::Average { weights, total } => Box::new(Average { weights, total }),
        CombineRule::LogAddExp => Box::new(LogAddExp { members }),
        CombineRule::Median { weights } => Box::new(Median { weights }),
        CombineRule::Votes { classes, hits, misses } => Box::new(Votes { classes, hits, misses }),
    }
}

#[derive(Debug)]
struct Sum {
    members: usize,
    is_mean: bool,
}

impl Kernel for Sum {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        match inputs.x() {
            View::F32(_) => {
                let count = self.is_mean.then_some(self.members as f32);
                add_up(self.members, |member| inputs.arg(member).f32s(), count, output.f32s());
            }
            _ => {
                let count = self.is_mean.then_some(self.members as f64);
                add_up(self.members, |member| inputs.arg(member).f64s(), count, output.f64s());
            }
        }
        Ok(())
    }
}

fn add_up<'v, T: Copy + AddAssign + Div<Output = T> + 'v>(
    members: usize,
    of: impl Fn(usize) -> &'v [T],
    count: Option<T>,
    out: &mut [T],
) {
    out.copy_from_slice(of(0));
    for member in 1..members {
        out.iter_mut().zip(of(member)).for_each(|(sum, &x)| *sum += x);
    }
    if let Some(count) = count {
        out.iter_mut().for_each(|sum| *sum = *sum / count);
    }
}

#[derive(Debug)]
struct Average {
    weights: Vec<f64>,
    total: f64,
}

impl Kernel for Average {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        let out = output.f64s();
        for (member, &weight) in self.weights.iter().enumerate() {
            let x = inputs.arg(member).f64s();
            match member {
                0 => out.iter_mut().zip(x).for_each(|(sum, &x)| *sum = x * weight),
                _ => out.iter_mut().zip(x).for_each(|(sum, &x)| *sum += x * weight),
            }
        }
        out.iter_mut().for_each(|sum| *sum /= self.total);
        Ok(())
    }
}

#[derive(Debug)]
struct LogAddExp {
    members: usize,
}

impl Kernel for LogAddExp {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        let out = output.f64s();
        out.copy_from_slice(inputs.x().f64s());
        for member in 1..self.members {
            let x = inputs.arg(member).f64s();
            out.iter_mut().zip(x).for_each(|(sum, &x)| *sum = log_add_exp(*sum, x));
        }
        Ok(())
    }
}

/// Source: `npy_logaddexp` in numpy's `npymath`.
fn log_add_exp(x: f64, y: f64) -> f64 {
    if x == y {
        return x + std::f64::consts::LN_2;
    }
    match x - y {
        difference if difference > 0.0 => x + (-difference).exp().ln_1p(),
        difference if difference <= 0.0 => y + difference.exp().ln_1p(),
        difference => difference,
    }
}

#[derive(Debug)]
struct Median {
    weights: Vec<f64>,
}

impl Kernel for Median {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        let members = Vec::from_iter((0..self.weights.len()).map(|member| inputs.arg(member).f64s()));
        let mut order: Vec<usize> = Vec::with_capacity(members.len());
        for (row, out) in output.f64s().iter_mut().enumerate() {
            order.clear();
            order.extend(0..members.len());
            order.sort_by(|&a, &b| last_if_nan(members[a][row], members[b][row]));
            let total: f64 = order.iter().map(|&member| self.weights[member]).sum();
            let mut sum = 0.0;
            let reaches = |&&member: &&usize| {
                sum += self.weights[member];
                sum >= 0.5 * total
            };
            let median = order.iter().find(reaches).unwrap_or(&order[0]);
            *out = members[*median][row];
        }
        Ok(())
    }
}

/// The order of numpy's sort.
fn last_if_nan(a: f64, b: f64) -> std::cmp::Ordering {
    a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

#[derive(Debug)]
struct Votes {
    classes: usize,
    hits: Vec<f64>,
    misses: Vec<f64>,
}

impl Kernel for Votes {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        let out = output.f64s();
        out.fill(0.0);
        for (member, (&hit, &miss)) in self.hits.iter().zip(&self.misses).enumerate() {
            let given = inputs.arg(member).i64s();
            for (&given, sums) in given.iter().zip(out.chunks_exact_mut(self.classes)) {
                for (class, sum) in sums.iter_mut().enumerate() {
                    *sum += if class as i64 == given { hit } else { miss };
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithms_are_added_as_numpy_does() {
        let infinite = f64::NEG_INFINITY;
        assert_eq!(log_add_exp(infinite, infinite), infinite);
        assert_eq!((log_add_exp(infinite, -1.5), log_add_exp(-1.5, infinite)), (-1.5, -1.5));
        assert_eq!(log_add_exp(0.0, 0.0), std::f64::consts::LN_2);
        assert!(log_add_exp(f64::NAN, 0.0).is_nan());
    }

    #[test]
    fn numbers_come_before_nan() {
        let mut x = [f64::NAN, 1.0, f64::NEG_INFINITY, f64::INFINITY];
        x.sort_by(|a, b| last_if_nan(*a, *b));
        assert_eq!(x[..3], [f64::NEG_INFINITY, 1.0, f64::INFINITY]);
    }
}
