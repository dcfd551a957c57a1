use std::fmt;
use std::sync::Arc;

use crate::types::{DType, Shape, Type};

/// The counts of [`Op::VocabCounts`](super::Op::VocabCounts): column j of a row is how often term j is among its tokens.
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

/// The sums of [`Op::HashCounts`](super::Op::HashCounts): each token adds ±1 in a column that its hash says.
///
/// h is MurmurHash3_x86_32 of the token's UTF-8 with seed 0, as i32. The column is |h| mod n, with |−2³¹| = 2³¹. The sign
/// is that of h where signs alternate, else +. Every column that a token fell in is stored, also where the sum is 0.
/// Source: `_hashing_fast.pyx` and `FeatureHasher.transform`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashCounts {
    /// Number of columns, n: from 1 to 2³¹ − 1.
    pub columns: usize,
    /// Whether half of the tokens count −1.
    pub alternate_sign: bool,
    /// Whether the sums lose their sign. scikit-learn before 0.21.
    pub absolute: bool,
    /// Whether every stored element is 1 instead of its sum.
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

impl VocabCounts {
    pub(super) fn infer(&self, x: Type) -> Result<Type, String> {
        counts("vocab_counts", self.dtype, self.vocabulary.len(), x)
    }
}

impl HashCounts {
    pub(super) fn infer(&self, x: Type) -> Result<Type, String> {
        if self.columns == 0 || self.columns > i32::MAX as usize {
            return Err(format!("hash_counts in {} columns", self.columns));
        }
        counts("hash_counts", self.dtype, self.columns, x)
    }
}

impl fmt::Display for VocabCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let binary = if self.binary { " binary" } else { "" };
        write!(f, "{} terms{binary} {}", self.vocabulary.len(), self.dtype)
    }
}

impl fmt::Display for HashCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let flags =
            [(self.alternate_sign, " signed"), (self.absolute, " absolute"), (self.binary, " binary")];
        write!(f, "{} columns", self.columns)?;
        flags.iter().filter(|(is_set, _)| *is_set).try_for_each(|(_, name)| f.write_str(name))?;
        write!(f, " {}", self.dtype)
    }
}

fn counts(name: &str, dtype: DType, columns: usize, x: Type) -> Result<Type, String> {
    match (dtype, x.dtype, x.shape) {
        (DType::I64 | DType::F32 | DType::F64, DType::Str, Shape::Ragged) => Ok(Type::csr(dtype, columns)),
        (DType::I64 | DType::F32 | DType::F64, ..) => Err(format!("{name} takes tokens, not {x}")),
        (DType::Bool | DType::Str | DType::Any, ..) => Err(format!("{name} of dtype {dtype}")),
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
