//! Heap to pickle: what CPython's pickler would write for the same objects.
//!
//! Memo keys follow identity: a node that is met again is referred to. Nothing here depends on anything but the Heap and
//! the options, so the same Heap gives the same bytes. Depth of nesting costs memory, not stack.

mod call;
mod dialect;
mod elements;
mod names;
mod piece;
mod sink;

use std::collections::HashMap;
use std::fmt;
use std::io::{self, Write};

use cannery_object::{Heap, Id, Node, Spelling, Value};

use crate::encode::{self, Lengths};
use crate::opcode::Opcode;
use elements::{Elements, How};
use sink::Sink;

pub use dialect::Dialect;
pub use piece::{Data, NoOutline, Outline, Piece};

/// How a stream is written.
#[derive(Clone, Copy, Debug)]
pub struct WriteOptions {
    /// 0 to 5.
    pub protocol: u8,
    /// Whose habits are followed where several spellings mean the same.
    pub dialect: Dialect,
    /// Whether the spelling that the Heap kept is followed, and with it the dialect that it shows.
    pub as_read: bool,
    /// Bytes of the file before the stream.
    pub position: u64,
    /// The protocol of the stream that the values came from; of 3 and later if from none. It decides whose names they are.
    pub read_protocol: u8,
}

/// Why a Heap can't be written.
#[derive(Debug)]
pub enum WriteError {
    /// The bytes could not be handed on.
    Io(io::Error),
    /// A value can't be written in this way.
    Unsupported(String),
}

impl WriteError {
    /// A value can't be written in this way.
    pub fn unsupported(message: impl Into<String>) -> Self {
        Self::Unsupported(message.into())
    }
}

impl From<io::Error> for WriteError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => error.fmt(f),
            Self::Unsupported(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for WriteError {}

/// Writes the pickle of a value.
///
/// ```
/// use cannery_object::{Heap, Limits, Node, Value};
/// use cannery_pickle::{Dialect, NoOutline, WriteOptions, write};
///
/// let mut heap = Heap::new(Limits::default());
/// let list = heap.container(Node::List, &[Value::Int(1), Value::None]).unwrap();
/// let options = WriteOptions { protocol: 2, dialect: Dialect::C, as_read: false, position: 0, read_protocol: 5 };
/// let mut out = Vec::new();
/// write(&heap, list, options, &mut NoOutline, &mut out).unwrap();
/// assert_eq!(out, b"\x80\x02]q\x00(K\x01Ne.");
/// ```
pub fn write(
    heap: &Heap,
    root: Value,
    options: WriteOptions,
    outline: &mut dyn Outline,
    out: &mut dyn Write,
) -> Result<(), WriteError> {
    let mut options = options;
    let spelling = heap.spelling().filter(|_| options.as_read);
    if spelling.is_some() {
        options.dialect = Dialect::of(heap, root, options.dialect == Dialect::Python);
    }
    let jumps = match (spelling, root) {
        (Some(spelling), Value::Ref(id)) => spelling.streams.get(&id).map(|stream| &stream.jumps[..]),
        _ => None,
    };
    if options.protocol > 5 {
        return Err(WriteError::unsupported(format!("protocol {} does not exist", options.protocol)));
    }
    let mut writer = Writer {
        heap,
        sink: Sink::new(out, options.position, options.dialect),
        options,
        outline,
        memo: vec![0; heap.node_count()],
        next_key: 0,
        puts: 0,
        spelling,
        jumps: jumps.unwrap_or_default(),
        busy: HashMap::new(),
        globals: HashMap::new(),
        words: HashMap::new(),
        shared: HashMap::new(),
        tasks: Vec::new(),
        begun: vec![0; heap.node_count().div_ceil(64)],
        steps: 0,
        again: HashMap::new(),
        known: 0,
    };
    writer.stream(root)?;
    Ok(out.flush()?)
}

/// What is still to be written, the last first.
#[derive(Debug)]
enum Task {
    Save(Value),
    Piece(Piece),
    /// The elements of a tuple are written.
    EndTuple {
        len: usize,
        is: Option<Id>,
    },
    EndFrozenSet(Id),
    Elements(Elements),
    /// Callable and arguments are written.
    EndCall {
        opcode: Opcode,
        is: Option<Id>,
    },
    /// The class and the arguments of an INST or OBJ are written.
    EndInstance(Id),
    /// What is attached to a value that is written.
    Attached(Id),
    Op(Opcode),
    Remember(String),
    /// The id of a BINPERSID or PERSID.
    Persistent(Id),
}

struct Writer<'a, 'o> {
    heap: &'a Heap,
    sink: Sink<'o>,
    options: WriteOptions,
    outline: &'a mut dyn Outline,
    /// One more than the key of each node; 0 for none.
    memo: Vec<u32>,
    next_key: u32,
    /// Keys given.
    puts: u32,
    spelling: Option<&'a Spelling>,
    /// Those of the spelling that are still to come.
    jumps: &'a [(u32, u32)],
    /// Calls that were begun with the arguments of one made in vain, and whether they were met again inside these.
    busy: HashMap<Id, bool>,
    globals: HashMap<(String, String), u32>,
    words: HashMap<String, u32>,
    shared: HashMap<String, u32>,
    tasks: Vec<Task>,
    /// A bit for each node that is put into the memo only when its parts are written, and of which these were begun.
    begun: Vec<u64>,
    /// Parts that were begun again.
    steps: u64,
    /// Of values that were begun again, how much was known then.
    again: HashMap<Id, usize>,
    /// Nodes that have a key.
    known: usize,
}

type Done = Result<(), WriteError>;

impl Writer<'_, '_> {
    fn stream(&mut self, root: Value) -> Done {
        let protocol = self.options.protocol;
        if protocol >= 2 {
            self.sink.pending.extend([Opcode::Proto as u8, protocol]);
        }
        if protocol >= 4 {
            self.sink.begin_frames()?;
        }
        self.tasks.push(Task::Save(root));
        while let Some(task) = self.tasks.pop() {
            self.step(task)?;
        }
        self.op(Opcode::Stop);
        Ok(self.sink.flush()?)
    }

    fn step(&mut self, task: Task) -> Done {
        match task {
            Task::Save(value) => self.save(value),
            Task::Piece(piece) => self.piece(piece),
            Task::EndTuple { len, is } => self.end_tuple(len, is),
            Task::EndFrozenSet(id) => self.end_frozen_set(id),
            Task::Elements(elements) => self.elements(elements),
            Task::EndCall { opcode, is } => self.end_call(opcode, is),
            Task::EndInstance(id) => self.end_instance(id),
            Task::Attached(id) => self.attached(id),
            Task::Op(opcode) => {
                self.op(opcode);
                Ok(())
            }
            Task::Remember(key) => {
                self.shared.insert(key, self.next_key - 1);
                Ok(())
            }
            Task::Persistent(id) => self.persistent(id),
        }
    }

    fn op(&mut self, opcode: Opcode) {
        self.sink.pending.push(opcode as u8);
    }

    fn is_binary(&self) -> bool {
        self.options.protocol >= 1
    }
}

/// Values.
impl Writer<'_, '_> {
    fn save(&mut self, value: Value) -> Done {
        match value {
            Value::Ref(id) => self.node(id),
            Value::None => {
                self.sink.settle()?;
                self.op(Opcode::None);
                Ok(())
            }
            Value::Bool(bool) => {
                self.sink.settle()?;
                match (self.options.protocol >= 2, bool) {
                    (true, true) => self.op(Opcode::NewTrue),
                    (true, false) => self.op(Opcode::NewFalse),
                    (false, true) => self.sink.pending.extend(b"I01\n"),
                    (false, false) => self.sink.pending.extend(b"I00\n"),
                }
                Ok(())
            }
            Value::Int(int) => self.int(int.into(), None),
        }
    }

    fn int(&mut self, int: i64, opcode: Option<Opcode>) -> Done {
        self.sink.settle()?;
        let (protocol, dialect, out) = (self.options.protocol, self.options.dialect, &mut self.sink.pending);
        let is_small = i32::try_from(int).is_ok();
        match opcode {
            Some(Opcode::Long1 | Opcode::Long4) if protocol >= 2 => encode::long(&int.to_le_bytes(), out),
            Some(Opcode::Long) if protocol < 2 => {
                encode::line(Opcode::Long, format!("{int}L").as_bytes(), out);
            }
            None if is_small && protocol == 0 && dialect.writes_longs() => {
                encode::line(Opcode::Long, format!("{int}L").as_bytes(), out);
            }
            Some(Opcode::Int) if !is_small => {
                encode::line(Opcode::Int, int.to_string().as_bytes(), out);
            }
            _ => encode::int(int, protocol, out),
        }
        Ok(())
    }

    /// The opcode that a value was read from, where there are several.
    fn opcode_of(&self, id: Id) -> Option<Opcode> {
        self.spelling.and_then(|spelling| spelling.opcodes.get(&id)).and_then(|&byte| Opcode::from_byte(byte))
    }

    fn node(&mut self, id: Id) -> Done {
        self.sink.settle()?;
        if let Some(key) = self.memo[id.index()].checked_sub(1) {
            self.take(key);
            return Ok(());
        }
        match self.heap.node(id) {
            Node::Int(int) => self.int(int, self.opcode_of(id)),
            Node::BigInt(blob) => self.big_int(self.heap.bytes(blob)),
            Node::Float(float) => {
                let is_long = self.options.dialect.has_17_digits();
                encode::float(float, self.options.protocol, is_long, &mut self.sink.pending);
                Ok(())
            }
            Node::Str(blob) => self.text(self.heap.bytes(blob), Some(id)),
            Node::Str8(blob) => self.text_2(self.heap.bytes(blob), id),
            Node::Bytes(blob) => self.bytes(&Data::Blob(blob), Some(id)),
            Node::ByteArray(blob) => self.byte_array(Data::Blob(blob), Some(id)),
            Node::List(items) => self.container(id, [Opcode::EmptyList, Opcode::List], items, How::Append),
            Node::Dict(items) => self.container(id, [Opcode::EmptyDict, Opcode::Dict], items, How::Set),
            Node::Set(items) => self.set(id, items),
            Node::FrozenSet(items) => self.frozen_set(id, items),
            Node::Tuple(items) => self.tuple(id, items),
            Node::Global { module, name } => {
                self.tasks.push(Task::Attached(id));
                let (module, name) = (self.heap.symbol(module), self.heap.symbol(name));
                self.global(module, name, self.options.read_protocol, Some(id))
            }
            Node::Call { .. } | Node::Array(_) => self.call(id),
            Node::Immediate(value) => self.save(value),
            Node::Persistent(value) => {
                self.tasks.push(Task::Attached(id));
                self.tasks.push(Task::Persistent(id));
                if self.is_binary() {
                    self.tasks.push(Task::Save(value));
                }
                Ok(())
            }
            Node::Extension(code) => {
                self.extension(code);
                self.tasks.push(Task::Attached(id));
                Ok(())
            }
        }
    }

    fn big_int(&mut self, bytes: &[u8]) -> Done {
        if self.options.protocol >= 2 {
            encode::long(bytes, &mut self.sink.pending);
            return Ok(());
        }
        // Python's own limit for text, and its reason
        if bytes.len() > MOST_DECIMAL {
            return Err(WriteError::unsupported(
                "an int of more than 4,300 digits can't be written as text: protocol 2 or later has bytes",
            ));
        }
        let digits = encode::decimal(bytes) + "L";
        encode::line(Opcode::Long, digits.as_bytes(), &mut self.sink.pending);
        Ok(())
    }

    fn text(&mut self, utf8: &[u8], id: Option<Id>) -> Done {
        if self.is_binary() {
            self.data(Lengths::text(self.options.protocol), utf8)?;
        } else {
            encode::unicode_line(utf8, self.options.dialect.escapes_less(), &mut self.sink.pending);
        }
        self.put(id)
    }

    fn text_2(&mut self, bytes: &[u8], id: Id) -> Done {
        if self.is_binary() {
            self.data(Lengths::TEXT_2, bytes)?;
        } else {
            encode::string_line(bytes, &mut self.sink.pending);
        }
        self.put(Some(id))
    }

    fn data(&mut self, lengths: Lengths, bytes: &[u8]) -> Done {
        let head = lengths
            .head(bytes.len())
            .ok_or_else(|| WriteError::unsupported("a text of Python 2 of more than 2 GiB"))?;
        Ok(self.sink.data(&head, bytes)?)
    }

    /// `bytes`; protocols that have none call for them, as text of the characters with these numbers.
    fn bytes(&mut self, data: &Data, is: Option<Id>) -> Done {
        let heap = self.heap;
        let bytes = data.bytes(heap);
        if self.options.protocol >= 3 {
            self.data(Lengths::BYTES, bytes)?;
            return self.put(is);
        }
        let (callable, args) = if bytes.is_empty() {
            (Piece::name("builtins", "bytes"), Vec::new())
        } else {
            let text: String = bytes.iter().map(|&byte| char::from(byte)).collect();
            (Piece::name("_codecs", "encode"), vec![Piece::Text(text), Piece::Word("latin1".into())])
        };
        self.reduce(callable, args, is)
    }

    fn byte_array(&mut self, data: Data, is: Option<Id>) -> Done {
        if self.options.protocol >= 5 {
            self.data(Lengths::BYTE_ARRAY, data.bytes(self.heap))?;
            return self.put(is);
        }
        let args = if data.bytes(self.heap).is_empty() { vec![] } else { vec![Piece::Bytes(data)] };
        self.reduce(Piece::name("builtins", "bytearray"), args, is)
    }

    fn reduce(&mut self, callable: Piece, args: Vec<Piece>, is: Option<Id>) -> Done {
        let args = Piece::Tuple(args);
        let kind = cannery_object::CallKind::Reduce;
        self.piece(Piece::Call { kind, callable: callable.into(), args: args.into(), is })
    }

    fn extension(&mut self, code: u32) {
        let (opcode, width) = match code {
            0..=0xff => (Opcode::Ext1, 1),
            0x100..=0xffff => (Opcode::Ext2, 2),
            _ => (Opcode::Ext4, 4),
        };
        self.op(opcode);
        self.sink.pending.extend_from_slice(&code.to_le_bytes()[..width]);
    }

    fn persistent(&mut self, id: Id) -> Done {
        if self.is_binary() {
            self.op(Opcode::BinPersId);
            return Ok(());
        }
        let text = match self.heap.node(id) {
            Node::Persistent(value) => self.heap.as_str(value),
            _ => None,
        };
        match text.filter(|text| !text.contains('\n')) {
            Some(text) => {
                encode::line(Opcode::PersId, text.as_bytes(), &mut self.sink.pending);
                Ok(())
            }
            None => {
                Err(WriteError::unsupported("a persistent id that is not a line needs protocol 1 or later"))
            }
        }
    }
}

/// About 4,300 digits, in bytes.
const MOST_DECIMAL: usize = 1_785;

/// The memo and names.
impl Writer<'_, '_> {
    /// Gives what was written last the next key.
    fn put(&mut self, id: Option<Id>) -> Done {
        if let (Some(spelling), Some(id)) = (self.spelling, id)
            && !spelling.is_put(id)
        {
            self.again.remove(&id);
            return Ok(());
        }
        if let Some((&(puts, key), rest)) = self.jumps.split_first()
            && puts == self.puts
        {
            (self.next_key, self.jumps) = (key, rest);
        }
        let key = self.next_key;
        self.puts += 1;
        self.next_key =
            key.checked_add(1).ok_or_else(|| WriteError::unsupported("more objects than keys"))?;
        if let Some(id) = id {
            self.memo[id.index()] = key + 1;
            self.known += 1;
        }
        if self.options.protocol >= 4 {
            self.op(Opcode::Memoize);
        } else {
            let opcodes = [Opcode::Put, Opcode::BinPut, Opcode::LongBinPut];
            encode::memo(key, opcodes, self.options.protocol, &mut self.sink.pending);
        }
        Ok(())
    }

    fn take(&mut self, key: u32) {
        let opcodes = [Opcode::Get, Opcode::BinGet, Opcode::LongBinGet];
        encode::memo(key, opcodes, self.options.protocol, &mut self.sink.pending);
    }

    /// A text that is one object.
    fn word(&mut self, word: &str) -> Done {
        self.sink.settle()?;
        if let Some(&key) = self.words.get(word) {
            self.take(key);
            return Ok(());
        }
        self.words.insert(word.to_owned(), self.next_key);
        self.text(word.as_bytes(), None)
    }

    /// A global by the name that it has in streams of this protocol.
    fn global(&mut self, module: &str, name: &str, protocol: u8, id: Option<Id>) -> Done {
        self.sink.settle()?;
        let (module, name) = self.name(module, name, protocol);
        let is_bare = id.is_none_or(|id| !self.has_attached(id) && self.spelling.is_none());
        if is_bare && let Some(&key) = self.globals.get(&(module.clone(), name.clone())) {
            if let Some(id) = id {
                self.memo[id.index()] = key + 1;
            }
            self.take(key);
            return Ok(());
        }
        let is_line = id.and_then(|id| self.opcode_of(id)) == Some(Opcode::Global);
        if self.options.protocol >= 4 && !is_line {
            let texts = id.and_then(|id| self.spelling?.texts.get(&id));
            if let Some(&(module, name)) = texts {
                self.save(module)?;
                self.save(name)?;
            } else {
                self.word(&module)?;
                self.word(&name)?;
            }
            self.op(Opcode::StackGlobal);
        } else if protocol >= 4
            && let Some((outer, last)) = name.rsplit_once('.')
        {
            let outer = Piece::Global(module.into(), outer.to_owned().into());
            return self.reduce(
                Piece::name("builtins", "getattr"),
                vec![outer, Piece::Text(last.to_owned())],
                id,
            );
        } else if module.contains('\n') || name.contains('\n') {
            return Err(WriteError::unsupported("a name with a line break needs protocol 4 or later"));
        } else {
            self.op(Opcode::Global);
            self.sink.pending.extend_from_slice(format!("{module}\n{name}\n").as_bytes());
        }
        if is_bare {
            self.globals.insert((module, name), self.next_key);
        }
        self.put(id)
    }

    fn name(&self, module: &str, name: &str, protocol: u8) -> (String, String) {
        let (module, name) = match (protocol < 3, self.options.protocol < 3) {
            (true, false) => names::moved(3, module, name),
            (false, true) => names::moved(2, module, name),
            _ => (module, name),
        };
        (self.outline.module(module).into_owned(), name.to_owned())
    }

    fn has_attached(&self, id: Id) -> bool {
        let attached = self.heap.attached(Value::Ref(id));
        [attached.states, attached.items, attached.pairs, attached.setters].iter().any(|run| !run.is_empty())
    }
}

/// Pieces.
impl Writer<'_, '_> {
    fn piece(&mut self, piece: Piece) -> Done {
        self.sink.settle()?;
        match piece {
            Piece::Value(value) => self.save(value),
            Piece::Int(int) => self.int(int, None),
            Piece::Text(text) => self.text(text.as_bytes(), None),
            Piece::Word(word) => self.word(&word),
            Piece::Bytes(data) => self.bytes(&data, None),
            Piece::ByteArray(data) => self.byte_array(data, None),
            Piece::Tuple(parts) => self.tuple_of(parts),
            Piece::List(items) => {
                self.empty([Opcode::EmptyList, Opcode::List]);
                self.put(None)?;
                self.tasks.push(Task::Elements(Elements::new(items, How::Append)));
                Ok(())
            }
            Piece::Dict(pairs) => self.dict_of(pairs),
            Piece::Global(module, name) => self.global(&module, &name, 5, None),
            Piece::Call { kind, callable, args, is } => self.call_of(kind, *callable, *args, is),
            Piece::State(state) => {
                self.tasks.push(Task::Op(Opcode::Build));
                self.tasks.push(Task::Piece(*state));
                Ok(())
            }
            Piece::Once(key, parts) => {
                if let Some(&key) = self.shared.get(&key) {
                    self.take(key);
                    return Ok(());
                }
                self.once(key, parts);
                Ok(())
            }
            Piece::Inline { data, alignment } => self.inline(&data, alignment),
            Piece::Pickle { root, protocol } => self.nested(root, protocol),
        }
    }

    /// The key is that of the call, so it is remembered before the states.
    fn once(&mut self, key: String, parts: Vec<Piece>) {
        let mut parts = parts.into_iter();
        let first = parts.next();
        self.tasks.extend(parts.rev().map(Task::Piece));
        self.tasks.push(Task::Remember(key));
        self.tasks.extend(first.map(Task::Piece));
    }

    fn inline(&mut self, data: &Data, alignment: Option<u8>) -> Done {
        self.sink.flush()?;
        if let Some(alignment) = alignment.filter(|&alignment| alignment > 0) {
            let count = alignment - ((self.sink.position() + 1) % u64::from(alignment)) as u8;
            self.sink.raw(&[count])?;
            self.sink.raw(&vec![0xff; usize::from(count)])?;
        }
        Ok(self.sink.raw(data.bytes(self.heap))?)
    }

    fn nested(&mut self, root: Value, protocol: u8) -> Done {
        self.sink.flush()?;
        let mut out = Vec::new();
        let read_protocol = self.heap.read_protocol(root).unwrap_or(self.options.read_protocol);
        let dialect = self.options.dialect.nested();
        let options = WriteOptions { protocol, dialect, position: 0, read_protocol, ..self.options };
        self.outline.nested(true);
        let done = write(self.heap, root, options, self.outline, &mut out);
        self.outline.nested(false);
        done?;
        Ok(self.sink.raw(&out)?)
    }
}
