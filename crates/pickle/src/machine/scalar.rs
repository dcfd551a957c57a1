//! Scalars: what opcodes push that hold nothing else.

use std::borrow::Cow;

use cannery_object::{Blob, Heap, LimitError, Node, Value};

use super::{Fault, Machine};
use crate::decode::{Arg, Op};
use crate::opcode::Opcode;
use crate::text::{self, Decimal};

impl Machine<'_> {
    /// Refuses a number in text on which readers differ; the decoder takes what `pickletools` takes.
    pub(super) fn check_spelling(&self, op: Op<'_>) -> Result<(), Fault> {
        let line = self.bytes.get(op.offset + 1..op.end.saturating_sub(1)).unwrap_or_default();
        let is_plain = matches!(op.arg, Arg::True | Arg::False) || text::is_plain_number(op.opcode, line);
        if is_plain {
            Ok(())
        } else {
            Err(Fault::Rule("the number is spelt in a way that readers differ on"))
        }
    }

    pub(super) fn push_scalar(&mut self, heap: &mut Heap, op: Op<'_>) -> Result<(), Fault> {
        let value = match op.arg {
            Arg::Int(value) => heap.int(value)?,
            Arg::False => Value::Bool(false),
            Arg::True => Value::Bool(true),
            Arg::Float(value) => heap.add(Node::Float(value))?,
            Arg::Text(text) => self.text(heap, text)?,
            Arg::Bytes(bytes) => self.bytes(heap, op.opcode, bytes)?,
            Arg::Long(bytes) => long(heap, bytes, |heap| Ok(self.blob(heap, bytes)))?,
            Arg::Decimal(digits) => match text::decimal(digits) {
                Some(Decimal::Big(bytes)) => long(heap, &bytes, |heap| heap.own(&bytes))?,
                _ => return Err(Fault::Rule("the line holds no number")),
            },
            Arg::Quoted(text) => {
                let text =
                    text::unquote(text).ok_or(Fault::Rule("the string has no matching quotes around it"))?;
                let blob = self.blob_or_own(heap, text)?;
                heap.add(Node::Str8(blob))?
            }
            Arg::RawUnicode(text) => {
                let text = text::raw_unicode(text).ok_or(Fault::Rule("the string holds a broken escape"))?;
                let blob = self.blob_or_own(heap, text)?;
                heap.add(Node::Str(blob))?
            }
            Arg::None | Arg::Names(..) => match op.opcode {
                Opcode::NewTrue => Value::Bool(true),
                Opcode::NewFalse => Value::Bool(false),
                _ => Value::None,
            },
        };
        self.push(heap, value)
    }

    pub(super) fn text(&self, heap: &mut Heap, text: &[u8]) -> Result<Value, LimitError> {
        let blob = self.blob(heap, text);
        heap.add(Node::Str(blob))
    }

    fn bytes(&self, heap: &mut Heap, opcode: Opcode, bytes: &[u8]) -> Result<Value, LimitError> {
        let blob = self.blob(heap, bytes);
        heap.add(match opcode {
            Opcode::BinString | Opcode::ShortBinString => Node::Str8(blob),
            Opcode::ByteArray8 => Node::ByteArray(blob),
            _ => Node::Bytes(blob),
        })
    }

    /// A slice of the stream as a part of its buffer.
    pub(super) fn blob(&self, heap: &Heap, slice: &[u8]) -> Blob {
        let offset = slice.as_ptr().addr() - self.bytes.as_ptr().addr();
        heap.blob(self.buffer, offset, slice.len())
    }

    fn blob_or_own(&self, heap: &mut Heap, text: Cow<'_, [u8]>) -> Result<Blob, LimitError> {
        match text {
            Cow::Borrowed(slice) => Ok(self.blob(heap, slice)),
            Cow::Owned(decoded) => heap.own(&decoded),
        }
    }
}

/// An integer in two's complement: small ones become numbers, larger ones keep their bytes.
fn long(
    heap: &mut Heap,
    bytes: &[u8],
    keep: impl FnOnce(&mut Heap) -> Result<Blob, LimitError>,
) -> Result<Value, LimitError> {
    let fill = if bytes.last().is_some_and(|b| b & 0x80 != 0) { 0xFF } else { 0 };
    let significant = bytes.iter().rposition(|&b| b != fill).map_or(0, |last| last + 1);
    let mut wide = [fill; 8];
    if significant < 8 || (significant == 8 && (bytes[7] ^ fill) & 0x80 == 0) {
        wide[..significant].copy_from_slice(&bytes[..significant]);
        return heap.int(i64::from_le_bytes(wide));
    }
    let blob = keep(heap)?;
    heap.add(Node::BigInt(blob))
}
