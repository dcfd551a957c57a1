//! What the imputers give: the columns that are kept, then a mask of missing values for some.

use cannery_graph::{Builder, Columns, Edge, Missing, MissingMask, Op, Shape};

use crate::error::Error;
use crate::input::{hstack, hstack_sparse};
use crate::names::Names;

/// Which columns come out.
#[derive(Debug)]
pub(super) struct Output {
    /// Position of each column that is kept.
    pub(super) kept: Vec<usize>,
    /// The columns whose mask is appended; `None` without an indicator.
    pub(super) marked: Option<Vec<usize>>,
}

impl Output {
    /// The names of the columns, of an imputer that takes so many.
    pub(super) fn names(&self, names: Option<&Names>, features: usize) -> Option<Names> {
        let all = Names::of(names, features)?;
        let kept = all.pick(&self.kept)?;
        let Some(marked) = &self.marked else { return Some(kept) };
        let marked = all.pick(marked)?;
        let marked = marked.iter().map(|name| format!("missingindicator_{name}"));
        Names::new(kept.iter().map(str::to_owned).chain(marked))
    }

    /// The kept columns that were filled, and the mask of `x` beside them.
    pub(super) fn with_mask(
        &self,
        builder: &mut Builder,
        x: Edge,
        filled: Edge,
        missing: Missing,
    ) -> Result<Edge, Error> {
        let marked = self.marked.as_deref().unwrap_or_default();
        if marked.is_empty() {
            return Ok(filled);
        }
        let mask = builder.add(Op::MissingMask(MissingMask(missing)), &[x])?;
        let mask = builder.add(Op::Columns(Columns(marked.to_vec())), &[mask])?;
        match builder.type_of(filled)?.shape {
            Shape::Csr(_) => hstack_sparse(builder, &[filled, mask]),
            Shape::Vector | Shape::Matrix(_) | Shape::Ragged | Shape::Hits(_) => {
                hstack(builder, &[filled, mask])
            }
        }
    }
}
