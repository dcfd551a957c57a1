//! The elements of an [`NdArray`] as numbers of one type.

use std::borrow::Cow;

use bytes::Bytes;

use super::{Element, NdArray, Order};
use crate::dtype::{ByteOrder, Kind};
use crate::error::Error;

/// Rows and columns of a block that is turned at a time: two such blocks of 8 bytes an element fit a cache of 16 KiB.
const BLOCK: usize = 32;

impl NdArray<'_> {
    /// The elements as float64 in C order. Floats, integers and bools only; no copy when they are stored so.
    pub fn f64s(&self) -> Result<Cow<'_, [f64]>, Error> {
        if let Some(slice) = self.native(&Kind::Float, 8) {
            return Ok(Cow::Borrowed(slice));
        }
        if let Some(decoded) = self.floats() {
            return Ok(Cow::Owned(decoded));
        }
        self.map(|element| match element {
            Element::Float(x) => Some(x),
            Element::Int(i) => Some(i as f64),
            Element::UInt(u) => Some(u as f64),
            Element::Bool(b) => Some(f64::from(u8::from(b))),
            Element::Object(value) => self.heap.as_float(value),
            _ => None,
        })
    }

    /// The elements as int64 in C order. Integers and bools only; no copy when they are stored so.
    pub fn i64s(&self) -> Result<Cow<'_, [i64]>, Error> {
        if let Some(slice) = self.native(&Kind::Int, 8) {
            return Ok(Cow::Borrowed(slice));
        }
        self.map(|element| match element {
            Element::Int(i) => Some(i),
            Element::UInt(u) => i64::try_from(u).ok(),
            Element::Bool(b) => Some(i64::from(b)),
            Element::Object(value) => self.heap.as_int(value),
            _ => None,
        })
    }

    /// The bytes of float64 elements in C order, as [`f64s`](Self::f64s) borrows them, apart from the Heap: when they lie in
    /// the file as this machine has them in memory.
    pub fn shared_f64s(&self) -> Option<Bytes> {
        self.native::<f64>(&Kind::Float, 8)?;
        self.heap.shared(self.raw()?)
    }

    /// The bytes as they are, when a slice of `T` can be taken of them: right dtype, order and alignment.
    fn native<T: bytemuck::AnyBitPattern>(&self, kind: &Kind, itemsize: usize) -> Option<&[T]> {
        let native = cfg!(target_endian = "little") == (self.dtype.order == ByteOrder::Little);
        let in_c_order = self.order == Order::C || self.ndim() <= 1;
        if !(native && in_c_order && self.dtype.kind == *kind && self.dtype.itemsize == itemsize) {
            return None;
        }
        bytemuck::try_cast_slice(self.raw()?).ok()
    }

    /// Elements of float32 and float64, all at once; `None` for others, and for more than two dimensions in Fortran order.
    fn floats(&self) -> Option<Vec<f64>> {
        if self.dtype.kind != Kind::Float {
            return None;
        }
        let raw = self.raw()?;
        let stored: Vec<f64> = match (self.dtype.itemsize, self.dtype.order) {
            (8, ByteOrder::Little) => decoded(raw, f64::from_le_bytes),
            (8, ByteOrder::Big) => decoded(raw, f64::from_be_bytes),
            (4, ByteOrder::Little) => decoded(raw, |bytes| f32::from_le_bytes(bytes).into()),
            (4, ByteOrder::Big) => decoded(raw, |bytes| f32::from_be_bytes(bytes).into()),
            _ => return None,
        };
        match (self.order, &self.shape[..]) {
            (Order::C, _) | (Order::Fortran, [] | [_]) => Some(stored),
            (Order::Fortran, &[rows, columns]) => Some(turned(&stored, rows, columns)),
            (Order::Fortran, _) => None,
        }
    }

    fn map<'s, T: Clone>(
        &'s self,
        convert: impl Fn(Element<'s>) -> Option<T>,
    ) -> Result<Cow<'s, [T]>, Error> {
        let bad = || {
            let message = format!("an array of dtype {} instead of numbers", self.dtype);
            match self.dtype.kind {
                Kind::DateTime(_) | Kind::TimeDelta(_) => Error::unsupported(message),
                _ => Error::malformed(message),
            }
        };
        self.elements()
            .map(|element| convert(element?).ok_or_else(bad))
            .collect::<Result<Vec<T>, _>>()
            .map(Cow::Owned)
    }
}

fn decoded<const N: usize>(raw: &[u8], decode: impl Fn([u8; N]) -> f64) -> Vec<f64> {
    raw.as_chunks().0.iter().map(|&bytes| decode(bytes)).collect()
}

/// A matrix that lies column by column, row by row.
fn turned(stored: &[f64], rows: usize, columns: usize) -> Vec<f64> {
    let mut out = vec![0.0; stored.len()];
    for first_row in (0..rows).step_by(BLOCK) {
        for first_column in (0..columns).step_by(BLOCK) {
            for row in first_row..rows.min(first_row + BLOCK) {
                for column in first_column..columns.min(first_column + BLOCK) {
                    out[row * columns + column] = stored[column * rows + row];
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::array::{Array, Order};
    use crate::dtype::DType;
    use crate::heap::{Heap, Value};
    use crate::limits::Limits;

    /// A Heap with one array whose bytes begin `before` bytes behind a boundary of 16.
    fn heap_of(code: &str, shape: &[usize], order: Order, bytes: &[u8], before: usize) -> (Heap, Value) {
        let mut heap = Heap::new(Limits::default());
        let mut buffer = vec![0; bytes.len() + 32];
        let start = buffer.as_ptr().align_offset(16) + before;
        buffer[start..start + bytes.len()].copy_from_slice(bytes);
        let buffer = heap.add_buffer(buffer.into()).expect("room");
        let blob = heap.blob(buffer, start, bytes.len());
        let dtype = DType::from_code(code).expect("a dtype");
        let array = Array::new(dtype, shape.to_vec(), order, blob).expect("an array");
        let value = heap.add_array(array).expect("room");
        (heap, value)
    }

    /// The same whether the bytes are aligned or not.
    fn f64s(code: &str, shape: &[usize], order: Order, bytes: &[u8]) -> Vec<f64> {
        let [aligned, not] = [0, 1].map(|before| {
            let (heap, value) = heap_of(code, shape, order, bytes, before);
            let array = heap.ndarray(value).expect("an array").expect("sound");
            array.f64s().expect("numbers").into_owned()
        });
        assert_eq!(aligned, not);
        aligned
    }

    #[test]
    fn floats_of_every_width_and_order_of_bytes() {
        let wide = [1.5_f64, -0.0, f64::MAX];
        let narrow = [1.5_f32, -0.0, f32::MAX];
        let widened = narrow.map(f64::from);
        let flat = |code, bytes: &[u8]| f64s(code, &[3], Order::C, bytes);
        assert_eq!(flat("<f8", wide.map(f64::to_le_bytes).as_flattened()), wide);
        assert_eq!(flat(">f8", wide.map(f64::to_be_bytes).as_flattened()), wide);
        assert_eq!(flat("<f4", narrow.map(f32::to_le_bytes).as_flattened()), widened);
        assert_eq!(flat(">f4", narrow.map(f32::to_be_bytes).as_flattened()), widened);
        assert_eq!(flat("<f2", &[0, 0x3e, 0, 0x80, 0xff, 0x7b]), [1.5, -0.0, 65_504.0]);
        assert_eq!(flat(">i2", &[0, 1, 0xff, 0xff, 1, 0]), [1.0, -1.0, 256.0]);
        assert!(f64s("<f8", &[0], Order::C, &[]).is_empty());
    }

    #[test]
    fn fortran_order_is_turned_by_blocks() {
        for shape in [[1, 1], [3, 2], [31, 33], [32, 64], [70, 5], [0, 4]] {
            let [rows, columns] = shape;
            let at = |row: usize, column: usize| (row * 100 + column) as f64;
            let stored = (0..columns).flat_map(|column| (0..rows).map(move |row| at(row, column)));
            let bytes: Vec<u8> = stored.flat_map(f64::to_le_bytes).collect();
            let want: Vec<f64> =
                (0..rows).flat_map(|row| (0..columns).map(move |column| at(row, column))).collect();
            assert_eq!(f64s("<f8", &shape, Order::Fortran, &bytes), want, "{shape:?}");
        }
        let cube: Vec<u8> = (0..8).flat_map(|x| f64::from(x).to_le_bytes()).collect();
        assert_eq!(f64s("<f8", &[2, 2, 2], Order::Fortran, &cube), [0.0, 4.0, 2.0, 6.0, 1.0, 5.0, 3.0, 7.0]);
        assert_eq!(f64s("<f8", &[8], Order::Fortran, &cube)[5], 5.0);
    }

    #[test]
    fn bytes_are_shared_where_they_are_numbers_as_they_lie() {
        let bytes = [1.0_f64, 2.0].map(f64::to_ne_bytes);
        let shared = |code: &str, shape: &[usize], order, before| {
            let (heap, value) = heap_of(code, shape, order, bytes.as_flattened(), before);
            heap.ndarray(value).expect("an array").expect("sound").shared_f64s()
        };
        let code = if cfg!(target_endian = "little") { "<f8" } else { ">f8" };
        assert_eq!(shared(code, &[1, 2], Order::C, 0).as_deref(), Some(bytes.as_flattened()));
        assert_eq!(shared(code, &[2], Order::Fortran, 8).as_deref(), Some(bytes.as_flattened()));
        assert_eq!(shared(code, &[2], Order::C, 4), None, "not aligned");
        assert_eq!(shared(code, &[1, 2], Order::Fortran, 0), None, "in another order");
        assert_eq!(shared("<f4", &[4], Order::C, 0), None, "other numbers");
    }
}
