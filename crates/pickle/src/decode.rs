//! Bytes to opcodes with their arguments. No stack, no memo: what a stream *says*, not what it means.

use cannery_object::{Limit, LimitError, Limits};
use memchr::memchr;

use crate::error::{Breach, Error};
use crate::opcode::{ArgKind, NOT_PLAIN, Opcode};
use crate::text;

/// One opcode of a stream.
#[derive(Clone, Copy, Debug)]
pub struct Op<'a> {
    /// Where the opcode's byte stands in the buffer.
    pub offset: usize,
    /// Where the next one begins.
    pub end: usize,
    /// Which opcode.
    pub opcode: Opcode,
    /// Its argument.
    pub arg: Arg<'a>,
}

/// The argument of an opcode, still encoded where decoding would copy.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Arg<'a> {
    /// There is none.
    None,
    /// A number, a length or a memo key.
    Int(i64),
    /// `False`, as INT writes it.
    False,
    /// `True`, as INT writes it.
    True,
    /// An integer in decimal digits that does not fit 64 bits.
    Decimal(&'a [u8]),
    /// An integer in two's complement, little-endian.
    Long(&'a [u8]),
    /// A float.
    Float(f64),
    /// Bytes of a `bytes`, `bytearray` or Python 2 `str`.
    Bytes(&'a [u8]),
    /// A quoted string with its quotes, escapes not yet decoded; see [`unquote`](crate::unquote).
    Quoted(&'a [u8]),
    /// Text in raw-unicode-escape, not yet decoded.
    RawUnicode(&'a [u8]),
    /// Text in UTF-8; lone surrogates in three bytes are allowed.
    Text(&'a [u8]),
    /// Module and qualified name, UTF-8.
    Names(&'a str, &'a str),
}

/// Reads opcodes one by one from a buffer.
#[derive(Clone, Debug)]
pub struct Decoder<'a> {
    input: &'a [u8],
    position: usize,
    /// Where the frame that was begun last ends, which says how much is missing of a file that is cut short.
    frame_end: usize,
    limits: Limits,
}

impl<'a> Decoder<'a> {
    /// Reads `input` from a position on.
    pub fn new(input: &'a [u8], position: usize, limits: &Limits) -> Self {
        Self { input, position, frame_end: 0, limits: limits.clone() }
    }

    /// Where the next opcode begins.
    pub fn position(&self) -> usize {
        self.position
    }

    /// Goes on elsewhere: behind the bytes of an array, which are no opcodes.
    pub fn skip_to(&mut self, position: usize) {
        self.position = position;
    }

    /// The next opcode. After STOP the caller stops asking; at the end of the buffer this is an error.
    #[inline(never)]
    pub fn next_op(&mut self) -> Result<Op<'a>, Error> {
        let offset = self.position;
        let Some(&byte) = self.input.get(offset) else {
            return Err(self.count_missing(Error::cut_short(offset, None, "the pickle ends before STOP")));
        };
        let Some(opcode) = Opcode::from_byte(byte) else {
            let error = Error::malformed(offset, format!("{byte:#04x} is not an opcode"));
            return Err(error.of_breach(Breach::Impossible));
        };
        self.position = offset + 1;
        let arg =
            self.any_arg(opcode.arg()).map_err(|fault| self.count_missing(explain(fault, opcode, offset)))?;
        if let (Opcode::Frame, Arg::Int(length)) = (opcode, arg) {
            self.frame_end = self.position.saturating_add(usize::try_from(length).unwrap_or(usize::MAX));
        }
        Ok(Op { offset, end: self.position, opcode, arg })
    }

    /// A stream that ends inside a frame lacks the rest of the frame. One that is longer than any file is none.
    #[cold]
    fn count_missing(&self, error: Error) -> Error {
        match self.frame_end.checked_sub(self.input.len()).map(u32::try_from) {
            Some(Ok(missing @ 1..)) if error.breach() == Breach::CutShort => error.missing(missing.into()),
            _ => error,
        }
    }

    /// The next opcode if it can be had at once; `None`, and nothing is read, when [`next_op`](Self::next_op) has to
    /// look closer. Apart from it, so that most opcodes go from here to the machine in registers.
    #[inline(always)]
    pub(crate) fn quick_op(&mut self) -> Option<Op<'a>> {
        let offset = self.position;
        let opcode = Opcode::from_byte(*self.input.get(offset)?)?;
        self.position = offset + 1;
        match self.quick_arg(opcode) {
            Some(arg) => Some(Op { offset, end: self.position, opcode, arg }),
            None => {
                self.position = offset;
                None
            }
        }
    }

    /// The argument where it can be had at once; `None` when it is a line, rare, wrong, or near the end of the buffer.
    ///
    /// Short integers are taken without a branch on their width: a stream is mostly these, in no order that a
    /// processor could guess.
    #[inline(always)]
    fn quick_arg(&mut self, opcode: Opcode) -> Option<Arg<'a>> {
        let rest = self.input.get(self.position..)?;
        let width = opcode.plain_width();
        if width != NOT_PLAIN {
            let word = u64::from(u32::from_le_bytes(*rest.first_chunk()?));
            let number = word & !(u64::MAX << (8 * width));
            self.position += usize::from(width);
            return Some(if width == 0 { Arg::None } else { Arg::Int(number as i64) });
        }
        let (arg, used) = match opcode.arg() {
            ArgKind::Int4 => (Arg::Int(i64::from(i32::from_le_bytes(*rest.first_chunk()?))), 4),
            ArgKind::Float8 => (Arg::Float(f64::from_be_bytes(*rest.first_chunk()?)), 8),
            ArgKind::Bytes1 | ArgKind::String1 => {
                let bytes = rest.get(1..1 + usize::from(*rest.first()?))?;
                (Arg::Bytes(bytes), 1 + bytes.len())
            }
            ArgKind::Unicode4 => {
                let count = u32::from_le_bytes(*rest.first_chunk()?) as usize;
                let bytes = rest[4..].get(..count).filter(|bytes| bytes.is_ascii())?;
                (Arg::Text(bytes), 4 + count)
            }
            ArgKind::Unicode1 => {
                let bytes = rest.get(1..1 + usize::from(*rest.first()?)).filter(|bytes| bytes.is_ascii())?;
                (Arg::Text(bytes), 1 + bytes.len())
            }
            _ => return None,
        };
        self.position += used;
        Some(arg)
    }

    fn any_arg(&mut self, kind: ArgKind) -> Result<Arg<'a>, Fault> {
        Ok(match kind {
            ArgKind::None => Arg::None,
            ArgKind::Uint1 => Arg::Int(i64::from(u8::from_le_bytes(self.fixed()?))),
            ArgKind::Uint2 => Arg::Int(i64::from(u16::from_le_bytes(self.fixed()?))),
            ArgKind::Int4 => Arg::Int(i64::from(i32::from_le_bytes(self.fixed()?))),
            ArgKind::Uint4 => Arg::Int(i64::from(u32::from_le_bytes(self.fixed()?))),
            ArgKind::Float8 => Arg::Float(f64::from_be_bytes(self.fixed()?)),
            ArgKind::String1 | ArgKind::Bytes1 => Arg::Bytes(self.counted1()?),
            ArgKind::Uint8 => Arg::Int(i64::try_from(u64::from_le_bytes(self.fixed()?)).map_err(|_| FRAME)?),
            ArgKind::String4 => Arg::Bytes(self.counted4_signed()?),
            ArgKind::Bytes4 => Arg::Bytes(self.counted4()?),
            ArgKind::Bytes8 => Arg::Bytes(self.counted8()?),
            ArgKind::Unicode1 => Arg::Text(utf8(self.counted1()?)?),
            ArgKind::Unicode4 => Arg::Text(utf8(self.counted4()?)?),
            ArgKind::Unicode8 => Arg::Text(utf8(self.counted8()?)?),
            ArgKind::Long1 => Arg::Long(self.counted1()?),
            ArgKind::Long4 => Arg::Long(self.bounded_long()?),
            _ => self.line_arg(kind)?,
        })
    }

    fn line_arg(&mut self, kind: ArgKind) -> Result<Arg<'a>, Fault> {
        Ok(match kind {
            ArgKind::StringLine => Arg::Quoted(quoted(self.line()?)?),
            ArgKind::UnicodeLine => Arg::RawUnicode(raw_unicode(self.line()?)?),
            ArgKind::IntLine => match self.short_line()? {
                b"00" => Arg::False,
                b"01" => Arg::True,
                digits => self.decimal(digits)?,
            },
            ArgKind::LongLine => {
                let line = self.short_line()?;
                self.decimal(line.strip_suffix(b"L").unwrap_or(line))?
            }
            ArgKind::KeyLine => memo_key(self.short_line()?)?,
            ArgKind::FloatLine => Arg::Float(text::float(self.short_line()?).ok_or(NUMBER)?),
            ArgKind::IdLine => Arg::Text(ascii(self.short_line()?)?),
            _ => Arg::Names(self.name()?, self.name()?),
        })
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], Fault> {
        let end = self.position.checked_add(count).ok_or(TRUNCATED)?;
        let missing = end.saturating_sub(self.input.len());
        let bytes = self.input.get(self.position..end).ok_or(Fault::Missing(missing))?;
        self.position = end;
        Ok(bytes)
    }

    #[inline]
    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let rest = &self.input[self.position..];
        let bytes = rest.first_chunk().ok_or(Fault::Missing(N.saturating_sub(rest.len())))?;
        self.position += N;
        Ok(*bytes)
    }

    #[inline]
    fn counted1(&mut self) -> Result<&'a [u8], Fault> {
        let [count] = self.fixed()?;
        self.take(usize::from(count))
    }

    fn counted4(&mut self) -> Result<&'a [u8], Fault> {
        let count = u32::from_le_bytes(self.fixed()?);
        self.take(count as usize)
    }

    fn counted4_signed(&mut self) -> Result<&'a [u8], Fault> {
        let count = i32::from_le_bytes(self.fixed()?);
        self.take(usize::try_from(count).map_err(|_| NEGATIVE)?)
    }

    fn counted8(&mut self) -> Result<&'a [u8], Fault> {
        let count = u64::from_le_bytes(self.fixed()?);
        self.take(usize::try_from(count).map_err(|_| TRUNCATED)?)
    }

    fn bounded_long(&mut self) -> Result<&'a [u8], Fault> {
        let bytes = self.counted4_signed()?;
        self.check(Limit::IntBytes, bytes)
    }

    /// Up to the next newline, which is not part of it.
    fn line(&mut self) -> Result<&'a [u8], Fault> {
        let rest = &self.input[self.position..];
        let length = memchr(b'\n', rest).ok_or(NO_NEWLINE)?;
        self.position += length + 1;
        Ok(&rest[..length])
    }

    fn short_line(&mut self) -> Result<&'a [u8], Fault> {
        let line = self.line()?;
        self.check(Limit::LineBytes, line)
    }

    fn check(&self, limit: Limit, bytes: &'a [u8]) -> Result<&'a [u8], Fault> {
        self.limits.check(limit, bytes.len() as u64).map(|()| bytes).map_err(Fault::Limit)
    }

    fn name(&mut self) -> Result<&'a str, Fault> {
        let line = self.short_line()?;
        self.check(Limit::NameBytes, line)?;
        if line.ends_with(b"\r") {
            return Err(CARRIAGE_RETURN);
        }
        std::str::from_utf8(line).map_err(|_| NOT_UTF8)
    }

    fn decimal(&self, line: &'a [u8]) -> Result<Arg<'a>, Fault> {
        self.check(Limit::IntDigits, line)?;
        match text::decimal(line).ok_or_else(|| number_fault(line))? {
            text::Decimal::Small(small) => Ok(Arg::Int(small)),
            text::Decimal::Big(_) => Ok(Arg::Decimal(line)),
        }
    }
}

/// What can be wrong with an argument.
#[derive(Clone, Copy)]
enum Fault {
    Rule(&'static str),
    Impossible(&'static str),
    CutShort(&'static str),
    /// So many bytes of the argument are not there.
    Missing(usize),
    Limit(LimitError),
}

const TRUNCATED: Fault = Fault::CutShort("the argument reaches beyond the end of the file");
const NEGATIVE: Fault = Fault::Rule("the length is negative");
const FRAME: Fault = Fault::Impossible("the length of the frame is more than Python can count");
const NO_NEWLINE: Fault = Fault::CutShort("the line has no end");
const NOT_UTF8: Fault = Fault::Rule("text is not UTF-8");
const NOT_ASCII: Fault = Fault::Rule("a persistent id is not ASCII");
const CARRIAGE_RETURN: Fault =
    Fault::Rule("the line ends with CR LF: the file was changed by a transfer in text mode");
const NUMBER: Fault = Fault::Rule("the line holds no number");
const QUOTES: Fault = Fault::Rule("the string has no matching quotes around it");
const ESCAPE: Fault = Fault::Rule("the string holds a broken escape");

#[cold]
fn explain(fault: Fault, opcode: Opcode, offset: usize) -> Error {
    let error = match fault {
        Fault::Limit(hit) => Error::limit(offset, hit),
        Fault::Rule(message) => Error::malformed(offset, message),
        Fault::Impossible(message) => Error::malformed(offset, message).of_breach(Breach::Impossible),
        Fault::CutShort(what) => Error::cut_short(offset, None, what),
        Fault::Missing(bytes) => Error::cut_short(offset, Some(bytes as u64), "from the argument"),
    };
    error.at(opcode)
}

fn utf8(bytes: &[u8]) -> Result<&[u8], Fault> {
    if text::is_text(bytes) { Ok(bytes) } else { Err(NOT_UTF8) }
}

fn ascii(bytes: &[u8]) -> Result<&[u8], Fault> {
    if bytes.is_ascii() { Ok(bytes) } else { Err(NOT_ASCII) }
}

/// A quoted line, its quotes included. Like `pickletools` this takes a lone quote, which the machine refuses.
fn quoted(line: &[u8]) -> Result<&[u8], Fault> {
    match line {
        b"'" | b"\"" => Ok(line),
        _ => match text::strip_quotes(line) {
            Some(inside) if text::can_unescape(inside) => Ok(line),
            Some(_) => Err(ESCAPE),
            None if line.ends_with(b"\r") => Err(CARRIAGE_RETURN),
            None => Err(QUOTES),
        },
    }
}

fn raw_unicode(line: &[u8]) -> Result<&[u8], Fault> {
    if text::is_raw_unicode(line) { Ok(line) } else { Err(ESCAPE) }
}

fn number_fault(line: &[u8]) -> Fault {
    // what Python takes for a number is more than what its pickle writes, such as `0b10` and `1_0`
    const OF_NUMBERS: &[u8] = b"0123456789abcdefABCDEFxXoOlL_+-. \t\x0b\x0cinfatyINFATY";
    match line {
        [.., b'\r'] => CARRIAGE_RETURN,
        _ if line.iter().all(|byte| OF_NUMBERS.contains(byte)) => NUMBER,
        _ => Fault::Impossible("the line holds no number"),
    }
}

fn memo_key<'a>(line: &[u8]) -> Result<Arg<'a>, Fault> {
    let digits = line.strip_prefix(b"-").unwrap_or(line);
    let plain = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    let key = if plain { std::str::from_utf8(line).ok().and_then(|l| l.parse().ok()) } else { None };
    key.map(Arg::Int).ok_or_else(|| number_fault(line))
}

#[cfg(test)]
mod tests;
