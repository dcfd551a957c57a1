//! Sparse columns of pandas: which elements are stored is said by an index, and compiled code that adds or compares two of
//! them reads a stored value for each.
//!
//! Source: `IntIndex`, `BlockIndex` and `sparse_op_helper` in `pandas/_libs/sparse.pyx`. `BlockIndex` does not refuse blocks
//! of a negative place or length.

use cannery_object::{Heap, NdArray, Value};

use super::raw::{array_in, count};
use super::unsound;
use crate::rule::Rule;
use crate::site::{Checked, Refusal, Site};
use crate::work::Work;

/// `IntIndex(length, places)` or `BlockIndex(length, places of blocks, their lengths)`.
pub(super) fn index(site: &Site<'_>, work: &mut Work) -> Checked {
    stored(site, work).map(drop)
}

/// Elements of a sparse array, and how many of them are stored.
fn stored(site: &Site<'_>, work: &mut Work) -> Result<(usize, usize), Refusal> {
    let heap = site.heap;
    let [length, places, lengths @ ..] = site.args else { return Err(site.bad_args()) };
    let length = count(heap, *length, "length")?;
    let places = spent(array_in(heap, *places, "indices", 1)?, work)?;
    let lengths = match lengths {
        [] => None,
        [lengths] => Some(spent(array_in(heap, *lengths, "blengths", 1)?, work)?),
        _ => return Err(site.bad_args()),
    };
    if lengths.as_ref().is_some_and(|lengths| lengths.len() != places.len()) {
        return Err(unsound("blengths", format!("not a length for each of {} blocks", places.len())));
    }
    let no_places = || unsound("indices", format!("not places of {length} elements, in order"));
    let starts = places.stored_ints().ok_or_else(no_places)?;
    let mut sizes = lengths.as_ref().and_then(|lengths| lengths.stored_ints());
    if lengths.is_some() && sizes.is_none() {
        return Err(no_places());
    }
    let (mut end, mut total) = (0_i64, 0_i64);
    for start in starts {
        let size = sizes.as_mut().map_or(Some(1), Iterator::next).filter(|&size| size > 0);
        let next = size.and_then(|size| start.checked_add(size)).ok_or_else(no_places)?;
        if start < end || usize::try_from(next).map_or(true, |next| next > length) {
            return Err(no_places());
        }
        total += next - start;
        end = next;
    }
    Ok((length, usize::try_from(total).map_err(|_| no_places())?))
}

fn spent<'h>(array: NdArray<'h>, work: &mut Work) -> Result<NdArray<'h>, Refusal> {
    work.spend(array.raw().map_or(0, <[u8]>::len) as u64)?;
    Ok(array)
}

/// A `SparseArray` has as many values as its index says.
pub(super) fn array(site: &Site<'_>, work: &mut Work) -> Checked {
    let heap = site.heap;
    let Some(object) = heap.object(site.value).filter(|object| object.attributes().is_some()) else {
        return Ok(());
    };
    let index = object.attr("_sparse_index").and_then(|index| index_of(heap, index));
    let index = index.ok_or_else(|| {
        Refusal::new(Rule::UnknownArguments, "a sparse array whose index is not understood")
    })?;
    let (_, stored) = stored(&index, work)?;
    let values = object
        .attr("_sparse_values")
        .ok_or_else(|| unsound("_sparse_values", "this attribute is missing"))?;
    let found = array_in(heap, values, "_sparse_values", 1)?.len();
    if found == stored {
        return Ok(());
    }
    Err(unsound("_sparse_values", format!("{found} for {stored} places")))
}

fn index_of(heap: &Heap, index: Value) -> Option<Site<'_>> {
    Site::of(heap, index)
        .filter(|index| matches!(index.name, ("pandas._libs.sparse", "IntIndex" | "BlockIndex")))
}
