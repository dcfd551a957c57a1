//! `TreePredictor` of histogram gradient boosting: nodes, and sets of categories.
//!
//! Source: `_predict_one_from_raw_data` in `sklearn/ensemble/_hist_gradient_boosting/_predictor.pyx`.

use cannery_object::Place;

use super::parts::array;
use super::{Allowance, Checked, Site, unsound};

pub(super) fn check(site: &Site<'_>, allowance: &mut Allowance) -> Checked {
    let heap = site.heap;
    let Some(object) = heap.object(site.value).filter(|object| object.state().is_some()) else {
        return Ok(());
    };
    let nodes = array(heap, &object, "nodes", 1)?;
    let raw = nodes.raw().ok_or_else(|| unsound("nodes", "not an array of nodes"))?;
    allowance.spend(raw.len() as u64)?;
    let place = |name: &str| {
        Place::of_integer(&nodes.dtype, name)
            .ok_or_else(|| unsound(format!("nodes.{name}"), "no field of integers"))
    };
    let (left, right, leaf, feature) =
        (place("left")?, place("right")?, place("is_leaf")?, place("feature_idx")?);
    let category =
        Place::of_integer(&nodes.dtype, "is_categorical").zip(Place::of_integer(&nodes.dtype, "bitset_idx"));
    let sets = match object.attr("raw_left_cat_bitsets") {
        Some(_) => {
            let sets = array(heap, &object, "raw_left_cat_bitsets", 2)?;
            if sets.shape[1] != 8 || sets.dtype.itemsize != 4 {
                return Err(unsound("raw_left_cat_bitsets", format!("sets of shape {:?}", sets.shape)));
            }
            sets.shape[0]
        }
        None => 0,
    };
    let count = nodes.shape[0];
    for (index, node) in raw.chunks_exact(nodes.dtype.itemsize.max(1)).enumerate() {
        if leaf.int(node) != 0 {
            continue;
        }
        for (name, place) in [("left", left), ("right", right)] {
            let child = place.int(node);
            if !usize::try_from(child).is_ok_and(|child| child > index && child < count) {
                return Err(unsound(format!("nodes[{index}].{name}"), format!("{child}, of {count} nodes")));
            }
        }
        if feature.int(node) < 0 {
            return Err(unsound(format!("nodes[{index}].feature_idx"), "below 0"));
        }
        if let Some((is_categorical, set)) = category {
            let set = set.int(node);
            if is_categorical.int(node) != 0 && !usize::try_from(set).is_ok_and(|set| set < sets) {
                return Err(unsound(format!("nodes[{index}].bitset_idx"), format!("{set}, of {sets} sets")));
            }
        }
    }
    if count == 0 {
        return Err(unsound("nodes", "a tree without a node"));
    }
    Ok(())
}
