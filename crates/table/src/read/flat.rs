//! One line of JSON that is an array or an object of plain values (RFC 8259). Python's `NaN`, `Infinity` and
//! `-Infinity` are numbers too.

use std::borrow::Cow;

/// A value of the line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Token<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number without fraction and exponent that fits 64 bits.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// A string, as it stands there, with its quotes.
    Text(&'a [u8]),
    /// An array or an object.
    Nested,
}

/// Why a line is no JSON: the position in bytes, from 1, and what is expected there.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault(pub(super) usize, pub(super) &'static str);

/// Goes through a line.
pub(super) struct Scanner<'a> {
    line: &'a [u8],
    at: usize,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(line: &'a [u8]) -> Self {
        Self { line, at: 0 }
    }

    /// Gives every element of an array, or nothing and `false` when the line is no array.
    pub(super) fn array<E: From<Fault>>(
        &mut self,
        mut each: impl FnMut(Token<'a>) -> Result<(), E>,
    ) -> Result<bool, E> {
        if !self.eat(b'[') {
            return Ok(false);
        }
        if !self.eat(b']') {
            loop {
                each(self.cell()?)?;
                if !self.goes_on(b']', "a comma or ]")? {
                    break;
                }
            }
        }
        self.end()?;
        Ok(true)
    }

    /// Gives every key, as it stands there, and value of an object, or nothing and `false` when the line is no object.
    pub(super) fn object<E: From<Fault>>(
        &mut self,
        mut each: impl FnMut(&'a [u8], Token<'a>) -> Result<(), E>,
    ) -> Result<bool, E> {
        if !self.eat(b'{') {
            return Ok(false);
        }
        if !self.eat(b'}') {
            loop {
                let key = self.key()?;
                each(key, self.cell()?)?;
                if !self.goes_on(b'}', "a comma or }")? {
                    break;
                }
            }
        }
        self.end()?;
        Ok(true)
    }

    /// A whole line that is one value.
    pub(super) fn value(&mut self) -> Result<Token<'a>, Fault> {
        let cell = self.cell()?;
        self.end()?;
        Ok(cell)
    }

    fn goes_on(&mut self, close: u8, expected: &'static str) -> Result<bool, Fault> {
        if self.eat(b',') {
            return Ok(true);
        }
        if self.eat(close) { Ok(false) } else { Err(self.fault(expected)) }
    }

    fn end(&mut self) -> Result<(), Fault> {
        self.skip_space();
        if self.at == self.line.len() { Ok(()) } else { Err(self.fault("the end of the line")) }
    }

    fn key(&mut self) -> Result<&'a [u8], Fault> {
        self.skip_space();
        let key = if self.peek() == Some(b'"') { self.string()? } else { return Err(self.fault("a key")) };
        if self.eat(b':') { Ok(key) } else { Err(self.fault("a colon")) }
    }

    fn cell(&mut self) -> Result<Token<'a>, Fault> {
        self.skip_space();
        match self.peek() {
            Some(b'"') => self.string().map(Token::Text),
            Some(b'[' | b'{') => self.skip_nested(),
            _ => self.word(),
        }
    }

    /// A number or one of the words.
    fn word(&mut self) -> Result<Token<'a>, Fault> {
        let rest = &self.line[self.at..];
        let ends = |byte: &u8| matches!(byte, b',' | b']' | b'}' | b' ' | b'\t' | b'\r' | b'\n');
        let word = &rest[..rest.iter().position(ends).unwrap_or(rest.len())];
        let value = match word {
            b"null" => Some(Token::Null),
            b"NaN" => Some(Token::Float(f64::NAN)),
            b"true" => Some(Token::Bool(true)),
            b"false" => Some(Token::Bool(false)),
            b"Infinity" => Some(Token::Float(f64::INFINITY)),
            b"-Infinity" => Some(Token::Float(f64::NEG_INFINITY)),
            word if is_number(word) => number(word),
            _ => None,
        };
        let value = value.ok_or_else(|| self.fault("a number"))?;
        self.at += word.len();
        Ok(value)
    }

    fn string(&mut self) -> Result<&'a [u8], Fault> {
        let start = self.at;
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += if byte == b'\\' { 2 } else { 1 };
            if byte == b'"' {
                return Ok(&self.line[start..self.at]);
            }
        }
        self.at = self.line.len();
        Err(self.fault("the end of a string"))
    }

    /// What lies inside is not looked at, but for its strings and brackets.
    fn skip_nested(&mut self) -> Result<Token<'a>, Fault> {
        let mut depth = 0_usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => {
                    self.string()?;
                    continue;
                }
                b'[' | b'{' => depth += 1,
                b']' | b'}' => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return Ok(Token::Nested);
            }
        }
        Err(self.fault("a closing bracket"))
    }

    fn eat(&mut self, byte: u8) -> bool {
        self.skip_space();
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.line.get(self.at).copied()
    }

    fn fault(&self, expected: &'static str) -> Fault {
        Fault(self.at + 1, expected)
    }
}

/// Whether a line is a string, an array or an object, and nothing else.
pub(super) fn is_row(line: &[u8]) -> bool {
    let is_json = || serde_json::from_slice::<serde_json::Value>(line).is_ok();
    matches!(Scanner::new(line).value(), Ok(Token::Text(_) | Token::Nested)) && is_json()
}

/// The text of a string that stands in a line, with its quotes.
pub(super) fn text(raw: &[u8]) -> Option<Cow<'_, str>> {
    let inner = raw.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    let is_plain = inner.iter().all(|&byte| byte != b'\\' && byte >= b' ');
    if is_plain {
        str::from_utf8(inner).ok().map(Cow::Borrowed)
    } else {
        serde_json::from_slice(raw).ok().map(Cow::Owned)
    }
}

fn number(word: &[u8]) -> Option<Token<'static>> {
    let text = str::from_utf8(word).ok()?;
    let is_whole = !word.iter().any(|byte| matches!(byte, b'.' | b'e' | b'E'));
    let whole = if is_whole { text.parse().ok().map(Token::Int) } else { None };
    whole.or_else(|| text.parse().ok().map(Token::Float))
}

/// JSON's numbers: an optional minus, digits without a needless zero, a fraction, an exponent.
fn is_number(word: &[u8]) -> bool {
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut rest = word.strip_prefix(b"-").unwrap_or(word);
    let whole = digits(rest);
    if whole == 0 || (whole > 1 && rest[0] == b'0') {
        return false;
    }
    rest = &rest[whole..];
    if let [b'.', fraction @ ..] = rest {
        let count = digits(fraction);
        if count == 0 {
            return false;
        }
        rest = &fraction[count..];
    }
    if let [b'e' | b'E', exponent @ ..] = rest {
        let exponent = exponent.strip_prefix(b"-").or(exponent.strip_prefix(b"+")).unwrap_or(exponent);
        let count = digits(exponent);
        return count > 0 && count == exponent.len();
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn array(line: &str) -> Result<Vec<Token<'_>>, Fault> {
        let mut cells = Vec::new();
        let is_array = Scanner::new(line.as_bytes()).array::<Fault>(|cell| {
            cells.push(cell);
            Ok(())
        });
        assert!(is_array?, "{line} is an array");
        Ok(cells)
    }

    #[test]
    fn values_are_those_of_json_and_python() {
        let cells =
            array(r#" [1, -2.5e3 ,true,false, 1e999, -Infinity, "a\"]", [[{"]":1}]] ] "#).expect("JSON");
        let (infinite, minus) = (Token::Float(f64::INFINITY), Token::Float(f64::NEG_INFINITY));
        let plain =
            [Token::Int(1), Token::Float(-2500.0), Token::Bool(true), Token::Bool(false), infinite, minus];
        assert_eq!(cells[..6], plain);
        assert_eq!(cells[6..], [Token::Text(br#""a\"]""#), Token::Nested]);
        let missing = array("[null,NaN]").expect("JSON");
        assert!(matches!(missing[..], [Token::Null, Token::Float(x)] if x.is_nan()));
        let wide = array("[9223372036854775808, -9223372036854775808]").expect("JSON");
        assert_eq!(wide, [Token::Float(2_f64.powi(63)), Token::Int(i64::MIN)]);
        assert_eq!(array("[]"), Ok(vec![]));
    }

    #[test]
    fn what_is_no_json_is_refused_where_it_ends() {
        for (line, at) in [
            ("[1 2]", 4),
            ("[1,]", 4),
            ("[1", 3),
            ("[1] 2", 5),
            ("[01]", 2),
            ("[+1]", 2),
            ("[.5]", 2),
            ("[1.]", 2),
            ("[1e]", 2),
            ("[nan]", 2),
            ("[\"a]", 5),
            ("[\"a\\", 5),
            ("[[[1]", 6),
        ] {
            assert_eq!(array(line).expect_err(line).0, at, "{line}");
        }
    }

    #[test]
    fn keys_are_unescaped() {
        let mut keys = Vec::new();
        let line = br#"{"a": 1, "\u00e9 \"b\"": {"x": [2]}}"#;
        let is_object = Scanner::new(line).object::<Fault>(|key, cell| {
            keys.push((text(key).expect("text").into_owned(), cell));
            Ok(())
        });
        assert_eq!(is_object, Ok(true));
        assert_eq!(keys, [("a".to_owned(), Token::Int(1)), ("é \"b\"".to_owned(), Token::Nested)]);
        assert_eq!(text(b"\"\\ud800\""), None);
    }
}
