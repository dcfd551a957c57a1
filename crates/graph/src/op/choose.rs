use super::{Exactness, Family, Operator, rule};
use crate::DType;
use crate::canonical::Canonical;
use crate::types::{Shape, Type};

/// Dense i64, and two dense edges a and b of one type → that type: a where the integer is not 0, else b.
///
/// There is an integer for each element, or one for each row: \[n\] or \[n,1\].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choose;

impl Operator for Choose {
    fn name(&self) -> &'static str {
        "choose"
    }

    fn family(&self) -> Family {
        Family::Glue
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let [mask, a, b] = rule::take(self, inputs)?;
        let is_dense = |x: Type| matches!(x.shape, Shape::Vector | Shape::Matrix(_));
        let fits = mask.shape == a.shape || (mask.columns() == 1 && a.shape != Shape::Vector);
        if a == b
            && is_dense(mask)
            && is_dense(a)
            && mask.dtype == DType::I64
            && fits
            && a.dtype != DType::Any
        {
            return Ok(a);
        }
        Err(format!("choose by {mask} between {a} and {b}"))
    }

    fn exactness(&self) -> Exactness {
        Exactness::Exact
    }

    fn constants(&self, _: &mut Canonical<'_>) {}
}
