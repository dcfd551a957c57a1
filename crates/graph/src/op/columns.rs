use std::fmt;

use super::{Exactness, Family, Operator, rule};
use crate::canonical::Canonical;
use crate::types::{Shape, Type};

/// \[n,d\], dense or CSR → \[n,k\] in the same layout: these columns, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns(pub Vec<usize>);

impl Operator for Columns {
    fn name(&self) -> &'static str {
        "columns"
    }

    fn family(&self) -> Family {
        Family::Glue
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let x = rule::one(self, inputs)?;
        let are_there = |d: usize| self.0.iter().all(|&column| column < d);
        match x.shape {
            Shape::Matrix(d) if are_there(d) => Ok(Type::matrix(x.dtype, self.0.len())),
            Shape::Csr(d) if are_there(d) => Ok(Type::csr(x.dtype, self.0.len())),
            _ => Err(rule::wants(self, "a matrix with all those columns", x)),
        }
    }

    fn exactness(&self) -> Exactness {
        Exactness::Exact
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        out.counts(&self.0);
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " {:?}", self.0)
    }
}
