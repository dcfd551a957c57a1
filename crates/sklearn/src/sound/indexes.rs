//! Estimators that make a sparse matrix out of indexes that they keep: scipy does not compare these with its shape, and
//! writes outside of the dense matrix that it makes of it.

use std::borrow::Cow;

use cannery_object::{Element, Heap, Kind, NdArray, Node, Object, Value, View};
use foldhash::HashSet;

use super::parts::{array_in, count};
use super::{Allowance, Checked, Site, unknown, unsound};
use crate::error::Error;

/// Vectorizers, encoders and indexes of neighbours.
pub(super) fn check(site: &Site<'_>, allowance: &mut Allowance) -> Checked {
    let Some(object) = site.heap.object(site.value) else { return Ok(()) };
    match object.class().1 {
        "CountVectorizer" | "TfidfVectorizer" | "DictVectorizer" => {
            columns(&object, site.heap, "vocabulary_", allowance)
        }
        "MultiLabelBinarizer" => {
            columns(&object, site.heap, "_cached_dict", allowance)?;
            distinct(&object, site.heap, allowance)
        }
        "FeatureHasher" | "HashingVectorizer" => hashed(&object, site.heap),
        "OneHotEncoder" | "CategoricalEncoder" => one_hot(&object, site.heap, allowance),
        _ => Ok(()),
    }
}

/// A dict whose values are columns, as many as it has entries.
fn columns(object: &Object<'_>, heap: &Heap, name: &str, allowance: &mut Allowance) -> Checked {
    let Some(value) = object.attr(name).filter(|&value| value != Value::None) else { return Ok(()) };
    let pairs = heap.as_dict(value).ok_or_else(|| unsound(name, "not a dict"))?;
    allowance.spend(32 * pairs.len() as u64)?;
    let count = pairs.len() / 2;
    let mut terms = HashSet::default();
    for pair in pairs.chunks_exact(2) {
        let column = heap.integer(pair[1]).and_then(|column| usize::try_from(column).ok());
        if column.is_none_or(|column| column >= count) {
            return Err(unsound(name, format!("a column outside of its {count} terms")));
        }
        // of equal terms Python keeps one, and has fewer than were counted
        let term = Key::of(heap, pair[0], allowance)?
            .ok_or_else(|| unknown(format!("{name} has terms that are neither texts nor numbers")))?;
        if !terms.insert(term) {
            return Err(unsound(name, "the same term twice"));
        }
    }
    Ok(())
}

/// `classes_` become the keys of a dict whose values are columns: of equal ones there would be fewer keys than columns.
fn distinct(object: &Object<'_>, heap: &Heap, allowance: &mut Allowance) -> Checked {
    const NAME: &str = "classes_";
    if object.attr(NAME).is_none() {
        return Ok(());
    }
    let classes = super::parts::array(heap, object, NAME, 1)?;
    allowance.spend(32 * classes.len() as u64 + classes.raw().map_or(0, <[u8]>::len) as u64)?;
    let mut terms = HashSet::default();
    for class in classes.elements() {
        let class = class.map_err(|error| unsound(NAME, error))?;
        let term = match class {
            Element::Object(value) => Key::of(heap, value, allowance)?,
            other => Term::of_element(other).map(Key::One),
        };
        let term = term.ok_or_else(|| unknown(format!("{NAME} are neither texts nor numbers")))?;
        if !terms.insert(term) {
            return Err(unsound(NAME, "the same class twice"));
        }
    }
    Ok(())
}

/// The hash of a term is divided by `n_features`, by the processor: none is the end of the process.
///
/// Source: `transform` in `sklearn/feature_extraction/_hashing_fast.pyx`.
fn hashed(object: &Object<'_>, heap: &Heap) -> Checked {
    const NAME: &str = "n_features";
    let Some(value) = object.attr(NAME) else { return Ok(()) };
    match heap.integer(value) {
        Some(1..=0x7FFF_FFFF) => Ok(()),
        _ => Err(unsound(NAME, "not a number of columns")),
    }
}

/// A key of a dict: a term, or a tuple of terms.
#[derive(PartialEq, Eq, Hash)]
enum Key<'h> {
    One(Term<'h>),
    Several(Vec<Term<'h>>),
}

impl<'h> Key<'h> {
    /// `None` for other keys. Many tuples can share what they hold, so that it is paid for each time.
    fn of(heap: &'h Heap, key: Value, allowance: &mut Allowance) -> Result<Option<Self>, Error> {
        let Some(items) = heap.as_tuple(key) else { return Ok(Term::of(heap, key).map(Self::One)) };
        let mut terms = Vec::new();
        for &item in items {
            allowance.spend(32 + text_len(heap, item))?;
            // a scalar of numpy would have to be paid for as well
            let term = if heap.call(item).is_none() { Term::of(heap, item) } else { None };
            let Some(term) = term else { return Ok(None) };
            terms.push(term);
        }
        Ok(Some(Self::Several(terms)))
    }
}

fn text_len(heap: &Heap, value: Value) -> u64 {
    match heap.node_of(value) {
        Some(Node::Str(blob) | Node::Str8(blob)) => blob.len() as u64,
        _ => 0,
    }
}

/// A term as Python compares it.
#[derive(PartialEq, Eq, Hash)]
enum Term<'h> {
    Text(Cow<'h, str>),
    Int(i64),
    /// The bits of a number that is no integer.
    Float(u64),
}

impl<'h> Term<'h> {
    fn of(heap: &'h Heap, key: Value) -> Option<Self> {
        if let Some(text) = heap.as_str(key) {
            return Some(Self::Text(text));
        }
        if let Some(int) = heap.integer(key) {
            return Some(Self::Int(int));
        }
        match heap.view(key) {
            View::Scalar(scalar) => Self::of_element(scalar.read().ok()?.1),
            _ => Some(Self::of_float(heap.as_float(key)?)),
        }
    }

    fn of_element(element: Element<'_>) -> Option<Self> {
        match element {
            Element::Float(float) => Some(Self::of_float(float)),
            Element::Bool(bool) => Some(Self::Int(i64::from(bool))),
            Element::Int(int) => Some(Self::Int(int)),
            Element::UInt(int) => i64::try_from(int).ok().map(Self::Int),
            Element::Str(text) => Some(Self::Text(Cow::Owned(text))),
            _ => None,
        }
    }

    fn of_float(float: f64) -> Self {
        let int = float as i64;
        if int as f64 == float { Self::Int(int) } else { Self::Float(float.to_bits()) }
    }
}

/// `_n_features_outs` must be the columns that the categories of each feature get.
///
/// Source: `_compute_n_features_outs` and `transform` of `OneHotEncoder` in `sklearn/preprocessing/_encoders.py`.
fn one_hot(object: &Object<'_>, heap: &Heap, allowance: &mut Allowance) -> Checked {
    const OUTS: &str = "_n_features_outs";
    let Some(categories) = object.attr("categories_") else { return Ok(()) };
    let categories = heap.as_list(categories).ok_or_else(|| unsound("categories_", "not a list"))?;
    let outs = match object.attr(OUTS) {
        Some(outs) => heap.as_list(outs).filter(|outs| outs.len() == categories.len()),
        None => None,
    };
    if object.attr(OUTS).is_some() && outs.is_none() {
        return Err(unsound(OUTS, format!("not a count for each of {} features", categories.len())));
    }
    let dropped = Dropped::of(object, heap);
    for (index, &values) in categories.iter().enumerate() {
        let values = array_in(heap, values, "categories_", 1)?;
        allowance.spend(64 + values.raw().map_or(0, <[u8]>::len) as u64)?;
        if values.dtype.kind == Kind::Float && values.dtype.itemsize > 8 {
            let message = "categories of more precision than float64, whose order is not looked at";
            return Err(unknown(message));
        }
        if !is_ascending(&values) {
            return Err(unsound(format!("categories_[{index}]"), "numbers that do not ascend"));
        }
        let Some(outs) = outs else { continue };
        let groups = groups(object, heap, index, values.len(), allowance)?;
        if mapping(object, heap, index).is_none() && dropped.disagree(heap, index) {
            let message = "another category is dropped by _drop_idx_after_grouping";
            return Err(unsound(format!("drop_idx_[{index}]"), message));
        }
        let drop = dropped.group(heap, index);
        if drop.is_some_and(|drop| usize::try_from(drop).map_or(true, |drop| drop >= groups)) {
            return Err(unsound(format!("drop_idx_[{index}]"), format!("not one of {groups} categories")));
        }
        let want = groups - usize::from(drop.is_some());
        let found = heap.integer(outs[index]).and_then(|out| usize::try_from(out).ok());
        if found != Some(want) {
            return Err(unsound(OUTS, format!("other columns than the {want} of feature {index}")));
        }
    }
    Ok(())
}

/// What is dropped, by the two names that it has: releases before 1.2 know only the old one.
struct Dropped<'h> {
    new: Option<NdArray<'h>>,
    old: Option<NdArray<'h>>,
    has_both: bool,
    has_new: bool,
}

impl<'h> Dropped<'h> {
    fn of(object: &Object<'h>, heap: &'h Heap) -> Self {
        let [new, old] = ["_drop_idx_after_grouping", "drop_idx_"].map(|name| object.attr(name));
        let array = |value: Option<Value>| heap.ndarray(value?).and_then(Result::ok);
        Self {
            new: array(new),
            old: array(old),
            has_both: new.is_some() && old.is_some(),
            has_new: new.is_some(),
        }
    }

    fn group(&self, heap: &Heap, index: usize) -> Option<i64> {
        dropped_group(heap, if self.has_new { &self.new } else { &self.old }.as_ref()?, index)
    }

    /// Whether the two names differ on a feature whose categories are not grouped.
    fn disagree(&self, heap: &Heap, index: usize) -> bool {
        let by = |dropped: &Option<NdArray<'_>>| dropped_group(heap, dropped.as_ref()?, index);
        self.has_both && by(&self.new) != by(&self.old)
    }
}

/// The group of each category of a feature, if there are some that are infrequent.
fn mapping(object: &Object<'_>, heap: &Heap, index: usize) -> Option<Value> {
    if object.attr("_infrequent_enabled") != Some(Value::Bool(true)) {
        return None;
    }
    let mappings = heap.as_list(object.attr(MAPPINGS)?)?;
    mappings.get(index).copied().filter(|&mapping| mapping != Value::None)
}

const MAPPINGS: &str = "_default_to_infrequent_mappings";

/// Categories of a feature, those that are infrequent counted as one.
fn groups(
    object: &Object<'_>,
    heap: &Heap,
    index: usize,
    all: usize,
    allowance: &mut Allowance,
) -> Result<usize, Error> {
    let Some(mapping) = mapping(object, heap, index) else { return Ok(all) };
    let mapping = array_in(heap, mapping, MAPPINGS, 1)?;
    allowance.spend(mapping.raw().map_or(0, <[u8]>::len) as u64)?;
    let most = mapping
        .stored_ints()
        .and_then(|mut ints| ints.try_fold(0, |most, int| (int >= 0).then(|| int.max(most))));
    match most.and_then(|most| usize::try_from(most).ok()) {
        Some(most) if most < all && mapping.len() == all => Ok(most + 1),
        _ => Err(unsound(MAPPINGS, format!("not a group for each of {all} categories"))),
    }
}

/// The category of a feature that has no column: an index, where `None` or NaN is none.
fn dropped_group(heap: &Heap, dropped: &NdArray<'_>, index: usize) -> Option<i64> {
    match dropped.objects() {
        Some(objects) => heap.integer(*objects.get(index)?),
        None => dropped.stored_ints()?.nth(index),
    }
}

/// Whether numbers ascend, NaN last, so that a binary search finds each of them. Other values are found by a table.
fn is_ascending(array: &NdArray<'_>) -> bool {
    if let Some(ints) = array.stored_ints() {
        return ints.is_sorted();
    }
    match array.dtype.kind {
        Kind::Float => array.f64s().is_ok_and(|numbers| ascend(&numbers)),
        Kind::DateTime(_) | Kind::TimeDelta(_) => {
            let times: Vec<_> = array.elements().collect();
            times.is_sorted_by(|a, b| match (a, b) {
                (Ok(Element::Time(a)), Ok(Element::Time(b))) => a <= b || *b == i64::MIN,
                _ => false,
            })
        }
        Kind::Complex => false,
        _ => true,
    }
}

fn ascend(numbers: &[f64]) -> bool {
    let (numbers, missing) = numbers.split_at(numbers.partition_point(|number| !number.is_nan()));
    numbers.iter().is_sorted_by(|a, b| a <= b) && missing.iter().all(|number| number.is_nan())
}

/// `n_samples_fit_` is the width of graphs of neighbours, and `_y` is read at the position of each neighbour.
pub(super) fn neighbors(site: &Site<'_>, allowance: &mut Allowance) -> Checked {
    let heap = site.heap;
    let Some(object) = heap.object(site.value) else { return Ok(()) };
    let Some(points) = object.attr("_fit_X").filter(|&points| points != Value::None) else { return Ok(()) };
    let Some([rows, columns]) = shape(heap, points) else {
        return Err(unsound("_fit_X", "neither an array nor a sparse matrix"));
    };
    for name in ["effective_metric_params_", "metric_params"] {
        parameters(&object, heap, name, columns)?;
    }
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
    if !matches!(object.class().1, "KNeighborsClassifier" | "RadiusNeighborsClassifier") {
        return Ok(());
    }
    labels(heap, &object, rows, allowance)
}

/// `_y` has a label for each point. Compiled code counts at the labels of neighbours, in a row of as many places as there are
/// `classes_`.
///
/// Source: `weighted_histogram_mode` in `sklearn/metrics/_pairwise_distances_reduction/_argkmin_classmode.pyx.tp`.
fn labels(heap: &Heap, object: &Object<'_>, rows: usize, allowance: &mut Allowance) -> Checked {
    const NAME: &str = "_y";
    let Some(value) = object.attr(NAME) else { return Ok(()) };
    let labels = heap.ndarray(value).and_then(Result::ok);
    let Some(labels) = labels.filter(|labels| labels.shape.first() == Some(&rows)) else {
        return Err(unsound(NAME, format!("not a label for each of {rows} points")));
    };
    let Some(classes) = object.attr("classes_").and_then(|classes| count_of(heap, classes)) else {
        return Ok(());
    };
    allowance.spend(labels.raw().map_or(0, <[u8]>::len) as u64)?;
    let is_class = |label: i64| usize::try_from(label).is_ok_and(|label| label < classes);
    if labels.ndim() != 1 || labels.stored_ints().is_some_and(|mut ints| ints.all(is_class)) {
        return Ok(());
    }
    Err(unsound(NAME, format!("a class that is none of {classes}")))
}

/// Elements of an array or list.
fn count_of(heap: &Heap, value: Value) -> Option<usize> {
    match heap.as_sequence(value) {
        Some(items) => Some(items.len()),
        None => heap.ndarray(value)?.ok()?.shape.first().copied(),
    }
}

/// Rows and columns of points.
fn shape(heap: &Heap, points: Value) -> Option<[usize; 2]> {
    let shape = match heap.view(points) {
        View::Sparse(sparse) => sparse.shape().ok()?,
        _ => heap.ndarray(points)?.ok()?.shape.to_vec(),
    };
    <[usize; 2]>::try_from(shape).ok()
}

/// What a distance is told besides the points: weights, variances and a matrix, whose lengths scipy takes for those of a
/// point. `V` holds a variance for each column, and for one metric the covariances of all.
///
/// Source: `mahalanobis_distance_double` in `scipy/spatial/src/distance_impl.h`; `SEuclideanDistance` and
/// `MahalanobisDistance` in `sklearn/metrics/_dist_metrics.pyx.tp`.
fn parameters(object: &Object<'_>, heap: &Heap, name: &str, columns: usize) -> Checked {
    let Some(pairs) = object.attr(name).and_then(|value| heap.as_dict(value)) else { return Ok(()) };
    let (matrix, vector) = (&[columns; 2][..], &[columns][..]);
    let metric = object.attr("effective_metric_").or_else(|| object.attr("metric"));
    let is_mahalanobis = metric.is_some_and(|metric| heap.is_str(metric, "mahalanobis"));
    let variances = if is_mahalanobis { matrix } else { vector };
    for (key, wanted) in [("VI", matrix), ("V", variances), ("w", vector)] {
        let array = heap.lookup(pairs, key).and_then(|value| heap.ndarray(value)).and_then(Result::ok);
        if let Some(array) = array.filter(|array| array.shape[..] != *wanted) {
            let message = format!("{key} of shape {:?} for {columns} columns", array.shape);
            return Err(unsound(name, message));
        }
    }
    Ok(())
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
