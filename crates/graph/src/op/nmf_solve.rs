use std::fmt;

use super::{Exactness, Family, Operator, rule};
use crate::canonical::Canonical;
use crate::constant::Matrix;
use crate::types::{Shape, Type};

/// Floats \[n,d\] from 0 on → W \[n,k\] of the same dtype: W·H is near x, with the rows of the batch solved together.
///
/// Computed in float64. With l1 and l2 the regularisation, at most `rounds` rounds of one of these:
///
/// * coordinate descent from W = 0: with G = H·Hᵀ + l2·I and B = x·Hᵀ − l1, for each component t and row i
///   g = −B\[i,t\] + Σ G\[t,r\]·W\[i,r\], W\[i,t\] = max(W\[i,t\] − g / G\[t,t\], 0); a round ends all when the sum of |g| (of min(0, g) where
///   W\[i,t\] is 0) is at most `tolerance` times that of the first round;
/// * multiplicative updates of a β-divergence from W = √(mean(x) / k): W ∘= (N / D)^γ with N = (x ∘ (W·H)^(β−2))·Hᵀ and
///   D = (W·H)^(β−1)·Hᵀ + l1 + l2·W. Every 10th round ends all when the divergence has fallen by less than `tolerance` times
///   its first value; with `by_change` every round does when ‖W − W before‖ / ‖W‖ is at most `tolerance`.
///
/// Source: scikit-learn's `decomposition/_nmf.py`.
#[derive(Clone, Debug, PartialEq)]
pub struct NmfSolve {
    /// H, k × d.
    pub components: Matrix,
    /// How it is solved.
    pub solver: NmfSolver,
    /// l1.
    pub l1: f64,
    /// l2.
    pub l2: f64,
    /// Where rounds end; 0 for never.
    pub tolerance: f64,
    /// Most rounds.
    pub rounds: usize,
}

/// A way to solve it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NmfSolver {
    /// Coordinate descent.
    Coordinate,
    /// Multiplicative updates.
    Multiplicative {
        /// β of the divergence.
        beta: f64,
        /// γ.
        gamma: f64,
        /// Whether the change of W ends it.
        by_change: bool,
    },
}

impl Operator for NmfSolve {
    fn name(&self) -> &'static str {
        "nmf_solve"
    }

    fn family(&self) -> Family {
        Family::Models
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let x = rule::one(self, inputs)?;
        match x.shape {
            Shape::Matrix(d @ 1..) if d == self.components.columns() && x.dtype.is_float() => {
                Ok(Type::matrix(x.dtype, self.components.rows()))
            }
            _ => Err(rule::wants(self, &format!("floats in {} columns", self.components.columns()), x)),
        }
    }

    fn exactness(&self) -> Exactness {
        Exactness::Rel(1e-6)
    }

    fn needs_batch(&self) -> bool {
        true
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        out.matrix(&self.components);
        match self.solver {
            NmfSolver::Coordinate => out.word("coordinate"),
            NmfSolver::Multiplicative { beta, gamma, by_change } => {
                out.word("multiplicative");
                out.float(beta);
                out.float(gamma);
                out.flag(by_change);
            }
        }
        [self.l1, self.l2, self.tolerance].iter().for_each(|&x| out.float(x));
        out.count(self.rounds);
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let solver = match self.solver {
            NmfSolver::Coordinate => "coordinate",
            NmfSolver::Multiplicative { .. } => "multiplicative",
        };
        write!(f, " {solver} {}x{}", self.components.rows(), self.components.columns())
    }
}
