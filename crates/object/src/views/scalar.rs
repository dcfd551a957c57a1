use std::borrow::Cow;

use super::Site;
use crate::array::{Element, element};
use crate::dtype::DType;
use crate::error::Error;

/// A numpy scalar: `multiarray.scalar(dtype, bytes)`, or `(dtype, object)` for a dtype that holds objects; since
/// numpy 1.19 the object is an array of no dimension.
#[derive(Clone, Copy, Debug)]
pub struct Scalar<'h>(pub(super) Site<'h>);

impl<'h> Scalar<'h> {
    /// Its type and its value.
    pub fn read(&self) -> Result<(DType, Element<'h>), Error> {
        let heap = self.0.heap;
        let (dtype, data) = match self.0.raw_args() {
            [dtype, data] => (DType::from_value(heap, *dtype)?, Some(*data)),
            [dtype] => (DType::from_value(heap, *dtype)?, None),
            _ => return Err(Error::malformed("a numpy scalar is not made of (dtype, bytes)")),
        };
        match data {
            Some(value) if dtype.has_objects() => {
                let inner = heap.ndarray(value).transpose()?.filter(|array| array.len() == 1);
                let inner = inner.and_then(|array| array.objects()?.first().copied());
                Ok((dtype, Element::Object(inner.unwrap_or(value))))
            }
            Some(value) => {
                let bytes =
                    heap.bytes_of(value).ok_or_else(|| Error::malformed("a numpy scalar holds no bytes"))?;
                let value = owned(element(&dtype, &bytes)?);
                Ok((dtype, value))
            }
            None => Err(Error::unsupported("a numpy scalar without its value")),
        }
    }
}

/// The same element, apart from the bytes it was decoded from. As deep as the dtype, which is bounded.
fn owned<'a>(element: Element<'_>) -> Element<'a> {
    match element {
        Element::Bool(v) => Element::Bool(v),
        Element::Int(v) => Element::Int(v),
        Element::UInt(v) => Element::UInt(v),
        Element::Float(v) => Element::Float(v),
        Element::Complex(re, im) => Element::Complex(re, im),
        Element::Bytes(v) => Element::Bytes(Cow::Owned(v.into_owned())),
        Element::Str(v) => Element::Str(v),
        Element::Time(v) => Element::Time(v),
        Element::Object(v) => Element::Object(v),
        Element::Struct(v) => Element::Struct(v.into_iter().map(owned).collect()),
        Element::SubArray(v) => Element::SubArray(v.into_iter().map(owned).collect()),
    }
}
