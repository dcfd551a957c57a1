use cannery_graph as graph;

use crate::buffer::{View, ViewMut};
use crate::csr::StoredView;
use crate::error::Error;
use crate::run::{Inputs, Kernel};

/// How much of each topic a row has.
#[derive(Debug)]
pub(crate) struct TopicShares {
    graph: graph::TopicShares,
    /// One row a column of x.
    words: Vec<f64>,
}

/// What becomes of numbers of the dtype.
#[derive(Clone, Copy)]
struct Precision {
    epsilon: f64,
    round: fn(f64) -> f64,
}

impl TopicShares {
    pub(crate) fn new(graph: &graph::TopicShares) -> Self {
        let (k, d) = (graph.topics.rows(), graph.topics.columns());
        let words = (0..d * k).map(|at| graph.topics.values()[at % k * d + at / k]).collect();
        Self { graph: graph.clone(), words }
    }

    /// The shares of a row that has these counts.
    fn row(&self, counts: &[(usize, f64)], gamma: &mut [f64], precision: Precision) {
        let k = gamma.len();
        gamma.fill(1.0);
        let mut e = vec![0.0; k];
        expectations(gamma, 0.0, &mut e, precision);
        let mut sums = vec![0.0; k];
        for _ in 0..self.graph.rounds {
            sums.fill(0.0);
            for &(word, count) in counts {
                let topics = &self.words[word * k..][..k];
                let phi: f64 = e.iter().zip(topics).map(|(e, t)| e * t).sum();
                let ratio = count / ((precision.round)(phi) + precision.epsilon);
                sums.iter_mut().zip(topics).for_each(|(sum, t)| *sum += ratio * t);
            }
            sums.iter_mut().zip(&e).for_each(|(sum, e)| *sum = (precision.round)(*sum * e));
            expectations(&mut sums, self.graph.prior, &mut e, precision);
            let change: f64 = gamma.iter().zip(&sums).map(|(a, b)| (a - b).abs()).sum();
            gamma.copy_from_slice(&sums);
            if change / (k as f64) < self.graph.tolerance {
                break;
            }
        }
    }
}

/// Adds the prior to γ, and gives exp(ψ(γ) − ψ(Σγ)).
fn expectations(gamma: &mut [f64], prior: f64, out: &mut [f64], precision: Precision) {
    let mut total = 0.0;
    for gamma in gamma.iter_mut() {
        *gamma = (precision.round)(*gamma + prior);
        total += *gamma;
    }
    let of_total = psi((precision.round)(total));
    out.iter_mut()
        .zip(gamma)
        .for_each(|(out, gamma)| *out = (precision.round)((psi(*gamma) - of_total).exp()));
}

/// scikit-learn's digamma function.
fn psi(mut x: f64) -> f64 {
    const EULER: f64 = 0.577_215_664_901_532_9;
    if x <= 1e-6 {
        return -EULER - 1.0 / x;
    }
    let mut result = 0.0;
    while x < 6.0 {
        result -= 1.0 / x;
        x += 1.0;
    }
    let r = 1.0 / x;
    result += x.ln() - 0.5 * r;
    let r = r * r;
    result - r * (1.0 / 12.0 - r * (1.0 / 120.0 - r * (1.0 / 252.0)))
}

impl Kernel for TopicShares {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        let (k, d) = (self.graph.topics.rows(), self.graph.topics.columns());
        if k == 0 {
            return Ok(());
        }
        let x = inputs.x();
        let mut counts: Vec<(usize, f64)> = Vec::new();
        let read = |row: usize, counts: &mut Vec<(usize, f64)>| {
            counts.clear();
            match x {
                View::F32(x) => counts.extend(x[row * d..][..d].iter().map(|&x| f64::from(x)).enumerate()),
                View::Csr(rows) => counts.extend(rows.range(row).map(|at| {
                    let value = match rows.values {
                        StoredView::F32(values) => f64::from(values[at]),
                        StoredView::F64(values) => values[at],
                        StoredView::I64(values) => values[at] as f64,
                    };
                    (rows.columns[at] as usize, value)
                })),
                x => counts.extend(x.f64s()[row * d..][..d].iter().copied().enumerate()),
            }
            counts.retain(|(_, count)| *count != 0.0);
        };
        match output {
            ViewMut::F32(out) => {
                let precision =
                    Precision { epsilon: f64::from(f32::EPSILON), round: |x| f64::from(x as f32) };
                let mut wide = vec![0.0; k];
                for (row, out) in out.chunks_exact_mut(k).enumerate() {
                    read(row, &mut counts);
                    self.row(&counts, &mut wide, precision);
                    out.iter_mut().zip(&wide).for_each(|(out, &x)| *out = x as f32);
                }
            }
            out => {
                let precision = Precision { epsilon: f64::EPSILON, round: |x| x };
                for (row, out) in out.f64s().chunks_exact_mut(k).enumerate() {
                    read(row, &mut counts);
                    self.row(&counts, out, precision);
                }
            }
        }
        Ok(())
    }
}
