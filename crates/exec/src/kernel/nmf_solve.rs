use cannery_graph::{self as graph, NmfSolver};

use crate::buffer::{View, ViewMut};
use crate::error::Error;
use crate::gemm;
use crate::run::{Inputs, Kernel};

/// scikit-learn's `EPSILON`.
const EPSILON: f64 = f32::EPSILON as f64;

/// The shares of components in rows.
#[derive(Debug)]
pub(crate) struct NmfSolve {
    graph: graph::NmfSolve,
    /// The components, one a column.
    transposed: Vec<f64>,
    /// Products of components.
    gram: Vec<f64>,
}

impl NmfSolve {
    pub(crate) fn new(graph: &graph::NmfSolve) -> Self {
        let (k, d) = (graph.components.rows(), graph.components.columns());
        let h = graph.components.values();
        let transposed = (0..d * k).map(|at| h[at % k * d + at / k]).collect();
        let mut gram = vec![0.0; k * k];
        gemm::multiply_transposed(h, h, d, &mut gram);
        Self { graph: graph.clone(), transposed, gram }
    }

    fn k(&self) -> usize {
        self.graph.components.rows()
    }

    fn d(&self) -> usize {
        self.graph.components.columns()
    }

    fn solve(&self, x: &[f64], w: &mut [f64]) {
        match self.graph.solver {
            _ if w.is_empty() => {}
            NmfSolver::Coordinate => self.coordinate(x, w),
            NmfSolver::Multiplicative { beta, gamma, by_change } => {
                self.multiplicative(x, w, beta, gamma, by_change);
            }
        }
    }

    fn coordinate(&self, x: &[f64], w: &mut [f64]) {
        let k = self.k();
        let mut gram = self.gram.clone();
        (0..k).for_each(|t| gram[t * k + t] += self.graph.l2);
        let mut products = vec![0.0; w.len()];
        gemm::multiply_transposed(x, self.graph.components.values(), self.d(), &mut products);
        products.iter_mut().for_each(|x| *x -= self.graph.l1);
        w.fill(0.0);
        let mut first = 0.0;
        for round in 0..self.graph.rounds {
            let violation = coordinate_round(&gram, &products, w, k);
            if round == 0 {
                first = violation;
            }
            if first == 0.0 || violation / first <= self.graph.tolerance {
                break;
            }
        }
    }

    fn multiplicative(&self, x: &[f64], w: &mut [f64], beta: f64, gamma: f64, by_change: bool) {
        let mean = x.iter().sum::<f64>() / x.len() as f64;
        w.fill((mean / self.k() as f64).sqrt());
        let mut products = vec![0.0; x.len()];
        let first = if by_change { 0.0 } else { self.divergence(x, w, &mut products, beta) };
        let (mut before, mut last) = (w.to_vec(), first);
        for round in 1..=self.graph.rounds {
            self.update(x, w, &mut products, beta, gamma);
            if !by_change && beta < 1.0 {
                w.iter_mut().filter(|w| **w < f64::EPSILON).for_each(|w| *w = 0.0);
            }
            if self.graph.tolerance <= 0.0 {
                continue;
            }
            if by_change {
                let change = before.iter().zip(&*w).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt();
                if change / w.iter().map(|w| w * w).sum::<f64>().sqrt() <= self.graph.tolerance {
                    break;
                }
                before.copy_from_slice(w);
            } else if round % 10 == 0 {
                let error = self.divergence(x, w, &mut products, beta);
                if (last - error) / first < self.graph.tolerance {
                    break;
                }
                last = error;
            }
        }
    }

    /// One multiplicative update of W.
    fn update(&self, x: &[f64], w: &mut [f64], products: &mut [f64], beta: f64, gamma: f64) {
        let (k, d, h) = (self.k(), self.d(), self.graph.components.values());
        let (mut above, mut below) = (vec![0.0; w.len()], vec![0.0; w.len()]);
        if beta == 2.0 {
            gemm::multiply_transposed(x, h, d, &mut above);
            gemm::multiply_transposed(w, &self.gram, k, &mut below);
        } else {
            gemm::multiply_transposed(w, &self.transposed, k, products);
            let floor = |y: f64, is_floored: bool| if is_floored && y < EPSILON { EPSILON } else { y };
            let weighted = products.iter().zip(x).map(|(&y, &x)| {
                let y = floor(y, beta < 2.0);
                if beta == 1.0 {
                    x / y
                } else if beta == 0.0 {
                    1.0 / y * (1.0 / y) * x
                } else {
                    y.powf(beta - 2.0) * x
                }
            });
            gemm::multiply_transposed(&weighted.collect::<Vec<_>>(), h, d, &mut above);
            if beta == 1.0 {
                let sums = (0..k).map(|t| h[t * d..][..d].iter().sum::<f64>()).collect::<Vec<_>>();
                below.iter_mut().enumerate().for_each(|(at, below)| *below = sums[at % k]);
            } else {
                products.iter_mut().for_each(|y| *y = floor(*y, beta < 1.0).powf(beta - 1.0));
                gemm::multiply_transposed(products, h, d, &mut below);
            }
        }
        for ((w, above), below) in w.iter_mut().zip(above).zip(below) {
            let mut below = below;
            if self.graph.l1 > 0.0 {
                below += self.graph.l1;
            }
            if self.graph.l2 > 0.0 {
                below += self.graph.l2 * *w;
            }
            let ratio = above / if below == 0.0 { EPSILON } else { below };
            *w *= if gamma == 1.0 { ratio } else { ratio.powf(gamma) };
        }
    }

    /// √(2·divergence), scikit-learn's `_beta_divergence`.
    fn divergence(&self, x: &[f64], w: &[f64], products: &mut [f64], beta: f64) -> f64 {
        gemm::multiply_transposed(w, &self.transposed, self.k(), products);
        let pairs = || x.iter().zip(&*products).map(|(&x, &y)| (x, y));
        if beta == 2.0 {
            return pairs().map(|(x, y)| (x - y) * (x - y)).sum::<f64>().sqrt();
        }
        let kept =
            || pairs().filter(|(x, _)| *x > EPSILON).map(|(x, y)| (x, if y < EPSILON { EPSILON } else { y }));
        let result: f64 = if beta == 1.0 {
            let logs: f64 = kept().map(|(x, y)| x * (x / y).ln()).sum();
            logs + products.iter().sum::<f64>() - kept().map(|(x, _)| x).sum::<f64>()
        } else if beta == 0.0 {
            let sum: f64 = kept().map(|(x, y)| x / y).sum();
            sum - x.len() as f64 - kept().map(|(x, y)| (x / y).ln()).sum::<f64>()
        } else {
            let powers: f64 = products.iter().map(|y| y.powf(beta)).sum();
            let both: f64 = kept().map(|(x, y)| x * y.powf(beta - 1.0)).sum();
            let own: f64 = kept().map(|(x, _)| x.powf(beta)).sum();
            (own - beta * both + powers * (beta - 1.0)) / (beta * (beta - 1.0))
        };
        (2.0 * result.max(0.0)).sqrt()
    }
}

/// Each component of each row once; gives how far W was from the end.
fn coordinate_round(gram: &[f64], products: &[f64], w: &mut [f64], k: usize) -> f64 {
    let mut violation = 0.0;
    for t in 0..k {
        let of_t = &gram[t * k..][..k];
        for (w, products) in w.chunks_exact_mut(k).zip(products.chunks_exact(k)) {
            let gradient = of_t.iter().zip(&*w).fold(-products[t], |sum, (g, w)| sum + g * w);
            let projected: f64 = if w[t] == 0.0 { gradient.min(0.0) } else { gradient };
            violation += projected.abs();
            if of_t[t] != 0.0 {
                w[t] = (w[t] - gradient / of_t[t]).max(0.0);
            }
        }
    }
    violation
}

impl Kernel for NmfSolve {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        match inputs.x() {
            View::F32(x) => {
                let out = output.f32s();
                let x: Vec<f64> = x.iter().map(|&x| f64::from(x)).collect();
                let mut w = vec![0.0; out.len()];
                self.solve(&x, &mut w);
                out.iter_mut().zip(w).for_each(|(out, w)| *out = w as f32);
            }
            x => self.solve(x.f64s(), output.f64s()),
        }
        Ok(())
    }
}
