//! Heap to file: what [`read`](crate::read) reads, written as pickle or joblib.

mod array;
mod dtype;

use std::borrow::Cow;
use std::io::Write;

use cannery_object::{ArrayData, Heap, Id, Limit, Value};
use cannery_pickle::{Data, Dialect, Outline, Piece, WriteError, WriteOptions};

use crate::joblib::{Wrapper, wrapper_of};
use array::{Elements, Parts, class_name, is_numpy_core, is_wrapped};

/// What a file is written as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Form {
    /// As `pickle.dump` does.
    #[default]
    Pickle,
    /// As `joblib.dump` does: elements of arrays stand as they are behind the opcodes that announce them.
    Joblib,
}

/// Under which names numpy's private modules are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Numpy {
    /// As the file that was read has them; for others `numpy.core`, which every numpy can import.
    #[default]
    AsRead,
    /// `numpy.core`.
    V1,
    /// `numpy._core`.
    V2,
}

/// How a file is written.
#[derive(Clone, Copy, Debug)]
pub struct Writing {
    /// Pickle or joblib.
    pub form: Form,
    /// Pickle protocol, 0 to 5.
    pub protocol: u8,
    /// Protocol of the pickles that joblib has for arrays of objects.
    pub nested_protocol: u8,
    /// Names of numpy's modules.
    pub numpy: Numpy,
    /// Whether elements of joblib's arrays are aligned, which joblib before 1.2 can't read.
    pub is_padded: bool,
    /// Whether joblib's wrappers stay as they were read, with their padding and the protocols of their pickles.
    pub keep_wrappers: bool,
    /// Whether joblib's wrappers are those of the joblib inside scikit-learn before 0.23; else as read.
    pub vendored_joblib: bool,
    /// The protocol that a value was read from which is not the root of a pickle; `None` for names of Python 3.
    pub read_protocol: Option<u8>,
}

impl Default for Writing {
    fn default() -> Self {
        Self {
            form: Form::Pickle,
            protocol: 4,
            nested_protocol: 5,
            numpy: Numpy::AsRead,
            is_padded: true,
            keep_wrappers: false,
            vendored_joblib: false,
            read_protocol: None,
        }
    }
}

/// Bytes to which joblib aligns elements.
const ALIGNMENT: u8 = 16;

/// Writes a value, uncompressed.
pub fn write(heap: &Heap, root: Value, writing: Writing, out: &mut dyn Write) -> Result<(), WriteError> {
    let mut outline = Arrays {
        writing,
        is_core_private: writing.numpy == Numpy::AsRead && has_private_core(heap),
        joblib: package_of(heap, writing.vendored_joblib),
        is_nested: false,
        again: 0,
    };
    let options = WriteOptions {
        protocol: writing.protocol,
        dialect: match writing.form {
            Form::Pickle => Dialect::C,
            Form::Joblib => Dialect::Python,
        },
        as_read: writing.keep_wrappers,
        position: 0,
        read_protocol: heap.read_protocol(root).or(writing.read_protocol).unwrap_or(5),
    };
    cannery_pickle::write(heap, root, options, &mut outline, out)
}

/// Writes arrays, and numpy's names.
struct Arrays {
    writing: Writing,
    /// Whether the file that was read has the names of numpy 2.
    is_core_private: bool,
    /// The module of the joblib whose arrays these are.
    joblib: &'static str,
    is_nested: bool,
    /// Bytes of elements written; an array that is met twice is written twice by joblib.
    again: u64,
}

impl Arrays {
    fn array(&mut self, heap: &Heap, id: Id, protocol: u8) -> Result<Option<Vec<Piece>>, WriteError> {
        if self.keeps(heap, id) {
            return Ok(None);
        }
        let of_file = Parts::of_file(heap, id)?;
        if self.writing.form == Form::Joblib && !self.is_nested {
            let parts = of_file.or_else(|| Parts::of_call(heap, id));
            let Some(parts) = parts.filter(|parts| is_wrapped(class_name(heap, parts))) else {
                return Ok(None);
            };
            self.count(heap, &parts)?;
            let alignment = self.writing.is_padded.then_some(ALIGNMENT);
            let nested = self.writing.nested_protocol;
            let wrapper = Piece::name(self.joblib, "NumpyArrayWrapper");
            return Ok(Some(parts.wrapped(heap, Value::Ref(id), wrapper, nested, alignment)));
        }
        if let Some(parts) = of_file {
            return Ok(Some(parts.pickled(heap, id, protocol)));
        }
        if protocol < 5 && is_from_buffer(heap, id) {
            return Ok(Parts::of_call(heap, id).map(|parts| parts.pickled(heap, id, protocol)));
        }
        Ok(None)
    }

    fn keeps(&self, heap: &Heap, id: Id) -> bool {
        self.writing.keep_wrappers
            && self.writing.form == Form::Joblib
            && wrapper_of(heap, Value::Ref(id)).is_some()
    }

    fn count(&mut self, heap: &Heap, parts: &Parts) -> Result<(), WriteError> {
        self.again += match &parts.elements {
            Elements::Bytes(data) => data.bytes(heap).len() as u64,
            Elements::Objects(items) => items.len() as u64,
            Elements::Pickled(_) => 0,
        };
        let limit = heap.budget().limits().check(Limit::DecompressedBytes, self.again);
        limit.map_err(|error| {
            WriteError::unsupported(format!("joblib writes an array again wherever it is met: {error}"))
        })
    }
}

impl Outline for Arrays {
    fn pieces(&mut self, heap: &Heap, id: Id, protocol: u8) -> Result<Option<Vec<Piece>>, WriteError> {
        let pieces = self.array(heap, id, protocol)?;
        if pieces.is_none() && heap.array(Value::Ref(id)).is_some() {
            return Err(WriteError::unsupported("an array of this class"));
        }
        Ok(pieces)
    }

    fn behind(&mut self, heap: &Heap, id: Id) -> Option<Piece> {
        let (_, wrapper) = wrapper_of(heap, Value::Ref(id))?;
        let payload = heap.attached(Value::Ref(id)).payload;
        match heap.array(payload).map(|array| array.data) {
            _ if wrapper != Wrapper::Inline => None,
            Some(ArrayData::Bytes(blob)) => {
                let object = heap.object(Value::Ref(id))?;
                let alignment =
                    object.attr("numpy_array_alignment_bytes").and_then(|value| heap.as_int(value));
                let alignment = alignment.and_then(|alignment| u8::try_from(alignment).ok());
                Some(Piece::Inline { data: Data::Blob(blob), alignment })
            }
            _ => {
                let protocol = heap.read_protocol(payload).unwrap_or(self.writing.nested_protocol);
                Some(Piece::Pickle { root: payload, protocol })
            }
        }
    }

    fn nested(&mut self, is_nested: bool) {
        self.is_nested = is_nested;
    }

    fn module<'a>(&self, module: &'a str) -> Cow<'a, str> {
        let is_private = match self.writing.numpy {
            Numpy::V1 => false,
            Numpy::V2 => true,
            Numpy::AsRead if self.is_core_private => true,
            Numpy::AsRead => return module.into(),
        };
        if !is_numpy_core(module) {
            return module.into();
        }
        let rest = module.splitn(3, '.').nth(2).map(|rest| format!(".{rest}")).unwrap_or_default();
        format!("numpy.{}{rest}", if is_private { "_core" } else { "core" }).into()
    }
}

/// The joblib that wrote a file: scikit-learn before 0.23 has one of its own, beside which there may be no other.
fn package_of(heap: &Heap, is_vendored: bool) -> &'static str {
    const VENDORED: &str = "sklearn.externals.joblib.numpy_pickle";
    let names_it = |value| heap.global_name(value) == Some((VENDORED, "NumpyArrayWrapper"));
    if is_vendored || heap.nodes().any(names_it) { VENDORED } else { "joblib.numpy_pickle" }
}

fn is_from_buffer(heap: &Heap, id: Id) -> bool {
    let name = heap.call(Value::Ref(id)).and_then(|call| heap.global_name(call.callable));
    name.is_some_and(|(module, name)| name == "_frombuffer" && is_numpy_core(module))
}

/// Whether a file has the names of numpy 2.
fn has_private_core(heap: &Heap) -> bool {
    let of_core =
        |value| heap.global_name(value).is_some_and(|(module, _)| module.starts_with("numpy._core"));
    heap.nodes().any(of_core)
}

#[cfg(test)]
mod tests;
