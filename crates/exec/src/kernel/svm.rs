//! libsvm's decisions and what scikit-learn makes of them.

use cannery_graph::{Confidence, SvmPairs};

use crate::buffer::ViewMut;
use crate::error::Error;
use crate::run::{Inputs, Kernel};

/// Pairs of classes i < j in libsvm's order.
fn pairs(classes: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..classes).flat_map(move |i| (i + 1..classes).map(move |j| (i, j)))
}

fn pair_count(classes: usize) -> usize {
    classes * (classes - 1) / 2
}

/// Kernel values to decisions.
#[derive(Debug)]
pub(crate) struct Pairs(pub(crate) SvmPairs);

/// Rows whose sums run side by side. Each sum adds its own terms in order, so this changes no bit.
const ROWS: usize = 4;

impl Kernel for Pairs {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        let (kernel, decisions) = (inputs.x().f64s(), output.f64s());
        let row = |index: usize| &kernel[index * self.0.coefs.columns()..][..self.0.coefs.columns()];
        let together = inputs.rows() / ROWS * ROWS;
        for first in (0..together).step_by(ROWS) {
            self.decide::<ROWS>(std::array::from_fn(|r| row(first + r)), first, decisions);
        }
        for first in together..inputs.rows() {
            self.decide::<1>([row(first)], first, decisions);
        }
        Ok(())
    }
}

impl Pairs {
    /// Writes the decisions of the rows `first..first + R`, whose kernel values are given.
    fn decide<const R: usize>(&self, kernel: [&[f64]; R], first: usize, decisions: &mut [f64]) {
        let SvmPairs { counts, coefs, intercepts } = &self.0;
        let (mut pair, mut start_i) = (0, 0);
        for i in 0..counts.len() {
            let of_i = start_i..start_i + counts[i];
            let mut start_j = of_i.end;
            for (j, count_j) in counts.iter().enumerate().skip(i + 1) {
                let of_j = start_j..start_j + count_j;
                let sums =
                    add_products([0.0; R], &coefs.row(j - 1)[of_i.clone()], kernel.map(|k| &k[of_i.clone()]));
                let sums = add_products(sums, &coefs.row(i)[of_j.clone()], kernel.map(|k| &k[of_j.clone()]));
                for (r, sum) in sums.into_iter().enumerate() {
                    decisions[(first + r) * intercepts.len() + pair] = sum + intercepts[pair];
                }
                (pair, start_j) = (pair + 1, of_j.end);
            }
            start_i = of_i.end;
        }
    }
}

fn add_products<const R: usize>(mut sums: [f64; R], coefs: &[f64], kernel: [&[f64]; R]) -> [f64; R] {
    let kernel = kernel.map(|k| &k[..coefs.len()]);
    for (v, coef) in coefs.iter().enumerate() {
        for r in 0..R {
            sums[r] += coef * kernel[r][v];
        }
    }
    sums
}

/// Decisions to the class with most votes.
#[derive(Debug)]
pub(crate) struct Votes {
    pub(crate) classes: usize,
}

impl Kernel for Votes {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        let mut votes = vec![0_u32; self.classes];
        let rows = inputs.x().f64s().chunks_exact(pair_count(self.classes));
        for (class, decisions) in output.i64s().iter_mut().zip(rows) {
            votes.fill(0);
            for ((i, j), &decision) in pairs(self.classes).zip(decisions) {
                votes[if decision > 0.0 { i } else { j }] += 1;
            }
            *class = first_maximum(&votes) as i64;
        }
        Ok(())
    }
}

fn first_maximum(votes: &[u32]) -> usize {
    (1..votes.len()).fold(0, |best, class| if votes[class] > votes[best] { class } else { best })
}

/// Decisions to one score a class.
#[derive(Debug)]
pub(crate) struct Scores {
    pub(crate) classes: usize,
    pub(crate) confidence: Confidence,
}

impl Kernel for Scores {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        let (decisions, out) = (inputs.x().f64s(), output.f64s());
        match self.confidence {
            Confidence::Bounded => {
                self.each_row(decisions, out, |votes, sum| votes + sum / (3.0 * (sum.abs() + 1.0)));
            }
            Confidence::BatchScaled => {
                self.each_row(decisions, out, |_, sum| sum);
                match batch_scale(out) {
                    Some(scale) => self.each_row(decisions, out, |votes, sum| votes + sum * scale),
                    None => self.each_row(decisions, out, |votes, _| votes),
                }
            }
        }
        Ok(())
    }
}

impl Scores {
    /// Writes `score` of the votes and the sum of confidences of each row and class.
    fn each_row(&self, decisions: &[f64], out: &mut [f64], score: impl Fn(f64, f64) -> f64) {
        let mut votes = vec![0.0; self.classes];
        let rows = decisions.chunks_exact(pair_count(self.classes));
        for (decisions, sums) in rows.zip(out.chunks_exact_mut(self.classes)) {
            votes.fill(0.0);
            sums.fill(0.0);
            for ((i, j), &decision) in pairs(self.classes).zip(decisions) {
                sums[i] += decision;
                sums[j] -= decision;
                votes[if decision < 0.0 { j } else { i }] += 1.0;
            }
            sums.iter_mut().zip(&votes).for_each(|(sum, &votes)| *sum = score(votes, *sum));
        }
    }
}

/// Classes and confidences of pairs to one score a class.
#[derive(Debug)]
pub(crate) struct VotedScores {
    pub(crate) classes: usize,
    pub(crate) confidence: Confidence,
}

impl Kernel for VotedScores {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        let (given, confidences, out) = (inputs.arg(0).i64s(), inputs.arg(1).f64s(), output.f64s());
        match self.confidence {
            Confidence::Bounded => {
                self.each_row(given, confidences, out, |votes, sum| votes + sum / (3.0 * (sum.abs() + 1.0)));
            }
            Confidence::BatchScaled => {
                self.each_row(given, confidences, out, |_, sum| sum);
                match batch_scale(out) {
                    Some(scale) => {
                        self.each_row(given, confidences, out, |votes, sum| votes + sum * scale);
                    }
                    None => self.each_row(given, confidences, out, |votes, _| votes),
                }
            }
        }
        Ok(())
    }
}

impl VotedScores {
    /// Writes `score` of the votes and the sum of confidences of each row and class.
    fn each_row(&self, given: &[i64], confidences: &[f64], out: &mut [f64], score: impl Fn(f64, f64) -> f64) {
        let (mut votes, count) = (vec![0.0; self.classes], pair_count(self.classes));
        let rows = given.chunks_exact(count).zip(confidences.chunks_exact(count));
        for ((given, confidences), sums) in rows.zip(out.chunks_exact_mut(self.classes)) {
            votes.fill(0.0);
            sums.fill(0.0);
            for ((i, j), (&class, &confidence)) in pairs(self.classes).zip(given.iter().zip(confidences)) {
                sums[i] -= confidence;
                sums[j] += confidence;
                match class {
                    0 => votes[i] += 1.0,
                    1 => votes[j] += 1.0,
                    _ => {}
                }
            }
            sums.iter_mut().zip(&votes).for_each(|(sum, &votes)| *sum = score(votes, *sum));
        }
    }
}

/// What scikit-learn 0.20 and before multiply the sums of the whole batch by; `None` when all are equal.
fn batch_scale(sums: &[f64]) -> Option<f64> {
    let nan_wins = |pick: fn(f64, f64) -> f64| {
        move |a: f64, b: f64| {
            if a.is_nan() {
                a
            } else if b.is_nan() {
                b
            } else {
                pick(a, b)
            }
        }
    };
    let max = sums.iter().copied().reduce(nan_wins(f64::max))?;
    let min = sums.iter().copied().reduce(nan_wins(f64::min))?;
    (max != min).then(|| (0.5 - f64::EPSILON) / if max.is_nan() { max } else { max.abs().max(min.abs()) })
}
