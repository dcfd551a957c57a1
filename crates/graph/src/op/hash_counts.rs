use std::fmt;

use super::vocab_counts::counts;
use super::{Exactness, Family, Operator};
use crate::DType;
use crate::canonical::Canonical;
use crate::types::Type;

/// str\[n,*\] → \[n,d csr\]: tokens counted in columns that their hashes say: each adds ±1 in one.
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

impl Operator for HashCounts {
    fn name(&self) -> &'static str {
        "hash_counts"
    }

    fn family(&self) -> Family {
        Family::Text
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        if self.columns == 0 || self.columns > i32::MAX as usize {
            return Err(format!("hash_counts in {} columns", self.columns));
        }
        counts(self, self.dtype, self.columns, inputs)
    }

    fn exactness(&self) -> Exactness {
        Exactness::Exact
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        out.count(self.columns);
        out.flag(self.alternate_sign);
        out.flag(self.absolute);
        out.flag(self.binary);
        out.word(self.dtype.name());
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " {self}")
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
