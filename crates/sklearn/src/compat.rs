//! What the software was that a model was fitted with, as far as results depend on it where operators leave them open.

use cannery_graph::{Compat, Selection, SquareOrder};
use cannery_object::known::Version;

use crate::state::State;

/// The hint for an object. Without a version in the file scikit-learn is older than 0.18.
pub(crate) fn of(state: &State<'_>) -> Compat {
    let version = state.version().unwrap_or(Version::new(0, 17));
    // as in the numpy of that time: 1.21 is half a year older than scikit-learn 1.0
    let squares = if version < Version::new(1, 0) { SquareOrder::Backward } else { SquareOrder::Pairs };
    let selection = if has_numpy_2(state) { Selection::Simd } else { Selection::Introselect };
    Compat::new(squares, selection)
}

/// Whether numpy was 2 or later. Names of numpy in the file tell; where there is none, what was there when scikit-learn came
/// out. Numpy 2.0 is as old as scikit-learn 1.5.
pub(crate) fn has_numpy_2(state: &State<'_>) -> bool {
    let heap = state.heap();
    let modules = heap.nodes().filter_map(|value| heap.global_name(value)).map(|(module, _)| module);
    let is_2 = |module: &str| match module.split_once('.') {
        Some(("numpy", rest)) if rest.starts_with("_core.") => Some(true),
        Some(("numpy", rest)) if rest.starts_with("core.") => Some(false),
        _ => None,
    };
    modules.filter_map(is_2).next().unwrap_or(state.since(1, 5))
}
