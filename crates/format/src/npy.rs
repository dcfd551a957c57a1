//! `.npy` files, versions 1.0 to 3.0 (NEP 1 and `numpy.lib.format`).

use std::ops::Range;

use cannery_object::{Array, BufferId, DType, Heap, Limit, Order, Value, shape_of};

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
    let blob = heap.blob(buffer, data.start, data.len());
    let array = Array::new(header.dtype, header.shape, header.order, blob)?;
    Ok(heap.add_array(array)?)
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
        .ok_or_else(|| Error::malformed("the header of the array is no dict").at(start))?;
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
        return Err(Error::malformed("the shape of the array is no tuple").at(start));
    }
    Ok(Header { dtype: DType::from_value(heap, descr)?, shape: shape_of(heap, shape)?, order, len })
}

/// Where the text of the header starts, where it ends, and the text.
fn header_text(file: &[u8]) -> Result<(usize, usize, String)> {
    let cut_short = || Error::malformed("the header of the array is cut short").at(file.len());
    let rest = file.strip_prefix(MAGIC).ok_or_else(|| Error::malformed("this is no .npy file").at(0))?;
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
            .map_err(|_| Error::malformed("the header of the array is no UTF-8").at(start))?
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
mod tests {
    use cannery_object::{Element, Limits};

    use super::*;
    use crate::error::ErrorKind;

    fn npy(version: u8, header: &str, data: &[u8]) -> Vec<u8> {
        let len = header.len() as u32;
        let len = if version == 1 { (len as u16).to_le_bytes().to_vec() } else { len.to_le_bytes().to_vec() };
        [MAGIC, &[version, 0][..], &len, header.as_bytes(), data].concat()
    }

    fn read_bytes(bytes: Vec<u8>) -> Result<(Heap, Value)> {
        let mut heap = Heap::new(Limits::default());
        let len = bytes.len();
        let buffer = heap.add_buffer(bytes.into())?;
        let value = read(&mut heap, buffer, 0..len)?;
        Ok((heap, value))
    }

    fn simple(descr: &str, shape: &str, data: &[u8]) -> Result<(Heap, Value)> {
        read_bytes(npy(
            1,
            &format!("{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}\n"),
            data,
        ))
    }

    #[test]
    fn numbers_in_every_version() {
        let data: Vec<u8> = [1.5_f64, -2.0].iter().flat_map(|x| x.to_le_bytes()).collect();
        for version in 1..=3 {
            let header = "{'descr': '<f8', 'fortran_order': True, 'shape': (2, 1L), }        \n";
            let (heap, value) = read_bytes(npy(version, header, &data)).expect("an array");
            let array = heap.ndarray(value).expect("an array").expect("a good one");
            assert_eq!(*array.f64s().expect("floats"), [1.5, -2.0]);
            assert_eq!((&array.shape[..], array.order), (&[2, 1][..], Order::Fortran));
        }
    }

    #[test]
    fn structures_and_text() {
        let data = [&b"\x07"[..], &2.5_f64.to_be_bytes()].concat();
        let (heap, value) = simple("[('a', '|u1'), ('b', '>f8')]", "()", &data).expect("an array");
        let array = heap.ndarray(value).expect("an array").expect("a good one");
        let first = array.elements().next().expect("one").expect("good");
        assert_eq!(first, Element::Struct(vec![Element::UInt(7), Element::Float(2.5)]));
    }

    #[test]
    fn the_data_must_fill_the_shape_exactly() {
        for (shape, len) in [("(2,)", 15), ("(2,)", 17), ("(3,)", 16), ("()", 0), ("(0,)", 1), ("(0, 5)", 8)]
        {
            let error = simple("'<f8'", shape, &vec![0; len]).expect_err("a wrong length");
            assert_eq!(error.kind(), ErrorKind::Malformed, "{shape} {len}");
        }
        assert!(simple("'<f8'", "(0, 5)", &[]).is_ok());
    }

    #[test]
    fn claims_are_refused_before_anything_is_allocated() {
        for shape in
            ["(2147483648, 2147483648)", "(-1,)", "(0, 9223372036854775807)", "(4294967296, 4294967296, 0)"]
        {
            let result = simple("'<f8'", shape, &[0; 8]);
            assert_eq!(result.expect_err("no such array").kind(), ErrorKind::Malformed, "{shape}");
        }
        assert!(simple("'<V2147483648'", "(9,)", &[0; 8]).is_err());
        let huge_header = [MAGIC, &[2, 0, 0xff, 0xff, 0xff, 0xff][..], b"{}"].concat();
        assert_eq!(read_bytes(huge_header).expect_err("4 GiB").kind(), ErrorKind::Malformed);
    }

    #[test]
    fn headers_that_are_no_literal_of_three_items() {
        let bad = [
            "__import__('os').system('id')",
            "[]",
            "{'descr': '<f8'}",
            "{'descr': '<f8', 'fortran_order': 0, 'shape': ()}",
            "{'descr': '<f8', 'fortran_order': False, 'shape': 1}",
            "{'descr': '<f8', 'fortran_order': False, 'shape': (), 'x': 1}",
            "{'descr': '<f8', 'fortran_order': False, 'shape': (True,), 'shape': ()}",
        ];
        for header in bad {
            assert_eq!(
                read_bytes(npy(1, header, &[0; 8])).expect_err("bad").kind(),
                ErrorKind::Malformed,
                "{header}"
            );
        }
        let nested = format!(
            "{{'descr': {}, 'fortran_order': False, 'shape': ()}}",
            "[('a', ".repeat(99) + "'<f8'" + &")]".repeat(99)
        );
        assert!(read_bytes(npy(1, &nested, &[0; 8])).is_err());
    }

    #[test]
    fn objects_go_to_the_pickle_reader_or_nowhere() {
        let error = simple("'|O'", "(1,)", b"\x80\x02N.").expect_err("objects");
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        let bytes = npy(1, "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n", b"\x80\x02N.");
        let (mut heap, len) = (Heap::new(Limits::default()), bytes.len());
        let buffer = heap.add_buffer(bytes.into()).expect("small");
        let mut seen = 0..0;
        let value = read_with(&mut heap, buffer, 0..len, &mut |_, _, range| {
            seen = range;
            Ok(Value::None)
        });
        assert_eq!((value.expect("read"), seen), (Value::None, len - 4..len));
    }
}
