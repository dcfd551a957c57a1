use std::fmt;

use super::{Exactness, Family, Operator, rule};
use crate::DType;
use crate::canonical::Canonical;
use crate::types::Type;

/// f64\[n,k\] → i64\[n,g\]: for each of g groups of neighbouring columns the position of its first maximum, counted
/// from the first column of all; NaN as in [`Op::ArgMax`](super::Op::ArgMax).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupArgMax {
    /// Columns of each group, none of them 0; their sum is k.
    pub widths: Vec<usize>,
}

impl Operator for GroupArgMax {
    fn name(&self) -> &'static str {
        "group_arg_max"
    }

    fn family(&self) -> Family {
        Family::Scores
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let x = rule::one(self, inputs)?;
        let columns = self.widths.iter().try_fold(0_usize, |sum, &width| sum.checked_add(width));
        match columns {
            Some(columns @ 1..) if !self.widths.contains(&0) => {
                rule::expect(self, x, Type::matrix(DType::F64, columns))?;
                Ok(Type::matrix(DType::I64, self.widths.len()))
            }
            _ => Err(format!("group_arg_max over groups of {:?} columns", self.widths)),
        }
    }

    fn exactness(&self) -> Exactness {
        Exactness::Exact
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        out.counts(&self.widths);
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " {:?}", self.widths)
    }
}
