use std::fmt;

use super::{Exactness, Family, Operator};
use crate::canonical::Canonical;
use crate::types::Type;

/// → a column of the frame that the caller brings, or the texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldAt {
    /// Position of the column; 0 for the texts.
    pub column: usize,
}

impl Operator for FieldAt {
    fn name(&self) -> &'static str {
        "field"
    }

    fn family(&self) -> Family {
        Family::Glue
    }

    fn infer(&self, _: &[Type]) -> Result<Type, String> {
        Err("what the caller brings is added by Builder::input and Builder::field".into())
    }

    fn exactness(&self) -> Exactness {
        Exactness::Exact
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        out.count(self.column);
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " {}", self.column)
    }
}
