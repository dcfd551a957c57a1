//! Categoricals of pandas: before pandas 3, compiled code takes the category of each code without a look.
//!
//! Source: `take_nd` in `pandas/core/array_algos/take.py`, called by `Categorical.__array__`.

use cannery_object::views::{Categorical, Index, Values};
use cannery_object::{Heap, Value, View};

use super::raw::array_in;
use super::unsound;
use crate::rule::Rule;
use crate::site::{Checked, Refusal, Site};
use crate::work::Work;

/// Codes are positions of categories, or -1. A state can hold codes under two names, of which releases use one or the
/// other.
pub(super) fn check(site: &Site<'_>, categorical: &Categorical<'_>, work: &mut Work) -> Checked {
    let heap = site.heap;
    let stated = match site.state_tuple() {
        Some(state) => state.iter().copied().filter(|&part| heap.ndarray(part).is_some()).collect(),
        None => named(site),
    };
    for codes in stated {
        positions(heap, codes, &|| categorical.categories(), work)?;
    }
    Ok(())
}

/// The codes of an index of several levels are positions of their levels, which pandas does not compare again when it
/// reads them.
///
/// Source: `_new_Index` in `pandas/core/indexes/base.py`, which turns `verify_integrity` off.
pub(super) fn levels(heap: &Heap, index: &Index<'_>, work: &mut Work) -> Checked {
    let (levels, codes) = index.levels().map_err(|error| unsound("levels", error))?;
    let mut pairs = levels.iter().zip(codes);
    pairs.try_for_each(|(&level, &codes)| positions(heap, codes, &|| Ok(level), work))
}

fn positions(
    heap: &Heap,
    codes: Value,
    categories: &dyn Fn() -> Result<Value, cannery_object::Error>,
    work: &mut Work,
) -> Checked {
    let codes = array_in(heap, codes, "codes", 1)?;
    work.spend(64 + codes.raw().map_or(0, <[u8]>::len) as u64)?;
    let most = codes
        .stored_ints()
        .and_then(|mut ints| ints.try_fold(-1, |most, code| (code >= -1).then(|| code.max(most))));
    let most = most.ok_or_else(|| unsound("codes", "not positions of categories"))?;
    let Ok(most) = usize::try_from(most) else { return Ok(()) };
    let categories = categories().map_err(|error| unsound("categories", error))?;
    let count = length(heap, categories)?;
    if most < count {
        Ok(())
    } else {
        Err(unsound("codes", format!("position {most} of {count} categories")))
    }
}

fn named(site: &Site<'_>) -> Vec<Value> {
    let object = site.heap.object(site.value);
    let codes = ["_codes", "_ndarray"].into_iter().filter_map(|name| object?.attr(name));
    codes.collect()
}

/// Elements of an index.
fn length(heap: &Heap, categories: Value) -> Result<usize, Refusal> {
    let values = heap.pandas_values(categories).map_err(|error| unsound("categories", error))?;
    match values {
        Values::Array(array) | Values::Masked(array, _) => Ok(array.len()),
        Values::Texts(texts) => Ok(texts.len()),
        Values::Range(index) => range(&index),
        Values::Categorical(values) => {
            values.codes().map(|codes| codes.len()).map_err(|error| unsound("categories", error))
        }
        Values::Other(value) => match heap.view(value) {
            View::Index(index) => match index.intervals().map(|(left, ..)| heap.pandas_values(left)) {
                Ok(Ok(Values::Array(left) | Values::Masked(left, _))) => Ok(left.len()),
                Ok(Ok(Values::Range(left))) => range(&left),
                _ => Err(unknown()),
            },
            _ => heap.as_list(value).map(<[_]>::len).ok_or_else(unknown),
        },
        _ => Err(unknown()),
    }
}

fn range(index: &Index<'_>) -> Result<usize, Refusal> {
    let (start, stop, step) = index.range().map_err(|error| unsound("categories", error))?;
    let (from, to) = if step > 0 { (start, stop) } else { (stop, start) };
    let span = i128::from(to) - i128::from(from);
    let step = i128::from(step).abs().max(1);
    usize::try_from((span.max(0) + step - 1) / step).map_err(|_| unknown())
}

fn unknown() -> Refusal {
    Refusal::new(Rule::UnknownArguments, "a categorical whose categories can't be counted")
}
