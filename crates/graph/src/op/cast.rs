use std::fmt;

use super::{Exactness, Family, Operator, rule};
use crate::DType;
use crate::canonical::Canonical;
use crate::types::{Shape, Type};

/// Elements in another dtype, dense or CSR. To f64: f32 and bool exactly, i64 rounded to nearest even; any as
/// numpy's `astype(float64)` of objects: None becomes NaN, a text is parsed as Python's `float` does, or it is an
/// error. To f32: f64 rounded to nearest even, beyond the range to infinity; bool exactly; i64 rounded once. To any:
/// each element as what it is. To i64: bool exactly; floats truncated, and what is beyond the range becomes −2⁶³. To str: the text that each element of any is, or an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cast {
    /// Type of the result.
    pub to: DType,
}

impl Operator for Cast {
    fn name(&self) -> &'static str {
        "cast"
    }

    fn family(&self) -> Family {
        Family::Glue
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        use DType::{Any, Bool, F32, F64, I64, Str};
        let x = rule::one(self, inputs)?;
        let is_defined = match (x.dtype, self.to) {
            (F32 | I64 | Bool | Any, F64) | (F64 | I64 | Bool, F32) | (Bool, I64) => true,
            (F32 | F64, I64) => !matches!(x.shape, Shape::Csr(_)),
            (F32 | F64 | I64 | Bool | Str, Any) | (Any, Str) => !matches!(x.shape, Shape::Csr(_)),
            _ => false,
        };
        match x.shape {
            Shape::Vector | Shape::Matrix(_) | Shape::Csr(_) if is_defined => {
                Ok(Type { dtype: self.to, ..x })
            }
            _ => Err(format!("cast of {x} to {} is not defined", self.to)),
        }
    }

    fn exactness(&self) -> Exactness {
        Exactness::Exact
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        out.word(self.to.name());
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " {}", self.to)
    }
}
