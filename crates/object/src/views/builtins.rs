use std::borrow::Cow;

use super::Site;
use crate::error::Error;
use crate::heap::{Heap, Value};

/// A builtin, or a container of `collections`, that is written as a call.
#[derive(Clone, Copy, Debug)]
pub struct Builtin<'h> {
    site: Site<'h>,
    /// Name of its class, such as `set` or `OrderedDict`; `xrange` of Python 2 is `range`.
    pub name: &'static str,
}

const NAMES: [&str; 12] = [
    "set",
    "frozenset",
    "complex",
    "slice",
    "range",
    "bytes",
    "bytearray",
    "list",
    "tuple",
    "dict",
    "OrderedDict",
    "defaultdict",
];

impl<'h> Builtin<'h> {
    pub(super) fn at(site: Site<'h>, module: &str, name: &str) -> Option<Self> {
        let name = match (module, name) {
            ("__builtin__", "xrange") => "range",
            ("_codecs", "encode") => "bytes",
            ("collections", "OrderedDict" | "defaultdict") => name,
            ("collections" | "_codecs", _) | (_, "OrderedDict" | "defaultdict") => return None,
            _ => name,
        };
        let is_plain = !site.object.is_reconstructed();
        let name = NAMES.into_iter().find(|&known| known == name && is_plain)?;
        Some(Self { site, name })
    }

    /// The elements of a `set`, `frozenset`, `list` or `tuple`, the parts of a `complex`, `slice` or `range`.
    pub fn elements(&self) -> Result<&'h [Value], Error> {
        let heap = self.site.heap;
        let args = self.site.raw_args();
        match (self.name, args) {
            ("set" | "frozenset" | "list" | "tuple", []) => {
                Ok(heap.items(heap.attached(self.site.value).items))
            }
            ("set" | "frozenset" | "list" | "tuple", [one]) => {
                heap.as_sequence(*one).ok_or_else(|| self.bad())
            }
            ("complex", [_, _]) | ("slice", [_, _, _]) => Ok(args),
            ("range", [_, _, step]) if heap.as_int(*step) != Some(0) => Ok(args),
            _ => Err(self.bad()),
        }
    }

    /// Keys and values of a `dict`, `OrderedDict` or `defaultdict`: key, value, key, value.
    pub fn pairs(&self) -> Result<Cow<'h, [Value]>, Error> {
        let heap = self.site.heap;
        let attached = heap.items(heap.attached(self.site.value).pairs);
        match (self.name, self.site.raw_args()) {
            ("dict" | "OrderedDict", []) | ("defaultdict", [] | [_]) => Ok(Cow::Borrowed(attached)),
            ("dict" | "OrderedDict", [one]) if attached.is_empty() => {
                pairs_of(heap, *one).ok_or_else(|| self.bad())
            }
            _ => Err(self.bad()),
        }
    }

    /// What makes the missing values of a `defaultdict`.
    pub fn default_factory(&self) -> Option<Value> {
        self.site.raw_args().first().copied().filter(|_| self.name == "defaultdict")
    }

    /// The contents of `bytes` or `bytearray`.
    pub fn bytes(&self) -> Result<Cow<'h, [u8]>, Error> {
        let heap = self.site.heap;
        let args = self.site.raw_args();
        match (self.name, args) {
            ("bytes", _) => heap.bytes_of(self.site.value),
            ("bytearray", []) => Some(Cow::Borrowed(&[][..])),
            ("bytearray", [one]) => heap.bytes_of(*one),
            ("bytearray", [text, encoding]) if is_latin1(heap, *encoding) => latin1(heap, *text),
            _ => None,
        }
        .ok_or_else(|| self.bad())
    }

    fn bad(&self) -> Error {
        Error::malformed(format!("{} is called with other arguments than pickle writes", self.name))
    }
}

fn is_latin1(heap: &Heap, encoding: Value) -> bool {
    matches!(heap.as_str(encoding).as_deref(), Some("latin1" | "latin-1"))
}

fn latin1(heap: &Heap, text: Value) -> Option<Cow<'_, [u8]>> {
    let text = heap.as_str(text)?;
    text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect::<Option<Vec<u8>>>().map(Cow::Owned)
}

/// The pairs of a dict, or of a list of pairs as Python 2 writes an `OrderedDict`.
fn pairs_of(heap: &Heap, value: Value) -> Option<Cow<'_, [Value]>> {
    if let Some(pairs) = heap.as_dict(value) {
        return Some(Cow::Borrowed(pairs));
    }
    let mut out = Vec::new();
    for &pair in heap.as_list(value)? {
        match heap.as_sequence(pair)? {
            [key, value] => out.extend([*key, *value]),
            _ => return None,
        }
    }
    Some(Cow::Owned(out))
}

/// `functools.partial(func)` with the state `(func, args, kwargs, attributes)`.
#[derive(Clone, Copy, Debug)]
pub struct Partial<'h>(Site<'h>);

impl<'h> Partial<'h> {
    pub(super) fn at(site: Site<'h>, name: &str) -> Option<Self> {
        (name == "partial").then_some(Self(site))
    }

    /// The function, its positional arguments (a tuple) and its keyword arguments (a dict or `None`).
    pub fn parts(&self) -> Result<(Value, Value, Value), Error> {
        match self.0.state_tuple() {
            Some([func, args, kwargs, _attributes]) => Ok((*func, *args, *kwargs)),
            _ => {
                Err(Error::malformed("a functools.partial has no state of (func, args, kwargs, attributes)"))
            }
        }
    }
}
