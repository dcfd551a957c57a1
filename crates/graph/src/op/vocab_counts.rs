use std::fmt;
use std::sync::Arc;

use super::{Exactness, Family, Operator, rule};
use crate::DType;
use crate::canonical::Canonical;
use crate::types::{Shape, Type};

/// str\[n,*\] → \[n,d csr\]: column j of a row is how often term j of a vocabulary is among its tokens.
///
/// Tokens that are no term count nothing. Only columns with a count are stored. A count is an integer, then of the dtype.
/// Source: `CountVectorizer._count_vocab`.
#[derive(Clone, Debug, PartialEq)]
pub struct VocabCounts {
    /// The terms, by column, no two of them equal.
    pub vocabulary: Terms,
    /// Whether every count is 1.
    pub binary: bool,
    /// I64, F32 or F64.
    pub dtype: DType,
}

/// Texts by column, in one piece of memory. Cheap to clone.
#[derive(Clone, PartialEq)]
pub struct Terms {
    text: Arc<str>,
    ends: Arc<[u32]>,
}

impl Terms {
    /// The terms in the order of their columns; `None` when they come to more than 4 GiB or 2³² − 1 terms.
    pub fn new<'t>(terms: impl IntoIterator<Item = &'t str>) -> Option<Self> {
        let (mut text, mut ends) = (String::new(), Vec::new());
        for term in terms {
            text.push_str(term);
            ends.push(u32::try_from(text.len()).ok()?);
        }
        u32::try_from(ends.len()).ok()?;
        Some(Self { text: text.into(), ends: ends.into() })
    }

    /// Number of terms.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no term.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The term of a column.
    ///
    /// # Panics
    /// If there is no such column.
    pub fn term(&self, column: usize) -> &str {
        let start = if column == 0 { 0 } else { self.ends[column - 1] as usize };
        &self.text[start..self.ends[column] as usize]
    }

    /// The terms by column.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.len()).map(|column| self.term(column))
    }
}

impl fmt::Debug for Terms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Terms({})", self.len())
    }
}

impl Operator for VocabCounts {
    fn name(&self) -> &'static str {
        "vocab_counts"
    }

    fn family(&self) -> Family {
        Family::Text
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        counts(self, self.dtype, self.vocabulary.len(), inputs)
    }

    fn exactness(&self) -> Exactness {
        Exactness::Exact
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        out.list(self.vocabulary.iter(), Canonical::text);
        out.flag(self.binary);
        out.word(self.dtype.name());
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " {self}")
    }
}

impl fmt::Display for VocabCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let binary = if self.binary { " binary" } else { "" };
        write!(f, "{} terms{binary} {}", self.vocabulary.len(), self.dtype)
    }
}

/// Type of counts in so many columns.
pub(super) fn counts(
    op: &dyn Operator,
    dtype: DType,
    columns: usize,
    inputs: &[Type],
) -> Result<Type, String> {
    let x = rule::one(op, inputs)?;
    match (dtype, x.dtype, x.shape) {
        (DType::I64 | DType::F32 | DType::F64, DType::Str, Shape::Ragged) => Ok(Type::csr(dtype, columns)),
        (DType::I64 | DType::F32 | DType::F64, ..) => Err(rule::wants(op, "tokens", x)),
        (DType::Bool | DType::Str | DType::Any, ..) => Err(format!("{} of dtype {dtype}", op.name())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_by_column() {
        let terms = Terms::new(["été", "", "b"]).expect("few");
        assert_eq!(terms.iter().collect::<Vec<_>>(), ["été", "", "b"]);
        assert_eq!((terms.len(), terms.term(2)), (3, "b"));
        assert!(Terms::new([]).expect("few").is_empty());
    }
}
