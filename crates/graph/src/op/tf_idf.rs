use std::fmt;
use std::sync::Arc;

use super::{Exactness, Family, Operator, rule};
use crate::canonical::Canonical;
use crate::types::{Shape, Type};

/// Floats \[n,d csr\] → the same type: counts become weights. What is not stored stays 0.
///
/// Where sublinear, x becomes log(x) + 1, two roundings; a stored 0 so becomes −inf. Then, where there are weights,
/// x · idf\[column\], computed in float64 and rounded to the dtype of the edge: float32 data with float64 weights round once.
/// Source: `TfidfTransformer.transform`.
#[derive(Clone, Debug, PartialEq)]
pub struct TfIdf {
    /// Whether counts count as their logarithm.
    pub sublinear: bool,
    /// A weight a column.
    pub idf: Option<Arc<[f64]>>,
}

impl Operator for TfIdf {
    fn name(&self) -> &'static str {
        "tf_idf"
    }

    fn family(&self) -> Family {
        Family::Text
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let x = rule::one(self, inputs)?;
        let columns = match x.shape {
            Shape::Csr(columns) if x.dtype.is_float() => columns,
            _ => return Err(format!("tf_idf takes a CSR matrix of floats, not {x}")),
        };
        match &self.idf {
            Some(idf) if idf.len() != columns => {
                Err(format!("tf_idf has {} weights for {columns} columns", idf.len()))
            }
            _ => Ok(x),
        }
    }

    fn exactness(&self) -> Exactness {
        if self.sublinear { Exactness::Ulp(4) } else { Exactness::Exact }
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        out.flag(self.sublinear);
        out.option(self.idf.as_deref(), Canonical::floats);
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for TfIdf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.sublinear { " sublinear" } else { "" })?;
        self.idf.iter().try_for_each(|idf| write!(f, " x{}", idf.len()))
    }
}
