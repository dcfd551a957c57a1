//! One call of a Heap, as the file writes it.

use cannery_object::{Heap, Value};

/// A call of a global, with everything that the file gives to its result.
#[derive(Clone, Copy, Debug)]
pub(super) struct Site<'h> {
    pub(super) heap: &'h Heap,
    pub(super) value: Value,
    /// Module and name of what is called.
    pub(super) name: (&'h str, &'h str),
    pub(super) args: &'h [Value],
    pub(super) states: &'h [Value],
}

impl<'h> Site<'h> {
    /// The site of a value that is a call of a global with a tuple of arguments.
    pub(super) fn of(heap: &'h Heap, value: Value) -> Option<Self> {
        let call = heap.call(value)?;
        let (name, args) = (heap.global_name(call.callable)?, heap.as_tuple(call.args)?);
        Some(Self { heap, value, name, args, states: heap.items(heap.attached(value).states) })
    }

    /// Module and name of the class that it makes an object of, or of what it calls.
    pub(super) fn class(&self) -> (&'h str, &'h str) {
        self.heap.object(self.value).map_or(self.name, |object| object.class())
    }

    /// The items of a state that is a tuple, if there is exactly one state.
    pub(super) fn state_tuple(&self) -> Option<&'h [Value]> {
        match self.states {
            [state] => self.heap.as_tuple(*state),
            _ => None,
        }
    }
}
