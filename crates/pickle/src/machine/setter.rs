use cannery_object::{CallKind, Heap, Id, LimitError, Value};

use super::{Fault, Machine};

impl Machine<'_> {
    /// POP takes a value, or the mark when there is no value above it.
    pub(super) fn drop_top(&mut self, heap: &mut Heap, end: usize) -> Result<(), Fault> {
        if self.stack.len() > self.base() {
            let dropped = self.stack.pop();
            self.popped = match dropped {
                Some(Value::Ref(id)) if heap.call(Value::Ref(id)).is_some() => Some((id, end)),
                _ => None,
            };
            if let (Some(dropped), Ok(below)) = (dropped, self.top())
                && self.is_setter(heap, dropped, below)
            {
                heap.add_setter(below, dropped)?;
            }
            return Ok(());
        }
        self.pop_mark().map(drop)
    }

    /// Whether a call that is thrown away was made for what it does to the object below: Python's pickler writes
    /// `setter(object, state)` so, where an object's class or its pickler has a `state_setter`. Nothing refers to such a
    /// call; one in the memo is what is left of an object that holds itself.
    fn is_setter(&self, heap: &Heap, dropped: Value, below: Value) -> bool {
        let Some(call) = heap.call(dropped).filter(|call| call.kind == CallKind::Reduce) else {
            return false;
        };
        let is_on_it = matches!(heap.as_tuple(call.args), Some(&[object, _]) if object == below);
        is_on_it && matches!(below, Value::Ref(_)) && self.memo.last() != Some(dropped)
    }
}

/// Python's pickler calls a class for an object whose arguments hold it twice: for the object, and before that for the same
/// object inside the arguments. The result of the outer call is thrown away, and the inner one, just taken from the memo, is
/// the object.
pub(super) fn note_twin(heap: &mut Heap, taken: Value, popped: Id) -> Result<(), LimitError> {
    let (Value::Ref(id), Some(inner), Some(outer)) = (taken, heap.call(taken), heap.call(Value::Ref(popped)))
    else {
        return Ok(());
    };
    if id == popped
        || inner.kind == CallKind::Instance
        || inner.kind != outer.kind
        || inner.callable != outer.callable
    {
        return Ok(());
    }
    heap.note_twin(id, popped)
}
