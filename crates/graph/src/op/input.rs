use super::{Exactness, Family, Operator};
use crate::canonical::Canonical;
use crate::types::Type;

/// → the matrix as the caller brings it, with this many columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Input {
    /// Number of columns.
    pub columns: usize,
}

impl Operator for Input {
    fn name(&self) -> &'static str {
        "input"
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
        out.count(self.columns);
    }
}
