//! Estimators that make a sparse matrix out of indexes that they keep: scipy does not compare these with its shape, and
//! writes outside of the dense matrix that it makes of it.

use cannery_object::{Heap, Kind, NdArray, Object, Value, View};

use super::raw::{array_in, count, int_of, ints};
use super::unsound;
use crate::site::{Checked, Refusal, Site};
use crate::work::Work;

/// Vectorizers, encoders and indexes of neighbours.
pub(super) fn check(site: &Site<'_>, work: &mut Work) -> Checked {
    let Some(object) = site.heap.object(site.value) else { return Ok(()) };
    match object.class().1 {
        "CountVectorizer" | "TfidfVectorizer" | "DictVectorizer" => {
            columns(&object, site.heap, "vocabulary_", work)
        }
        "MultiLabelBinarizer" => columns(&object, site.heap, "_cached_dict", work),
        "OneHotEncoder" => one_hot(&object, site.heap, work),
        _ => Ok(()),
    }
}

/// A dict whose values are columns, as many as it has entries.
fn columns(object: &Object<'_>, heap: &Heap, name: &str, work: &mut Work) -> Checked {
    let Some(value) = object.attr(name).filter(|&value| value != Value::None) else { return Ok(()) };
    let pairs = heap.as_dict(value).ok_or_else(|| unsound(name, "not a dict"))?;
    work.spend(16 * pairs.len() as u64)?;
    let count = pairs.len() / 2;
    for &column in pairs.iter().skip(1).step_by(2) {
        let is_column = int_of(heap, column).is_some_and(|c| usize::try_from(c).is_ok_and(|c| c < count));
        if !is_column {
            return Err(unsound(name, format!("a column outside of its {count} terms")));
        }
    }
    Ok(())
}

/// `_n_features_outs` must be the columns that the categories of each feature get.
///
/// Source: `_compute_n_features_outs` and `transform` of `OneHotEncoder` in `sklearn/preprocessing/_encoders.py`.
fn one_hot(object: &Object<'_>, heap: &Heap, work: &mut Work) -> Checked {
    const OUTS: &str = "_n_features_outs";
    let Some(categories) = object.attr("categories_").and_then(|value| heap.as_list(value)) else {
        return Ok(());
    };
    let outs = match object.attr(OUTS) {
        Some(outs) => heap.as_list(outs).filter(|outs| outs.len() == categories.len()),
        None => None,
    };
    if object.attr(OUTS).is_some() && outs.is_none() {
        return Err(unsound(OUTS, format!("not a count for each of {} features", categories.len())));
    }
    let dropped = ["_drop_idx_after_grouping", "drop_idx_"].into_iter().find_map(|name| object.attr(name));
    let dropped = dropped.and_then(|value| heap.ndarray(value)).and_then(Result::ok);
    for (index, &values) in categories.iter().enumerate() {
        let values = array_in(heap, values, "categories_", 1)?;
        work.spend(64 + values.raw().map_or(0, <[u8]>::len) as u64)?;
        if !is_ascending(&values) {
            return Err(unsound(format!("categories_[{index}]"), "numbers that do not ascend"));
        }
        let Some(outs) = outs else { continue };
        let groups = groups(object, heap, index, values.len(), work)?;
        let is_dropped = dropped.as_ref().is_some_and(|dropped| drops(heap, dropped, index));
        let want = groups.saturating_sub(usize::from(is_dropped));
        let found = int_of(heap, outs[index]).and_then(|out| usize::try_from(out).ok());
        if found != Some(want) {
            return Err(unsound(OUTS, format!("other columns than the {want} of feature {index}")));
        }
    }
    Ok(())
}

/// Categories of a feature, those that are infrequent counted as one.
fn groups(
    object: &Object<'_>,
    heap: &Heap,
    index: usize,
    all: usize,
    work: &mut Work,
) -> Result<usize, Refusal> {
    const NAME: &str = "_default_to_infrequent_mappings";
    let mapping = object.attr(NAME).and_then(|value| heap.as_list(value)).and_then(|list| list.get(index));
    let Some(&mapping) = mapping.filter(|&&mapping| mapping != Value::None) else { return Ok(all) };
    let mapping = array_in(heap, mapping, NAME, 1)?;
    work.spend(mapping.raw().map_or(0, <[u8]>::len) as u64)?;
    let most =
        ints(&mapping).and_then(|mut ints| ints.try_fold(0, |most, int| (int >= 0).then(|| int.max(most))));
    match most.and_then(|most| usize::try_from(most).ok()) {
        Some(most) if most < all && mapping.len() == all => Ok(most + 1),
        _ => Err(unsound(NAME, format!("not a group for each of {all} categories"))),
    }
}

/// Whether a category of the feature has no column: an index, where `None` or NaN is none.
fn drops(heap: &Heap, dropped: &NdArray<'_>, index: usize) -> bool {
    match dropped.objects() {
        Some(objects) => objects.get(index).is_some_and(|&value| int_of(heap, value).is_some()),
        None => ints(dropped).is_some_and(|mut ints| ints.nth(index).is_some()),
    }
}

/// Whether numbers ascend, NaN last, so that a binary search finds each of them. Other values are found by a table.
fn is_ascending(array: &NdArray<'_>) -> bool {
    if let Some(ints) = ints(array) {
        return ints.is_sorted();
    }
    match array.f64s() {
        Ok(numbers) if array.dtype.kind == Kind::Float => ascend(&numbers),
        _ => true,
    }
}

fn ascend(numbers: &[f64]) -> bool {
    let (numbers, missing) = numbers.split_at(numbers.partition_point(|number| !number.is_nan()));
    numbers.iter().is_sorted_by(|a, b| a <= b) && missing.iter().all(|number| number.is_nan())
}

/// `n_samples_fit_` is the width of graphs of neighbours, and `_y` is read at the position of each neighbour.
pub(super) fn neighbors(site: &Site<'_>) -> Checked {
    let heap = site.heap;
    let Some(object) = heap.object(site.value) else { return Ok(()) };
    let Some(rows) = object.attr("_fit_X").and_then(|points| rows(heap, points)) else { return Ok(()) };
    if let Some(value) = object.attr("n_samples_fit_") {
        let stored = count(heap, Some(value), "n_samples_fit_")?;
        if stored != rows {
            return Err(unsound("n_samples_fit_", format!("{stored} for {rows} points")));
        }
    }
    let tree = object.attr("_tree").and_then(|tree| Site::of(heap, tree));
    if let Some([data, ..]) = tree.and_then(|tree| tree.state_tuple()) {
        let indexed = array_in(heap, *data, "_tree.data", 2)?.shape[0];
        if indexed != rows {
            return Err(unsound("_tree", format!("an index of {indexed} points where there are {rows}")));
        }
    }
    if matches!(object.class().1, "KNeighborsClassifier" | "RadiusNeighborsClassifier")
        && object.attr("_y").is_some()
    {
        let name = "_y";
        let labels = object.attr(name).and_then(|value| heap.ndarray(value)).and_then(Result::ok);
        let found = labels.and_then(|labels| labels.shape.first().copied());
        if found.is_some_and(|found| found != rows) || found.is_none() {
            return Err(unsound(name, format!("not a label for each of {rows} points")));
        }
    }
    Ok(())
}

fn rows(heap: &Heap, points: Value) -> Option<usize> {
    match heap.view(points) {
        View::Sparse(sparse) => sparse.shape().ok()?.first().copied(),
        _ => heap.ndarray(points)?.ok()?.shape.first().copied(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_ascend_with_nan_last() {
        for (numbers, want) in [
            (&[0.0, 1.0, 1.5][..], true),
            (&[0.0, 1.0, f64::NAN], true),
            (&[f64::NAN, 1.0, 2.0], false),
            (&[1.0, 0.0], false),
            (&[], true),
        ] {
            assert_eq!(ascend(numbers), want, "{numbers:?}");
        }
    }
}
