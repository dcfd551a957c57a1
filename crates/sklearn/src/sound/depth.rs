//! The depth of a tree: `Tree.decision_path` reserves `max_depth + 1` places for a row and writes one for each node that
//! the row passes. No path has more nodes than the tree.
//!
//! Source: `_decision_path_dense` in `sklearn/tree/_tree.pyx`.

use cannery_object::{Heap, NdArray, Object, Place};

use super::parts::count;
use super::{Checked, unsound};
use crate::error::Error;

/// Checks that no path is longer than `max_depth`, in a tree whose depth is known.
pub(super) fn check_known(heap: &Heap, tree: &Object<'_>, depth: usize, stored: usize) -> Checked {
    match max_depth(heap, tree)? {
        Some(deepest) if deepest >= stored => Err(too_deep(deepest, stored)),
        Some(deepest) if deepest < depth => {
            Err(unsound("max_depth", format!("{deepest}, and the tree is {depth} deep")))
        }
        _ => Ok(()),
    }
}

fn too_deep(deepest: usize, stored: usize) -> Error {
    unsound("max_depth", format!("{deepest}, in a tree of {stored} nodes"))
}

/// Until scikit-learn 0.17 trees have none: later ones refuse them, and these had no `decision_path`.
fn max_depth(heap: &Heap, tree: &Object<'_>) -> Result<Option<usize>, Error> {
    tree.attr("max_depth").map(|deepest| count(heap, Some(deepest), "max_depth")).transpose()
}

/// Checks that no path is longer than `max_depth`. Children that do not come after their parent are left to the check of
/// the nodes.
pub(super) fn check(heap: &Heap, tree: &Object<'_>, nodes: &NdArray<'_>) -> Checked {
    let Some(deepest) = max_depth(heap, tree)? else { return Ok(()) };
    let stored = nodes.shape.first().copied().unwrap_or(0);
    let children =
        Place::of_integer(&nodes.dtype, "left_child").zip(Place::of_integer(&nodes.dtype, "right_child"));
    let (Some((left, right)), Some(raw)) = (children, nodes.raw()) else { return Ok(()) };
    if deepest >= stored {
        return Err(too_deep(deepest, stored));
    }
    let mut depths = vec![0_u32; stored];
    for (index, node) in raw.chunks_exact(nodes.dtype.itemsize.max(1)).enumerate() {
        let (left, depth) = (left.int(node), depths.get(index).map_or(0, |depth| depth.saturating_add(1)));
        if left == -1 {
            continue;
        }
        if depth as usize > deepest {
            return Err(unsound(
                "max_depth",
                format!("{deepest}, and nodes[{index}] has children deeper than that"),
            ));
        }
        for child in [left, right.int(node)] {
            let child = usize::try_from(child).ok().filter(|&child| child > index);
            if let Some(known) = child.and_then(|child| depths.get_mut(child)) {
                *known = depth.max(*known);
            }
        }
    }
    Ok(())
}
