//! Opcodes as a listing: what the assembler reads.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::assemble;
use crate::decode::{Arg, Op};
use crate::opcode::Opcode;
use crate::text;

/// Characters of an argument that are shown of a listing that is cut.
const SHOWN: usize = 400;
/// What stands before an argument that is given as its bytes.
const RAW: &str = ".raw ";

/// Writes the lines of a listing, as Python's `pickletools` lays them out: offset, code, name indented by the marks on the
/// stack, argument.
#[derive(Debug, Default)]
pub struct Lister<'b> {
    /// The buffer that is listed, of a listing that [`assemble`](crate::assemble) turns back into it.
    whole: Option<&'b [u8]>,
    marks: Vec<usize>,
    protocol: u32,
    position: usize,
}

impl<'b> Lister<'b> {
    /// Long arguments are cut, and the bytes of arrays left out.
    pub fn short() -> Self {
        Self::default()
    }

    /// Nothing is left out of what `whole` holds.
    pub fn full(whole: &'b [u8]) -> Self {
        Self { whole: Some(whole), ..Self::default() }
    }

    /// Writes the line of an opcode; `nested` if it belongs to a pickle that stands for the elements of an array.
    pub fn op(&mut self, op: &Op<'_>, nested: bool, out: &mut dyn Write) -> io::Result<()> {
        self.position = op.end;
        self.protocol = self.protocol.max(u32::from(op.opcode.protocol()));
        let mark = if takes_mark(op.opcode) { self.marks.pop() } else { None };
        let arg = self.whole.map_or_else(|| argument(op, SHOWN), |whole| full_argument(op, whole));
        let line = line(op, arg.as_deref(), self.marks.len(), mark, nested);
        if op.opcode == Opcode::Mark {
            self.marks.push(op.offset);
        }
        writeln!(out, "{line}")
    }

    /// Writes the lines of bytes that are not opcodes.
    pub fn inline(&mut self, start: usize, end: usize, out: &mut dyn Write) -> io::Result<()> {
        match self.whole.and_then(|whole| whole.get(start..end)) {
            Some(bytes) => write_bytes(start, bytes, out),
            None => writeln!(out, "{start:5}:      ARRAY      {} bytes of an array", end - start),
        }
    }

    /// Writes what follows the last opcode, and the last line.
    pub fn finish(self, out: &mut dyn Write) -> io::Result<()> {
        if let Some(behind) = self.whole.and_then(|whole| whole.get(self.position..)) {
            write_bytes(self.position, behind, out)?;
        }
        writeln!(out, "highest protocol among opcodes = {}", self.protocol)
    }
}

/// Bytes, 32 a line.
fn write_bytes(start: usize, bytes: &[u8], out: &mut dyn Write) -> io::Result<()> {
    for (index, line) in bytes.chunks(32).enumerate() {
        writeln!(out, "{:5}:      .bytes     {}", start + 32 * index, text::hexadecimal(line))?;
    }
    Ok(())
}

fn line(op: &Op<'_>, arg: Option<&str>, depth: usize, mark: Option<usize>, nested: bool) -> String {
    let indent = "    ".repeat(depth.min(16));
    let code = escaped_byte(op.opcode as u8);
    let bar = if nested { "| " } else { "" };
    let mut line = format!("{:5}: {code:<4} {indent}{bar}{:<10}", op.offset, op.opcode.name());
    if let Some(arg) = arg {
        line.push(' ');
        line.push_str(arg);
    }
    // the assembler would take a note behind raw bytes for more of them
    if let Some(mark) = mark.filter(|_| arg.is_none_or(|arg| !arg.starts_with(RAW))) {
        let _ = write!(line, " (MARK at {mark})"); // writing to a String does not fail
    }
    line.truncate(line.trim_end().len());
    line
}

/// The argument such that the assembler makes the same bytes of it.
fn full_argument(op: &Op<'_>, whole: &[u8]) -> Option<String> {
    let arg = argument(op, usize::MAX)?;
    let bytes = whole.get(op.offset..op.end)?;
    match assemble(&format!("{} {arg}", op.opcode.name())) {
        Ok(again) if again == bytes => Some(arg),
        _ => Some(format!("{RAW}{}", text::hexadecimal(bytes.get(1..)?))),
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
fn argument(op: &Op<'_>, shown: usize) -> Option<String> {
    let text = op.text();
    Some(match op.arg {
        Arg::None => return None,
        Arg::Int(number) => number.to_string(),
        Arg::True => "True".into(),
        Arg::False => "False".into(),
        Arg::Decimal(digits) => String::from_utf8_lossy(digits).trim().to_owned(),
        Arg::Long(bytes) => text::small_long(bytes)
            .map_or_else(|| format!("0x{} (little-endian)", text::hexadecimal(bytes)), |n| n.to_string()),
        Arg::Float(x) => format!("{x:?}"),
        Arg::Names(module, name) => cut(&quote(&text?), shown, module.len() + name.len() + 1),
        Arg::Bytes(bytes) => match text {
            Some(text) => cut(&quote(&text), shown, bytes.len()),
            None => cut(&format!("b{}", quote(&text::latin1(bytes))), shown, bytes.len()),
        },
        Arg::Quoted(line) | Arg::RawUnicode(line) | Arg::Text(line) => cut(&quote(&text?), shown, line.len()),
    })
}

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

impl Op<'_> {
    /// The argument of an opcode that takes text, decoded: bytes of Python 2 as latin-1, what is not Unicode with
    /// replacement characters, module and name with a blank between them. `None` if it takes no text.
    pub fn text(&self) -> Option<Cow<'_, str>> {
        Some(match self.arg {
            Arg::Names(module, name) => format!("{module} {name}").into(),
            Arg::Bytes(bytes) if matches!(self.opcode, Opcode::BinString | Opcode::ShortBinString) => {
                text::latin1(bytes).into()
            }
            Arg::Quoted(line) => text::latin1(&text::unquote(line).unwrap_or_default()).into(),
            Arg::RawUnicode(line) => {
                let utf8 = text::raw_unicode(line).unwrap_or_default();
                String::from_utf8_lossy(&utf8).into_owned().into()
            }
            Arg::Text(utf8) => String::from_utf8_lossy(utf8),
            _ => return None,
        })
    }
}
