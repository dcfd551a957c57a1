use std::fmt;

use crate::types::{Shape, Type};

/// How [`Op::RowNorm`](super::Op::RowNorm) makes the norm of each row 1.
///
/// Dense: the norm in the dtype of the edge, sums in any order; the row is divided by it, element by element. A norm of
/// 0 counts as 1, and so does one below 10 · ε of the dtype where `floor` says so.
///
/// CSR: sums of stored elements in the order of their columns, from 0.0, in float64 (a square is rounded to the dtype
/// before it is added); what is stored is divided in float64 and rounded to the dtype. By a maximum it is divided in the
/// dtype. A row whose norm is 0 stays as it is.
///
/// Source: `normalize` in scikit-learn's `preprocessing/_data.py` and `utils/sparsefuncs_fast.pyx`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowNorm {
    /// Which norm.
    pub norm: Norm,
    /// Whether norms of dense rows below 10 · ε count as 1. scikit-learn 1.0 and later.
    pub floor: bool,
}

/// A norm of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Norm {
    /// Σ |x|
    L1,
    /// √Σ x²
    L2,
    /// max |x|
    Max,
    /// max x, with 0 among the elements of a CSR row that does not store all. scikit-learn before 0.23.
    SignedMax,
}

impl RowNorm {
    pub(super) fn infer(self, x: Type) -> Result<Type, String> {
        match x.shape {
            Shape::Matrix(1..) | Shape::Csr(_) if x.dtype.is_float() => Ok(x),
            _ => Err(format!("row_norm takes a matrix of floats with a column, not {x}")),
        }
    }
}

impl fmt::Display for RowNorm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.norm {
            Norm::L1 => "l1",
            Norm::L2 => "l2",
            Norm::Max => "max",
            Norm::SignedMax => "signed-max",
        })?;
        f.write_str(if self.floor { " floor" } else { "" })
    }
}
