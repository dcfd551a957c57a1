use std::fmt;
use std::sync::Arc;

use crate::types::{Shape, Type};

/// The weights of [`Op::TfIdf`](super::Op::TfIdf), on what is stored; what is not stored stays 0.
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

impl TfIdf {
    pub(super) fn infer(&self, x: Type) -> Result<Type, String> {
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
}

impl fmt::Display for TfIdf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.sublinear { " sublinear" } else { "" })?;
        self.idf.iter().try_for_each(|idf| write!(f, " x{}", idf.len()))
    }
}
