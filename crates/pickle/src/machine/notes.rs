//! What a stream spells in its own way, noted beside the Heap when that is asked for.

use cannery_object::{Heap, LimitError, Node, StreamSpelling, Value};

use super::{Arg, Machine, NO_FRAME, Op, Opcode};

/// Notes on the stream so far.
#[derive(Debug, Default)]
pub(super) struct Notes {
    stream: StreamSpelling,
    /// Keys given so far, and the one that would follow.
    puts: u32,
    next_key: u32,
    /// Module and name of the STACK_GLOBAL that is carried out.
    texts: Option<(Value, Value)>,
}

/// Bytes from which on a text stands outside frames.
const LONG: usize = 65_536;

impl Machine<'_> {
    /// To be called before an opcode is carried out.
    pub(super) fn note_before(&mut self, heap: &mut Heap, op: &Op<'_>) -> Result<(), LimitError> {
        let top = self.top().ok();
        self.notes.stream.is_binary |= op.opcode.protocol() == 1;
        match op.opcode {
            Opcode::StackGlobal => {
                self.notes.texts = match self.stack[..] {
                    [.., module, name] => Some((module, name)),
                    _ => None,
                };
            }
            Opcode::Memoize | Opcode::Put | Opcode::BinPut | Opcode::LongBinPut => {
                let key = match (op.opcode, op.arg) {
                    (Opcode::Memoize, _) => self.memo.entries,
                    (_, Arg::Int(key)) => key,
                    _ => 0,
                };
                self.note_put(heap, top, u32::try_from(key).unwrap_or_default())?;
            }
            // the value stands twice, so it needs a key
            Opcode::Dup => {
                if let (Some(Value::Ref(id)), Some(spelling)) = (top, heap.spelling_mut()?) {
                    spelling.note_put(id);
                }
            }
            Opcode::Append => {
                if let [.., list, _] = self.stack[..] {
                    let len = heap.as_list(list).map_or(0, <[Value]>::len);
                    self.notes.stream.has_single_rest |= len > 0 && len.is_multiple_of(1000);
                }
            }
            Opcode::Frame => {
                self.notes.stream.has_old_frames |= matches!(op.arg, Arg::Int(0..=3));
            }
            Opcode::String | Opcode::BinString | Opcode::ShortBinString => {
                self.notes.stream.has_strings = true;
            }
            Opcode::BinUnicode | Opcode::BinBytes | Opcode::ByteArray8 | Opcode::BinBytes8 => {
                let is_framed = self.frame_end != NO_FRAME && op.end <= self.frame_end;
                self.notes.stream.has_old_frames |= is_framed && op.end - op.offset > LONG;
            }
            _ => {}
        }
        Ok(())
    }

    fn note_put(&mut self, heap: &mut Heap, top: Option<Value>, key: u32) -> Result<(), LimitError> {
        if key != self.notes.next_key {
            heap.budget_mut().spend_memory(16)?;
            self.notes.stream.jumps.push((self.notes.puts, key));
        }
        (self.notes.puts, self.notes.next_key) = (self.notes.puts + 1, key.wrapping_add(1));
        if let (Some(Value::Ref(id)), Some(spelling)) = (top, heap.spelling_mut()?) {
            spelling.note_put(id);
        }
        Ok(())
    }

    /// To be called when an opcode is carried out.
    pub(super) fn note_after(&mut self, heap: &mut Heap, op: &Op<'_>) -> Result<(), LimitError> {
        let Ok(top) = self.top() else { return Ok(()) };
        match (op.opcode, top) {
            (Opcode::StackGlobal, Value::Ref(id)) => {
                if let (Some(texts), Some(spelling)) = (self.notes.texts, heap.spelling_mut()?) {
                    spelling.texts.insert(id, texts);
                }
            }
            (Opcode::Long | Opcode::Long1 | Opcode::Long4, Value::Int(int)) => {
                self.notes.stream.has_small_longs |= op.opcode == Opcode::Long;
                let boxed = heap.add(Node::Int(int.into()))?;
                self.stack.pop();
                self.stack.push(boxed);
                note_opcode(heap, boxed, op.opcode)?;
            }
            (Opcode::Int | Opcode::Long | Opcode::Global, Value::Ref(_)) => {
                note_opcode(heap, top, op.opcode)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// To be called with the root of the stream.
    pub(super) fn note_stream(&mut self, heap: &mut Heap, root: Value) -> Result<(), LimitError> {
        let stream = std::mem::take(&mut self.notes.stream);
        if let (Value::Ref(id), Some(spelling)) = (root, heap.spelling_mut()?) {
            spelling.streams.insert(id, stream);
        }
        Ok(())
    }
}

fn note_opcode(heap: &mut Heap, value: Value, opcode: Opcode) -> Result<(), LimitError> {
    if let (Value::Ref(id), Some(spelling)) = (value, heap.spelling_mut()?) {
        spelling.opcodes.insert(id, opcode as u8);
    }
    Ok(())
}
