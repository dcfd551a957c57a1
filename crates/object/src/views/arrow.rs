//! Texts that pyarrow holds for pandas: `_restore_array((type, length, nulls, offset, [validity, offsets, data], [], None))`.
//!
//! Source: `_restore_array` and `_reduce_array_data` in `pyarrow/array.pxi`; the layout is "Variable-size Binary Layout" of the
//! Arrow columnar format. pyarrow takes the buffers without a look, so everything is checked here.

use std::borrow::Cow;

use crate::error::Error;
use crate::heap::{Heap, Value};

/// The elements of a pyarrow array of type `string` or `large_string`.
#[derive(Clone, Debug)]
pub struct ArrowTexts<'h> {
    /// `len() + 1` places in the data, ascending.
    offsets: Cow<'h, [u8]>,
    /// Bytes of an offset.
    width: usize,
    validity: Option<Cow<'h, [u8]>>,
    data: Cow<'h, [u8]>,
    start: usize,
    len: usize,
}

/// The function of `pyarrow.lib` that a call names.
fn function(heap: &Heap, value: Value) -> Option<(&str, &[Value])> {
    let call = heap.call(value)?;
    let ("pyarrow.lib", name) = heap.global_name(call.callable)? else { return None };
    Some((name, heap.as_tuple(call.args)?))
}

impl Heap {
    /// The texts of a pyarrow array; `None` where it is a value of another kind, or an array of another type.
    pub fn arrow_texts(&self, value: Value) -> Option<Result<ArrowTexts<'_>, Error>> {
        let ("_restore_array", [parts]) = function(self, value)? else { return None };
        let [kind, length, nulls, offset, buffers, children, dictionary] = self.as_tuple(*parts)? else {
            return None;
        };
        let width = self.arrow_width(*kind)?;
        let plain = self.as_list(*children).is_some_and(<[_]>::is_empty) && *dictionary == Value::None;
        let buffers = self.as_list(*buffers).filter(|_| plain)?;
        Some(self.read_texts(width, [*length, *nulls, *offset], buffers))
    }

    /// Whether a name is one of pyarrow's functions that are understood here.
    pub fn is_arrow_function((module, name): (&str, &str)) -> bool {
        module == "pyarrow.lib" && matches!(name, "_restore_array" | "type_for_alias" | "py_buffer")
    }

    /// Bytes of an offset in a type of texts, by `type_for_alias(name)`.
    pub fn arrow_width(&self, kind: Value) -> Option<usize> {
        match function(self, kind)? {
            ("type_for_alias", [name]) if self.is_str(*name, "large_string") => Some(8),
            ("type_for_alias", [name]) if self.is_str(*name, "string") => Some(4),
            _ => None,
        }
    }

    /// The bytes of `py_buffer(bytes)`.
    pub fn arrow_buffer(&self, value: Value) -> Option<Cow<'_, [u8]>> {
        match function(self, value)? {
            ("py_buffer", [bytes]) => self.bytes_of(*bytes),
            _ => None,
        }
    }

    fn read_texts<'h>(
        &'h self,
        width: usize,
        numbers: [Value; 3],
        buffers: &[Value],
    ) -> Result<ArrowTexts<'h>, Error> {
        let bad = || Error::malformed("an array of pyarrow has no buffers of validity, offsets and data");
        let number = |value| self.as_int(value);
        let [Some(length), Some(nulls), Some(offset)] = numbers.map(number) else { return Err(bad()) };
        let (Ok(len), Ok(start)) = (usize::try_from(length), usize::try_from(offset)) else {
            return Err(bad());
        };
        let [validity, offsets, data] = buffers else { return Err(bad()) };
        let optional = |value: Value| match value {
            Value::None => Ok(None),
            value => self.arrow_buffer(value).ok_or_else(bad).map(Some),
        };
        let texts = ArrowTexts {
            width,
            validity: optional(*validity)?,
            offsets: optional(*offsets)?.unwrap_or_default(),
            data: optional(*data)?.unwrap_or_default(),
            start,
            len,
        };
        if nulls < -1 || nulls > length || (nulls > 0 && texts.validity.is_none()) {
            return Err(Error::malformed(
                "an array of pyarrow counts missing elements that it does not mark",
            ));
        }
        texts.check()?;
        Ok(texts)
    }
}

impl ArrowTexts<'_> {
    /// Number of elements.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no element.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// An element; `None` where it is missing, or there is none.
    pub fn get(&self, index: usize) -> Option<&str> {
        let at = self.start.checked_add(index).filter(|_| index < self.len)?;
        let is_valid = self
            .validity
            .as_ref()
            .is_none_or(|bits| bits.get(at / 8).is_some_and(|byte| byte >> (at % 8) & 1 == 1));
        let range = self.offset(at).filter(|_| is_valid)?..self.offset(at + 1)?;
        std::str::from_utf8(self.data.get(range)?).ok()
    }

    /// Bytes that looking at all of it takes.
    pub fn cost(&self) -> u64 {
        (self.offsets.len() + self.data.len()) as u64
    }

    fn offset(&self, at: usize) -> Option<usize> {
        let from = at.checked_mul(self.width)?;
        let bytes = self.offsets.get(from..from.checked_add(self.width)?)?;
        let mut wide = [0; 8];
        wide[..self.width].copy_from_slice(bytes);
        usize::try_from(u64::from_le_bytes(wide)).ok()
    }

    /// Offsets ascend and end in the data, every text is UTF-8, and there is a bit for each.
    fn check(&self) -> Result<(), Error> {
        let bad = |what: &str| Err(Error::malformed(format!("texts of pyarrow {what}")));
        if self.len == 0 {
            return Ok(());
        }
        let Some(end) = self.start.checked_add(self.len) else { return bad("without end") };
        if self.validity.as_ref().is_some_and(|bits| bits.len() < end.div_ceil(8)) {
            return bad("with fewer marks than elements");
        }
        let Some(mut before) = self.offset(end).and_then(|_| self.offset(self.start)) else {
            return bad("with fewer offsets than elements");
        };
        for at in self.start + 1..=end {
            let Some(next) = self.offset(at).filter(|&next| next >= before && next <= self.data.len()) else {
                return bad("whose offsets lie outside the data");
            };
            if std::str::from_utf8(&self.data[before..next]).is_err() {
                return bad("that are not UTF-8");
            }
            before = next;
        }
        Ok(())
    }
}
