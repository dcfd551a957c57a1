//! Opcodes and their arguments as bytes: what [`decode`](crate::decode) reads, written as CPython writes it.

use crate::opcode::Opcode;

/// Appends an `int` of 64 bits; protocols 0 and 1 have decimal digits where protocol 2 has `LONG1`.
pub(crate) fn int(value: i64, protocol: u8, out: &mut Vec<u8>) {
    match (protocol, i32::try_from(value)) {
        (0, Ok(_)) => line(Opcode::Int, value.to_string().as_bytes(), out),
        (_, Ok(small)) => bin_int(small, out),
        (0 | 1, Err(_)) => line(Opcode::Long, format!("{value}L").as_bytes(), out),
        (_, Err(_)) => long(&value.to_le_bytes(), out),
    }
}

fn bin_int(value: i32, out: &mut Vec<u8>) {
    if let Ok(byte) = u8::try_from(value) {
        out.extend([Opcode::BinInt1 as u8, byte]);
    } else if let Ok(short) = u16::try_from(value) {
        out.push(Opcode::BinInt2 as u8);
        out.extend(short.to_le_bytes());
    } else {
        out.push(Opcode::BinInt as u8);
        out.extend(value.to_le_bytes());
    }
}

/// Appends an `int` as LONG1 or LONG4: two's complement, little-endian, of as few bytes as can hold it.
pub(crate) fn long(bytes: &[u8], out: &mut Vec<u8>) {
    let bytes = minimal(bytes);
    match u8::try_from(bytes.len()) {
        Ok(len) => out.extend([Opcode::Long1 as u8, len]),
        Err(_) => {
            out.push(Opcode::Long4 as u8);
            out.extend((bytes.len() as u32).to_le_bytes());
        }
    }
    out.extend_from_slice(bytes);
}

/// A number without the bytes that only repeat its sign; nothing for zero.
pub(crate) fn minimal(mut bytes: &[u8]) -> &[u8] {
    while let Some((&last, rest)) = bytes.split_last() {
        let sign = rest.last().map_or(0, |&byte| if byte >= 0x80 { 0xff } else { 0 });
        if last != sign || (rest.is_empty() && last != 0) {
            break;
        }
        bytes = rest;
    }
    bytes
}

/// Decimal digits of a number in two's complement, little-endian. Takes time of the square of its length.
pub(crate) fn decimal(bytes: &[u8]) -> String {
    let is_negative = bytes.last().is_some_and(|&byte| byte >= 0x80);
    let mut carry = is_negative;
    let magnitude = bytes.iter().map(|&byte| {
        if !is_negative {
            return byte;
        }
        let (sum, over) = (!byte).overflowing_add(u8::from(carry));
        carry = over;
        sum
    });
    let mut groups = vec![0_u64]; // of nine digits, least significant first
    for byte in magnitude.collect::<Vec<_>>().into_iter().rev() {
        let mut carry = u64::from(byte);
        for group in &mut groups {
            let sum = *group * 256 + carry;
            (*group, carry) = (sum % 1_000_000_000, sum / 1_000_000_000);
        }
        if carry > 0 {
            groups.push(carry);
        }
    }
    let mut text = String::from(if is_negative { "-" } else { "" });
    text += &groups.last().map(u64::to_string).unwrap_or_default();
    for group in groups.iter().rev().skip(1) {
        text += &format!("{group:09}");
    }
    text
}

/// Appends a `float`; at protocol 0 as `repr` has it, or with 17 digits as C's `%.17g`.
pub(crate) fn float(value: f64, protocol: u8, has_17_digits: bool, out: &mut Vec<u8>) {
    if protocol == 0 {
        let text = if has_17_digits && value.is_finite() { float_17(value) } else { float_repr(value) };
        return line(Opcode::Float, text.as_bytes(), out);
    }
    out.push(Opcode::BinFloat as u8);
    out.extend(value.to_be_bytes());
}

/// A float as Python's `repr` writes it.
fn float_repr(value: f64) -> String {
    if value.is_nan() {
        return "nan".into();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.into();
    }
    let scientific = shortest(value);
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if value != 0.0 && !(-4..16).contains(&exponent) {
        return format!("{digits}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs());
    }
    let after_point = (digits.trim_start_matches('-').len() as i32 - 2).max(0);
    format!("{value:.*}", (after_point - exponent).max(1) as usize)
}

/// The fewest digits that give the float back, in scientific form; of two as near, the even ones, as Python has it.
fn shortest(value: f64) -> String {
    let shortest = format!("{value:e}");
    let len = shortest.split_once('e').map_or(0, |(digits, _)| digits.trim_start_matches('-').len());
    let even = format!("{value:.*e}", len.saturating_sub(2));
    if even.parse() == Ok(value) { even } else { shortest }
}

/// A float as C's `%.17g` writes it.
fn float_17(value: f64) -> String {
    let scientific = format!("{value:.16e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let short = |text: &str| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text.to_owned(),
    };
    if (-4..17).contains(&exponent) {
        return short(&format!("{value:.*}", (16 - exponent).max(0) as usize));
    }
    format!("{}e{}{:02}", short(digits), if exponent < 0 { '-' } else { '+' }, exponent.abs())
}

/// The opcode and the length of a text or of bytes.
#[derive(Clone, Copy)]
pub(crate) struct Lengths {
    short: Option<Opcode>,
    medium: Option<Opcode>,
    long: Option<Opcode>,
}

impl Lengths {
    /// Of a `str`.
    pub(crate) fn text(protocol: u8) -> Self {
        Self {
            short: (protocol >= 4).then_some(Opcode::ShortBinUnicode),
            medium: Some(Opcode::BinUnicode),
            long: Some(Opcode::BinUnicode8),
        }
    }

    /// Of a `str` of Python 2.
    pub(crate) const TEXT_2: Self =
        Self { short: Some(Opcode::ShortBinString), medium: Some(Opcode::BinString), long: None };

    /// Of `bytes`.
    pub(crate) const BYTES: Self = Self {
        short: Some(Opcode::ShortBinBytes),
        medium: Some(Opcode::BinBytes),
        long: Some(Opcode::BinBytes8),
    };

    /// Of a `bytearray`.
    pub(crate) const BYTE_ARRAY: Self = Self { short: None, medium: None, long: Some(Opcode::ByteArray8) };

    /// What stands before so many bytes; `None` when they are too many.
    pub(crate) fn head(&self, len: usize) -> Option<Vec<u8>> {
        if let (Some(opcode), Ok(len)) = (self.short, u8::try_from(len)) {
            return Some(vec![opcode as u8, len]);
        }
        let most = if self.long.is_some() { u64::from(u32::MAX) } else { i32::MAX as u64 };
        let (opcode, width) = match (self.medium, self.long) {
            (Some(opcode), _) if len as u64 <= most => (opcode, 4),
            (_, Some(opcode)) => (opcode, 8),
            _ => return None,
        };
        let mut head = vec![opcode as u8];
        head.extend_from_slice(&(len as u64).to_le_bytes()[..width]);
        Some(head)
    }
}

/// Appends an opcode and a line.
pub(crate) fn line(opcode: Opcode, text: &[u8], out: &mut Vec<u8>) {
    out.push(opcode as u8);
    out.extend_from_slice(text);
    out.push(b'\n');
}

/// Appends a `str` as UNICODE.
pub(crate) fn unicode_line(utf8: &[u8], escapes_less: bool, out: &mut Vec<u8>) {
    out.push(Opcode::Unicode as u8);
    raw_unicode(utf8, escapes_less, out);
    out.push(b'\n');
}

/// Appends text in raw-unicode-escape, of which Python before 3.7 escapes less. Lone surrogates have three bytes.
pub(crate) fn raw_unicode(utf8: &[u8], escapes_less: bool, out: &mut Vec<u8>) {
    let mut at = 0;
    while let Some(&first) = utf8.get(at) {
        let (len, bits) = match first {
            0..0x80 => (1, u32::from(first)),
            0x80..0xe0 => (2, u32::from(first & 0x1f)),
            0xe0..0xf0 => (3, u32::from(first & 0x0f)),
            _ => (4, u32::from(first & 0x07)),
        };
        let rest = utf8.get(at + 1..at + len).unwrap_or_default();
        let point = rest.iter().fold(bits, |point, &byte| point << 6 | u32::from(byte & 0x3f));
        match point {
            0 | 0x0d | 0x1a if escapes_less => out.push(point as u8),
            0 | 0x0a | 0x0d | 0x1a | 0x5c | 0x100..0x10000 => {
                out.extend_from_slice(format!("\\u{point:04x}").as_bytes());
            }
            0..0x100 => out.push(point as u8),
            _ => out.extend_from_slice(format!("\\U{point:08x}").as_bytes()),
        }
        at += len;
    }
}

/// Appends a `str` of Python 2 as STRING.
pub(crate) fn string_line(bytes: &[u8], out: &mut Vec<u8>) {
    out.push(Opcode::String as u8);
    quoted(bytes, out);
    out.push(b'\n');
}

/// Appends what Python 2's `repr` writes of a `str`.
pub(crate) fn quoted(bytes: &[u8], out: &mut Vec<u8>) {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { b'"' } else { b'\'' };
    out.push(quote);
    for &byte in bytes {
        match byte {
            b'\\' => out.extend(b"\\\\"),
            _ if byte == quote => out.extend([b'\\', byte]),
            b'\t' => out.extend(b"\\t"),
            b'\n' => out.extend(b"\\n"),
            b'\r' => out.extend(b"\\r"),
            b' '..=b'~' => out.push(byte),
            _ => out.extend_from_slice(format!("\\x{byte:02x}").as_bytes()),
        }
    }
    out.push(quote);
}

/// Appends the opcode that takes a value out of the memo, or the one that puts it there.
pub(crate) fn memo(key: u32, [text, short, long]: [Opcode; 3], protocol: u8, out: &mut Vec<u8>) {
    match (protocol, u8::try_from(key)) {
        (0, _) => line(text, key.to_string().as_bytes(), out),
        (_, Ok(key)) => out.extend([short as u8, key]),
        (_, Err(_)) => {
            out.push(long as u8);
            out.extend(key.to_le_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_written_as_python_writes_them() {
        let cases = [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (0.1, "0.1"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1.5e-5, "1.5e-05"),
            (1e-4, "0.0001"),
            (123456.789, "123456.789"),
            (5e-324, "5e-324"),
            (0.00585937500039062, "0.00585937500039062"),
            (f64::INFINITY, "inf"),
            (-1e300, "-1e+300"),
        ];
        for (value, text) in cases {
            assert_eq!(float_repr(value), text);
        }
    }

    #[test]
    fn numbers_take_as_few_bytes_as_hold_them() {
        let cases: [(i64, &[u8]); 7] = [
            (0, b""),
            (127, b"\x7f"),
            (128, b"\x80\x00"),
            (-1, b"\xff"),
            (-128, b"\x80"),
            (-129, b"\x7f\xff"),
            (1 << 40, b"\x00\x00\x00\x00\x00\x01"),
        ];
        for (value, bytes) in cases {
            assert_eq!(minimal(&value.to_le_bytes()), bytes, "{value}");
            assert_eq!(decimal(&value.to_le_bytes()), value.to_string());
        }
        assert_eq!(decimal(&i64::MIN.to_le_bytes()), i64::MIN.to_string());
        assert_eq!(decimal(&[0, 0, 0, 0, 0, 0, 0, 0, 1]), "18446744073709551616");
    }
}
