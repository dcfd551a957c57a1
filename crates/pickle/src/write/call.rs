//! Calls, and what is attached to their results.

use std::borrow::Cow;
use std::collections::hash_map::Entry;

use cannery_object::{Call, CallKind, Id};

use super::elements::{Elements, How};
use super::{Data, Done, Opcode, Piece, Task, Value, WriteError, Writer};

impl Writer<'_, '_> {
    pub(super) fn call(&mut self, id: Id) -> Done {
        if let Some(pieces) = self.outline.pieces(self.heap, id, self.options.protocol)? {
            self.tasks.extend(pieces.into_iter().rev().map(Task::Piece));
            return Ok(());
        }
        let value = Value::Ref(id);
        if let Some(bytes) = self.bytes_of_older(value) {
            return self.bytes(&Data::Owned(bytes), Some(id));
        }
        let Some(call) = self.heap.call(value) else {
            return Err(WriteError::unsupported(
                "an array outside a pickle can't be written by pickle alone",
            ));
        };
        self.begin(id, 1)?;
        let call = self.outer(id).unwrap_or(call);
        self.tasks.push(Task::Attached(id));
        if call.kind == CallKind::Instance {
            return self.instance(id, call.callable, call.args);
        }
        let kwargs = self.heap.attached(value).kwargs;
        let opcode = match (call.kind, kwargs) {
            (CallKind::New, Value::None) => Opcode::NewObj,
            (CallKind::New, _) => Opcode::NewObjEx,
            _ => Opcode::Reduce,
        };
        if opcode.protocol() > self.options.protocol {
            return self.older_call(call.callable, call.args, kwargs, id);
        }
        self.tasks.push(Task::EndCall { opcode, is: Some(id) });
        if opcode == Opcode::NewObjEx {
            self.tasks.push(Task::Save(kwargs));
        }
        self.tasks.push(Task::Save(call.args));
        self.tasks.push(Task::Save(call.callable));
        Ok(())
    }

    /// The call that is made in vain for an object whose arguments hold it, when it is met first.
    fn outer(&mut self, id: Id) -> Option<Call> {
        let twin = self.heap.twin(id)?;
        match self.busy.entry(id) {
            Entry::Vacant(entry) => {
                entry.insert(false);
                self.heap.call(Value::Ref(twin))
            }
            Entry::Occupied(mut entry) => {
                entry.insert(true);
                None
            }
        }
    }

    /// The bytes that protocols before 3 have no opcode for, when this one has.
    fn bytes_of_older(&self, value: Value) -> Option<Vec<u8>> {
        if self.options.protocol < 3 || self.options.read_protocol >= 3 {
            return None;
        }
        let name = self.heap.global_name(self.heap.call(value)?.callable)?;
        let is_bytes = name == ("_codecs", "encode") && self.heap.attached(value).states.is_empty();
        is_bytes.then(|| self.heap.bytes_of(value)).flatten().map(Cow::into_owned)
    }

    /// `cls.__new__(cls, *args, **kwargs)` where no opcode does it: the function of `copyreg` does.
    fn older_call(&mut self, class: Value, args: Value, kwargs: Value, id: Id) -> Done {
        let heap = self.heap;
        let Some(items) = heap.as_tuple(args) else {
            return Err(WriteError::unsupported(
                "an object whose arguments are not a tuple needs the protocol that it was read from",
            ));
        };
        if kwargs == Value::None {
            let args = std::iter::once(class).chain(items.iter().copied()).map(Piece::Value).collect();
            return self.reduce(Piece::name("copyreg", "__newobj__"), args, Some(id));
        }
        let args = [class, args, kwargs].map(Piece::Value).to_vec();
        self.reduce(Piece::name("copyreg", "__newobj_ex__"), args, Some(id))
    }

    pub(super) fn call_of(&mut self, kind: CallKind, callable: Piece, args: Piece, is: Option<Id>) -> Done {
        let opcode = if kind == CallKind::New { Opcode::NewObj } else { Opcode::Reduce };
        if kind != CallKind::Reduce && opcode.protocol() > self.options.protocol {
            let Piece::Tuple(mut parts) = args else {
                return Err(WriteError::unsupported("an object needs protocol 2 or later"));
            };
            parts.insert(0, callable);
            let callable = Piece::name("copyreg", "__newobj__");
            return self.call_of(CallKind::Reduce, callable, Piece::Tuple(parts), is);
        }
        self.tasks.push(Task::EndCall { opcode, is });
        self.tasks.push(Task::Piece(args));
        self.tasks.push(Task::Piece(callable));
        Ok(())
    }

    /// The result of a call whose arguments hold it is in the memo by now.
    pub(super) fn end_call(&mut self, opcode: Opcode, is: Option<Id>) -> Done {
        self.op(opcode);
        if let Some(key) = is.and_then(|id| self.memo[id.index()].checked_sub(1)) {
            self.op(Opcode::Pop);
            self.take(key);
            // what is attached was written when the result got its key
            if let (Some(Task::Attached(next)), Some(id)) = (self.tasks.last(), is)
                && *next == id
            {
                self.tasks.pop();
            }
            return Ok(());
        }
        if is.is_some_and(|id| self.busy.get(&id) == Some(&false)) {
            return Err(WriteError::unsupported(
                "a call was made in vain whose arguments do not hold its result",
            ));
        }
        self.put(is)
    }

    fn instance(&mut self, id: Id, class: Value, args: Value) -> Done {
        let Some(items) = self.heap.as_tuple(args) else {
            return Err(WriteError::unsupported("an instance whose arguments are not a tuple"));
        };
        self.op(Opcode::Mark);
        self.tasks.push(Task::EndInstance(id));
        self.tasks.extend(items.iter().rev().map(|&value| Task::Save(value)));
        if self.is_binary() {
            self.tasks.push(Task::Save(class));
        }
        Ok(())
    }

    pub(super) fn end_instance(&mut self, id: Id) -> Done {
        if self.is_binary() {
            self.op(Opcode::Obj);
            return self.put(Some(id));
        }
        let class = self.heap.call(Value::Ref(id)).and_then(|call| self.heap.global_name(call.callable));
        let Some((module, name)) = class else {
            return Err(WriteError::unsupported("an instance of a class without a name needs protocol 1"));
        };
        let (module, name) = self.name(module, name, self.options.read_protocol);
        self.op(Opcode::Inst);
        self.sink.pending.extend_from_slice(format!("{module}\n{name}\n").as_bytes());
        self.put(Some(id))
    }

    /// Elements, pairs, then states.
    pub(super) fn attached(&mut self, id: Id) -> Done {
        let attached = *self.heap.attached(Value::Ref(id));
        if attached.payload != Value::None {
            let behind = self.outline.behind(self.heap, id);
            self.tasks.extend(behind.map(Task::Piece));
        }
        for &setter in self.heap.items(attached.setters).iter().rev() {
            self.setter(id, setter);
        }
        for &state in self.heap.items(attached.states).iter().rev() {
            self.tasks.push(Task::Op(Opcode::Build));
            self.tasks.push(Task::Save(state));
        }
        if !attached.pairs.is_empty() {
            self.tasks.push(Task::Elements(Elements::new(attached.pairs, How::SetToCall)));
        }
        if !attached.items.is_empty() {
            self.tasks.push(Task::Elements(Elements::new(attached.items, How::AppendToCall)));
        }
        Ok(())
    }

    /// `setter(object, state)`, whose result is thrown away. Neither the call nor its arguments get a key.
    fn setter(&mut self, id: Id, setter: Value) {
        let heap = self.heap;
        let Some(call) = heap.call(setter) else { return };
        let Some(&[_, state]) = heap.as_tuple(call.args) else { return };
        let opcodes = [Opcode::Pop, Opcode::Reduce, Opcode::Tuple2];
        self.tasks.extend(opcodes.map(Task::Op));
        self.tasks.extend([state, Value::Ref(id), call.callable].map(Task::Save));
    }

    /// A value that holds itself is begun again until it meets a part that is in the memo; a file can be made so that this
    /// takes the square of its length.
    pub(super) fn begin(&mut self, id: Id, parts: usize) -> Done {
        let (word, bit) = (id.index() / 64, 1 << (id.index() % 64));
        if self.begun[word] & bit != 0 {
            self.steps += parts as u64;
            // the same would follow as the last time, without end
            let known = self.known + self.busy.len() + self.shared.len() + self.globals.len();
            if self.again.insert(id, known) == Some(known) {
                return Err(WriteError::unsupported(
                    "an object whose arguments hold it can't be written in this protocol",
                ));
            }
        }
        self.begun[word] |= bit;
        match self.steps {
            0..=MOST_STEPS => Ok(()),
            _ => Err(WriteError::unsupported("objects hold themselves too many times over")),
        }
    }
}

/// Parts that may be begun again.
const MOST_STEPS: u64 = 1 << 24;
