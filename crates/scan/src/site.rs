//! One call of a Heap, and what can be asked of its arguments.

use std::borrow::Cow;

use cannery_object::{Attached, Call, Heap, Node, Value};

use crate::rule::Rule;

/// Why a use of a known name is not accepted.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) rule: Rule,
    pub(crate) message: String,
}

impl Refusal {
    pub(crate) fn new(rule: Rule, message: impl Into<String>) -> Self {
        Self { rule, message: message.into() }
    }

    /// What a view on a value says: contents that contradict each other, or that it does not know.
    pub(crate) fn of_view(error: &cannery_object::Error) -> Self {
        let rule = match error.kind() {
            cannery_object::ErrorKind::Unsupported => Rule::UnknownArguments,
            cannery_object::ErrorKind::Limit(_) => Rule::OverLimit,
            _ => Rule::Unsound,
        };
        Self::new(rule, error.to_string())
    }
}

impl From<cannery_sklearn::Error> for Refusal {
    /// What is wrong with a structure of scikit-learn, by the rule that says so.
    fn from(error: cannery_sklearn::Error) -> Self {
        let rule = match error.kind() {
            cannery_sklearn::ErrorKind::Unsupported => Rule::UnknownArguments,
            cannery_sklearn::ErrorKind::Limit => Rule::OverLimit,
            _ => Rule::Unsound,
        };
        Self::new(rule, error.to_string())
    }
}

/// The outcome of a check.
pub(crate) type Checked = Result<(), Refusal>;

/// A call of a global, with everything that the file gives to its result.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Site<'h> {
    pub(crate) heap: &'h Heap,
    pub(crate) value: Value,
    pub(crate) call: Call,
    /// Module and name of what is called.
    pub(crate) name: (&'h str, &'h str),
    pub(crate) args: &'h [Value],
    pub(crate) states: &'h [Value],
    pub(crate) attached: &'h Attached,
}

impl<'h> Site<'h> {
    /// The site of a value that is a call of a global with a tuple of arguments.
    pub(crate) fn of(heap: &'h Heap, value: Value) -> Option<Self> {
        let call = heap.call(value)?;
        let attached = heap.attached(value);
        Some(Self {
            heap,
            value,
            call,
            name: heap.global_name(call.callable)?,
            args: heap.as_tuple(call.args)?,
            states: heap.items(attached.states),
            attached,
        })
    }

    /// "module.name", for messages.
    pub(crate) fn symbol(&self) -> String {
        format!("{}.{}", self.name.0, self.name.1)
    }

    /// The arguments are not those that are known.
    pub(crate) fn bad_args(&self) -> Refusal {
        let kinds: Vec<_> = self.args.iter().take(8).map(|&arg| kind_of(self.heap, arg)).collect();
        let more = if self.args.len() > 8 { ", …" } else { "" };
        let message = format!("called with ({}{more}), which its library does not write", kinds.join(", "));
        Refusal::new(Rule::UnknownArguments, message)
    }

    /// The state is not one that is known.
    pub(crate) fn bad_state(&self) -> Refusal {
        let kinds: Vec<_> = self.states.iter().take(4).map(|&state| kind_of(self.heap, state)).collect();
        Refusal::new(Rule::UnknownArguments, format!("given a state ({}) of unknown form", kinds.join(", ")))
    }

    /// The one state, if there is exactly one.
    pub(crate) fn state(&self) -> Option<Value> {
        match self.states {
            [state] => Some(*state),
            _ => None,
        }
    }

    /// The items of a state that is a tuple.
    pub(crate) fn state_tuple(&self) -> Option<&'h [Value]> {
        self.heap.as_tuple(self.state()?)
    }

    /// Nothing is given to the object by BUILD.
    pub(crate) fn no_state(&self) -> Checked {
        if self.states.is_empty() { Ok(()) } else { Err(self.bad_state()) }
    }
}

/// What a value is, in a word.
pub(crate) fn kind_of(heap: &Heap, value: Value) -> String {
    match value {
        Value::None => "None",
        Value::Bool(_) => "bool",
        Value::Int(_) => "int",
        Value::Ref(_) => match heap.node_of(value) {
            Some(Node::Int(_) | Node::BigInt(_)) => "int",
            Some(Node::Float(_)) => "float",
            Some(Node::Str(_) | Node::Str8(_)) => "str",
            Some(Node::Bytes(_)) => "bytes",
            Some(Node::ByteArray(_)) => "bytearray",
            Some(Node::List(_)) => "list",
            Some(Node::Tuple(_)) => "tuple",
            Some(Node::Set(_)) => "set",
            Some(Node::FrozenSet(_)) => "frozenset",
            Some(Node::Dict(_)) => "dict",
            Some(Node::Array(_)) => "array",
            Some(Node::Persistent(_)) => "persistent id",
            Some(Node::Extension(_)) => "extension code",
            Some(Node::Global { .. }) => {
                return heap
                    .global_name(value)
                    .map(|(module, name)| format!("{module}.{name}"))
                    .unwrap_or_default();
            }
            Some(Node::Call { .. }) => {
                let class = heap.object(value).map(|object| object.class());
                return class.map_or("object".to_owned(), |(_, name)| format!("{name} object"));
            }
            Some(Node::Immediate(_)) | None => "value",
        },
    }
    .to_owned()
}

pub(crate) fn is_int(heap: &Heap, value: Value) -> bool {
    matches!(value, Value::Int(_)) || matches!(heap.node_of(value), Some(Node::Int(_) | Node::BigInt(_)))
}

pub(crate) fn is_flag(heap: &Heap, value: Value) -> bool {
    matches!(heap.as_int(value), Some(0 | 1))
}

pub(crate) fn is_float(heap: &Heap, value: Value) -> bool {
    matches!(heap.node_of(value), Some(Node::Float(_)))
}

pub(crate) fn is_number(heap: &Heap, value: Value) -> bool {
    matches!(value, Value::Bool(_)) || is_int(heap, value) || is_float(heap, value)
}

pub(crate) fn is_str(heap: &Heap, value: Value) -> bool {
    matches!(heap.node_of(value), Some(Node::Str(_) | Node::Str8(_)))
}

/// A text, unless it is longer than any that is looked for: many values can share one.
pub(crate) fn short_str(heap: &Heap, value: Value) -> Option<Cow<'_, str>> {
    const LONGEST: usize = 4096;
    match heap.node_of(value) {
        Some(Node::Str(blob) | Node::Str8(blob)) if blob.len() <= LONGEST => heap.as_str(value),
        _ => None,
    }
}

/// A number, text, bytes, truth value or `None`.
pub(crate) fn is_scalar(heap: &Heap, value: Value) -> bool {
    value == Value::None || is_number(heap, value) || is_str(heap, value) || is_bytes(heap, value)
}

/// Bytes in any spelling.
pub(crate) fn is_bytes(heap: &Heap, value: Value) -> bool {
    heap.as_bytes(value).is_some() || heap.call(value).is_some() && heap.bytes_of(value).is_some()
}

/// A dict whose keys are all texts.
pub(crate) fn is_str_dict(heap: &Heap, value: Value) -> bool {
    heap.as_dict(value).is_some_and(|pairs| pairs.chunks_exact(2).all(|pair| is_str(heap, pair[0])))
}

/// An object of one of these classes.
pub(crate) fn is_object(heap: &Heap, value: Value, is: impl Fn((&str, &str)) -> bool) -> bool {
    heap.object(value).is_some_and(|object| is(object.class()))
}
