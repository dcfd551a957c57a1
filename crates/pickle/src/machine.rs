//! The safe machine: opcodes to Heap.
//!
//! It keeps pickle's stack, marks and memo and fails closed wherever Python's C and Python unpicklers, or a
//! scanner and an unpickler, could read a stream differently: opcodes that straddle a frame, memo slots read
//! before they are written or written twice, a mark left or crossed, anything after STOP.

mod grow;
mod inline;
mod memo;
mod notes;
mod scalar;
mod setter;
mod used;

use bytes::Bytes;
use cannery_object::{BufferId, Call, CallKind, Heap, Limit, LimitError, Node, Value};

use crate::decode::{Arg, Decoder, Op};
use crate::error::{Breach, Error};
use crate::opcode::Opcode;

use grow::{Grow, check_pairs, is_opaque};
use memo::Memo;
use notes::Notes;
use setter::note_twin;
use used::Used;

pub use inline::{Inline, NoInline, Source, Taken};

/// What a whole stream was.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// The object on the stack at STOP.
    pub root: Value,
    /// Position behind STOP.
    pub end: usize,
    /// What PROTO said; `None` for protocols 0 and 1, which don't say.
    pub protocol: Option<u8>,
    /// Number of opcodes.
    pub opcodes: u64,
}

/// Reads the one pickle that a buffer holds from `start` to its end.
pub fn read(
    heap: &mut Heap,
    bytes: &Bytes,
    buffer: BufferId,
    start: usize,
    inline: &mut impl Inline,
) -> Result<Outcome, Error> {
    let outcome = read_prefix(heap, bytes, buffer, start, inline)?;
    if outcome.end < bytes.len() {
        let more = bytes.len() - outcome.end;
        let error = Error::malformed(outcome.end, format!("{more} bytes follow the end of the pickle"));
        return Err(error.of_breach(Breach::Trailing));
    }
    Ok(outcome)
}

/// Reads one pickle that begins at `start`; what follows it is the caller's.
pub fn read_prefix(
    heap: &mut Heap,
    bytes: &Bytes,
    buffer: BufferId,
    start: usize,
    inline: &mut impl Inline,
) -> Result<Outcome, Error> {
    run(heap, Machine::new(bytes, buffer, start), inline)
}

/// Reads a stream as far as Python's unpicklers would go that are less strict: PROTO may stand anywhere, opcodes may be newer
/// than it says, a memo slot may be written twice, and STOP leaves what is below the last value. For what is asked of the
/// Heap then, not for values.
pub fn read_leniently(
    heap: &mut Heap,
    bytes: &Bytes,
    buffer: BufferId,
    inline: &mut impl Inline,
) -> Result<Outcome, Error> {
    run(heap, Machine { is_lenient: true, ..Machine::new(bytes, buffer, 0) }, inline)
}

fn run(heap: &mut Heap, mut machine: Machine<'_>, inline: &mut impl Inline) -> Result<Outcome, Error> {
    let mut decoder = Decoder::new(machine.bytes, machine.start, heap.budget().limits());
    if heap.spelling().is_some() {
        return run_noting(heap, machine, decoder, inline);
    }
    loop {
        let (op, step) = match decoder.quick_op() {
            Some(op) => (op, machine.quick_step(heap, op, inline)?),
            None => {
                let op = decoder.next_op()?;
                (op, machine.step(heap, op, inline)?)
            }
        };
        inline.stepped(heap, op);
        match step {
            Step::Next => machine.make_room(heap, decoder.position()),
            Step::Took(taken) => decoder.skip_to(taken.end),
            Step::Stop(root) => return machine.end(heap, root, decoder.position()),
        }
    }
}

/// The same, and notes the spelling.
fn run_noting(
    heap: &mut Heap,
    mut machine: Machine<'_>,
    mut decoder: Decoder<'_>,
    inline: &mut impl Inline,
) -> Result<Outcome, Error> {
    loop {
        let op = decoder.next_op()?;
        let over = |limit| Error::limit(op.offset, limit);
        machine.note_before(heap, &op).map_err(over)?;
        let step = machine.step(heap, op, inline)?;
        inline.stepped(heap, op);
        match step {
            Step::Next => machine.note_after(heap, &op).map_err(over)?,
            Step::Took(taken) => decoder.skip_to(taken.end),
            Step::Stop(root) => {
                machine.note_stream(heap, root).map_err(over)?;
                return machine.end(heap, root, decoder.position());
            }
        }
    }
}

/// After so many opcodes it shows how many values a stream holds for its bytes.
const SAMPLE: u64 = 1 << 13;

/// What carrying out an opcode led to.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// Go on with the next one.
    Next,
    /// Go on behind these bytes.
    Took(Taken),
    /// The stream is complete; this is its object.
    Stop(Value),
}

/// Pickle's stack machine over one stream.
#[derive(Debug)]
pub struct Machine<'i> {
    bytes: &'i Bytes,
    buffer: BufferId,
    start: usize,
    stack: Vec<Value>,
    marks: Vec<u32>,
    memo: Memo,
    used: Used,
    protocol: Option<u8>,
    frame_end: usize,
    opcodes: u64,
    /// The protocol that the stream declares; the newest there is when it declares none.
    newest: u8,
    /// Number of opcodes after which room is made, and the position at the sample before.
    next_sample: u64,
    sampled: usize,
    inline_error: Option<Error>,
    is_lenient: bool,
    notes: Notes,
    /// A call that POP took away, and where that ended.
    popped: Option<(cannery_object::Id, usize)>,
}

const NO_FRAME: usize = usize::MAX;

/// Why an opcode can't be carried out; the opcode's place is added by [`Machine::step`].
///
/// It owns nothing: what has nothing to drop costs nothing on the way of the opcodes that are fine.
#[derive(Clone, Copy)]
enum Fault {
    Rule(&'static str),
    /// What no unpickler carries out.
    Never(&'static str),
    /// A value or mark that is not there.
    Empty(&'static str),
    NewerThan(u8),
    NoProtocol(i64),
    LeftAtStop(usize),
    Unsupported(&'static str),
    Limit(LimitError),
    /// What [`Inline::built`] said, which is kept in [`Machine::inline_error`].
    Inline,
}

impl From<LimitError> for Fault {
    fn from(limit: LimitError) -> Self {
        Self::Limit(limit)
    }
}

const UNDERFLOW: Fault = Fault::Empty("the stack is empty here, or the value needed lies below a mark");

impl<'i> Machine<'i> {
    /// A machine for the stream that begins at `start` of a buffer that the Heap holds.
    pub fn new(bytes: &'i Bytes, buffer: BufferId, start: usize) -> Self {
        Self {
            bytes,
            buffer,
            start,
            stack: Vec::new(),
            marks: Vec::new(),
            memo: Memo::default(),
            used: Used::default(),
            protocol: None,
            frame_end: NO_FRAME,
            opcodes: 0,
            newest: u8::MAX,
            next_sample: SAMPLE,
            sampled: start,
            inline_error: None,
            is_lenient: false,
            notes: Notes::default(),
            popped: None,
        }
    }

    fn end(&self, heap: &mut Heap, root: Value, end: usize) -> Result<Outcome, Error> {
        let noted = heap.note_protocol(root, self.protocol.unwrap_or(0));
        noted.map_err(|limit| Error::limit(end, limit))?;
        Ok(Outcome { root, end, protocol: self.protocol, opcodes: self.opcodes })
    }

    /// Expects the rest of a large stream to be like its opcodes between one and two samples.
    #[inline(always)]
    fn make_room(&mut self, heap: &mut Heap, position: usize) {
        if self.opcodes == self.next_sample {
            self.sample(heap, position);
        }
    }

    #[cold]
    fn sample(&mut self, heap: &mut Heap, position: usize) {
        if self.opcodes == SAMPLE {
            (self.next_sample, self.sampled) = (2 * SAMPLE, position);
            return;
        }
        let left = self.bytes.len() - position;
        let times = (left / (position - self.sampled)).div_ceil(2); // half of what there is came between the samples
        heap.expect(times);
        self.memo.expect(times);
    }

    /// Carries out one opcode.
    #[inline(never)]
    pub fn step(&mut self, heap: &mut Heap, op: Op<'_>, inline: &mut impl Inline) -> Result<Step, Error> {
        self.quick_step(heap, op, inline)
    }

    /// The same for the one place where nearly all opcodes come through.
    #[inline(always)]
    fn quick_step(&mut self, heap: &mut Heap, op: Op<'_>, inline: &mut impl Inline) -> Result<Step, Error> {
        self.opcodes += 1;
        self.check_place(op)
            .and_then(|()| self.carry_out(heap, op, inline))
            .map_err(|fault| self.explain(fault, op))
    }

    #[cold]
    fn explain(&mut self, fault: Fault, op: Op<'_>) -> Error {
        let malformed = |message: String| Error::malformed(op.offset, message);
        let error = match fault {
            Fault::Rule(message) => Error::malformed(op.offset, message),
            Fault::Never(message) => Error::malformed(op.offset, message).of_breach(Breach::Impossible),
            Fault::Empty(message) => {
                // some unpicklers take a mark for a value
                let breach = if self.marks.is_empty() { Breach::Impossible } else { Breach::Rule };
                Error::malformed(op.offset, message).of_breach(breach)
            }
            Fault::NewerThan(protocol) => {
                malformed(format!("the opcode is newer than protocol {protocol}, which the stream declares"))
            }
            Fault::NoProtocol(protocol) => malformed(format!("protocol {protocol} does not exist")),
            Fault::LeftAtStop(count) => {
                malformed(format!("{count} values are on the stack at STOP, not one"))
            }
            Fault::Unsupported(message) => Error::unsupported(op.offset, message),
            Fault::Limit(limit) => Error::limit(op.offset, limit),
            Fault::Inline => match self.inline_error.take() {
                Some(error) => return error,
                None => malformed("the bytes of an array can't be read".into()),
            },
        };
        error.at(op.opcode)
    }

    /// An opcode lies in one frame or in none, and is no newer than the stream says.
    #[inline(always)]
    fn check_place(&mut self, op: Op<'_>) -> Result<(), Fault> {
        if op.end > self.frame_end {
            self.leave_frame(op)?;
        }
        if op.opcode.protocol() > self.newest && !self.is_lenient {
            Err(Fault::NewerThan(self.newest))
        } else {
            Ok(())
        }
    }

    fn leave_frame(&mut self, op: Op<'_>) -> Result<(), Fault> {
        if op.offset < self.frame_end {
            return Err(Fault::Rule("the opcode crosses the end of its frame"));
        }
        self.frame_end = NO_FRAME;
        Ok(())
    }

    #[inline(always)]
    fn carry_out(&mut self, heap: &mut Heap, op: Op<'_>, inline: &mut impl Inline) -> Result<Step, Fault> {
        match op.opcode {
            Opcode::Memoize => {
                let top = self.top()?;
                self.put(heap, self.memo.entries, top)?;
            }
            Opcode::Put | Opcode::BinPut | Opcode::LongBinPut => {
                let top = self.top()?;
                self.put(heap, number(op.arg), top)?;
            }
            Opcode::Get | Opcode::BinGet | Opcode::LongBinGet => {
                let value = self.memo.get(number(op.arg))?;
                if let Some((popped, end)) = self.popped
                    && end == op.offset
                {
                    note_twin(heap, value, popped)?;
                }
                self.push(heap, value)?;
            }
            Opcode::Mark => self.mark(heap)?,
            Opcode::Pop => self.drop_top(heap, op.end)?,
            Opcode::PopMark => {
                let start = self.pop_mark()?;
                self.stack.truncate(start);
            }
            Opcode::Dup => {
                let top = self.top()?;
                self.push(heap, top)?;
            }
            Opcode::BinInt | Opcode::BinInt1 | Opcode::BinInt2 => {
                let value = heap.int(number(op.arg))?;
                self.push(heap, value)?;
            }
            Opcode::ShortBinUnicode | Opcode::BinUnicode => {
                let Arg::Text(text) = op.arg else { return Err(UNDERFLOW) };
                let blob = self.blob(heap, text);
                self.add(heap, Node::Str(blob))?;
            }
            Opcode::EmptyTuple => self.push(heap, Heap::EMPTY_TUPLE)?,
            Opcode::Tuple1 => self.tuple(heap, 1)?,
            Opcode::Tuple2 => self.tuple(heap, 2)?,
            Opcode::Tuple3 => self.tuple(heap, 3)?,
            Opcode::Tuple => self.collect(heap, Node::Tuple)?,
            Opcode::List => self.collect(heap, Node::List)?,
            Opcode::FrozenSet => self.collect(heap, Node::FrozenSet)?,
            Opcode::Dict => self.dict(heap)?,
            Opcode::EmptyList => self.add(heap, Node::List(Default::default()))?,
            Opcode::EmptyDict => self.add(heap, Node::Dict(Default::default()))?,
            Opcode::EmptySet => self.add(heap, Node::Set(Default::default()))?,
            Opcode::Append => {
                let value = self.pop()?;
                self.grow(heap, &[value], Grow::Append)?;
            }
            Opcode::Appends => self.grow_from_mark(heap, Grow::Append)?,
            Opcode::AddItems => self.grow_from_mark(heap, Grow::Add)?,
            Opcode::SetItems => self.grow_from_mark(heap, Grow::Set)?,
            Opcode::SetItem => {
                let value = self.pop()?;
                let key = self.pop()?;
                self.grow(heap, &[key, value], Grow::Set)?;
            }
            Opcode::Global => {
                let global = named(heap, op.arg)?;
                self.push(heap, global)?;
            }
            Opcode::StackGlobal => self.stack_global(heap)?,
            Opcode::Reduce => self.call(heap, CallKind::Reduce)?,
            Opcode::NewObj => self.call(heap, CallKind::New)?,
            Opcode::NewObjEx => self.call_with_kwargs(heap)?,
            Opcode::Obj => self.obj(heap)?,
            Opcode::Inst => self.inst(heap, op.arg)?,
            Opcode::Build => return self.build(heap, op.end, inline),
            Opcode::PersId | Opcode::BinPersId => self.persistent(heap, op.arg)?,
            Opcode::Ext1 | Opcode::Ext2 | Opcode::Ext4 => self.extension(heap, op.arg)?,
            Opcode::NextBuffer | Opcode::ReadonlyBuffer => {
                return Err(Fault::Unsupported(
                    "an out-of-band buffer, which is kept outside the file: write the model with pickle.dump and no buffer_callback",
                ));
            }
            Opcode::Proto => self.proto(op)?,
            Opcode::Frame => self.frame(op)?,
            Opcode::Stop => return self.stop(op.end),
            Opcode::Int | Opcode::Long | Opcode::Float => {
                self.check_spelling(op)?;
                self.push_scalar(heap, op)?;
            }
            _ => self.push_scalar(heap, op)?,
        }
        Ok(Step::Next)
    }
}

/// The stack and the memo.
impl Machine<'_> {
    #[inline]
    fn put(&mut self, heap: &mut Heap, key: i64, value: Value) -> Result<(), Fault> {
        if self.is_lenient {
            self.memo.forget(key);
        }
        self.memo.put(heap, key, value)
    }

    #[inline]
    fn push(&mut self, heap: &mut Heap, value: Value) -> Result<(), Fault> {
        if self.stack.len() == self.stack.capacity() {
            let more = self.stack.len().max(64);
            heap.budget_mut().spend_memory((more * size_of::<Value>()) as u64)?;
            self.stack.reserve_exact(more);
        }
        self.stack.push(value);
        Ok(())
    }

    #[inline(always)]
    fn add(&mut self, heap: &mut Heap, node: Node) -> Result<(), Fault> {
        let value = heap.add(node)?;
        self.push(heap, value)
    }

    /// Where the values above the last mark begin.
    #[inline]
    fn base(&self) -> usize {
        self.marks.last().map_or(0, |&mark| mark as usize)
    }

    #[inline]
    fn top(&self) -> Result<Value, Fault> {
        self.stack[self.base()..].last().copied().ok_or(UNDERFLOW)
    }

    #[inline]
    fn pop(&mut self) -> Result<Value, Fault> {
        let top = self.top()?;
        self.stack.pop();
        Ok(top)
    }

    fn mark(&mut self, heap: &mut Heap) -> Result<(), Fault> {
        if self.marks.len() == self.marks.capacity() {
            let more = self.marks.len().max(16);
            heap.budget_mut().spend_memory((more * size_of::<u32>()) as u64)?;
            self.marks.reserve_exact(more);
        }
        let depth = u32::try_from(self.stack.len()).map_err(|_| Fault::Rule("the stack is too deep"))?;
        self.marks.push(depth);
        Ok(())
    }

    fn pop_mark(&mut self) -> Result<usize, Fault> {
        let mark = self.marks.pop().ok_or(Fault::Empty("there is no mark on the stack"))?;
        Ok(mark as usize)
    }
}

/// Containers.
impl Machine<'_> {
    fn tuple(&mut self, heap: &mut Heap, count: usize) -> Result<(), Fault> {
        let start =
            self.stack.len().checked_sub(count).filter(|&start| start >= self.base()).ok_or(UNDERFLOW)?;
        let tuple = heap.container(Node::Tuple, &self.stack[start..])?;
        self.stack.truncate(start);
        self.push(heap, tuple)
    }

    fn collect(&mut self, heap: &mut Heap, make: fn(cannery_object::Items) -> Node) -> Result<(), Fault> {
        let start = self.pop_mark()?;
        let value = heap.container(make, &self.stack[start..])?;
        self.stack.truncate(start);
        self.push(heap, value)
    }

    fn dict(&mut self, heap: &mut Heap) -> Result<(), Fault> {
        let start = self.marks.last().map_or(0, |&mark| mark as usize);
        check_pairs(self.stack.len() - start, Fault::Rule)?;
        self.collect(heap, Node::Dict)
    }

    fn grow_from_mark(&mut self, heap: &mut Heap, how: Grow) -> Result<(), Fault> {
        let start = self.pop_mark()?;
        let target = match start.checked_sub(1).filter(|&below| below >= self.base()) {
            Some(below) => self.stack[below],
            None => return Err(UNDERFLOW),
        };
        self.used.check(target)?;
        how.apply(heap, target, &self.stack[start..])?;
        self.stack.truncate(start);
        Ok(())
    }

    fn grow(&mut self, heap: &mut Heap, more: &[Value], how: Grow) -> Result<(), Fault> {
        let target = self.top()?;
        self.used.check(target)?;
        how.apply(heap, target, more)
    }
}

/// Names, calls and states.
impl Machine<'_> {
    fn stack_global(&mut self, heap: &mut Heap) -> Result<(), Fault> {
        let name_value = self.pop()?;
        let module_value = self.pop()?;
        let text = |value| match heap.node_of(value) {
            Some(Node::Str(blob)) => Some(heap.bytes(blob)),
            Some(Node::Str8(blob)) if heap.bytes(blob).is_ascii() => Some(heap.bytes(blob)),
            _ => None,
        };
        let (Some(module), Some(name)) = (text(module_value), text(name_value)) else {
            let message = "module and name are not both str";
            let may_be_text = |value| match heap.node_of(value) {
                Some(Node::Str8(_) | Node::Persistent(_) | Node::Extension(_)) => true,
                Some(Node::Call { callable, .. }) => !used::is_known(heap, Value::Ref(callable)),
                _ => false,
            };
            let is_never = ![module_value, name_value].into_iter().any(may_be_text);
            return Err(if is_never { Fault::Never(message) } else { Fault::Rule(message) });
        };
        for part in [module, name] {
            heap.budget().limits().check(Limit::NameBytes, part.len() as u64)?;
        }
        let (module, name) =
            (String::from_utf8_lossy(module).into_owned(), String::from_utf8_lossy(name).into_owned());
        let global = named(heap, Arg::Names(&module, &name))?;
        self.push(heap, global)
    }

    fn call(&mut self, heap: &mut Heap, kind: CallKind) -> Result<(), Fault> {
        let args = self.pop()?;
        let callable = self.pop()?;
        self.used.tuple(heap, callable, args)?;
        let value = heap.add_call(Call { callable, args, kind })?;
        self.push(heap, value)
    }

    fn call_with_kwargs(&mut self, heap: &mut Heap) -> Result<(), Fault> {
        let kwargs = self.pop()?;
        self.call(heap, CallKind::New)?;
        let made = self.top()?;
        let callable = heap.call(made).map_or(Value::None, |call| call.callable);
        self.used.args(heap, callable, &[kwargs])?;
        heap.set_kwargs(made, kwargs)?;
        Ok(())
    }

    fn obj(&mut self, heap: &mut Heap) -> Result<(), Fault> {
        let start = self.pop_mark()?;
        let (&callable, args) = self.stack[start..].split_first().ok_or(UNDERFLOW)?;
        self.used.args(heap, callable, args)?;
        let args = heap.container(Node::Tuple, args)?;
        let value = heap.add_call(Call { callable, args, kind: CallKind::Instance })?;
        self.stack.truncate(start);
        self.push(heap, value)
    }

    fn inst(&mut self, heap: &mut Heap, arg: Arg<'_>) -> Result<(), Fault> {
        let start = self.pop_mark()?;
        let callable = named(heap, arg)?;
        self.used.args(heap, callable, &self.stack[start..])?;
        let args = heap.container(Node::Tuple, &self.stack[start..])?;
        let value = heap.add_call(Call { callable, args, kind: CallKind::Instance })?;
        self.stack.truncate(start);
        self.push(heap, value)
    }

    fn build(&mut self, heap: &mut Heap, end: usize, inline: &mut impl Inline) -> Result<Step, Fault> {
        let state = self.pop()?;
        let object = self.top()?;
        if !heap.node_of(object).is_some_and(|node| is_opaque(&node)) {
            let message = "a state is given to a value that can't have one";
            // what Python makes by itself has no attributes
            let is_never = heap.array(object).is_none() && sets_attributes(heap, state);
            return Err(if is_never { Fault::Never(message) } else { Fault::Rule(message) });
        }
        self.used.state(heap, state)?;
        heap.set_state(object, state)?;
        let source = Source { bytes: self.bytes, buffer: self.buffer, position: end };
        match inline.built(heap, object, &source).map_err(|error| self.keep(error))? {
            None => Ok(Step::Next),
            Some(_) if end < self.frame_end && self.frame_end != NO_FRAME => {
                Err(Fault::Rule("the bytes of an array begin inside a frame"))
            }
            Some(taken) => Ok(Step::Took(taken)),
        }
    }

    #[cold]
    fn keep(&mut self, error: Error) -> Fault {
        self.inline_error = Some(error);
        Fault::Inline
    }

    fn persistent(&mut self, heap: &mut Heap, arg: Arg<'_>) -> Result<(), Fault> {
        let id = match arg {
            Arg::Text(id) => self.text(heap, id)?,
            _ => self.pop()?,
        };
        self.add(heap, Node::Persistent(id))
    }

    fn extension(&mut self, heap: &mut Heap, arg: Arg<'_>) -> Result<(), Fault> {
        match u32::try_from(number(arg)) {
            Ok(code @ 1..=0x7FFF_FFFF) => self.add(heap, Node::Extension(code)),
            _ => Err(Fault::Rule("the extension code is not positive")),
        }
    }
}

/// The stream itself.
impl Machine<'_> {
    fn proto(&mut self, op: Op<'_>) -> Result<(), Fault> {
        if op.offset != self.start {
            if self.is_lenient {
                return Ok(());
            }
            return Err(Fault::Rule("PROTO stands inside the stream, not at its start"));
        }
        match u8::try_from(number(op.arg)) {
            Ok(protocol @ 0..=5) => (self.protocol, self.newest) = (Some(protocol), protocol),
            _ => return Err(Fault::NoProtocol(number(op.arg))),
        }
        Ok(())
    }

    fn frame(&mut self, op: Op<'_>) -> Result<(), Fault> {
        if self.frame_end != NO_FRAME {
            return Err(Fault::Rule("a frame begins inside a frame"));
        }
        // a frame that reaches beyond the file: what stands in it decides whether the file was cut short
        let length = usize::try_from(number(op.arg)).unwrap_or(usize::MAX);
        self.frame_end = op.end.saturating_add(length).min(NO_FRAME - 1);
        Ok(())
    }

    fn stop(&mut self, end: usize) -> Result<Step, Fault> {
        match self.frame_end {
            NO_FRAME => {}
            frame if frame > self.bytes.len() => {
                return Err(Fault::Rule("the frame reaches beyond the end of the file"));
            }
            frame if frame != end => return Err(Fault::Rule("bytes are left in the frame after STOP")),
            _ => {}
        }
        match (self.marks.is_empty() || self.is_lenient, &self.stack[..]) {
            (true, [.., root]) if self.is_lenient => Ok(Step::Stop(*root)),
            (true, [root]) => Ok(Step::Stop(*root)),
            (false, _) => Err(Fault::Rule("a mark is left on the stack at STOP")),
            (true, []) => Err(Fault::Rule("the stack is empty at STOP")),
            (true, more) => Err(Fault::LeftAtStop(more.len())),
        }
    }
}

/// Whether every unpickler sets attributes by a state: none does by `None`, an empty dict, or two of these.
fn sets_attributes(heap: &Heap, state: Value) -> bool {
    match heap.node_of(state) {
        Some(Node::Dict(pairs)) => !pairs.is_empty(),
        Some(Node::Tuple(items)) => !matches!(items.len(), 0 | 2),
        _ => false,
    }
}

/// A global, whose names must not be empty: Python's unpicklers differ on what an empty one is.
fn named(heap: &mut Heap, arg: Arg<'_>) -> Result<Value, Fault> {
    match arg {
        Arg::Names(module, name) if !module.is_empty() && !name.is_empty() => Ok(heap.global(module, name)?),
        _ => Err(Fault::Rule("a module name or a qualified name is empty")),
    }
}

fn number(arg: Arg<'_>) -> i64 {
    match arg {
        Arg::Int(number) => number,
        _ => 0,
    }
}
