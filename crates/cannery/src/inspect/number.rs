//! Numbers as Python prints them.

use std::fmt::Write;

/// `repr` of a finite float: the shortest digits that read back the same, with a point or an exponent; `nan`, `inf`
/// and `-inf` for the others.
pub(crate) fn float_repr(x: f64) -> String {
    if x.is_nan() {
        return "nan".into();
    }
    if x.is_infinite() {
        return if x > 0.0 { "inf".into() } else { "-inf".into() };
    }
    let scientific = format!("{x:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        let plain = format!("{x}");
        return if plain.contains('.') { plain } else { plain + ".0" };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

/// Longest integer, in bytes, that is written in decimal: about 4,300 digits, as Python's own limit.
const MAX_DECIMAL_BYTES: usize = 1785;

/// Decimal digits of an integer in two's complement, little-endian; hexadecimal with `0x` when it is very long.
pub(crate) fn integer(bytes: &[u8]) -> String {
    let negative = bytes.last().is_some_and(|&b| b & 0x80 != 0);
    let magnitude = if negative { negated(bytes) } else { bytes.to_vec() };
    let digits =
        if magnitude.len() > MAX_DECIMAL_BYTES { hexadecimal(&magnitude) } else { decimal(&magnitude) };
    if negative { format!("-{digits}") } else { digits }
}

fn negated(bytes: &[u8]) -> Vec<u8> {
    let mut carry = true;
    let negate = |&b: &u8| {
        let (sum, overflow) = (!b).overflowing_add(u8::from(carry));
        carry = overflow;
        sum
    };
    bytes.iter().map(negate).collect()
}

fn hexadecimal(magnitude: &[u8]) -> String {
    let mut out = String::from("0x");
    for byte in magnitude.iter().rev() {
        let _ = write!(out, "{byte:02x}");
    }
    out
}

fn decimal(magnitude: &[u8]) -> String {
    const BASE: u64 = 1_000_000_000;
    let mut groups: Vec<u32> = Vec::new();
    for &byte in magnitude.iter().rev() {
        let mut carry = u64::from(byte);
        for group in &mut groups {
            let value = u64::from(*group) * 256 + carry;
            *group = (value % BASE) as u32;
            carry = value / BASE;
        }
        if carry > 0 {
            groups.push(carry as u32);
        }
    }
    let mut out = groups.last().map_or_else(|| "0".into(), u32::to_string);
    for group in groups.iter().rev().skip(1) {
        let _ = write!(out, "{group:09}");
    }
    out
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8], out: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.reserve(2 * bytes.len());
    for byte in bytes {
        out.push(char::from(DIGITS[usize::from(byte >> 4)]));
        out.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
}

/// A JSON string with its quotes.
pub(crate) fn json_string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0'..='\x1f' | '\x7f' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            _ => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_look_like_those_of_python() {
        let cases = [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (0.1, "0.1"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1.5e300, "1.5e+300"),
            (1e-4, "0.0001"),
            (1e-5, "1e-05"),
            (5e-324, "5e-324"),
            (123456789.0, "123456789.0"),
        ];
        for (x, text) in cases {
            assert_eq!(float_repr(x), text);
        }
    }

    #[test]
    fn integers_are_decimal_unless_very_long() {
        assert_eq!(integer(&[]), "0");
        assert_eq!(integer(&[0xff]), "-1");
        assert_eq!(integer(&[0, 0, 0, 0, 0, 0, 0, 0, 1]), "18446744073709551616");
        assert_eq!(integer(&[0, 0, 0, 0, 0, 0, 0, 0, 0xff]), "-18446744073709551616");
        let long = integer(&[1; 2000]);
        assert!(long.starts_with("0x0101") && long.len() == 4002);
    }

    #[test]
    fn strings_are_escaped() {
        let mut out = String::new();
        json_string("a\"\\\n\u{1}é", &mut out);
        assert_eq!(out, "\"a\\\"\\\\\\n\\u0001é\"");
    }
}
