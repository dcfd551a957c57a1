//! Quoted text and raw bytes in a listing.

use super::split_word;
use crate::text::push_code_point;

/// Raw bytes up to the end of the line: words of hexadecimal digits, `b'…'` and `'…'`.
pub(super) fn bytes(text: &str, out: &mut Vec<u8>) -> Result<(), String> {
    let mut rest = text.trim();
    while !rest.is_empty() && !rest.starts_with('#') {
        let unprefixed = rest.strip_prefix('b').filter(|after| after.starts_with(['\'', '"']));
        rest = if unprefixed.is_some() || rest.starts_with(['\'', '"']) {
            let (points, after) = quoted(unprefixed.unwrap_or(rest))?;
            match unprefixed {
                Some(_) => out.extend(latin1(&points)?),
                None => out.extend(utf8(&points)?),
            }
            after
        } else {
            let (word, after) = split_word(rest);
            hex(word, out)?;
            after
        };
        rest = rest.trim_start();
    }
    Ok(())
}

/// Hexadecimal digits, two a byte.
pub(super) fn hex(word: &str, out: &mut Vec<u8>) -> Result<(), String> {
    let digits = word.as_bytes();
    let wrong = || format!("{word:?} is neither quoted nor an even number of hexadecimal digits");
    if !digits.len().is_multiple_of(2) {
        return Err(wrong());
    }
    for pair in digits.chunks_exact(2) {
        let [high, low] = [pair[0], pair[1]].map(|digit| char::from(digit).to_digit(16));
        let byte = high.zip(low).ok_or_else(wrong)?;
        out.push((byte.0 << 4 | byte.1) as u8); // two digits are below 256
    }
    Ok(())
}

/// The code points of the quoted text that begins here, and what follows it. Surrogates may stand alone.
pub(super) fn quoted(text: &str) -> Result<(Vec<u32>, &str), String> {
    let text = text.trim_start();
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'));
    let quote = quote.ok_or_else(|| format!("expected text in quotes, found {text:?}"))?;
    let mut points = Vec::new();
    let mut chars = text[1..].chars();
    while let Some(c) = chars.next() {
        if c == quote {
            return Ok((points, chars.as_str()));
        }
        let point = if c == '\\' { escape(&mut chars)? } else { u32::from(c) };
        points.push(point);
    }
    if text.contains('…') { Err(CUT.into()) } else { Err("the quote at the end is missing".into()) }
}

const CUT: &str = "the argument is cut short: disassemble with --full, which cuts nothing";

/// The code point that an escape stands for: Python's, and `\u{…}` as Rust writes it.
fn escape(chars: &mut std::str::Chars<'_>) -> Result<u32, String> {
    let letter = chars.next().ok_or("a backslash ends the line")?;
    let digits = match letter {
        '\\' | '\'' | '"' => return Ok(u32::from(letter)),
        '0' => return Ok(0),
        'a' => return Ok(7),
        'b' => return Ok(8),
        't' => return Ok(9),
        'n' => return Ok(10),
        'v' => return Ok(11),
        'f' => return Ok(12),
        'r' => return Ok(13),
        'x' => 2,
        'u' if chars.as_str().starts_with('{') => return braced(chars),
        'u' => 4,
        'U' => 8,
        _ => return Err(format!("\\{letter} is not an escape")),
    };
    let text = chars.as_str().get(..digits).ok_or_else(|| format!("\\{letter} takes {digits} digits"))?;
    *chars = chars.as_str()[digits..].chars();
    code_point(text)
}

fn braced(chars: &mut std::str::Chars<'_>) -> Result<u32, String> {
    let (digits, rest) = chars.as_str()[1..].split_once('}').ok_or("\\u{ without }")?;
    *chars = rest.chars();
    code_point(digits)
}

fn code_point(digits: &str) -> Result<u32, String> {
    let plain = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let point = if plain { u32::from_str_radix(digits, 16).ok() } else { None };
    let point = point.filter(|&point| point <= u32::from(char::MAX));
    point.ok_or_else(|| format!("{digits:?} is not a code point in hexadecimal digits"))
}

/// One byte for each code point.
pub(super) fn latin1(points: &[u32]) -> Result<Vec<u8>, String> {
    points.iter().map(|&point| u8::try_from(point).map_err(|_| too_large(point))).collect()
}

/// UTF-8, surrogates in three bytes.
pub(super) fn utf8(points: &[u32]) -> Result<Vec<u8>, String> {
    let mut out = Vec::with_capacity(points.len());
    for &point in points {
        push_code_point(point, &mut out).ok_or_else(|| too_large(point))?;
    }
    Ok(out)
}

fn too_large(point: u32) -> String {
    format!("U+{point:04X} does not fit: the opcode takes bytes")
}
