use cannery_graph as graph;

use crate::buffer::ViewMut;
use crate::error::Error;
use crate::run::{Inputs, Kernel};

/// The least probability of a class against another.
const LEAST: f64 = 1e-7;

/// One-against-one decisions to probabilities of classes.
#[derive(Debug)]
pub(crate) struct PairCoupling(pub(crate) graph::PairCoupling);

impl Kernel for PairCoupling {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_, '_>) -> Result<(), Error> {
        let graph::PairCoupling { classes, a, b } = &self.0;
        let mut coupling = Coupling::new(*classes);
        let rows = inputs.x().f64s().chunks_exact(a.len()).zip(output.f64s().chunks_exact_mut(*classes));
        for (decisions, p) in rows {
            let pairs = decisions.iter().zip(a.iter().zip(b)).map(|(d, (a, b))| clamp(sigmoid(d * a + b)));
            coupling.set(pairs);
            coupling.solve(p);
        }
        Ok(())
    }
}

fn sigmoid(z: f64) -> f64 {
    if z >= 0.0 { (-z).exp() / (1.0 + (-z).exp()) } else { 1.0 / (1.0 + z.exp()) }
}

/// libsvm's `min(max(p, 1e-7), 1 - 1e-7)`, in which NaN becomes the first.
fn clamp(p: f64) -> f64 {
    let p = if p > LEAST { p } else { LEAST };
    if p < 1.0 - LEAST { p } else { 1.0 - LEAST }
}

/// The optimisation over k classes; matrices are k × k in C order.
struct Coupling {
    k: usize,
    r: Vec<f64>,
    q: Vec<f64>,
    qp: Vec<f64>,
}

impl Coupling {
    fn new(k: usize) -> Self {
        Self { k, r: vec![0.0; k * k], q: vec![0.0; k * k], qp: vec![0.0; k] }
    }

    /// Takes the probability of i against j for all i < j, and makes Q of them.
    fn set(&mut self, mut pairs: impl Iterator<Item = f64>) {
        let k = self.k;
        for i in 0..k {
            for j in i + 1..k {
                let p = pairs.next().unwrap_or(LEAST);
                self.r[i * k + j] = p;
                self.r[j * k + i] = 1.0 - p;
            }
        }
        for t in 0..k {
            self.q[t * k + t] = 0.0;
            for j in (0..k).filter(|&j| j != t) {
                let (jt, tj) = (self.r[j * k + t], self.r[t * k + j]);
                self.q[t * k + t] += jt * jt;
                self.q[t * k + j] = if j < t { self.q[j * k + t] } else { -jt * tj };
            }
        }
    }

    fn solve(&mut self, p: &mut [f64]) {
        let k = self.k;
        p.fill(1.0 / k as f64);
        for _ in 0..k.max(100) {
            let mut s = self.products(p);
            if self.qp.iter().fold(0.0, |max, qp| f64::max(max, (qp - s).abs())) < 0.005 / k as f64 {
                break;
            }
            for t in 0..k {
                let (q, own) = (&self.q[t * k..][..k], self.q[t * k + t]);
                let step = (-self.qp[t] + s) / own;
                p[t] += step;
                s = (s + step * (step * own + 2.0 * self.qp[t])) / (1.0 + step) / (1.0 + step);
                for ((qp, p), q) in self.qp.iter_mut().zip(p.iter_mut()).zip(q) {
                    *qp = (*qp + step * q) / (1.0 + step);
                    *p /= 1.0 + step;
                }
            }
        }
    }

    /// Q·p, and gives p·Q·p.
    fn products(&mut self, p: &[f64]) -> f64 {
        let mut s = 0.0;
        for (t, (qp, p_t)) in self.qp.iter_mut().zip(p).enumerate() {
            *qp = self.q[t * self.k..][..self.k].iter().zip(p).fold(0.0, |sum, (q, p)| sum + q * p);
            s += p_t * *qp;
        }
        s
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn couple(k: usize, pairs: &[f64]) -> Vec<f64> {
        let (mut coupling, mut p) = (Coupling::new(k), vec![0.0; k]);
        coupling.set(pairs.iter().copied());
        coupling.solve(&mut p);
        p
    }

    #[test]
    fn sigmoids_are_clamped() {
        assert_eq!(sigmoid(0.0), 0.5);
        assert_eq!(sigmoid(800.0), 0.0);
        assert_eq!(sigmoid(-800.0), 1.0);
        assert_eq!([0.0, 0.5, 1.0, f64::NAN].map(clamp), [LEAST, 0.5, 1.0 - LEAST, LEAST]);
    }

    #[test]
    fn equal_pairs_give_equal_classes() {
        assert_eq!(couple(2, &[0.5]), [0.5; 2]);
        assert_eq!(couple(4, &[0.5; 6]), [0.25; 4]);
    }

    /// Two classes: the iteration goes to the pair's own probability, to the tolerance of 0.005 / 2.
    #[test]
    fn two_classes_keep_their_probability() {
        for p in [0.1, 0.37, 0.9] {
            let got = couple(2, &[p]);
            assert!((got[0] - p).abs() < 0.01 && (got[0] + got[1] - 1.0).abs() < 1e-12, "{got:?} for {p}");
        }
    }

    #[test]
    fn contradictions_come_to_an_end() {
        let p = couple(3, &[1.0 - LEAST, LEAST, 1.0 - LEAST]);
        assert!(p.iter().all(|p| (p - 1.0 / 3.0).abs() < 1e-3), "{p:?}");
    }
}
