//! Integers in the bytes of arrays, without a copy.

use cannery_object::{ByteOrder, DType, Heap, Kind, NdArray, Object, Value};

use super::unsound;
use crate::site::Refusal;

/// An integer of 1, 2, 4 or 8 bytes at a fixed place of an element.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    offset: usize,
    size: usize,
    order: ByteOrder,
    signed: bool,
}

impl Place {
    /// Where the field of a structured dtype lies, if it is an integer or truth value.
    pub(super) fn of_field(dtype: &DType, name: &str) -> Option<Self> {
        let Kind::Struct(fields) = &dtype.kind else { return None };
        let field = fields.iter().find(|field| field.name == name)?;
        Some(Self { offset: field.offset, ..Self::of(&field.dtype)? })
    }

    /// An element that is an integer or a truth value.
    pub(super) fn of(dtype: &DType) -> Option<Self> {
        let signed = match dtype.kind {
            Kind::Int => true,
            Kind::UInt | Kind::Bool => false,
            _ => return None,
        };
        let size = dtype.itemsize;
        matches!(size, 1 | 2 | 4 | 8).then_some(Self { offset: 0, size, order: dtype.order, signed })
    }

    /// The integer in the bytes of an element; one beyond the range of `i64` is −1, which no index is.
    #[inline]
    pub(super) fn int(self, element: &[u8]) -> i64 {
        let bytes = element.get(self.offset..self.offset + self.size).unwrap_or_default();
        let mut wide = [0; 8];
        match self.order {
            ByteOrder::Little => wide[..bytes.len()].copy_from_slice(bytes),
            ByteOrder::Big => bytes.iter().rev().zip(&mut wide).for_each(|(&byte, to)| *to = byte),
        }
        let (raw, shift) = (u64::from_le_bytes(wide), 64 - 8 * bytes.len() as u32);
        match (self.signed, bytes.is_empty()) {
            (_, true) => -1,
            (true, false) => ((raw << shift) as i64) >> shift,
            (false, false) => i64::try_from(raw).unwrap_or(-1),
        }
    }
}

/// The integers of an array in memory order.
pub(super) fn ints<'a>(array: &'a NdArray<'_>) -> Option<impl Iterator<Item = i64> + use<'a>> {
    let place = Place::of(&array.dtype)?;
    let size = array.dtype.itemsize.max(1);
    Some(array.raw()?.chunks_exact(size).map(move |element| place.int(element)))
}

/// An attribute that is an array of so many dimensions.
pub(super) fn array<'h>(
    heap: &'h Heap,
    object: &Object<'h>,
    name: &str,
    ndim: usize,
) -> Result<NdArray<'h>, Refusal> {
    let value = object.attr(name).ok_or_else(|| unsound(name, "this attribute is missing"))?;
    array_in(heap, value, name, ndim)
}

/// A value that is an array of so many dimensions.
pub(super) fn array_in<'h>(
    heap: &'h Heap,
    value: Value,
    place: &str,
    ndim: usize,
) -> Result<NdArray<'h>, Refusal> {
    let array = heap.ndarray(value).ok_or_else(|| unsound(place, "not an array"))?;
    let array = array.map_err(|error| unsound(place, error))?;
    if array.ndim() != ndim {
        return Err(unsound(
            place,
            format!("an array of shape {:?} where {ndim} dimensions belong", array.shape),
        ));
    }
    Ok(array)
}

/// A count among the attributes or arguments.
pub(super) fn count(heap: &Heap, value: Option<Value>, place: &str) -> Result<usize, Refusal> {
    let int = value.and_then(|value| int_of(heap, value));
    int.and_then(|int| usize::try_from(int).ok()).ok_or_else(|| unsound(place, "not a count"))
}

/// An integer of Python or numpy.
pub(super) fn int_of(heap: &Heap, value: Value) -> Option<i64> {
    if let Some(int) = heap.as_int(value) {
        return Some(int);
    }
    let cannery_object::View::Scalar(scalar) = heap.view(value) else { return None };
    match scalar.read().ok()?.1 {
        cannery_object::Element::Int(int) => Some(int),
        cannery_object::Element::UInt(int) => i64::try_from(int).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_of_every_width_and_order() {
        let place = |code: &str| Place::of(&DType::from_code(code).expect("a code")).expect("an integer");
        assert_eq!(place("<i4").int(&[0xff, 0xff, 0xff, 0xff]), -1);
        assert_eq!(place(">i4").int(&[0, 0, 1, 2]), 258);
        assert_eq!(place("<u2").int(&[0xff, 0xff]), 65_535);
        assert_eq!(place("|i1").int(&[0x80]), -128);
        assert_eq!(place("<i8").int(&[1, 0, 0, 0, 0, 0, 0, 0]), 1);
        assert_eq!(place("<u8").int(&[0xff; 8]), -1);
        assert_eq!(place("<i8").int(&[1, 2]), -1, "too few bytes");
    }
}
