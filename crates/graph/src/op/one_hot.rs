use std::fmt;

use super::{Exactness, Family, Operator, rule};
use crate::DType;
use crate::canonical::Canonical;
use crate::types::{Shape, Type};

/// i64\[n,d\] → \[n,m\], dense or CSR: a 1 for each position.
///
/// Position p of column c is 1 in the result's column Σ widths\[..c\] + p; every other element is 0. A position that is
/// not in 0 … widths\[c\] − 1 sets nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OneHot {
    /// How many positions each column has.
    pub widths: Vec<usize>,
    /// Type of the result: f32, f64, i64, or bool where it is dense.
    pub dtype: DType,
    /// Whether only the ones are stored.
    pub is_sparse: bool,
}

impl OneHot {
    /// Columns of the result; `None` when they are more than a sparse matrix can have.
    pub fn columns(&self) -> Option<usize> {
        let sum = self.widths.iter().try_fold(0_usize, |sum, &width| sum.checked_add(width))?;
        u32::try_from(sum).ok().map(|_| sum)
    }
}

impl Operator for OneHot {
    fn name(&self) -> &'static str {
        "one_hot"
    }

    fn family(&self) -> Family {
        Family::Columns
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let x = rule::one(self, inputs)?;
        let columns = self.columns().ok_or("one_hot of more than 2^32 columns")?;
        if self.widths.is_empty() || x != Type::matrix(DType::I64, self.widths.len()) {
            return Err(format!("one_hot takes positions in {} columns, not {x}", self.widths.len()));
        }
        match (self.dtype, self.is_sparse) {
            (DType::F32 | DType::F64 | DType::I64, true) => Ok(Type::csr(self.dtype, columns)),
            (DType::F32 | DType::F64 | DType::I64 | DType::Bool, false) => {
                Ok(Type { dtype: self.dtype, shape: Shape::Matrix(columns) })
            }
            (DType::Bool | DType::Str | DType::Any, _) => Err(format!("one_hot of {}", self.dtype)),
        }
    }

    fn exactness(&self) -> Exactness {
        Exactness::Exact
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        out.counts(&self.widths);
        out.word(self.dtype.name());
        out.word(if self.is_sparse { "csr" } else { "dense" });
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " {self}")
    }
}

impl fmt::Display for OneHot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let layout = if self.is_sparse { " csr" } else { "" };
        write!(f, "{}{layout} {:?}", self.dtype, self.widths)
    }
}
