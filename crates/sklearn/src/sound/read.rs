//! Estimators that are read: what their own `read` proves.

use std::sync::LazyLock;

use cannery_object::{Heap, Node, Value};
use rustc_hash::FxHashSet;

use super::{Allowance, Checked, Site};
use crate::error::ErrorKind;
use crate::estimator::{Soundness, supported};

/// Estimators whose own `read` is their check. The others have a check in this folder, or no compiled code trusts their
/// structure: what `read` misses in them would only be an error of Python.
const READ: &[&str] = &[
    "CountVectorizer",
    "DecisionTreeClassifier",
    "DecisionTreeRegressor",
    "ExtraTreeClassifier",
    "ExtraTreeRegressor",
    "ExtraTreesClassifier",
    "ExtraTreesRegressor",
    "FunctionTransformer",
    "HashingVectorizer",
    "HistGradientBoostingClassifier",
    "HistGradientBoostingRegressor",
    "Imputer",
    "KNeighborsClassifier",
    "KNeighborsRegressor",
    "LogisticRegression",
    "LogisticRegressionCV",
    "MinMaxScaler",
    "NuSVC",
    "OneHotEncoder",
    "OrdinalEncoder",
    "RandomForestClassifier",
    "RandomForestRegressor",
    "SVC",
    "SimpleImputer",
    "StandardScaler",
    "TfidfTransformer",
    "TfidfVectorizer",
];

/// [`READ`] in every module that they have had.
static CHECKED: LazyLock<FxHashSet<(&str, &str)>> =
    LazyLock::new(|| supported().filter(|(_, name)| READ.contains(name)).collect());

/// Reads the estimator that a call makes, unless it was read as a part of another one. What `read` does not support is no
/// objection.
pub(super) fn check(site: &Site<'_>, soundness: &mut Soundness<'_>, allowance: &mut Allowance) -> Checked {
    if site.states.is_empty() || !CHECKED.contains(&site.class()) || !soundness.is_new(site.value) {
        return Ok(());
    }
    allowance.spend(arrays_of(site))?;
    match soundness.read(site.value) {
        Err(error) if matches!(error.kind(), ErrorKind::Malformed | ErrorKind::Limit) => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Bytes of the arrays among the attributes, at least.
fn arrays_of(site: &Site<'_>) -> u64 {
    let attributes = site.heap.object(site.value).and_then(|object| object.attributes()).unwrap_or_default();
    attributes.iter().skip(1).step_by(2).map(|&value| 8 + elements_of(site.heap, value)).sum()
}

/// As many bytes as the elements of an array take where it is written, in any of its spellings.
fn elements_of(heap: &Heap, value: Value) -> u64 {
    let Some(Node::Call { .. }) = heap.node_of(value) else { return stored(heap, value) };
    let attached = heap.attached(value);
    let parts = |tuple: Value| heap.as_tuple(tuple).unwrap_or_default().iter().take(PARTS);
    let args = heap.call(value).map_or(Value::None, |call| call.args);
    let states = heap.items(attached.states).iter().copied();
    let values = states.chain([args]).flat_map(parts).chain([&attached.payload]);
    values.map(|&part| elements_of_part(heap, part)).sum()
}

/// Parts of a state or of arguments among which the elements are.
const PARTS: usize = 8;

fn elements_of_part(heap: &Heap, part: Value) -> u64 {
    let Some(call) = heap.call(part) else { return stored(heap, part) };
    // bytes that are written as text, or an array in a wrapper
    let args = heap.as_tuple(call.args).unwrap_or_default().iter().take(PARTS);
    args.map(|&arg| stored(heap, arg)).sum()
}

fn stored(heap: &Heap, value: Value) -> u64 {
    match heap.node_of(value) {
        Some(Node::Bytes(blob) | Node::ByteArray(blob) | Node::Str(blob) | Node::Str8(blob)) => {
            blob.len() as u64
        }
        Some(Node::List(items)) => 8 * items.len() as u64,
        Some(Node::Array(_)) => heap
            .ndarray(value)
            .and_then(Result::ok)
            .and_then(|array| array.raw().map(<[u8]>::len))
            .unwrap_or(0) as u64,
        _ => 0,
    }
}
