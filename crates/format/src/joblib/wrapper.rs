//! `NumpyArrayWrapper`: the elements stand in the stream.

use cannery_object::{Array, DType, Heap, Object, Order, Value, byte_len, shape_of};
use cannery_pickle::{Error, Inline, Source, Taken, grouped, read_prefix};

/// Reads what follows the wrapper and attaches it as the wrapper's payload, with padding if the reader knows of it. Says
/// whether there is some. A pickle there is plain: `within` only watches.
pub(super) fn read(
    heap: &mut Heap,
    wrapper: Value,
    source: &Source<'_>,
    knows_padding: bool,
    within: &mut impl Inline,
) -> Result<(Taken, bool), Error> {
    let here = source.position;
    let layout = Layout::of(heap, wrapper).map_err(|error| Error::from_view(here, &error))?;
    if layout.dtype.has_objects() {
        let nested = read_prefix(heap, source.bytes, source.buffer, here, within)?;
        heap.set_payload(wrapper, nested.root).map_err(|limit| Error::limit(here, limit))?;
        return Ok((Taken { end: nested.end, nested: Some(here) }, false));
    }
    let start = here + padding(source, if knows_padding { layout.alignment } else { 0 })?;
    let len = byte_len(&layout.dtype, &layout.shape).map_err(|error| Error::from_view(here, &error))?;
    let present = source.bytes.len() - start;
    if len > present {
        let array = format!("from an array of {}", grouped(len as u64));
        return Err(Error::cut_short(start, Some((len - present) as u64), &array));
    }
    let blob = heap.blob(source.buffer, start, len);
    let is_padded = layout.alignment != 0;
    let array = Array::new(layout.dtype, layout.shape, layout.order, blob);
    let array = array.map_err(|error| Error::from_view(start, &error))?;
    let attach = heap.add_array(array).and_then(|payload| heap.set_payload(wrapper, payload));
    attach.map_err(|limit| Error::limit(start, limit))?;
    Ok((Taken { end: start + len, nested: None }, is_padded))
}

/// The object that is the array's dtype.
pub(super) fn dtype_of(heap: &Heap, wrapper: Value) -> Option<Value> {
    heap.object(wrapper)?.attr("dtype")
}

/// What the wrapper's state says of the array.
struct Layout {
    dtype: DType,
    shape: Vec<usize>,
    order: Order,
    /// Multiple of bytes at which the elements begin; 0 when they follow at once.
    alignment: usize,
}

impl Layout {
    fn of(heap: &Heap, wrapper: Value) -> Result<Self, cannery_object::Error> {
        let bad = |attribute| {
            cannery_object::Error::malformed(format!("NumpyArrayWrapper.{attribute} is missing or wrong"))
        };
        let object = heap.object(wrapper).ok_or_else(|| bad("__dict__"))?;
        let attr = |object: &Object<'_>, name| object.attr(name).ok_or_else(|| bad(name));
        let order = match heap.as_str(attr(&object, "order")?).as_deref() {
            Some("C") => Order::C,
            Some("F") => Order::Fortran,
            _ => return Err(bad("order")),
        };
        let alignment = match object.attr("numpy_array_alignment_bytes") {
            None | Some(Value::None) => 0,
            Some(value) => match heap.as_int(value) {
                Some(bytes @ 1..=255) => bytes as usize,
                _ => return Err(bad("numpy_array_alignment_bytes")),
            },
        };
        Ok(Self {
            dtype: DType::from_value(heap, attr(&object, "dtype")?)?,
            shape: shape_of(heap, attr(&object, "shape")?)?,
            order,
            alignment,
        })
    }
}

/// Length of the padding: a byte that counts the 0xff bytes behind it, so many that the elements are aligned.
fn padding(source: &Source<'_>, alignment: usize) -> Result<usize, Error> {
    if alignment == 0 {
        return Ok(0);
    }
    let here = source.position;
    let truncated = || Error::cut_short(here, None, "the file ends in the padding of an array");
    let (&count, rest) = source.bytes[here..].split_first().ok_or_else(truncated)?;
    let count = usize::from(count);
    let pad = rest.get(..count).ok_or_else(truncated)?;
    let aligned = (here + 1 + count).is_multiple_of(alignment);
    if !aligned || count > alignment || pad.iter().any(|&byte| byte != 0xff) {
        return Err(Error::malformed(here, "the padding of an array is not what joblib writes"));
    }
    Ok(1 + count)
}
