//! What the software was that a model was fitted with, as far as results depend on it where operators leave them open.

use cannery_graph::{Compat, Selection, SquareOrder};
use cannery_object::known::Version;

use crate::state::State;

/// The hint for an object. Without a version in the file scikit-learn is older than 0.18.
pub(crate) fn of(state: &State<'_>) -> Compat {
    let version = state.version().unwrap_or(Version::new(0, 17));
    // as in the numpy of that time: 1.21 is half a year older than scikit-learn 1.0
    let squares = if version < Version::new(1, 0) { SquareOrder::Backward } else { SquareOrder::Pairs };
    Compat::new(squares, selection(state, version))
}

/// What numpy's `argpartition` was: names of numpy in the file tell 1 from 2; where there is none, what was there when
/// scikit-learn came out. Numpy 2.0 is as old as scikit-learn 1.5.
fn selection(state: &State<'_>, version: Version) -> Selection {
    let heap = state.heap();
    let modules = heap.nodes().filter_map(|value| heap.global_name(value)).map(|(module, _)| module);
    let is_2 = |module: &str| match module.split_once('.') {
        Some(("numpy", rest)) if rest.starts_with("_core.") => Some(true),
        Some(("numpy", rest)) if rest.starts_with("core.") => Some(false),
        _ => None,
    };
    match modules.filter_map(is_2).next().unwrap_or(version >= Version::new(1, 5)) {
        true => Selection::Simd,
        false => Selection::Introselect,
    }
}
