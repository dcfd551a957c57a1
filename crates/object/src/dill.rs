//! Names and arrays as dill writes them: by calls of its own functions, where pickle writes a global.
//!
//! dill saves a builtin type as `_load_type('set')`, a function of a compiled module (before dill 0.3.6) as
//! `_get_attr(_import_module('numpy.core._multiarray_umath'), 'scalar')`, and an array as
//! `_create_array(_reconstruct, (class, (0,), b'b'), state, attributes)`. These functions can fetch anything, so only exact
//! pairs of texts that numpy's values need are understood here; every other use stays a call of an unknown function.
//!
//! Source: `dill/_dill.py`, the functions of these names, in dill 0.2.5 to 0.4.0.

use crate::heap::{CallKind, Heap, Id, Node, Value};

/// Modules in which dill keeps its functions: the second since 0.2.8.
const MODULES: [&str; 2] = ["dill.dill", "dill._dill"];

/// Compiled modules, and the module that pickle names instead.
const COMPILED: [(&str, &str); 5] = [
    ("_codecs", "_codecs"),
    ("numpy.core._multiarray_umath", "numpy.core.multiarray"),
    ("numpy._core._multiarray_umath", "numpy._core.multiarray"),
    ("numpy.core.multiarray", "numpy.core.multiarray"),
    ("numpy._core.multiarray", "numpy._core.multiarray"),
];

/// The functions in them that values are made by.
const FUNCTIONS: [(&str, &str); 5] = [
    ("_codecs", "encode"),
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy.core.multiarray", "scalar"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "scalar"),
];

/// What `_load_type` calls a type, and the name that pickle writes for it.
const TYPES: [(&str, (&str, &str)); 19] = [
    ("AttrGetterType", ("operator", "attrgetter")),
    ("ItemGetterType", ("operator", "itemgetter")),
    ("PartialType", ("functools", "partial")),
    ("bool", ("builtins", "bool")),
    ("bytearray", ("builtins", "bytearray")),
    ("bytes", ("builtins", "bytes")),
    ("complex", ("builtins", "complex")),
    ("dict", ("builtins", "dict")),
    ("float", ("builtins", "float")),
    ("frozenset", ("builtins", "frozenset")),
    ("int", ("builtins", "int")),
    ("list", ("builtins", "list")),
    ("object", ("builtins", "object")),
    ("range", ("builtins", "range")),
    ("set", ("builtins", "set")),
    ("slice", ("builtins", "slice")),
    ("str", ("builtins", "str")),
    ("tuple", ("builtins", "tuple")),
    ("type", ("builtins", "type")),
];

/// The parts of `_create_array(make, arguments, state, attributes)`.
#[derive(Clone, Copy, Debug)]
pub struct DillArray {
    /// The arguments of numpy's `_reconstruct`: class, shape and code.
    pub args: Value,
    /// The state of the array.
    pub state: Value,
    /// Attributes of an array of a subclass, a dict or `None`.
    pub attributes: Value,
}

impl Heap {
    /// The name of dill's function that a value is; without its module, which changed.
    pub fn dill_function(&self, value: Value) -> Option<&str> {
        match self.node_of(value)? {
            Node::Global { module, name } if MODULES.contains(&self.symbol(module)) => {
                Some(self.symbol(name))
            }
            _ => None,
        }
    }

    /// Whether a name is one of dill's functions that are understood here.
    pub fn is_dill_function((module, name): (&str, &str)) -> bool {
        MODULES.contains(&module)
            && matches!(name, "_create_array" | "_get_attr" | "_import_module" | "_load_type")
    }

    /// The name that a call of dill's stands for, where nothing is attached to the result.
    pub(crate) fn dill_name(&self, callable: Id, args: Id) -> Option<(&'static str, &'static str)> {
        let function = self.dill_function(Value::Ref(callable))?;
        match (function, self.as_tuple(Value::Ref(args))?) {
            ("_load_type", [name]) => {
                let (_, name) = TYPES.into_iter().find(|(known, _)| self.is_str(*name, known))?;
                Some(name)
            }
            // dill fetches it from its own builtins, since the text `builtins` has no such attribute
            ("_get_attr", [module, name]) if self.is_str(*module, "builtins") => {
                self.is_str(*name, "len").then_some(("builtins", "len"))
            }
            ("_get_attr", [module, name]) => {
                let module = self.dill_module(*module)?;
                FUNCTIONS.into_iter().find(|known| known.0 == module && self.is_str(*name, known.1))
            }
            _ => None,
        }
    }

    /// The compiled module that `_import_module(name)` stands for, as pickle names it.
    pub fn dill_module(&self, value: Value) -> Option<&'static str> {
        let Some(Node::Call { kind: CallKind::Reduce, callable, args, attached: 0 }) = self.node_of(value)
        else {
            return None;
        };
        let is_import = self.dill_function(Value::Ref(callable)) == Some("_import_module");
        let [name] = self.as_tuple(Value::Ref(args)).filter(|_| is_import)? else { return None };
        COMPILED.into_iter().find(|(compiled, _)| self.is_str(*name, compiled)).map(|(_, module)| module)
    }

    /// The array that `_create_array` makes of numpy's own `_reconstruct`.
    pub fn dill_array(&self, value: Value) -> Option<DillArray> {
        let call = self.call(value).filter(|call| call.kind == CallKind::Reduce)?;
        if self.dill_function(call.callable) != Some("_create_array") {
            return None;
        }
        let (make, args, state, attributes) = match self.as_tuple(call.args)? {
            [make, args, state] => (*make, *args, *state, Value::None),
            [make, args, state, attributes] => (*make, *args, *state, *attributes),
            _ => return None,
        };
        let is_numpy = matches!(
            self.global_name(make),
            Some(("numpy.core.multiarray" | "numpy._core.multiarray", "_reconstruct"))
        );
        is_numpy.then_some(DillArray { args, state, attributes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heap::Call;
    use crate::limits::Limits;

    fn call(heap: &mut Heap, function: &str, args: &[Value]) -> Value {
        let function = heap.global("dill._dill", function).expect("small");
        let args = heap.container(Node::Tuple, args).expect("small");
        heap.add_call(Call { callable: function, args, kind: CallKind::Reduce }).expect("small")
    }

    #[test]
    fn only_exact_pairs_are_names() {
        let mut heap = Heap::new(Limits::default());
        let text = |heap: &mut Heap, text: &str| heap.text(text).expect("small");
        for (module, name, want) in [
            ("numpy.core._multiarray_umath", "scalar", Some(("numpy.core.multiarray", "scalar"))),
            (
                "numpy._core._multiarray_umath",
                "_reconstruct",
                Some(("numpy._core.multiarray", "_reconstruct")),
            ),
            ("_codecs", "encode", Some(("_codecs", "encode"))),
            ("_codecs", "scalar", None),
            ("numpy.core._multiarray_umath", "scalar.x", None),
            ("numpy.core._multiarray_umath", "fromfile", None),
            ("numpy", "scalar", None),
            ("os", "system", None),
        ] {
            let (module, name) = (text(&mut heap, module), text(&mut heap, name));
            let module = call(&mut heap, "_import_module", &[module]);
            let got = call(&mut heap, "_get_attr", &[module, name]);
            assert_eq!(heap.global_name(got), want);
        }
        for (name, want) in [("set", Some(("builtins", "set"))), ("CodeType", None), ("eval", None)] {
            let name = text(&mut heap, name);
            let got = call(&mut heap, "_load_type", &[name]);
            assert_eq!(heap.global_name(got), want);
        }
    }

    #[test]
    fn a_name_that_is_given_a_state_is_none() {
        let mut heap = Heap::new(Limits::default());
        let name = heap.text("set").expect("small");
        let got = call(&mut heap, "_load_type", &[name]);
        heap.set_state(got, Value::Int(1)).expect("small");
        assert_eq!(heap.global_name(got), None);
    }
}
