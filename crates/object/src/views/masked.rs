use super::Site;
use crate::array::{NdArray, Order};
use crate::dtype::{ByteOrder, DType, Field, Kind, shape_of};
use crate::error::Error;
use crate::heap::Value;

/// A numpy masked array: `_mareconstruct(class, base class, (0,), 'b')` with the state
/// `(version, shape, dtype, is_fortran, data, mask, fill_value)`.
///
/// Source: `numpy/ma/core.py`, `MaskedArray.__getstate__` and `__setstate__`.
#[derive(Clone, Copy, Debug)]
pub struct MaskedArray<'h>(pub(super) Site<'h>);

impl<'h> MaskedArray<'h> {
    /// Module and name of the class, `MaskedArray` or one derived from it.
    pub fn class(&self) -> Option<(&'h str, &'h str)> {
        self.0.raw_args().first().and_then(|&class| self.0.heap.global_name(class))
    }

    /// The elements, masked ones included.
    pub fn data(&self) -> Result<NdArray<'h>, Error> {
        let [_, shape, dtype, _, data, ..] = self.state()?;
        let (dtype, shape) = (DType::from_value(self.0.heap, *dtype)?, shape_of(self.0.heap, *shape)?);
        self.0.heap.array_of(*data, dtype, shape, self.order()?, None)
    }

    /// Whether each element is masked: an array of the same shape, of bools, or of structures of bools.
    pub fn mask(&self) -> Result<NdArray<'h>, Error> {
        let [_, shape, dtype, _, _, mask, _] = self.state()?;
        let dtype = mask_dtype(&DType::from_value(self.0.heap, *dtype)?);
        self.0.heap.array_of(*mask, dtype, shape_of(self.0.heap, *shape)?, self.order()?, None)
    }

    /// What stands for masked elements when the array is filled; `None` for numpy's default.
    pub fn fill_value(&self) -> Result<Value, Error> {
        self.state().map(|state| state[6])
    }

    fn order(&self) -> Result<Order, Error> {
        match self.0.heap.as_int(self.state()?[3]) {
            Some(0) => Ok(Order::C),
            Some(_) => Ok(Order::Fortran),
            None => Err(Error::malformed("a masked array does not say its order")),
        }
    }

    fn state(&self) -> Result<&'h [Value; 7], Error> {
        let state = self.0.state_tuple().and_then(|state| state.try_into().ok());
        state.ok_or_else(|| Error::malformed("a masked array has no state of seven items"))
    }
}

/// The dtype with every leaf replaced by bool, packed, as `numpy.ma.make_mask_descr` makes it. As deep as the
/// dtype, which is bounded.
pub fn mask_dtype(dtype: &DType) -> DType {
    let (kind, itemsize) = match &dtype.kind {
        Kind::Struct(fields) => {
            let mut end = 0;
            let mut place = |field: &Field| {
                let (offset, dtype) = (end, mask_dtype(&field.dtype));
                end += dtype.itemsize;
                Field { name: field.name.clone(), dtype, offset }
            };
            let fields: Vec<_> = fields.iter().map(&mut place).collect();
            (Kind::Struct(fields), end)
        }
        Kind::SubArray(base, shape) => {
            let base = mask_dtype(base);
            let size = shape.iter().fold(base.itemsize, |n, &d| n.saturating_mul(d));
            (Kind::SubArray(Box::new(base), shape.clone()), size)
        }
        _ => (Kind::Bool, 1),
    };
    DType { kind, itemsize, order: ByteOrder::Little }
}
