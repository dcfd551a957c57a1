use std::fmt;

use super::{Exactness, Family, Operator, Terms, rule};
use crate::DType;
use crate::canonical::Canonical;
use crate::types::{Shape, Type};

/// str\[n\], each a record as JSON → \[n,d csr\]: values in columns that their names say.
///
/// A record gives pairs of a name and a value, see [`RecordForm`]. The values of a column are added in the order of the
/// record, in float64, and the sum is converted to the dtype.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordCounts {
    /// How a record is read.
    pub form: RecordForm,
    /// Where names are.
    pub names: RecordNames,
    /// Type of the elements: f32, f64 or i64.
    pub dtype: DType,
}

/// What a record is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordForm {
    /// An object. A number, a truth value or null (NaN) is the value of its key; a text t is the value 1 of the name
    /// key + separator + t, and an array of texts is one such value for each.
    Object {
        /// What stands between key and text.
        separator: Box<str>,
    },
    /// An array of arrays of a name and a value, which is as in an object.
    Pairs {
        /// What stands between name and text.
        separator: Box<str>,
    },
    /// An array of names, each of the value 1.
    Names,
    /// An array of labels, texts or integers, which count once however often they are there.
    Labels,
}

/// The columns of names.
#[derive(Clone, Debug, PartialEq)]
pub enum RecordNames {
    /// Those of a vocabulary; any other name counts nothing.
    Known(Terms),
    /// Those that hashes say, see [`HashCounts`](super::HashCounts). A value of 0 is skipped.
    Hashed {
        /// Number of columns, from 1 to 2³¹ − 1.
        columns: usize,
        /// Whether values of half of the names are negated.
        alternate_sign: bool,
        /// Whether sums lose their sign. scikit-learn before 0.21.
        absolute: bool,
    },
}

impl RecordCounts {
    /// Columns of the result.
    pub fn columns(&self) -> usize {
        match &self.names {
            RecordNames::Known(terms) => terms.len(),
            RecordNames::Hashed { columns, .. } => *columns,
        }
    }
}

impl Operator for RecordCounts {
    fn name(&self) -> &'static str {
        "record_counts"
    }

    fn family(&self) -> Family {
        Family::Text
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let x = rule::one(self, inputs)?;
        rule::expect(self, x, Type::vector(DType::Str))?;
        let columns = self.columns();
        match self.dtype {
            DType::F32 | DType::F64 | DType::I64 if columns <= i32::MAX as usize => {
                let hashes_into_none = matches!(self.names, RecordNames::Hashed { columns: 0, .. });
                if hashes_into_none {
                    return Err("record_counts hashes into no column".into());
                }
                Ok(Type { dtype: self.dtype, shape: Shape::Csr(columns) })
            }
            _ => Err(format!("record_counts of {} in {columns} columns", self.dtype)),
        }
    }

    fn exactness(&self) -> Exactness {
        Exactness::Exact
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        match &self.form {
            RecordForm::Object { separator } => {
                out.word("object");
                out.text(separator);
            }
            RecordForm::Pairs { separator } => {
                out.word("pairs");
                out.text(separator);
            }
            RecordForm::Names => out.word("names"),
            RecordForm::Labels => out.word("labels"),
        }
        match &self.names {
            RecordNames::Known(terms) => {
                out.word("known");
                out.list(terms.iter(), Canonical::text);
            }
            RecordNames::Hashed { columns, alternate_sign, absolute } => {
                out.word("hashed");
                out.count(*columns);
                out.flag(*alternate_sign);
                out.flag(*absolute);
            }
        }
        out.word(self.dtype.name());
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = if let RecordNames::Known(_) = self.names { "known" } else { "hashed" };
        write!(f, " {how} {}", self.columns())
    }
}
