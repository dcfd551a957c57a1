//! Parts of a structure, with the place of what is wrong with them.

use cannery_object::{Heap, NdArray, Object, Value};

use super::unsound;
use crate::error::Error;

/// An attribute that is an array of so many dimensions.
pub(super) fn array<'h>(
    heap: &'h Heap,
    object: &Object<'h>,
    name: &str,
    ndim: usize,
) -> Result<NdArray<'h>, Error> {
    let value = object.attr(name).ok_or_else(|| unsound(name, "this attribute is missing"))?;
    array_in(heap, value, name, ndim)
}

/// A value that is an array of so many dimensions.
pub(super) fn array_in<'h>(
    heap: &'h Heap,
    value: Value,
    place: &str,
    ndim: usize,
) -> Result<NdArray<'h>, Error> {
    heap.array_of_ndim(value, ndim).map_err(|error| unsound(place, error))
}

/// A count among the attributes or arguments.
pub(super) fn count(heap: &Heap, value: Option<Value>, place: &str) -> Result<usize, Error> {
    let count = value.map_or_else(|| Err(unsound(place, "not a count")), Ok)?;
    heap.count(count).map_err(|error| unsound(place, error))
}
