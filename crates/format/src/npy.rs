//! `.npy` files, versions 1.0 to 3.0 (NEP 1 and `numpy.lib.format`).

use std::ops::Range;

use bytes::Bytes;
use cannery_object::{Array, BufferId, DType, Heap, Limit, Order, Value, byte_len, shape_of};
use cannery_pickle::{Breach, Inline, cut_short, grouped};

use crate::error::{Error, Result};
use crate::literal;

/// First bytes of every `.npy` file.
pub const MAGIC: &[u8; 6] = b"\x93NUMPY";

/// What stands before the elements of a `.npy` file.
#[derive(Clone, Debug)]
pub struct Header {
    /// Type of the elements.
    pub dtype: DType,
    /// Length of each dimension.
    pub shape: Vec<usize>,
    /// Order of the elements.
    pub order: Order,
    /// Bytes before the elements.
    pub len: usize,
}

/// Reads the `.npy` file in `range` of a buffer into an array that is a view on it. The elements must fill the rest of
/// the range exactly. Arrays of Python objects are [refused](ErrorKind::Unsupported): their elements are a pickle.
///
/// [ErrorKind::Unsupported]: crate::ErrorKind::Unsupported
///
/// # Panics
/// If the range does not lie in the buffer.
pub fn read(heap: &mut Heap, buffer: BufferId, range: Range<usize>) -> Result<Value> {
    read_with(heap, buffer, range, &mut |_, _, _| {
        Err(Error::unsupported("an array of Python objects is a pickle, which has no place here"))
    })
}

/// Reads the pickle in a range of a buffer, all of it.
pub type ReadPickle<'a> = &'a mut dyn FnMut(&mut Heap, BufferId, Range<usize>) -> Result<Value>;

/// Like [`read`], and gives what follows the header of an array of Python objects to `read_pickle`. numpy writes there
/// the pickle of the whole array, so what that gives is the value.
///
/// # Panics
/// If the range does not lie in the buffer.
pub fn read_with(
    heap: &mut Heap,
    buffer: BufferId,
    range: Range<usize>,
    read_pickle: ReadPickle<'_>,
) -> Result<Value> {
    let header = header(heap, buffer, range.clone())?;
    let data = range.start + header.len..range.end;
    if header.dtype.has_objects() {
        return read_pickle(heap, buffer, data);
    }
    let len = byte_len(&header.dtype, &header.shape)?;
    if let Some(missing @ 1..) = len.checked_sub(data.len()) {
        let array = format!("from an array of {}", grouped(len as u64));
        let cut = Error::malformed(cut_short(Some(missing as u64), &array)).of_breach(Breach::CutShort);
        return Err(cut.at(range.end));
    }
    let blob = heap.blob(buffer, data.start, data.len());
    let array = Array::new(header.dtype, header.shape, header.order, blob)?;
    Ok(heap.add_array(array)?)
}

/// The elements of an object array: a plain pickle, behind which very old numpy left a newline. `range` is that of what
/// follows the header, in `bytes` as in the buffer.
pub(crate) fn read_objects(
    heap: &mut Heap,
    bytes: &Bytes,
    buffer: BufferId,
    range: Range<usize>,
    watcher: &mut impl Inline,
) -> Result<Value> {
    let outcome = cannery_pickle::read_prefix(heap, bytes, buffer, range.start, watcher)?;
    match &bytes[outcome.end..range.end] {
        b"" | b"\n" => Ok(outcome.root),
        rest => {
            let message = format!("{} bytes follow the end of the pickle", rest.len());
            Err(Error::malformed(message).at(outcome.end).of_breach(Breach::Trailing))
        }
    }
}

/// Reads the header of the `.npy` file in `range` of a buffer.
///
/// # Panics
/// If the range does not lie in the buffer.
pub fn header(heap: &mut Heap, buffer: BufferId, range: Range<usize>) -> Result<Header> {
    let file = heap.blob(buffer, range.start, range.len());
    let (start, len, text) = header_text(heap.bytes(file))?;
    heap.budget().limits().check(Limit::LineBytes, (len - start) as u64)?;
    let value = literal::read(heap, &text).map_err(|error| shift(error, start))?;
    let pairs = heap
        .as_dict(value)
        .ok_or_else(|| Error::malformed("the header of the array is not a dict").at(start))?;
    let bad = || {
        Error::malformed("the header of the array has not exactly descr, fortran_order and shape").at(start)
    };
    if pairs.len() != 6 {
        return Err(bad());
    }
    let of = |key| heap.lookup(pairs, key).ok_or_else(bad);
    let (descr, fortran_order, shape) = (of("descr")?, of("fortran_order")?, of("shape")?);
    let order = match fortran_order {
        Value::Bool(false) => Order::C,
        Value::Bool(true) => Order::Fortran,
        _ => return Err(Error::malformed("fortran_order is neither True nor False").at(start)),
    };
    if heap.as_tuple(shape).is_none() {
        return Err(Error::malformed("the shape of the array is not a tuple").at(start));
    }
    Ok(Header { dtype: DType::from_value(heap, descr)?, shape: shape_of(heap, shape)?, order, len })
}

/// Where the text of the header starts, where it ends, and the text.
fn header_text(file: &[u8]) -> Result<(usize, usize, String)> {
    let cut_short = || Error::malformed("the header of the array is cut short").at(file.len());
    let rest = file.strip_prefix(MAGIC).ok_or_else(|| Error::malformed("this is not a .npy file").at(0))?;
    let (start, len): (usize, u32) = match rest {
        [1, 0, a, b, ..] => (10, u16::from_le_bytes([*a, *b]).into()),
        [2 | 3, 0, a, b, c, d, ..] => (12, u32::from_le_bytes([*a, *b, *c, *d])),
        [1..=3, 0, ..] | [] | [_] => return Err(cut_short()),
        [major, minor, ..] => {
            return Err(Error::unsupported(format!("version {major}.{minor} of .npy")).at(6));
        }
    };
    let end = usize::try_from(len).ok().and_then(|len| start.checked_add(len)).ok_or_else(cut_short)?;
    let text = file.get(start..end).ok_or_else(cut_short)?;
    let text = if rest[0] == 3 {
        String::from_utf8(text.to_vec())
            .map_err(|_| Error::malformed("the header of the array is not UTF-8").at(start))?
    } else {
        text.iter().map(|&byte| char::from(byte)).collect()
    };
    Ok((start, end, text))
}

/// An error of the literal, placed in the file.
fn shift(error: Error, start: usize) -> Error {
    match error.offset() {
        Some(offset) => error.moved_to(start as u64 + offset),
        None => error.at(start),
    }
}

#[cfg(test)]
mod tests;
