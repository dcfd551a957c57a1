use std::fmt;

use super::{Exactness, Family, Operator, rule};
use crate::canonical::Canonical;
use crate::constant::Matrix;
use crate::types::{Shape, Type};

/// Floats \[n,k\], products of rows with k atoms → \[n,k\] of the same dtype: how much of each atom a row has, found greedily.
///
/// Orthogonal matching pursuit on the Gram matrix of the atoms, in float64: at most `atoms` times the atom of the largest
/// absolute residual product (the first of equal ones) joins, and the shares of all that joined are solved for by
/// Cholesky. It ends early when that product squared is below ε, when that atom joined before, or when the new pivot
/// squared is at most ε. ε is that of the dtype.
///
/// Source: `_gram_omp` in scikit-learn's `linear_model/_omp.py`.
#[derive(Clone, Debug, PartialEq)]
pub struct SparseCode {
    /// Products of atoms, k × k.
    pub gram: Matrix,
    /// Most atoms of a row, at least 1.
    pub atoms: usize,
}

impl Operator for SparseCode {
    fn name(&self) -> &'static str {
        "sparse_code"
    }

    fn family(&self) -> Family {
        Family::Models
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let x = rule::one(self, inputs)?;
        let k = self.gram.rows();
        if self.gram.columns() != k || !(1..=k).contains(&self.atoms) {
            return Err(format!("sparse_code of {} atoms of {k}", self.atoms));
        }
        match x.shape {
            Shape::Matrix(columns) if columns == k && x.dtype.is_float() => Ok(x),
            _ => Err(rule::wants(self, &format!("floats in {k} columns"), x)),
        }
    }

    fn exactness(&self) -> Exactness {
        Exactness::Rel(1e-6)
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        out.matrix(&self.gram);
        out.count(self.atoms);
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " {} of {}", self.atoms, self.gram.rows())
    }
}
