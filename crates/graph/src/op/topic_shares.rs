use std::fmt;

use super::{Exactness, Family, Operator, rule};
use crate::canonical::Canonical;
use crate::constant::Matrix;
use crate::types::{Shape, Type};

/// Floats \[n,d\] from 0 on, dense or CSR → \[n,k\] of the same dtype: how much of each topic a row of counts has.
///
/// With T the topics (k × d), over the columns w whose count c is not 0: γ = 1, e = exp(ψ(γ) − ψ(Σγ)); then, at most
/// `rounds` times, φ = e·T\[:,w\] + ε, γ = e ∘ (T\[:,w\]·(c/φ)) + prior, e = exp(ψ(γ) − ψ(Σγ)), until the mean of |γ − γ before|
/// is below `tolerance`. ψ is scikit-learn's own: −C − 1/x up to 1e-6, else from 6 on log x − 1/2x − 1/12x² + 1/120x⁴ − 1/252x⁶.
/// In float32 ε is that of float32 and γ is rounded.
///
/// Source: `_update_doc_distribution` in scikit-learn's `decomposition/_lda.py`.
#[derive(Clone, Debug, PartialEq)]
pub struct TopicShares {
    /// exp(E\[log β\]), one topic a row.
    pub topics: Matrix,
    /// What is added to each γ.
    pub prior: f64,
    /// Most rounds.
    pub rounds: usize,
    /// Where they end.
    pub tolerance: f64,
}

impl Operator for TopicShares {
    fn name(&self) -> &'static str {
        "topic_shares"
    }

    fn family(&self) -> Family {
        Family::Models
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let x = rule::one(self, inputs)?;
        match x.shape {
            Shape::Matrix(d @ 1..) | Shape::Csr(d @ 1..)
                if d == self.topics.columns() && x.dtype.is_float() =>
            {
                Ok(Type::matrix(x.dtype, self.topics.rows()))
            }
            _ => Err(rule::wants(self, &format!("floats in {} columns", self.topics.columns()), x)),
        }
    }

    fn exactness(&self) -> Exactness {
        Exactness::Rel(1e-6)
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        out.matrix(&self.topics);
        out.float(self.prior);
        out.count(self.rounds);
        out.float(self.tolerance);
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " {}x{}", self.topics.rows(), self.topics.columns())
    }
}
