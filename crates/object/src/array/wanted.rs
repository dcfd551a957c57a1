//! Values asked for by what they should be.

use super::{Element, NdArray};
use crate::error::Error;
use crate::heap::{Heap, Value};
use crate::views::View;

impl Heap {
    /// An integer of Python or numpy.
    pub fn integer(&self, value: Value) -> Option<i64> {
        if let Some(int) = self.as_int(value) {
            return Some(int);
        }
        let View::Scalar(scalar) = self.view(value) else { return None };
        match scalar.read().ok()?.1 {
            Element::Int(int) => Some(int),
            Element::UInt(int) => i64::try_from(int).ok(),
            _ => None,
        }
    }

    /// An integer of Python or numpy that is a count.
    ///
    /// # Errors
    /// When the value is no integer from 0 on.
    pub fn count(&self, value: Value) -> Result<usize, Error> {
        let int = self.integer(value).and_then(|int| usize::try_from(int).ok());
        int.ok_or_else(|| Error::malformed("not a count"))
    }

    /// A value that is an array of so many dimensions.
    ///
    /// # Errors
    /// When it is none, or one of another number of dimensions.
    pub fn array_of_ndim(&self, value: Value, ndim: usize) -> Result<NdArray<'_>, Error> {
        let array = self.ndarray(value).ok_or_else(|| Error::malformed("not an array"))??;
        if array.ndim() != ndim {
            let message = format!("an array of shape {:?} instead of {ndim} dimensions", array.shape);
            return Err(Error::malformed(message));
        }
        Ok(array)
    }
}
