//! The text encodings of pickle's lines: Python 2's string escapes, raw-unicode-escape, numbers.

use std::borrow::Cow;

use memchr::memchr;

use crate::opcode::Opcode;

/// Decodes a quoted STRING: takes the quotes off and the escapes out. `None` when either is wrong.
pub fn unquote(line: &[u8]) -> Option<Cow<'_, [u8]>> {
    unescape(strip_quotes(line)?)
}

/// The inside of a line that begins and ends with the same quote.
pub(crate) fn strip_quotes(line: &[u8]) -> Option<&[u8]> {
    match line {
        [b'\'', inside @ .., b'\''] | [b'"', inside @ .., b'"'] => Some(inside),
        _ => None,
    }
}

/// Decodes the inside of a quoted STRING, as `codecs.escape_decode` does. `None` when an escape is broken.
pub(crate) fn unescape(text: &[u8]) -> Option<Cow<'_, [u8]>> {
    if memchr(b'\\', text).is_none() {
        return Some(Cow::Borrowed(text));
    }
    let mut out = Vec::with_capacity(text.len());
    each_unescaped(text, |bytes| out.extend_from_slice(bytes))?;
    Some(Cow::Owned(out))
}

/// Whether [`unescape`] reads a text.
pub(crate) fn can_unescape(text: &[u8]) -> bool {
    each_unescaped(text, |_| {}).is_some()
}

/// Gives what a STRING stands for, piece by piece.
fn each_unescaped(text: &[u8], mut push: impl FnMut(&[u8])) -> Option<()> {
    let mut rest = text;
    while let Some(backslash) = memchr(b'\\', rest) {
        push(&rest[..backslash]);
        rest = unescape_one(&rest[backslash + 1..], &mut push)?;
    }
    push(rest);
    Some(())
}

/// Decodes what follows a backslash; gives back what is left.
fn unescape_one<'a>(text: &'a [u8], push: &mut impl FnMut(&[u8])) -> Option<&'a [u8]> {
    let (&letter, rest) = text.split_first()?;
    let plain = match letter {
        b'\n' => return Some(rest),
        b'\\' | b'\'' | b'"' => letter,
        b'a' => 7,
        b'b' => 8,
        b't' => b'\t',
        b'n' => b'\n',
        b'v' => 11,
        b'f' => 12,
        b'r' => b'\r',
        b'x' => {
            let (digits, rest) = rest.split_at_checked(2)?;
            push(&[u8::try_from(hex(digits)?).ok()?]);
            return Some(rest);
        }
        b'0'..=b'7' => {
            let count = text.iter().take(3).take_while(|b| matches!(b, b'0'..=b'7')).count();
            let value = text[..count].iter().fold(0_u32, |n, b| 8 * n + u32::from(b - b'0'));
            push(&[value as u8]); // Python keeps the low eight bits of \400 and up
            return Some(&text[count..]);
        }
        _ => {
            push(b"\\");
            letter
        }
    };
    push(&[plain]);
    Some(rest)
}

/// Decodes a UNICODE line, raw-unicode-escape, to UTF-8 in which lone surrogates keep three bytes. `None` when an escape
/// is broken.
pub fn raw_unicode(text: &[u8]) -> Option<Cow<'_, [u8]>> {
    if text.is_ascii() && memchr(b'\\', text).is_none() {
        return Some(Cow::Borrowed(text));
    }
    let mut out = Vec::with_capacity(2 * text.len());
    each_raw_unicode(text, |piece| match piece {
        Piece::Latin1(bytes) => {
            push_latin1(bytes, &mut out);
            Some(())
        }
        Piece::Point(point) => push_code_point(point, &mut out),
    })?;
    Some(Cow::Owned(out))
}

/// Whether [`raw_unicode`] reads a text.
pub(crate) fn is_raw_unicode(text: &[u8]) -> bool {
    let whole = each_raw_unicode(text, |piece| match piece {
        Piece::Latin1(_) => Some(()),
        Piece::Point(point) => (point <= u32::from(char::MAX)).then_some(()),
    });
    whole.is_some()
}

/// What a UNICODE line is made of.
enum Piece<'a> {
    /// Characters that stand for themselves.
    Latin1(&'a [u8]),
    /// An escape.
    Point(u32),
}

fn each_raw_unicode(text: &[u8], mut push: impl FnMut(Piece<'_>) -> Option<()>) -> Option<()> {
    let mut rest = text;
    while let Some(backslash) = memchr(b'\\', rest) {
        let (before, tail) = (&rest[..backslash], &rest[backslash + 1..]);
        let digits = match tail.first() {
            Some(b'u') => 4,
            Some(b'U') => 8,
            // the next character stands for itself, even if it is a backslash
            next => {
                let end = backslash + 1 + usize::from(next.is_some());
                push(Piece::Latin1(&rest[..end]))?;
                rest = &rest[end..];
                continue;
            }
        };
        push(Piece::Latin1(before))?;
        push(Piece::Point(hex(tail.get(1..=digits)?)?))?;
        rest = &tail[digits + 1..];
    }
    push(Piece::Latin1(rest))
}

/// Appends the characters that bytes are in latin-1: without a branch, since the bytes of numbers are random.
fn push_latin1(bytes: &[u8], out: &mut Vec<u8>) {
    let mut end = out.len();
    out.resize(end + 2 * bytes.len(), 0);
    for &byte in bytes {
        let is_two = byte >= 0x80;
        out[end] = if is_two { 0xc0 | byte >> 6 } else { byte };
        end += usize::from(is_two);
        out[end] = if is_two { 0x80 | byte & 0x3f } else { byte };
        end += 1;
    }
    out.truncate(end);
}

/// Appends UTF-8, three bytes for a surrogate; `None` beyond Unicode.
pub(crate) fn push_code_point(point: u32, out: &mut Vec<u8>) -> Option<()> {
    if let Some(c) = char::from_u32(point) {
        out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    } else if (0xD800..0xE000).contains(&point) {
        out.extend([0xED, 0x80 | (point >> 6 & 0x3F) as u8, 0x80 | (point & 0x3F) as u8]);
    } else {
        return None;
    }
    Some(())
}

/// Hexadecimal digits, two for each byte.
pub fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

/// A character for each byte.
pub(crate) fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|&byte| char::from(byte)).collect()
}

/// The number that at most eight bytes of two's complement, little-endian, are.
pub fn small_long(bytes: &[u8]) -> Option<i64> {
    let fill = if bytes.last().is_some_and(|byte| byte & 0x80 != 0) { 0xFF } else { 0 };
    let mut wide = [fill; 8];
    wide.get_mut(..bytes.len())?.copy_from_slice(bytes);
    Some(i64::from_le_bytes(wide))
}

/// The number of a few hexadecimal digits.
fn hex(digits: &[u8]) -> Option<u32> {
    let (mut number, mut most) = (0_u32, 0);
    for &digit in digits {
        let value = HEX_DIGITS[usize::from(digit)];
        number = number << 4 | u32::from(value);
        most = most.max(value);
    }
    (most < 16).then_some(number)
}

/// What a byte is as a hexadecimal digit; more than 15 where it is none.
const HEX_DIGITS: [u8; 256] = {
    let mut values = [u8::MAX; 256];
    let mut value = 0;
    while value < 16 {
        values[b"0123456789abcdef"[value] as usize] = value as u8;
        values[b"0123456789ABCDEF"[value] as usize] = value as u8;
        value += 1;
    }
    values
};

/// Whether bytes are UTF-8, lone surrogates in three bytes allowed (Python's `surrogatepass`).
pub(crate) fn is_text(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    loop {
        match std::str::from_utf8(rest) {
            Ok(_) => return true,
            Err(error) => match &rest[error.valid_up_to()..] {
                [0xED, 0xA0..=0xBF, 0x80..=0xBF, tail @ ..] => rest = tail,
                _ => return false,
            },
        }
    }
}

/// A decimal integer as Python writes it, of any size.
pub(crate) enum Decimal {
    /// It fits 64 bits.
    Small(i64),
    /// Two's complement, little-endian.
    Big(Vec<u8>),
}

/// Parses `[+-]digits`, white space around it allowed. The digits are few enough for quadratic time.
pub(crate) fn decimal(text: &[u8]) -> Option<Decimal> {
    let text = text.trim_ascii();
    let (negative, digits) = match text.split_first()? {
        (b'-', digits) => (true, digits),
        (b'+', digits) => (false, digits),
        _ => (false, text),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    if let Some(small) = std::str::from_utf8(text).ok().and_then(|t| t.parse().ok()) {
        return Some(Decimal::Small(small));
    }
    Some(Decimal::Big(twos_complement(&magnitude(digits), negative)))
}

/// Little-endian base 256 of decimal digits.
fn magnitude(digits: &[u8]) -> Vec<u8> {
    let mut bytes: Vec<u8> = Vec::with_capacity(digits.len() / 2);
    for chunk in digits.chunks(9) {
        let (scale, value) =
            chunk.iter().fold((1_u64, 0), |(s, v), b| (10 * s, 10 * v + u64::from(b - b'0')));
        let mut carry = value;
        for byte in &mut bytes {
            carry += u64::from(*byte) * scale;
            *byte = carry as u8;
            carry >>= 8;
        }
        while carry > 0 {
            bytes.push(carry as u8);
            carry >>= 8;
        }
    }
    bytes
}

fn twos_complement(magnitude: &[u8], negative: bool) -> Vec<u8> {
    let mut bytes = magnitude.to_vec();
    bytes.push(0);
    if negative {
        let mut carry = true;
        for byte in &mut bytes {
            (*byte, carry) = (!*byte).overflowing_add(u8::from(carry));
        }
    }
    bytes
}

/// A float as `float()` reads it from bytes; underscores are not taken.
pub(crate) fn float(text: &[u8]) -> Option<f64> {
    std::str::from_utf8(text.trim_ascii()).ok()?.parse().ok()
}

/// Whether the line of an INT, LONG or FLOAT is spelt in the one way that all readers take.
pub(crate) fn is_plain_number(opcode: Opcode, line: &[u8]) -> bool {
    match opcode {
        Opcode::Float => is_plain_float(line),
        Opcode::Long => is_plain_integer(line.strip_suffix(b"L").unwrap_or(line)),
        _ => is_plain_integer(line),
    }
}

/// Whether a line of INT or LONG is spelt as Python writes it. Readers differ on other spellings: `010` is 8 for Python's
/// C unpickler, an error for the one in Python and 10 for `pickletools`; INT `+1` is `True`, 1 and 1.
fn is_plain_integer(line: &[u8]) -> bool {
    let digits = line.strip_prefix(b"-").unwrap_or(line);
    let leads_with_zero = digits.starts_with(b"0") && line.len() > 1;
    !digits.is_empty() && !leads_with_zero && digits.iter().all(u8::is_ascii_digit)
}

/// Whether a line of FLOAT is one that Python's C unpickler reads too: no white space around it, no digits that stand for
/// more than the largest float.
fn is_plain_float(line: &[u8]) -> bool {
    let value = std::str::from_utf8(line).ok().and_then(|text| text.parse::<f64>().ok());
    value.is_some_and(|value| value.is_finite() || !line.iter().any(u8::is_ascii_digit))
}

#[cfg(test)]
mod tests;
