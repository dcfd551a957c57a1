//! The opcodes of a pickle as text or JSON, as Python's `pickletools` gives them.

use std::io::Write;
use std::path::Path;

use bytes::Bytes;
use cannery_format::{Joblib, NoCompanions, sniff};
use cannery_object::{Budget, Heap, Limit, Limits};
use cannery_pickle::{Arg, Disassembly, Item, Lister, Op, hexadecimal, small_long, unquote};

use crate::error::{Error, Result};
use crate::model::Options;

/// The opcodes of one pickle.
#[derive(Debug)]
pub struct Opcodes {
    bytes: Bytes,
    limits: Limits,
}

/// How the opcodes are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Listing {
    /// A line each: offset, code, name indented by the marks on the stack, argument.
    Text,
    /// The same with nothing cut: bytes of arrays and behind STOP as `.bytes`, arguments that are not spelt as Python
    /// spells them as `.raw`. [`assemble`](crate::assemble) makes the same pickle of it.
    Full,
    /// One JSON array of `[offset, name, argument]`. Bytes are `{"bytes": hex}`, integers beyond 53 bits `{"int":
    /// decimal or hex}`, other floats than finite ones `{"float": text}`, inline arrays `[offset, "ARRAY", {"end": …}]`.
    Json,
}

/// What a finished listing was.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Listed {
    /// Number of opcodes.
    pub opcodes: u64,
    /// Offset of the first opcode whose text is neither ASCII nor marked as Unicode, where `pickletools` stops:
    /// a STRING, GLOBAL or INST of Python 2.
    pub not_ascii: Option<usize>,
}

impl Options<'_> {
    /// The opcodes of the pickle in a file, compressed or not. joblib's inline arrays are passed over.
    pub fn disassemble(mut self, path: impl AsRef<Path>) -> Result<Opcodes> {
        let path = path.as_ref();
        let bytes = self.bytes_of(path)?;
        Opcodes::of(&bytes, self.allowed()).map_err(|error| error.in_file(path.display()))
    }

    /// The opcodes of the pickle in these bytes, compressed or not.
    ///
    /// ```
    /// let mut listing = Vec::new();
    /// let opcodes = cannery::Options::default().disassemble_bytes(b"\x80\x02N.")?;
    /// assert_eq!(opcodes.write(cannery::Listing::Text, &mut listing)?.opcodes, 3);
    /// # Ok::<(), cannery::Error>(())
    /// ```
    pub fn disassemble_bytes(self, bytes: &[u8]) -> Result<Opcodes> {
        self.allowed().check(Limit::InputBytes, bytes.len() as u64)?;
        Opcodes::of(&Bytes::copy_from_slice(bytes), self.allowed())
    }
}

impl Opcodes {
    fn of(bytes: &Bytes, limits: &Limits) -> Result<Self> {
        let mut budget = Budget::new(limits.clone());
        let plain = cannery_format::content(bytes, None, &mut budget, &mut |_, _| ())?;
        match sniff::sniff(&plain.bytes) {
            sniff::Format::Container(sniff::Container::Npy | sniff::Container::Zip) => Err(
                Error::unsupported("disassemble lists pickles, and this is a zip archive or a numpy array"),
            ),
            _ => Ok(Self { bytes: plain.bytes, limits: limits.clone() }),
        }
    }

    /// Writes all opcodes up to STOP. What was written before an error stays written.
    pub fn write(&self, listing: Listing, out: &mut impl Write) -> Result<Listed> {
        let mut budget = Budget::new(self.limits.clone());
        budget.spend_input(self.bytes.len() as u64)?;
        let mut heap = Heap::with_budget(budget);
        let buffer = heap.add_buffer(self.bytes.clone())?;
        let mut companions = NoCompanions;
        let items = Disassembly::new(heap, &self.bytes, buffer, 0, Joblib::new(&mut companions));
        let mut listed = Listed::default();
        match listing {
            Listing::Text => write_text(items, Lister::short(), &mut listed, out)?,
            Listing::Full => write_text(items, Lister::full(&self.bytes), &mut listed, out)?,
            Listing::Json => write_json(items, &mut listed, out)?,
        }
        Ok(listed)
    }
}

impl Listed {
    /// An error when the listing holds what `pickletools` can't decode.
    pub fn require_ascii(self) -> Result<()> {
        match self.not_ascii {
            None => Ok(()),
            Some(offset) => Err(Error::malformed(format!(
                "text that is not ASCII at byte {offset}, where pickletools stops; --encoding latin1 accepts it"
            ))),
        }
    }

    fn count(&mut self, op: &Op<'_>) {
        self.opcodes += 1;
        if self.not_ascii.is_none() && !is_ascii(op) {
            self.not_ascii = Some(op.offset);
        }
    }
}

/// Whether `pickletools` can decode the argument.
fn is_ascii(op: &Op<'_>) -> bool {
    match op.arg {
        Arg::Quoted(text) => unquote(text).unwrap_or_default().is_ascii(),
        Arg::Names(module, name) => module.is_ascii() && name.is_ascii(),
        _ => true,
    }
}

type Items<'a> = Disassembly<'a, Joblib<'a>>;

/// Writes a line for each opcode.
fn write_text(
    items: Items<'_>,
    mut lister: Lister<'_>,
    listed: &mut Listed,
    out: &mut impl Write,
) -> Result<()> {
    for item in items {
        match item? {
            Item::Op { op, nested } => {
                listed.count(&op);
                lister.op(&op, nested, out)?;
            }
            Item::Inline { start, end } => lister.inline(start, end, out)?,
            _ => {}
        }
    }
    Ok(lister.finish(out)?)
}

fn write_json(items: Items<'_>, listed: &mut Listed, out: &mut impl Write) -> Result<()> {
    out.write_all(b"[")?;
    let mut separator = "";
    for item in items {
        let (offset, name, arg) = match item? {
            Item::Op { op, .. } => {
                listed.count(&op);
                (op.offset, op.opcode.name(), json_of(&op))
            }
            Item::Inline { start, end } => (start, "ARRAY", serde_json::json!({ "end": end })),
            _ => continue,
        };
        write!(out, "{separator}[{offset}, \"{name}\", {arg}]")?;
        separator = ",\n";
    }
    out.write_all(b"]\n")?;
    Ok(())
}

fn json_of(op: &Op<'_>) -> serde_json::Value {
    use serde_json::json;
    match op.arg {
        Arg::Int(number) => json_int(number),
        Arg::True => json!(true),
        Arg::False => json!(false),
        Arg::Decimal(digits) => json!({ "int": String::from_utf8_lossy(digits) }),
        Arg::Long(bytes) => small_long(bytes).map_or_else(|| json!({ "hex": hexadecimal(bytes) }), json_int),
        Arg::Float(x) if x.is_finite() => json!(x),
        Arg::Float(x) => json!({ "float": x.to_string().to_lowercase() }),
        Arg::Bytes(bytes) => {
            op.text().map_or_else(|| json!({ "bytes": hexadecimal(bytes) }), |text| json!(text))
        }
        _ => op.text().map_or(serde_json::Value::Null, |text| json!(text)),
    }
}

fn json_int(number: i64) -> serde_json::Value {
    if number.unsigned_abs() < 1 << 53 {
        serde_json::json!(number)
    } else {
        serde_json::json!({ "int": number.to_string() })
    }
}
