//! What trees and forests let in: float32, and NaN or not.

use cannery_graph::{Builder, Check, DType, Edge, Op};
use cannery_object::known::Version;

use crate::error::Error;
use crate::state::State;
use crate::tree::TreeKind;

/// What becomes of NaN. Since 1.3 every node knows a side for it, whether the training data had NaN or not; but
/// not every tree is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    Refused,
    HasSide,
}

impl Missing {
    /// The rule of a tree's own version.
    ///
    /// Source: `_support_missing_values` in `sklearn/tree/_classes.py`, and the tags of the four classes.
    pub(crate) fn of_tree(state: &State<'_>, kind: TreeKind) -> Result<Self, Error> {
        let Some(version) = state.version().filter(|&version| version >= Version::new(1, 3)) else {
            return Ok(Self::Refused);
        };
        let splitter = state.text("splitter")?.unwrap_or_default();
        let is_taken = if version >= Version::new(1, 9) {
            !kind.is_extra || splitter == "random"
        } else {
            splitter_takes(version, kind, &splitter)
                && criterion_takes(state, kind)?
                && (!state.has("monotonic_cst") || state.is_none("monotonic_cst")?)
        };
        Ok(if is_taken { Self::HasSide } else { Self::Refused })
    }

    /// The rule of a forest, which is that of its first tree since 1.4.
    pub(crate) fn of_forest(forest: &State<'_>, first: &State<'_>, kind: TreeKind) -> Result<Self, Error> {
        match forest.version() {
            Some(version) if version >= Version::new(1, 4) => Self::of_tree(first, kind),
            _ => Ok(Self::Refused),
        }
    }

    /// X as scikit-learn's `check_array(X, dtype=float32)` gives it.
    pub(crate) fn lower(self, builder: &mut Builder, x: Edge) -> Result<Edge, Error> {
        let x = builder.cast(x, DType::F32)?;
        let check = match self {
            Self::Refused => Check::Finite,
            Self::HasSide => Check::NotInfinite,
        };
        Ok(builder.add(Op::Guard(check), &[x])?)
    }
}

fn splitter_takes(version: Version, kind: TreeKind, splitter: &str) -> bool {
    if version < Version::new(1, 6) {
        return splitter == "best";
    }
    // 1.6 means to change the tag of ExtraTreeRegressor and writes a colon for the equals sign
    let is_left_out = !kind.is_classifier && version < Version::new(1, 7);
    splitter == "random" || splitter == "best" && (!kind.is_extra || is_left_out)
}

fn criterion_takes(state: &State<'_>, kind: TreeKind) -> Result<bool, Error> {
    let criterion = state.text("criterion")?.unwrap_or_default();
    Ok(match kind.is_classifier {
        true => matches!(&*criterion, "gini" | "log_loss" | "entropy"),
        false => matches!(&*criterion, "squared_error" | "friedman_mse" | "poisson"),
    })
}
