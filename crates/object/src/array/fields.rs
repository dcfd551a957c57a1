//! Numbers at fixed places of elements, read without a copy: whole elements, or fields of structured ones.

use super::NdArray;
use crate::dtype::{ByteOrder, DType, Field, Kind};

/// Where a number lies in the bytes of each element of an array.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    offset: usize,
    size: usize,
    order: ByteOrder,
    number: Number,
}

/// What the bytes at a [`Place`] are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    /// A truth value.
    Bool,
    /// A signed integer.
    Int,
    /// An unsigned integer.
    UInt,
    /// A float.
    Float,
}

impl Place {
    /// An element that is a number of 1, 2, 4 or 8 bytes.
    pub fn of(dtype: &DType) -> Option<Self> {
        let number = match dtype.kind {
            Kind::Bool => Number::Bool,
            Kind::Int => Number::Int,
            Kind::UInt => Number::UInt,
            Kind::Float => Number::Float,
            _ => return None,
        };
        let size = dtype.itemsize;
        matches!(size, 1 | 2 | 4 | 8).then_some(Self { offset: 0, size, order: dtype.order, number })
    }

    /// A field of a structured element that is a number.
    pub fn of_field(dtype: &DType, name: &str) -> Option<Self> {
        let field = dtype.field(name)?;
        Some(Self { offset: field.offset, ..Self::of(&field.dtype)? })
    }

    /// A field of a structured element that is an integer or a truth value.
    pub fn of_integer(dtype: &DType, name: &str) -> Option<Self> {
        Self::of_field(dtype, name).filter(|place| place.number != Number::Float)
    }

    /// What lies there.
    pub fn number(self) -> Number {
        self.number
    }

    /// Whether the bytes there are a little-endian number of 8 bytes, for [`wide_bits`](Self::wide_bits).
    pub fn is_wide_little(self) -> bool {
        self.size == 8 && self.order == ByteOrder::Little
    }

    /// The integer in the bytes of an element; one beyond the range of `i64` is −1, which no index is.
    #[inline]
    pub fn int(self, element: &[u8]) -> i64 {
        match (self.number, self.stored(element)) {
            (_, None) => -1,
            (Number::Int, Some(stored)) => signed(stored),
            (_, Some((raw, _))) => i64::try_from(raw).unwrap_or(-1),
        }
    }

    /// The float in the bytes of an element, widened exactly; `None` where there is none of 4 or 8 bytes.
    #[inline]
    pub fn float(self, element: &[u8]) -> Option<f64> {
        match (self.number, self.stored(element)?) {
            (Number::Float, (raw, 8)) => Some(f64::from_bits(raw)),
            (Number::Float, (raw, 4)) => Some(f32::from_bits(raw as u32).into()),
            _ => None,
        }
    }

    /// The bits of a number, a signed integer widened; 0 where there are too few bytes.
    #[inline]
    pub fn bits(self, element: &[u8]) -> u64 {
        match self.stored(element) {
            Some(stored) if self.number == Number::Int => signed(stored) as u64,
            Some((raw, _)) => raw,
            None => 0,
        }
    }

    /// The bits of a little-endian number of 8 bytes, with no look at what it is.
    #[inline]
    pub fn wide_bits(self, element: &[u8]) -> u64 {
        element.get(self.offset..).and_then(<[u8]>::first_chunk).map_or(0, |&bytes| u64::from_le_bytes(bytes))
    }

    /// The stored bits, and how many bytes they are.
    #[inline]
    fn stored(self, element: &[u8]) -> Option<(u64, u32)> {
        let bytes = element.get(self.offset..self.offset + self.size)?;
        let mut wide = [0; 8];
        match self.order {
            ByteOrder::Little => wide[..bytes.len()].copy_from_slice(bytes),
            ByteOrder::Big => bytes.iter().rev().zip(&mut wide).for_each(|(&byte, to)| *to = byte),
        }
        Some((u64::from_le_bytes(wide), self.size as u32))
    }
}

/// So many stored bytes as a signed integer.
fn signed((raw, bytes): (u64, u32)) -> i64 {
    let shift = 64 - 8 * bytes;
    ((raw << shift) as i64) >> shift
}

impl DType {
    /// A field of a structured dtype.
    pub fn field(&self, name: &str) -> Option<&Field> {
        match &self.kind {
            Kind::Struct(fields) => fields.iter().find(|field| field.name == name),
            _ => None,
        }
    }
}

impl NdArray<'_> {
    /// The integers and truth values of an array in the order in which they are stored; one beyond the range of `i64` is −1.
    pub fn stored_ints(&self) -> Option<impl Iterator<Item = i64> + use<'_>> {
        let place = Place::of(&self.dtype).filter(|place| place.number != Number::Float)?;
        let size = self.dtype.itemsize.max(1);
        Some(self.raw()?.chunks_exact(size).map(move |element| place.int(element)))
    }

    /// The bytes of each element in the order in which they are stored; `None` for Python objects.
    pub fn stored_elements(&self) -> Option<impl Iterator<Item = &[u8]>> {
        Some(self.raw()?.chunks_exact(self.dtype.itemsize.max(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(code: &str) -> Place {
        Place::of(&DType::from_code(code).expect("a code")).expect("a number")
    }

    #[test]
    fn integers_of_every_width_and_order() {
        assert_eq!(place("<i4").int(&[0xff, 0xff, 0xff, 0xff]), -1);
        assert_eq!(place(">i4").int(&[0, 0, 1, 2]), 258);
        assert_eq!(place("<u2").int(&[0xff, 0xff]), 65_535);
        assert_eq!(place("|i1").int(&[0x80]), -128);
        assert_eq!(place("<i8").int(&[1, 0, 0, 0, 0, 0, 0, 0]), 1);
        assert_eq!(place("<u8").int(&[0xff; 8]), -1);
        assert_eq!(place("<i8").int(&[1, 2]), -1, "too few bytes");
    }

    #[test]
    fn floats_of_both_widths_and_orders() {
        assert_eq!(place("<f8").float(&1.5_f64.to_le_bytes()), Some(1.5));
        assert_eq!(place(">f8").float(&1.5_f64.to_be_bytes()), Some(1.5));
        assert_eq!(place("<f4").float(&(-0.25_f32).to_le_bytes()), Some(-0.25));
        assert_eq!(place("<i8").float(&[0; 8]), None, "an integer");
        assert_eq!(place("<f8").float(&[0; 7]), None, "too few bytes");
        assert_eq!(place("<f8").wide_bits(&1.5_f64.to_le_bytes()), 1.5_f64.to_bits());
        assert_eq!(place("<f8").wide_bits(&[0; 7]), 0, "too few bytes");
    }

    #[test]
    fn fields_are_found_by_name() {
        let field = |name: &str, code: &str, offset| Field {
            name: name.into(),
            dtype: DType::from_code(code).expect("a code"),
            offset,
        };
        let fields = vec![field("left", "<i2", 0), field("value", "<f4", 2), field("name", "<U1", 6)];
        let nodes = DType { kind: Kind::Struct(fields), itemsize: 10, order: ByteOrder::Little };
        let node = [&[0xfe, 0xff][..], &2.0_f32.to_le_bytes(), &[0; 4]].concat();
        assert_eq!(Place::of_integer(&nodes, "left").map(|place| place.int(&node)), Some(-2));
        assert!(Place::of_integer(&nodes, "value").is_none(), "a float");
        assert_eq!(Place::of_field(&nodes, "value").and_then(|place| place.float(&node)), Some(2.0));
        assert!(Place::of_field(&nodes, "name").is_none(), "a text");
        assert!(Place::of_field(&nodes, "right").is_none(), "no field");
    }
}
