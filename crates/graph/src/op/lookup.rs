use std::fmt;
use std::sync::Arc;

use super::{Exactness, Family, Operator, rule};
use crate::DType;
use crate::Scalar;
use crate::canonical::Canonical;
use crate::types::{Shape, Type};

/// Of any dtype, \[n,d\], or \[n\] as one column → f32, f64 or i64\[n,d\]: the value of each category.
///
/// Each column has categories and a value for each.
///
/// An element is the category that it equals in Python: numbers and truth values by value (float32 is widened; `True`
/// is 1 is 1.0), texts by their characters, None only itself. NaN is the category NaN. Of categories that are equal the
/// first counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Lookup {
    dtype: DType,
    columns: Vec<LookupColumn>,
}

/// One column of a [`Lookup`].
#[derive(Clone, Debug, PartialEq)]
pub struct LookupColumn {
    /// Its number in messages.
    pub number: usize,
    /// The categories.
    pub categories: Arc<[Scalar]>,
    /// The value of each category, rounded to the dtype of the result.
    pub values: Arc<[f64]>,
    /// What any other element gives.
    pub unknown: Unknown,
}

/// What an element gives that is none of the categories.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Unknown {
    /// An error that names it: "found unknown categories".
    Error,
    /// This value.
    Value(f64),
}

impl Lookup {
    /// A lookup that gives elements of a dtype: f32, f64, or i64 where all values are integers.
    ///
    /// # Errors
    /// What does not fit together.
    pub fn new(dtype: DType, columns: Vec<LookupColumn>) -> Result<Self, String> {
        match dtype {
            DType::F32 | DType::F64 | DType::I64 => {}
            DType::Bool | DType::Str | DType::Any => return Err(format!("lookup of {dtype}")),
        }
        if columns.is_empty() {
            return Err("lookup in no column".into());
        }
        for column in &columns {
            let LookupColumn { number, categories, values, unknown } = column;
            if categories.len() != values.len() {
                let (n, m) = (categories.len(), values.len());
                return Err(format!("column {number} has {n} categories and {m} values"));
            }
            let other = if let Unknown::Value(value) = unknown { Some(value) } else { None };
            let is_int = |x: &f64| x.fract() == 0.0 && x.abs() <= MAX_INTEGER;
            if dtype == DType::I64 && !values.iter().chain(other).all(is_int) {
                return Err(format!("column {number} has values that are not integers"));
            }
        }
        Ok(Self { dtype, columns })
    }

    /// Type of the values.
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// The columns in order.
    pub fn columns(&self) -> &[LookupColumn] {
        &self.columns
    }
}

impl Operator for Lookup {
    fn name(&self) -> &'static str {
        "lookup"
    }

    fn family(&self) -> Family {
        Family::Columns
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let x = rule::one(self, inputs)?;
        let columns = self.columns.len();
        match x.shape {
            Shape::Vector if columns == 1 => Ok(Type::matrix(self.dtype, columns)),
            Shape::Matrix(d) if columns == d => Ok(Type::matrix(self.dtype, columns)),
            _ => Err(rule::wants(self, &format!("dense elements in {columns} columns"), x)),
        }
    }

    fn exactness(&self) -> Exactness {
        Exactness::Exact
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        out.word(self.dtype.name());
        out.list(&self.columns, |out, LookupColumn { number, categories, values, unknown }| {
            out.count(*number);
            out.list(&**categories, Canonical::scalar);
            out.floats(values);
            match unknown {
                Unknown::Error => out.word("error"),
                Unknown::Value(value) => {
                    out.word("value");
                    out.float(*value);
                }
            }
        });
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " {self}")
    }
}

/// Integers up to here are float64 numbers, all of them.
const MAX_INTEGER: f64 = 9_007_199_254_740_992.0;

impl fmt::Display for Lookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts: Vec<usize> = self.columns.iter().map(|column| column.categories.len()).collect();
        write!(f, "{} {counts:?}", self.dtype)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_fit_their_dtype_and_their_categories() {
        let column = |values: &[f64], unknown| LookupColumn {
            number: 3,
            categories: [Scalar::None, Scalar::Int(1)].into(),
            values: values.into(),
            unknown,
        };
        let new = |dtype, values: &[f64], unknown| Lookup::new(dtype, vec![column(values, unknown)]);
        assert!(new(DType::I64, &[0.0, -1.0], Unknown::Error).is_ok());
        assert!(new(DType::F64, &[0.5, f64::NAN], Unknown::Value(f64::NAN)).is_ok());
        for (dtype, values, unknown, message) in [
            (DType::I64, &[0.0, 0.5][..], Unknown::Error, "column 3 has values that are not integers"),
            (DType::I64, &[0.0, 1.0], Unknown::Value(f64::NAN), "column 3 has values that are not integers"),
            (DType::F64, &[0.0], Unknown::Error, "column 3 has 2 categories and 1 values"),
            (DType::Str, &[0.0, 1.0], Unknown::Error, "lookup of str"),
        ] {
            assert_eq!(new(dtype, values, unknown), Err(message.to_owned()));
        }
        assert!(Lookup::new(DType::F64, vec![]).is_err());
    }
}
