//! The opcodes of a pickle as text or JSON, as Python's `pickletools` gives them.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::Path;

use bytes::Bytes;
use cannery_format::{Joblib, NoCompanions, sniff};
use cannery_object::{Budget, Heap, Limit, Limits};
use cannery_pickle::{Arg, Disassembly, Item, Op, Opcode};

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
            Listing::Text => write_text(items, None, &mut listed, out)?,
            Listing::Full => write_text(items, Some(&self.bytes), &mut listed, out)?,
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
        Arg::Quoted(text) => unquoted(text).is_ascii(),
        Arg::Names(module, name) => module.is_ascii() && name.is_ascii(),
        _ => true,
    }
}

type Items<'a> = Disassembly<'a, Joblib<'a>>;

/// Writes a line for each opcode; those of `whole`, the buffer that is listed, in full where it is given.
fn write_text(
    items: Items<'_>,
    whole: Option<&[u8]>,
    listed: &mut Listed,
    out: &mut impl Write,
) -> Result<()> {
    let mut marks: Vec<usize> = Vec::new();
    let mut protocol = 0;
    let mut position = 0;
    for item in items {
        match item? {
            Item::Op { op, nested } => {
                listed.count(&op);
                position = op.end;
                protocol = protocol.max(op.opcode.protocol());
                let mark = if takes_mark(op.opcode) { marks.pop() } else { None };
                let arg = whole.map_or_else(|| text_of(&op, SHOWN), |whole| full_text(&op, whole));
                write_line(&op, arg, marks.len(), mark, nested, out)?;
                if op.opcode == Opcode::Mark {
                    marks.push(op.offset);
                }
            }
            Item::Inline { start, end } => match whole.and_then(|whole| whole.get(start..end)) {
                Some(bytes) => write_bytes(start, bytes, out)?,
                None => writeln!(out, "{start:5}:      ARRAY      {} bytes of an array", end - start)?,
            },
            _ => {}
        }
    }
    if let Some(behind) = whole.and_then(|whole| whole.get(position..)) {
        write_bytes(position, behind, out)?;
    }
    writeln!(out, "highest protocol among opcodes = {protocol}")?;
    Ok(())
}

/// Bytes that are no opcodes, 32 a line.
fn write_bytes(start: usize, bytes: &[u8], out: &mut impl Write) -> io::Result<()> {
    for (index, line) in bytes.chunks(32).enumerate() {
        writeln!(out, "{:5}:      .bytes     {}", start + 32 * index, hex(line))?;
    }
    Ok(())
}

fn write_line(
    op: &Op<'_>,
    arg: Option<String>,
    depth: usize,
    mark: Option<usize>,
    nested: bool,
    out: &mut impl Write,
) -> io::Result<()> {
    let indent = "    ".repeat(depth.min(16));
    let code = escaped_byte(op.opcode as u8);
    let bar = if nested { "| " } else { "" };
    let mut line = format!("{:5}: {code:<4} {indent}{bar}{:<10}", op.offset, op.opcode.name());
    let is_raw = arg.as_deref().is_some_and(|arg| arg.starts_with(RAW));
    if let Some(arg) = arg {
        line.push(' ');
        line.push_str(&arg);
    }
    // behind raw bytes the assembler would take it for more of them
    if let Some(mark) = mark.filter(|_| !is_raw) {
        let _ = write!(line, " (MARK at {mark})"); // writing to a String does not fail
    }
    writeln!(out, "{}", line.trim_end())
}

/// What stands before an argument that is given as its bytes.
const RAW: &str = ".raw ";

/// The argument such that the assembler makes the same bytes of it.
fn full_text(op: &Op<'_>, whole: &[u8]) -> Option<String> {
    let arg = text_of(op, usize::MAX)?;
    let bytes = whole.get(op.offset..op.end)?;
    match cannery_pickle::assemble(&format!("{} {arg}", op.opcode.name())) {
        Ok(again) if again == bytes => Some(arg),
        _ => Some(format!("{RAW}{}", hex(bytes.get(1..)?))),
    }
}

fn takes_mark(opcode: Opcode) -> bool {
    use Opcode as O;
    matches!(
        opcode,
        O::Tuple
            | O::List
            | O::Dict
            | O::SetItems
            | O::Appends
            | O::AddItems
            | O::FrozenSet
            | O::Inst
            | O::Obj
            | O::PopMark
    )
}

fn escaped_byte(byte: u8) -> String {
    if byte.is_ascii_graphic() { char::from(byte).to_string() } else { format!("\\x{byte:02x}") }
}

/// The argument as Python writes it, cut behind so many characters.
fn text_of(op: &Op<'_>, shown: usize) -> Option<String> {
    Some(match op.arg {
        Arg::None => return None,
        Arg::Int(number) => number.to_string(),
        Arg::True => "True".into(),
        Arg::False => "False".into(),
        Arg::Decimal(digits) => String::from_utf8_lossy(digits).trim().to_owned(),
        Arg::Long(bytes) => {
            small_long(bytes).map_or_else(|| format!("0x{} (little-endian)", hex(bytes)), |n| n.to_string())
        }
        Arg::Float(x) => format!("{x:?}"),
        Arg::Names(module, name) => {
            cut(&quote(&format!("{module} {name}")), shown, module.len() + name.len() + 1)
        }
        Arg::Bytes(bytes) if is_python2(op.opcode) => cut(&quote(&latin1(bytes)), shown, bytes.len()),
        Arg::Bytes(bytes) => cut(&format!("b{}", quote(&latin1(bytes))), shown, bytes.len()),
        Arg::Quoted(text) => cut(&quote(&latin1(&unquoted(text))), shown, text.len()),
        Arg::RawUnicode(text) => cut(&quote(&unescaped(text)), shown, text.len()),
        Arg::Text(text) => cut(&quote(&String::from_utf8_lossy(text)), shown, text.len()),
        _ => String::new(),
    })
}

const SHOWN: usize = 400;

fn quote(text: &str) -> String {
    format!("'{}'", text.escape_debug())
}

/// What is shown of an argument of so many bytes.
fn cut(text: &str, shown: usize, bytes: usize) -> String {
    match text.char_indices().nth(shown) {
        Some((end, _)) => format!("{}… ({bytes} bytes)", &text[..end]),
        None => text.to_owned(),
    }
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
        Arg::Long(bytes) => small_long(bytes).map_or_else(|| json!({ "hex": hex(bytes) }), json_int),
        Arg::Float(x) if x.is_finite() => json!(x),
        Arg::Float(x) => json!({ "float": x.to_string().to_lowercase() }),
        Arg::Names(module, name) => json!(format!("{module} {name}")),
        Arg::Bytes(bytes) if is_python2(op.opcode) => json!(latin1(bytes)),
        Arg::Bytes(bytes) => json!({ "bytes": hex(bytes) }),
        Arg::Quoted(text) => json!(latin1(&unquoted(text))),
        Arg::RawUnicode(text) => json!(unescaped(text)),
        Arg::Text(text) => json!(String::from_utf8_lossy(text)),
        _ => serde_json::Value::Null,
    }
}

fn json_int(number: i64) -> serde_json::Value {
    if number.unsigned_abs() < 1 << 53 {
        serde_json::json!(number)
    } else {
        serde_json::json!({ "int": number.to_string() })
    }
}

fn is_python2(opcode: Opcode) -> bool {
    matches!(opcode, Opcode::BinString | Opcode::ShortBinString)
}

fn unquoted(text: &[u8]) -> Cow<'_, [u8]> {
    cannery_pickle::unquote(text).unwrap_or_default()
}

/// The text of a UNICODE line.
fn unescaped(text: &[u8]) -> String {
    String::from_utf8_lossy(&cannery_pickle::raw_unicode(text).unwrap_or_default()).into_owned()
}

fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|&byte| char::from(byte)).collect()
}

fn small_long(bytes: &[u8]) -> Option<i64> {
    let fill = if bytes.last().is_some_and(|b| b & 0x80 != 0) { 0xFF } else { 0 };
    let mut wide = [fill; 8];
    wide.get_mut(..bytes.len())?.copy_from_slice(bytes);
    Some(i64::from_le_bytes(wide))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}"); // writing to a String does not fail
        text
    })
}
