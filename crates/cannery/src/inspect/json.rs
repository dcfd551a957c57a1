//! The whole Heap as JSON, in one pass over it.
//!
//! `None`, bools, text, integers below 2^53 and finite floats are themselves; everything else is an object with a
//! `type`: `int`, `float` (NaN and infinities), `bytes`, `bytearray`, `str8` (of Python 2), `list`, `tuple`, `set`,
//! `frozenset`, `dict`, `complex`, `slice`, `range`, `global`, `persistent`, `extension`, `ndarray`, `scalar`, `dtype`,
//! `masked_array`, `random_state`, `generator`, `bit_generator`, `sparse`, `index`, `range_index`, `categorical`,
//! `categorical_dtype`, `extension_array`, `series`, `dataframe`, `object` for an instance of a class, `call` for the
//! result of a function.
//!
//! A value that is referred to from several places is written once, with an `id`; everywhere else it is
//! `{"type":"ref","id":N}`. So the output is as long as the Heap is, whatever it would be as a tree. A value that lies
//! deeper than the limit `json-depth` allows is a reference too, and is written in the list `deferred`. A value that
//! is not what its type should be is written as the call that it is, with a member `error`.

use std::collections::VecDeque;
use std::io::{self, Write};

use cannery_object::{Error, Heap, Id, Limit, Node, Value};

use super::cells::{Cell, Cells, element_json, float_json, int_json};
use super::number::{float_repr, hex, integer, json_string};
use super::shared::{BitSet, shared};

/// What to write.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct JsonOptions {
    /// All elements of every array and all bytes of every bytes object, not only those of short ones.
    pub arrays: bool,
}

impl JsonOptions {
    /// Whether all elements of every array and all bytes are written.
    #[must_use]
    pub fn arrays(mut self, arrays: bool) -> Self {
        self.arrays = arrays;
        self
    }
}

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Written {
    /// Values of a known type that did not hold what this type should, and were written as the calls they are.
    pub fallbacks: u64,
    /// Values that lay too deep and were written apart.
    pub deferred: u64,
}

/// Writes `{"root": …}`, with a member `deferred` where needed.
pub fn write_json(
    heap: &Heap,
    root: Value,
    options: &JsonOptions,
    out: &mut impl Write,
) -> io::Result<Written> {
    out.write_all(b"{")?;
    let written = write_members(heap, root, options, out)?;
    out.write_all(b"}")?;
    Ok(written)
}

/// Writes the members of [`write_json`]'s object without its braces, to stand among others.
pub fn write_members(
    heap: &Heap,
    root: Value,
    options: &JsonOptions,
    out: &mut impl Write,
) -> io::Result<Written> {
    let mut writer = Writer::new(heap, root, options, out);
    writer.text("\"root\":");
    writer.whole(root)?;
    let mut first = true;
    while let Some(id) = writer.deferred.pop_front() {
        writer.text(if first { ",\"deferred\":[" } else { "," });
        first = false;
        writer.written.deferred += 1;
        writer.open(id);
        writer.run()?;
    }
    if !first {
        writer.text("]");
    }
    writer.flush()?;
    Ok(writer.written)
}

/// A piece of output that is still to be written.
pub(super) enum Part<'h> {
    /// JSON as it stands.
    Text(String),
    /// A value.
    Value(Value),
    /// Values, with commas.
    Values(&'h [Value], usize),
    /// Keys and values as lists of two, with commas.
    Pairs(&'h [Value], usize),
    /// Names and values as members of an object, with commas.
    Members(&'h [Value], usize),
    /// Elements, with commas.
    Cells(Box<Cells<'h>>, bool),
}

struct Frame<'h> {
    parts: VecDeque<Part<'h>>,
    depth: u64,
}

pub(super) struct Writer<'h, 'o, W> {
    pub(super) heap: &'h Heap,
    pub(super) options: &'o JsonOptions,
    out: &'o mut W,
    buffer: String,
    shared: BitSet,
    seen: BitSet,
    deferred: VecDeque<Id>,
    stack: Vec<Frame<'h>>,
    max_depth: u64,
    effort: u64,
    written: Written,
}

/// How many JSON levels the encoding of one value adds at most around the values in it.
const LEVELS: u64 = 4;
/// JSON levels at the leaves, such as those of a structured dtype.
const LEAF_LEVELS: u64 = 40;
/// Strings longer than this are written once.
const LONG_TEXT: usize = 256;
/// A container of at most so many values is written again where it is the arguments or the state of several objects.
pub(super) const SHORT_RUN: usize = 32;
const BUFFER: usize = 1 << 16;

impl<'h, 'o, W: Write> Writer<'h, 'o, W> {
    fn new(heap: &'h Heap, root: Value, options: &'o JsonOptions, out: &'o mut W) -> Self {
        let max_depth = heap.budget().limits().of(Limit::JsonDepth).saturating_sub(LEAF_LEVELS + LEVELS);
        Self {
            heap,
            options,
            out,
            buffer: String::with_capacity(BUFFER),
            shared: shared(heap, root),
            seen: BitSet::new(heap.node_count()),
            deferred: VecDeque::new(),
            stack: Vec::new(),
            max_depth,
            effort: (8 << 20) + heap.budget().decompressed().saturating_mul(4),
            written: Written::default(),
        }
    }

    fn text(&mut self, text: &str) {
        self.buffer.push_str(text);
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.write_all(self.buffer.as_bytes())?;
        self.buffer.clear();
        Ok(())
    }

    fn whole(&mut self, value: Value) -> io::Result<()> {
        self.value(value, 2);
        self.run()
    }

    /// Writes what is on the stack. Never recurses: what nests is pushed.
    fn run(&mut self) -> io::Result<()> {
        while let Some(frame) = self.stack.last_mut() {
            let depth = frame.depth;
            match frame.parts.pop_front() {
                None => {
                    self.stack.pop();
                }
                Some(part) => self.part(part, depth),
            }
            if self.buffer.len() > BUFFER {
                self.flush()?;
            }
        }
        Ok(())
    }

    fn part(&mut self, part: Part<'h>, depth: u64) {
        match part {
            Part::Text(text) => self.buffer.push_str(&text),
            Part::Value(value) => self.value(value, depth),
            Part::Values(values, at) => {
                let Some(&value) = values.get(at) else { return };
                self.text(if at > 0 { "," } else { "" });
                self.again(Part::Values(values, at + 1));
                self.value(value, depth);
            }
            Part::Pairs(values, at) => {
                let Some(&value) = values.get(at) else {
                    return self.text(if at > 0 { "]" } else { "" });
                };
                self.text(match at {
                    0 => "[",
                    _ if at % 2 == 1 => ",",
                    _ => "],[",
                });
                self.again(Part::Pairs(values, at + 1));
                self.value(value, depth);
            }
            Part::Members(pairs, at) => {
                let Some([name, value]) = pairs.get(at..at + 2) else { return };
                self.text(if at > 0 { "," } else { "" });
                json_string(&self.heap.as_str(*name).unwrap_or_default(), &mut self.buffer);
                self.text(":");
                self.again(Part::Members(pairs, at + 2));
                self.value(*value, depth);
            }
            Part::Cells(cells, first) => self.cells(cells, first),
        }
    }

    /// Puts a part back, to go on with after what comes first.
    fn again(&mut self, part: Part<'h>) {
        if let Some(frame) = self.stack.last_mut() {
            frame.parts.push_front(part);
        }
    }

    /// Writes elements up to the first that is a value of its own, or until the buffer is full.
    fn cells(&mut self, mut cells: Box<Cells<'h>>, mut first: bool) {
        while self.buffer.len() <= BUFFER {
            let Some(cell) = cells.next(self.heap) else { return };
            if !first {
                self.buffer.push(',');
            }
            first = false;
            let mut parts = Vec::new();
            match cell {
                Ok(cell) => cell_parts(&cell, &mut self.buffer, &mut parts),
                Err(error) => {
                    self.written.fallbacks += 1;
                    error_json(&error, &mut self.buffer);
                }
            }
            if !parts.is_empty() {
                self.again(Part::Cells(cells, first));
                parts.into_iter().rev().for_each(|part| self.again(part));
                return;
            }
        }
        self.again(Part::Cells(cells, first));
    }

    /// Writes a value that has no parts, or a reference, or begins with one that has parts.
    fn value(&mut self, value: Value, depth: u64) {
        match value {
            Value::None => self.text("null"),
            Value::Bool(true) => self.text("true"),
            Value::Bool(false) => self.text("false"),
            Value::Int(i) => int_json(i128::from(i), &mut self.buffer),
            Value::Ref(_) if value == Heap::EMPTY_TUPLE => self.text("{\"type\":\"tuple\",\"items\":[]}"),
            Value::Ref(id) => self.node(id, depth),
        }
    }

    fn node(&mut self, id: Id, depth: u64) {
        if self.is_inline(id) {
            return self.leaf(id);
        }
        if self.seen.replace(id) {
            self.text(&format!("{{\"type\":\"ref\",\"id\":{}}}", id.index()));
        } else if depth > self.max_depth && depth > 2 {
            self.deferred.push_back(id);
            self.shared.replace(id);
            self.text(&format!("{{\"type\":\"ref\",\"id\":{}}}", id.index()));
        } else {
            self.push(id, depth);
        }
    }

    /// Begins with a value whose turn was put off.
    fn open(&mut self, id: Id) {
        self.push(id, 2);
    }

    fn push(&mut self, id: Id, depth: u64) {
        let parts = self.encode(id);
        self.stack.push(Frame { parts: parts.into(), depth: depth + LEVELS });
    }

    /// Whether a node is written in full wherever it stands: short, and without an identity that matters.
    fn is_inline(&self, id: Id) -> bool {
        let plain = self.heap.attached(Value::Ref(id)).states.is_empty();
        plain
            && match self.heap.node(id) {
                Node::Int(_) | Node::Float(_) | Node::Extension(_) | Node::Global { .. } => true,
                Node::Str(blob) | Node::Str8(blob) | Node::BigInt(blob) => {
                    blob.len() <= LONG_TEXT || !self.shared.contains(id)
                }
                _ => false,
            }
    }

    fn leaf(&mut self, id: Id) {
        match self.heap.node(id) {
            Node::Int(i) => int_json(i128::from(i), &mut self.buffer),
            Node::Float(x) => float_json(x, &mut self.buffer),
            Node::Str(blob) if std::str::from_utf8(self.heap.bytes(blob)).is_ok() => {
                json_string(&self.heap.as_str(Value::Ref(id)).unwrap_or_default(), &mut self.buffer);
            }
            _ => {
                let members = self.described(id);
                self.text(&format!("{{{members}}}"));
            }
        }
    }

    /// The members of the object that a node without parts is.
    pub(super) fn described(&self, id: Id) -> String {
        let mut out = String::new();
        let heap = self.heap;
        let text = |out: &mut String| json_string(&heap.as_str(Value::Ref(id)).unwrap_or_default(), out);
        match heap.node(id) {
            Node::Str(blob) => {
                out.push_str("\"type\":\"str\",\"value\":");
                text(&mut out);
                if std::str::from_utf8(heap.bytes(blob)).is_err() {
                    out.push_str(",\"hex\":\"");
                    hex(heap.bytes(blob), &mut out);
                    out.push('"');
                }
            }
            Node::Str8(_) => {
                out.push_str("\"type\":\"str8\",\"text\":");
                text(&mut out);
            }
            Node::BigInt(blob) => {
                out = format!("\"type\":\"int\",\"value\":\"{}\"", integer(heap.bytes(blob)));
            }
            Node::Int(i) => out = format!("\"type\":\"int\",\"value\":\"{i}\""),
            Node::Float(x) => out = format!("\"type\":\"float\",\"value\":\"{}\"", float_repr(x)),
            Node::Extension(code) => out = format!("\"type\":\"extension\",\"code\":{code}"),
            Node::Bytes(blob) => self.bytes_members("bytes", heap.bytes(blob), &mut out),
            Node::ByteArray(blob) => self.bytes_members("bytearray", heap.bytes(blob), &mut out),
            Node::Global { module, name } => {
                out.push_str("\"type\":\"global\",\"module\":");
                json_string(heap.symbol(module), &mut out);
                out.push_str(",\"name\":");
                json_string(heap.symbol(name), &mut out);
            }
            _ => {}
        }
        out
    }

    pub(super) fn bytes_members(&self, kind: &str, bytes: &[u8], out: &mut String) {
        out.push_str(&format!("\"type\":\"{kind}\",\"length\":{}", bytes.len()));
        if self.options.arrays || bytes.len() <= 64 {
            out.push_str(",\"hex\":\"");
            hex(bytes, out);
            out.push('"');
        }
    }

    /// The member `id` of a value that is referred to elsewhere, with a comma behind it.
    pub(super) fn id_member(&self, id: Id) -> String {
        if self.shared.contains(id) { format!("\"id\":{},", id.index()) } else { String::new() }
    }

    /// Whether the elements of a container can stand in the object that it belongs to: it is short, or belongs to
    /// nothing else.
    pub(super) fn can_inline(&self, container: Value) -> bool {
        let len = match self.heap.node_of(container) {
            Some(Node::Tuple(items) | Node::List(items) | Node::Dict(items)) => items.len(),
            _ => 0,
        };
        len <= SHORT_RUN || !matches!(container, Value::Ref(id) if self.shared.contains(id))
    }

    /// Accounts for decoding `cost` bytes once more than the Heap holds them; false when that went on for too long,
    /// as it can where one array is the data of many.
    pub(super) fn spend(&mut self, cost: u64) -> bool {
        let left = self.effort.checked_sub(cost);
        self.effort = left.unwrap_or(0);
        left.is_some()
    }

    pub(super) fn count_fallback(&mut self) {
        self.written.fallbacks += 1;
    }
}

/// One element: text goes to `out` as long as no value has been met, then everything to `parts`.
fn cell_parts<'h>(cell: &Cell<'_>, out: &mut String, parts: &mut Vec<Part<'h>>) {
    let mut text = String::new();
    match cell {
        Cell::Null => text.push_str("null"),
        Cell::Int(i) => int_json(i128::from(*i), &mut text),
        Cell::Text(one) => json_string(one, &mut text),
        Cell::Element(_, cannery_object::Element::Object(value)) => {
            parts.push(Part::Value(*value));
            return;
        }
        Cell::Element(dtype, element) => element_json(dtype, element, &mut text),
        Cell::Tuple(cells) => {
            push_text("{\"type\":\"tuple\",\"items\":[", out, parts);
            for (k, cell) in cells.iter().enumerate() {
                push_text(if k > 0 { "," } else { "" }, out, parts);
                cell_parts(cell, out, parts);
            }
            text.push_str("]}");
        }
    }
    push_text(&text, out, parts);
}

fn push_text<'h>(text: &str, out: &mut String, parts: &mut Vec<Part<'h>>) {
    if parts.is_empty() {
        out.push_str(text);
    } else {
        parts.push(Part::Text(text.into()));
    }
}

pub(super) fn error_json(error: &Error, out: &mut String) {
    out.push_str("{\"type\":\"error\",\"error\":");
    json_string(&error.to_string(), out);
    out.push('}');
}
