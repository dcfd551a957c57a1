use std::fmt;

use super::{Exactness, Family, Operator, rule};
use crate::canonical::Canonical;
use crate::types::{Shape, Type};

/// Floats \[n,d\], dense or CSR → the same type: rows of norm 1.
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

impl Operator for RowNorm {
    fn name(&self) -> &'static str {
        "row_norm"
    }

    fn family(&self) -> Family {
        Family::Columns
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let x = rule::one(self, inputs)?;
        match x.shape {
            Shape::Matrix(1..) | Shape::Csr(_) if x.dtype.is_float() => Ok(x),
            _ => Err(format!("row_norm takes a matrix of floats with a column, not {x}")),
        }
    }

    fn exactness(&self) -> Exactness {
        match self.norm {
            Norm::L1 | Norm::L2 => Exactness::SUMS,
            Norm::Max | Norm::SignedMax => Exactness::Exact,
        }
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        out.word(self.norm.word());
        out.flag(self.floor);
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " {self}")
    }
}

impl Norm {
    fn word(self) -> &'static str {
        match self {
            Self::L1 => "l1",
            Self::L2 => "l2",
            Self::Max => "max",
            Self::SignedMax => "signed-max",
        }
    }
}

impl fmt::Display for RowNorm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.norm.word())?;
        f.write_str(if self.floor { " floor" } else { "" })
    }
}
