//! Pickles without a header. Protocols 0 and 1 begin with any of some 25 opcodes, most of them letters, so that a licence, a
//! table or a list of packages can begin like one. What an unpickler makes of the bytes decides.

use bytes::Bytes;
use cannery_object::{Budget, Heap, Limit, Limits, Node, Value};
use cannery_pickle::{Breach, Error, Inline, Op, Source, Taken, read_leniently};

use crate::sniff::starts_a_pickle;

/// What bytes without a header are to an unpickler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Headless {
    /// A pickle: it reads up to STOP and nothing follows, or it imports or calls something on the way.
    Pickle,
    /// Values of a pickle that breaks off. It imports nothing and calls nothing.
    CutShort,
    /// Something that this reader refuses where some unpickler could go on: a number in an unusual spelling, or text.
    Unclear,
    /// Something else: text, or bytes of another format.
    Other,
}

/// Opcodes that text is not expected to hold by chance before it ends.
const TOO_MANY_FOR_TEXT: u64 = 4;

/// Reads bytes as Python's unpicklers would. These are less strict than this crate: what they would run counts, whatever
/// comes after it.
pub fn headless(bytes: &Bytes, limits: &Limits) -> Headless {
    match Reading::of(bytes, limits) {
        None => Headless::Other,
        Some(reading) if reading.is_pickle(bytes) => Headless::Pickle,
        Some(reading) if reading.breaks_off() && reading.opcodes >= TOO_MANY_FOR_TEXT => Headless::CutShort,
        Some(reading) if reading.read.as_ref().is_err_and(|error| error.breach() == Breach::Rule) => {
            Headless::Unclear
        }
        Some(_) => Headless::Other,
    }
}

/// Whether a file that begins with these bytes, and goes on, can be a pickle without a header.
pub fn may_be_headless(start: &Bytes, limits: &Limits) -> bool {
    let reading = Reading::of(start, limits);
    reading.is_some_and(|reading| reading.read.is_ok() || reading.breaks_off() || reading.is_pickle(start))
}

/// What a lenient unpickler makes of bytes.
struct Reading {
    heap: Heap,
    /// The position behind STOP.
    read: Result<usize, Error>,
    opcodes: u64,
}

impl Reading {
    /// `None` when the first byte starts no pickle.
    fn of(bytes: &Bytes, limits: &Limits) -> Option<Self> {
        if !starts_a_pickle(bytes) {
            return None;
        }
        // a name that is longer than a caller allows is one all the same
        let names = limits.of(Limit::NameBytes).max(Limits::default().of(Limit::NameBytes));
        let mut budget = Budget::new(limits.clone().with(Limit::NameBytes, names));
        let spent = budget.spend_input(bytes.len() as u64);
        let mut heap = Heap::with_budget(budget);
        let mut opcodes = Count(0);
        let read = match spent.and_then(|()| heap.add_buffer(bytes.clone())) {
            Ok(buffer) => read_leniently(&mut heap, bytes, buffer, &mut opcodes).map(|outcome| outcome.end),
            Err(limit) => Err(Error::limit(0, limit)),
        };
        Some(Self { heap, read, opcodes: opcodes.0 })
    }

    fn is_pickle(&self, bytes: &Bytes) -> bool {
        calls_something(&self.heap)
            || self.read.as_ref().is_ok_and(|&end| is_over(bytes, end) || imports_something(&self.heap))
    }

    fn breaks_off(&self) -> bool {
        self.read.as_ref().is_err_and(|error| error.breach() == Breach::CutShort)
    }
}

/// Whether nothing but white space follows a pickle, or another one that fills the rest.
fn is_over(bytes: &Bytes, end: usize) -> bool {
    let rest = bytes[end..].trim_ascii();
    if rest.is_empty() || matches!(rest, [0x80, 0..=5, ..]) {
        return true;
    }
    let rest = bytes.slice_ref(rest);
    Reading::of(&rest, &Limits::default())
        .is_some_and(|next| next.read.is_ok_and(|end| rest[end..].trim_ascii().is_empty()))
}

/// Whether something is called that can be imported.
fn calls_something(heap: &Heap) -> bool {
    heap.nodes().any(|value| match heap.node_of(value) {
        Some(Node::Call { callable, .. }) => match heap.node(callable) {
            Node::Global { .. } => can_be_imported(heap, Value::Ref(callable)),
            Node::Extension(_) => true,
            _ => false,
        },
        _ => false,
    })
}

fn imports_something(heap: &Heap) -> bool {
    heap.nodes().any(|value| can_be_imported(heap, value))
}

/// Whether a value is a name that a module can have. `class Model:` is a GLOBAL of the module `lass Model:`.
fn can_be_imported(heap: &Heap, value: Value) -> bool {
    heap.global_name(value).is_some_and(|(module, name)| {
        module.split('.').all(is_identifier) && name.split('.').all(is_identifier)
    })
}

/// Whether Python could take a text for an identifier.
pub fn is_identifier(part: &str) -> bool {
    !part.is_empty()
        && part.chars().all(|c| c.is_alphanumeric() || c == '_')
        && !part.starts_with(|c: char| c.is_ascii_digit())
}

/// Counts the opcodes that were carried out.
struct Count(u64);

impl Inline for Count {
    fn built(&mut self, _: &mut Heap, _: Value, _: &Source<'_>) -> Result<Option<Taken>, Error> {
        Ok(None)
    }

    fn stepped(&mut self, _heap: &Heap, _op: Op<'_>) {
        self.0 += 1;
    }
}

/// Whether bytes are a pickle of protocol 0 once the line ends that a transfer in text mode gave them are taken away.
pub(crate) fn has_changed_line_ends(bytes: &[u8], limits: &Limits) -> bool {
    let start = &bytes[..bytes.len().min(512)];
    let lines = start.iter().filter(|&&byte| byte == b'\n').count();
    let changed = start.windows(2).filter(|pair| pair == b"\r\n").count();
    if changed == 0 || changed + 1 < lines || !starts_a_pickle(bytes) {
        return false;
    }
    let mut restored = Vec::with_capacity(bytes.len());
    for (place, &byte) in bytes.iter().enumerate() {
        if byte != b'\r' || bytes.get(place + 1) != Some(&b'\n') {
            restored.push(byte);
        }
    }
    headless(&restored.into(), limits) == Headless::Pickle
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(bytes: &[u8]) -> Headless {
        headless(&Bytes::copy_from_slice(bytes), &Limits::default())
    }

    #[test]
    fn what_an_unpickler_would_run_is_a_pickle_whatever_follows() {
        let pickles: [&[u8]; 12] = [
            b"I1\n.",
            b"(lp0\n.",
            b"(dp0\nS'a'\np1\nI1\ns.\n",
            b"}q\x00.",
            b"cos\nsystem\n(S'id'\ntR.",
            b"cos\nsystem\n(S'id'\ntR",
            b"cos\nsystem\n(S'id'\ntRand then some text",
            b"(S'id'\nios\nsystem\n.",
            b"cmodule\nname\n. and text",
            b"Pid\n.",
            b"I1\n.I2\n.",
            b"\x80\x00cos\nsystem\n(S'id'\ntR.",
        ];
        for bytes in pickles {
            assert_eq!(is(bytes), Headless::Pickle, "{:?}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn text_is_no_pickle() {
        let texts: [&[u8]; 17] = [
            b"Permission is hereby granted, free of charge, to any\nperson obtaining a copy of this software",
            b"Project to try MLflow to orchestrate whole data pipeline",
            b"channels:\n- conda-forge\ndependencies:\n- python=3.11.4\n",
            b"FROM python:3.12-slim-bookworm\n\n# Install the needed tools.\nRUN pip install\n",
            b"Prediction\n1833.187250712028\n",
            b"Sensor-1,Sensor-2,Sensor-3\n1.0,2.0,3.0\n",
            b"Item_Weight,Item_Fat_Content\n9.3,0\n",
            b"Feature,Value\n1,2\n",
            b"class Model:\n    pass\n",
            b"Name\nLast\n",
            b"GNU GENERAL PUBLIC LICENSE\nVersion 3\n",
            b"(c) 2020 the authors\nall rights reserved\n",
            b"Copyright 2020\n.",
            b"Version 1\n. and so on\n",
            b"column\nvalue\n1\n2\n",
            b"C\x03abc.Ca\nb and so on.",
            b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR",
        ];
        for bytes in texts {
            let is = is(bytes);
            let text = String::from_utf8_lossy(bytes);
            assert!(matches!(is, Headless::Other | Headless::Unclear), "{is:?}: {text:?}");
        }
    }

    #[test]
    fn values_that_break_off() {
        assert_eq!(is(b"(dp0\nS'a'\np1\nI1\ns"), Headless::CutShort);
        assert_eq!(is(b"(dp0\n"), Headless::Other);
    }

    #[test]
    fn line_ends_of_a_transfer() {
        let changed = |bytes: &[u8]| has_changed_line_ends(bytes, &Limits::default());
        assert!(changed(b"(dp0\r\nS'a'\r\np1\r\nI1\r\ns."));
        assert!(changed(b"(dp0\r\nS'a'\r\np1\r\nI1\r\ns.\r\n"));
        assert!(!changed(b"(dp0\nS'a'\np1\nI1\ns."));
        assert!(!changed(b"Permission is hereby granted\r\nfree of charge\r\n"));
    }
}
