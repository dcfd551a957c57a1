//! Lists, dicts, sets and tuples; and what is added to other objects.

use cannery_object::{Id, Items};

use super::{Done, Opcode, Piece, Task, Value, Writer};

/// How elements are added to the object below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// To a list.
    Append,
    /// To a dict.
    Set,
    /// To a set.
    Add,
    /// As [`Append`](Self::Append), to the result of a call.
    AppendToCall,
    /// As [`Set`](Self::Set), to the result of a call.
    SetToCall,
}

/// Most elements behind one mark.
const BATCH: usize = 1000;

/// Elements to write, batch by batch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Elements {
    items: Items,
    how: How,
    /// Elements (or pairs) written.
    at: usize,
    /// Where the batch ends that a mark began.
    end: Option<usize>,
    /// An empty batch follows.
    has_empty: bool,
}

impl Elements {
    pub(super) fn new(items: Items, how: How) -> Self {
        Self { items, how, at: 0, end: None, has_empty: false }
    }

    fn width(&self) -> usize {
        match self.how {
            How::Append | How::Add | How::AppendToCall => 1,
            How::Set | How::SetToCall => 2,
        }
    }

    fn opcodes(&self) -> (Opcode, Opcode) {
        match self.how {
            How::Append | How::AppendToCall => (Opcode::Append, Opcode::Appends),
            How::Set | How::SetToCall => (Opcode::SetItem, Opcode::SetItems),
            How::Add => (Opcode::AddItems, Opcode::AddItems),
        }
    }
}

impl Writer<'_, '_> {
    /// Writes up to the first element that takes tasks of its own.
    pub(super) fn elements(&mut self, mut elements: Elements) -> Done {
        let (width, (one, many)) = (elements.width(), elements.opcodes());
        let len = elements.items.len() / width;
        loop {
            if elements.end == Some(elements.at) {
                self.op(many);
                elements.end = None;
            }
            if elements.at == len {
                if elements.has_empty {
                    self.op(Opcode::Mark);
                    self.op(many);
                }
                return Ok(());
            }
            let mut is_single = false;
            if elements.end.is_none() {
                let batch = self.batch(&mut elements, len);
                is_single = batch.is_none();
                elements.end = batch.map(|count| elements.at + count);
                if !is_single {
                    self.op(Opcode::Mark);
                }
            }
            let heap = self.heap;
            let first = elements.at * width;
            elements.at += 1;
            let element = &heap.items(elements.items)[first..first + width];
            if !is_single && element.iter().all(|&value| self.is_leaf(value)) {
                for &value in element {
                    self.save(value)?;
                }
                continue;
            }
            self.tasks.push(Task::Elements(elements));
            if is_single {
                self.tasks.push(Task::Op(one));
            }
            self.tasks.extend(element.iter().rev().map(|&value| Task::Save(value)));
            return Ok(());
        }
    }

    /// Elements of the next batch; `None` when one follows without a mark.
    fn batch(&self, elements: &mut Elements, len: usize) -> Option<usize> {
        if elements.how != How::Add && !self.is_binary() {
            return None;
        }
        let dialect = self.options.dialect;
        let (of_one, has_empty) = match elements.how {
            How::AppendToCall | How::SetToCall => (false, false),
            How::Append => (dialect.has_batch_of_one(), false),
            How::Set | How::Add => (dialect.has_empty_batch(), dialect.has_empty_batch()),
        };
        let left = len - elements.at;
        if elements.how != How::Add && (len == 1 || (left == 1 && !of_one)) {
            return None;
        }
        elements.has_empty = has_empty && len.is_multiple_of(BATCH);
        Some(left.min(BATCH))
    }

    /// Whether a value is written at once.
    fn is_leaf(&self, value: Value) -> bool {
        match value {
            Value::Ref(id) => self.memo[id.index()] != 0,
            _ => true,
        }
    }

    pub(super) fn empty(&mut self, [binary, text]: [Opcode; 2]) {
        if self.is_binary() {
            self.op(binary);
        } else {
            self.op(Opcode::Mark);
            self.op(text);
        }
    }

    pub(super) fn container(&mut self, id: Id, opcodes: [Opcode; 2], items: Items, how: How) -> Done {
        self.empty(opcodes);
        self.put(Some(id))?;
        self.tasks.push(Task::Elements(Elements::new(items, how)));
        Ok(())
    }

    /// A set; before protocol 4, the call of its class on a list.
    pub(super) fn set(&mut self, id: Id, items: Items) -> Done {
        if self.options.protocol < 4 {
            return self.reduce(Piece::name("builtins", "set"), vec![Piece::List(items)], Some(id));
        }
        self.op(Opcode::EmptySet);
        self.put(Some(id))?;
        self.tasks.push(Task::Elements(Elements::new(items, How::Add)));
        Ok(())
    }

    pub(super) fn frozen_set(&mut self, id: Id, items: Items) -> Done {
        if self.options.protocol < 4 {
            return self.reduce(Piece::name("builtins", "frozenset"), vec![Piece::List(items)], Some(id));
        }
        self.begin(id, items.len())?;
        self.op(Opcode::Mark);
        self.tasks.push(Task::EndFrozenSet(id));
        self.save_all(items);
        Ok(())
    }

    /// A set that holds itself, through another object, is in the memo by now.
    pub(super) fn end_frozen_set(&mut self, id: Id) -> Done {
        if let Some(key) = self.memo[id.index()].checked_sub(1) {
            self.op(Opcode::PopMark);
            self.take(key);
            return Ok(());
        }
        self.op(Opcode::FrozenSet);
        self.put(Some(id))
    }

    pub(super) fn tuple(&mut self, id: Id, items: Items) -> Done {
        if items.is_empty() {
            self.empty([Opcode::EmptyTuple, Opcode::Tuple]);
            return Ok(());
        }
        self.begin(id, items.len())?;
        self.begin_tuple(items.len());
        self.tasks.push(Task::EndTuple { len: items.len(), is: Some(id) });
        self.save_all(items);
        Ok(())
    }

    pub(super) fn tuple_of(&mut self, parts: Vec<Piece>) -> Done {
        if parts.is_empty() {
            self.empty([Opcode::EmptyTuple, Opcode::Tuple]);
            return Ok(());
        }
        self.begin_tuple(parts.len());
        self.tasks.push(Task::EndTuple { len: parts.len(), is: None });
        self.tasks.extend(parts.into_iter().rev().map(Task::Piece));
        Ok(())
    }

    fn is_marked(&self, len: usize) -> bool {
        len > 3 || self.options.protocol < 2
    }

    fn begin_tuple(&mut self, len: usize) {
        if self.is_marked(len) {
            self.op(Opcode::Mark);
        }
    }

    /// A tuple that holds itself, through another object, is in the memo by now.
    pub(super) fn end_tuple(&mut self, len: usize, is: Option<Id>) -> Done {
        if let Some(key) = is.and_then(|id| self.memo[id.index()].checked_sub(1)) {
            match (self.is_marked(len), self.is_binary()) {
                (true, true) => self.op(Opcode::PopMark),
                (true, false) => (0..=len).for_each(|_| self.op(Opcode::Pop)),
                (false, _) => (0..len).for_each(|_| self.op(Opcode::Pop)),
            }
            self.take(key);
            return Ok(());
        }
        self.op(match (self.is_marked(len), len) {
            (false, 1) => Opcode::Tuple1,
            (false, 2) => Opcode::Tuple2,
            (false, _) => Opcode::Tuple3,
            (true, _) => Opcode::Tuple,
        });
        self.put(is)
    }

    pub(super) fn dict_of(&mut self, pairs: Vec<(Piece, Piece)>) -> Done {
        self.empty([Opcode::EmptyDict, Opcode::Dict]);
        self.put(None)?;
        let is_batch = self.is_binary() && pairs.len() > 1;
        if is_batch {
            self.op(Opcode::Mark);
            self.tasks.push(Task::Op(Opcode::SetItems));
        }
        for (key, value) in pairs.into_iter().rev() {
            if !is_batch {
                self.tasks.push(Task::Op(Opcode::SetItem));
            }
            self.tasks.push(Task::Piece(value));
            self.tasks.push(Task::Piece(key));
        }
        Ok(())
    }

    pub(super) fn save_all(&mut self, items: Items) {
        let heap = self.heap;
        self.tasks.extend(heap.items(items).iter().rev().map(|&value| Task::Save(value)));
    }
}
