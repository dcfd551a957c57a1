//! Arguments as a listing shows them, to the bytes that Python's pickler writes for them.

use super::literal::{hex, latin1, quoted, utf8};
use super::split_word;
use crate::encode;
use crate::opcode::ArgKind;
use crate::text::{self, Decimal};

/// Digits of a decimal integer, which takes quadratic time; longer ones are written in hexadecimal.
const DIGITS: usize = 10_000;

/// Appends the argument that `text` begins with; gives what follows it.
pub(super) fn write<'t>(kind: ArgKind, text: &'t str, out: &mut Vec<u8>) -> Result<&'t str, String> {
    use ArgKind as K;
    match kind {
        K::None => Ok(text),
        K::Uint1 => number(text, 0..=0xFF, 1, out),
        K::Uint2 => number(text, 0..=0xFFFF, 2, out),
        K::Int4 => number(text, i128::from(i32::MIN)..=i128::from(i32::MAX), 4, out),
        K::Uint4 => number(text, 0..=i128::from(u32::MAX), 4, out),
        K::Uint8 => number(text, 0..=i128::from(u64::MAX), 8, out),
        K::Float8 => {
            let (word, rest) = split_word(text);
            out.extend(float(word)?.to_be_bytes());
            Ok(rest)
        }
        K::IntLine | K::LongLine | K::FloatLine | K::KeyLine => number_line(kind, text, out),
        K::StringLine | K::UnicodeLine | K::IdLine => text_line(kind, text, out),
        K::NameLines => names(text, out),
        K::Long1 => counted(text, 1, out, long),
        K::Long4 => counted(text, 4, out, long),
        K::String1 => counted(text, 1, out, byte_text),
        K::String4 => counted(text, 4, out, byte_text),
        K::Bytes1 => counted(text, 1, out, byte_text),
        K::Bytes4 => counted(text, 4, out, byte_text),
        K::Bytes8 => counted(text, 8, out, byte_text),
        K::Unicode1 => counted(text, 1, out, unicode),
        K::Unicode4 => counted(text, 4, out, unicode),
        K::Unicode8 => counted(text, 8, out, unicode),
    }
}

/// What a counted argument begins with, in bytes, and what follows it in the line.
type Content<'t> = Result<(Vec<u8>, &'t str), String>;

fn number<'t>(
    text: &'t str,
    range: std::ops::RangeInclusive<i128>,
    width: usize,
    out: &mut Vec<u8>,
) -> Result<&'t str, String> {
    let (word, rest) = split_word(text);
    let value = word.parse::<i128>().ok().filter(|value| range.contains(value));
    let value = value.ok_or_else(|| {
        format!("expected a number from {} to {}, found {word:?}", range.start(), range.end())
    })?;
    out.extend(&value.to_le_bytes()[..width]);
    Ok(rest)
}

fn float(word: &str) -> Result<f64, String> {
    word.parse().map_err(|_| format!("expected a float, found {word:?}"))
}

fn number_line<'t>(kind: ArgKind, text: &'t str, out: &mut Vec<u8>) -> Result<&'t str, String> {
    let (word, rest) = split_word(text);
    let line = match (kind, word) {
        (ArgKind::IntLine, "True") => "01",
        (ArgKind::IntLine, "False") => "00",
        (ArgKind::FloatLine, _) => float(word).map(|_| word)?,
        _ => decimal(word).map(|_| word)?,
    };
    out.extend(line.as_bytes());
    out.extend(if kind == ArgKind::LongLine { &b"L\n"[..] } else { b"\n" });
    Ok(rest)
}

fn decimal(word: &str) -> Result<Decimal, String> {
    let number = if word.len() <= DIGITS { text::decimal(word.as_bytes()) } else { None };
    number.ok_or_else(|| format!("expected an integer of at most {DIGITS} digits, found {word:?}"))
}

fn text_line<'t>(kind: ArgKind, text: &'t str, out: &mut Vec<u8>) -> Result<&'t str, String> {
    let (points, rest) = quoted(text)?;
    match kind {
        ArgKind::StringLine => encode::quoted(&latin1(&points)?, out),
        ArgKind::UnicodeLine => encode::raw_unicode(&utf8(&points)?, false, out),
        _ => out.extend(single_line(utf8(&points)?)?),
    }
    out.push(b'\n');
    Ok(rest)
}

fn single_line(line: Vec<u8>) -> Result<Vec<u8>, String> {
    if line.contains(&b'\n') { Err("the text holds a newline, where it would end".into()) } else { Ok(line) }
}

/// Module and qualified name: `'module name'`, or each in quotes of its own.
fn names<'t>(text: &'t str, out: &mut Vec<u8>) -> Result<&'t str, String> {
    let (first, rest) = quoted(text)?;
    let (module, name, rest) = if rest.trim_start().starts_with(['\'', '"']) {
        let (second, rest) = quoted(rest)?;
        (first, second, rest)
    } else {
        let space = first.iter().position(|&point| point == 0x20);
        let space = space.ok_or("expected a module, a space and a name in quotes")?;
        (first[..space].to_vec(), first[space + 1..].to_vec(), rest)
    };
    for part in [module, name] {
        out.extend(single_line(utf8(&part)?)?);
        out.push(b'\n');
    }
    Ok(rest)
}

/// An argument behind its count, which `count=N` overrides.
fn counted<'t>(
    text: &'t str,
    width: usize,
    out: &mut Vec<u8>,
    content: fn(&'t str) -> Content<'t>,
) -> Result<&'t str, String> {
    let (word, after) = split_word(text);
    let count = word.strip_prefix("count=").map(|count| count.parse::<u64>().map_err(|_| not_a_count(count)));
    let (bytes, rest) = content(if count.is_some() { after } else { text })?;
    let count = count.unwrap_or(Ok(bytes.len() as u64))?;
    let header = count.to_le_bytes();
    if header[width..].iter().any(|&byte| byte != 0) {
        return Err(format!("{count} is more than {width} bytes can count"));
    }
    out.extend(&header[..width]);
    out.extend(bytes);
    Ok(rest)
}

fn not_a_count(word: &str) -> String {
    format!("{word:?} is not a count")
}

fn unicode(text: &str) -> Content<'_> {
    let (points, rest) = quoted(text)?;
    Ok((utf8(&points)?, rest))
}

/// Bytes, or text of Python 2: `b'…'` or `'…'`.
fn byte_text(text: &str) -> Content<'_> {
    let text = text.trim_start();
    let (points, rest) = quoted(text.strip_prefix('b').unwrap_or(text))?;
    Ok((latin1(&points)?, rest))
}

/// Two's complement, little-endian: decimal digits, or the bytes in hexadecimal digits.
fn long(text: &str) -> Content<'_> {
    let (word, rest) = split_word(text);
    if let Some(digits) = word.strip_prefix("0x") {
        let mut bytes = Vec::with_capacity(digits.len() / 2);
        hex(digits, &mut bytes)?;
        return Ok((bytes, rest.strip_prefix("(little-endian)").unwrap_or(rest)));
    }
    let bytes = match decimal(word)? {
        Decimal::Small(small) => small.to_le_bytes().to_vec(),
        Decimal::Big(big) => big,
    };
    Ok((encode::minimal(&bytes).to_vec(), rest))
}
