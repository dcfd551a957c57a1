//! Objects of any class: the call that makes one, normalised over the opcodes and helpers that pickle uses.

use crate::heap::{CallKind, Heap, Value};

/// An object: an instance of a named class with its state.
#[derive(Clone, Copy, Debug)]
pub struct Object<'h> {
    heap: &'h Heap,
    value: Value,
    /// The class, a global.
    pub class: Value,
    /// Arguments to the class, without those that only name it.
    pub args: &'h [Value],
}

impl Heap {
    /// The object that a value is: made by NEWOBJ, INST or OBJ, by `copyreg._reconstructor`, by
    /// `copyreg.__newobj__`, or by calling its class with REDUCE. Nothing is known of the name: a call of a
    /// function looks the same as that of a class.
    pub fn object(&self, value: Value) -> Option<Object<'_>> {
        let call = self.call(value)?;
        let args = self.as_tuple(call.args).unwrap_or_default();
        let callable = self.global_name(call.callable)?;
        let (class, args) = match (call.kind, callable, args) {
            (CallKind::Reduce, ("copy_reg" | "copyreg", "_reconstructor"), [class, _base, ..]) => {
                (*class, &args[..0])
            }
            (CallKind::Reduce, ("copy_reg" | "copyreg", "__newobj__"), [class, rest @ ..]) => (*class, rest),
            _ => (call.callable, args),
        };
        self.global_name(class)?;
        Some(Object { heap: self, value, class, args })
    }
}

impl<'h> Object<'h> {
    /// Module and qualified name of the class.
    pub fn class(&self) -> (&'h str, &'h str) {
        self.heap.global_name(self.class).unwrap_or_default()
    }

    /// Whether `copyreg._reconstructor` makes it: an instance of a class even where the name says nothing.
    pub(crate) fn is_reconstructed(&self) -> bool {
        self.heap.call(self.value).is_some_and(|call| call.callable != self.class)
    }

    /// The state that BUILD gave, if it gave exactly one.
    pub fn state(&self) -> Option<Value> {
        match self.heap.items(self.heap.attached(self.value).states) {
            [state] => Some(*state),
            _ => None,
        }
    }

    /// Names and values of the instance's attributes: name, value, name, value. The state is a dict, or the
    /// pair of a dict and the slots' dict that Python makes for classes with `__slots__`.
    pub fn attributes(&self) -> Option<&'h [Value]> {
        let state = self.state()?;
        self.heap.as_dict(state).or_else(|| match self.heap.as_tuple(state)? {
            [dict, _slots] => self.heap.as_dict(*dict),
            _ => None,
        })
    }

    /// The value of one attribute.
    pub fn attr(&self, name: &str) -> Option<Value> {
        self.heap.lookup(self.attributes()?, name)
    }
}
