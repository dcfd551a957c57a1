use std::fmt;

use super::missing_mask::Missing;
use super::{Exactness, Family, Operator, rule};
use crate::DType;
use crate::Scalar;
use crate::canonical::Canonical;
use crate::types::{Shape, Type};

/// Floats \[n,d\], dense or CSR, i64 or any\[n,d\] → the same type: missing elements replaced by the value of their
/// column. Of a CSR matrix those that are stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Impute {
    /// Which elements are replaced.
    pub missing: Missing,
    /// What is put in.
    pub fill: Fill,
}

/// The value of each column that stands for missing elements.
#[derive(Clone, Debug, PartialEq)]
pub enum Fill {
    /// For floats, rounded to the dtype of the edge where it is put in.
    Floats(Vec<f64>),
    /// For i64.
    Integers(Vec<i64>),
    /// For any.
    Scalars(Vec<Scalar>),
}

impl Fill {
    /// Number of columns.
    pub fn len(&self) -> usize {
        match self {
            Self::Floats(fill) => fill.len(),
            Self::Integers(fill) => fill.len(),
            Self::Scalars(fill) => fill.len(),
        }
    }

    /// Whether there is no column.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Operator for Impute {
    fn name(&self) -> &'static str {
        "impute"
    }

    fn family(&self) -> Family {
        Family::Columns
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let x = rule::one(self, inputs)?;
        let fits = match (&self.fill, x.dtype) {
            (Fill::Floats(_), DType::F32 | DType::F64) => true,
            (Fill::Integers(_), DType::I64) | (Fill::Scalars(_), DType::Any) => {
                matches!(x.shape, Shape::Matrix(_))
            }
            _ => false,
        };
        match x.shape {
            Shape::Matrix(columns @ 1..) | Shape::Csr(columns @ 1..)
                if fits && columns == self.fill.len() && self.missing.is_of(x.dtype) =>
            {
                Ok(x)
            }
            _ => Err(format!("impute {} of {} columns does not take {x}", self.missing, self.fill.len())),
        }
    }

    fn exactness(&self) -> Exactness {
        Exactness::Exact
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        self.missing.write(out);
        match &self.fill {
            Fill::Floats(fill) => {
                out.word("floats");
                out.floats(fill);
            }
            Fill::Integers(fill) => {
                out.word("integers");
                out.list(fill, |out, int| out.int(*int));
            }
            Fill::Scalars(fill) => {
                out.word("scalars");
                out.list(fill, Canonical::scalar);
            }
        }
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " {} x{}", self.missing, self.fill.len())
    }
}
