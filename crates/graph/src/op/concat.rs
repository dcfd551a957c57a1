use super::{Exactness, Family, Operator};
use crate::canonical::Canonical;
use crate::types::{Shape, Type};

/// One edge or more of one dtype → \[n,d\]: their columns side by side; a vector is one column. All CSR → \[n,d csr\].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Concat;

impl Operator for Concat {
    fn name(&self) -> &'static str {
        "concat"
    }

    fn family(&self) -> Family {
        Family::Glue
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let Some((first, rest)) = inputs.split_first() else {
            return Err("concat takes an edge or more".into());
        };
        if let Some(other) = rest.iter().find(|other| other.dtype != first.dtype) {
            return Err(format!("concat of {} and {}", first.dtype, other.dtype));
        }
        let layout = layout(inputs)?;
        let columns = inputs.iter().try_fold(0_usize, |sum, x| sum.checked_add(x.columns()));
        columns.map(|columns| layout(first.dtype, columns)).ok_or_else(|| "concat of too many columns".into())
    }

    fn exactness(&self) -> Exactness {
        Exactness::Exact
    }

    fn constants(&self, _: &mut Canonical<'_>) {}
}

/// What makes the type of the result.
fn layout(inputs: &[Type]) -> Result<fn(crate::DType, usize) -> Type, String> {
    let (mut dense, mut csr) = (false, false);
    for x in inputs {
        match x.shape {
            Shape::Vector | Shape::Matrix(_) => dense = true,
            Shape::Csr(_) => csr = true,
            Shape::Ragged => return Err("concat of rows that differ in length".into()),
            Shape::Hits(_) => return Err("concat of neighbours".into()),
        }
    }
    match (dense, csr) {
        (_, false) => Ok(Type::matrix),
        (false, true) => Ok(Type::csr),
        (true, true) => Err("concat of dense and CSR matrices".into()),
    }
}
