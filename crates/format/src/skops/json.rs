//! JSON as Python's `json` module writes it, flat and without recursion.
//!
//! Apart from RFC 8259 there are `NaN`, `Infinity`, `-Infinity`, integers of any length and lone surrogates, as Python
//! has them. A name that occurs twice in an object is malformed here: which of the two counts differs from reader to
//! reader.

use std::borrow::Cow;
use std::collections::HashSet;

use cannery_object::{Budget, Heap, Items, Limit, Node, Value};

use crate::error::{Error, Result};
use crate::number::decimal;

/// A document as a sequence of tokens in the order of the text.
pub(super) struct Json<'a> {
    text: &'a str,
    tokens: Vec<Token>,
}

/// A value, or a name in an object; a container is followed by what it holds.
#[derive(Clone, Copy, Debug)]
struct Token {
    kind: Kind,
    /// Where its text starts: of a string, what is between the quotes.
    start: u32,
    end: u32,
    /// The first token that does not belong to it.
    next: u32,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    True,
    False,
    Int,
    Float,
    Str,
    /// The name of what follows it in an object.
    Name,
    Array,
    Object,
}

impl<'a> Json<'a> {
    /// Position of the outermost value.
    pub(super) const ROOT: usize = 0;

    /// Reads a whole text, whose nesting the limit `json-depth` bounds.
    pub(super) fn parse(text: &'a str, budget: &mut Budget) -> Result<Self> {
        let mut parser = Parser { text, at: 0, tokens: Vec::new(), open: Vec::new(), budget };
        parser.document()?;
        Ok(Self { text, tokens: parser.tokens })
    }

    pub(super) fn kind(&self, at: usize) -> Kind {
        self.tokens[at].kind
    }

    /// Byte offset of a value in the text.
    pub(super) fn offset(&self, at: usize) -> usize {
        self.tokens[at].start as usize
    }

    fn raw(&self, at: usize) -> &'a str {
        &self.text[self.tokens[at].start as usize..self.tokens[at].end as usize]
    }

    /// The elements of an array; of an object, names and values by turns; of anything else, nothing.
    pub(super) fn children(&self, at: usize) -> impl Iterator<Item = usize> + use<'_, 'a> {
        let end = self.tokens[at].next as usize;
        let mut next = at + 1;
        std::iter::from_fn(move || {
            let child = next;
            (child < end).then(|| {
                next = self.tokens[child].next as usize;
                child
            })
        })
    }

    /// Names and values of an object, as positions.
    pub(super) fn pairs(&self, at: usize) -> impl Iterator<Item = (usize, usize)> + use<'_, 'a> {
        let mut children = self.children(at);
        std::iter::from_fn(move || Some((children.next()?, children.next()?)))
    }

    /// The value of a name in an object.
    pub(super) fn get(&self, at: usize, name: &str) -> Option<usize> {
        if self.kind(at) != Kind::Object {
            return None;
        }
        self.pairs(at).find(|&(key, _)| self.bytes(key) == name.as_bytes()).map(|(_, value)| value)
    }

    /// The text of a string, when it has no lone surrogate.
    pub(super) fn str(&self, at: usize) -> Option<Cow<'a, str>> {
        if self.kind(at) != Kind::Str {
            return None;
        }
        match unescape(self.raw(at)) {
            Cow::Borrowed(_) => Some(Cow::Borrowed(self.raw(at))),
            Cow::Owned(bytes) => String::from_utf8(bytes).ok().map(Cow::Owned),
        }
    }

    /// The text of a string in UTF-8, a lone surrogate in the three bytes that UTF-8 would give it.
    pub(super) fn bytes(&self, at: usize) -> Cow<'a, [u8]> {
        unescape(self.raw(at))
    }

    /// A non-negative integer of 64 bits.
    pub(super) fn u64(&self, at: usize) -> Option<u64> {
        if self.kind(at) == Kind::Int { self.raw(at).parse().ok() } else { None }
    }

    /// Whether two values are written with the same tokens; white space does not matter. Of two scalars that differ and
    /// have the same name, `excused` is asked.
    pub(super) fn same(
        &self,
        a: usize,
        b: usize,
        excused: &mut dyn FnMut(&str, usize, usize) -> Result<bool>,
    ) -> Result<bool> {
        let len = self.tokens[a].next as usize - a;
        if len != self.tokens[b].next as usize - b {
            return Ok(false);
        }
        for i in 0..len {
            let (x, y) = (self.tokens[a + i], self.tokens[b + i]);
            if x.kind != y.kind || x.next as usize - a != y.next as usize - b {
                return Ok(false);
            }
            let scalar = !matches!(x.kind, Kind::Array | Kind::Object);
            if scalar && self.raw(a + i) != self.raw(b + i) {
                let named = i > 0 && self.kind(a + i - 1) == Kind::Name;
                if !named || !excused(self.raw(a + i - 1), a + i, b + i)? {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// The value as Python's `json.loads` gives it: dict, list, `str`, `int`, `float`, `bool` or `None`.
    pub(super) fn value(&self, at: usize, heap: &mut Heap) -> Result<Value> {
        let mut open: Vec<(usize, Vec<Value>)> = Vec::new();
        let mut next = at;
        loop {
            let current = next;
            next += 1;
            let is_container = matches!(self.kind(current), Kind::Array | Kind::Object);
            if is_container && self.tokens[current].next as usize > next {
                open.push((current, Vec::new()));
                continue;
            }
            let mut value =
                if is_container { self.container(current, &[], heap)? } else { self.scalar(current, heap)? };
            loop {
                let Some((container, items)) = open.last_mut() else {
                    return Ok(value);
                };
                items.push(value);
                if next < self.tokens[*container].next as usize {
                    break;
                }
                value = self.container(*container, items, heap)?;
                open.pop();
            }
        }
    }

    fn container(&self, at: usize, items: &[Value], heap: &mut Heap) -> Result<Value> {
        let make: fn(Items) -> Node = if self.kind(at) == Kind::Array { Node::List } else { Node::Dict };
        Ok(heap.container(make, items)?)
    }

    fn scalar(&self, at: usize, heap: &mut Heap) -> Result<Value> {
        let value = match self.kind(at) {
            Kind::True => Value::Bool(true),
            Kind::False => Value::Bool(false),
            Kind::Int => decimal(heap, self.raw(at)).map_err(|error| error.at(self.offset(at)))?,
            Kind::Float => heap.add(Node::Float(float(self.raw(at))))?,
            Kind::Str | Kind::Name => {
                let blob = heap.own(&self.bytes(at))?;
                heap.add(Node::Str(blob))?
            }
            Kind::Null | Kind::Array | Kind::Object => Value::None,
        };
        Ok(value)
    }
}

/// A float that the parser has let through.
fn float(text: &str) -> f64 {
    match text {
        "NaN" => f64::NAN,
        "Infinity" => f64::INFINITY,
        "-Infinity" => f64::NEG_INFINITY,
        _ => text.parse().unwrap_or(f64::NAN),
    }
}

/// The bytes of a string whose escapes the parser has let through.
fn unescape(raw: &str) -> Cow<'_, [u8]> {
    let Some(first) = raw.find('\\') else {
        return Cow::Borrowed(raw.as_bytes());
    };
    let mut out = raw.as_bytes()[..first].to_vec();
    let mut rest = &raw[first..];
    while let Some(at) = rest.find('\\') {
        out.extend_from_slice(&rest.as_bytes()[..at]);
        let code = rest.as_bytes().get(at + 1).copied().unwrap_or(b'\\');
        rest = rest.get(at + 2..).unwrap_or_default();
        match code {
            b'u' => rest = unescape_unit(rest, &mut out),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            same => out.push(same),
        }
    }
    out.extend_from_slice(rest.as_bytes());
    Cow::Owned(out)
}

/// Takes the four digits of a `\u`, and the low surrogate behind a high one.
fn unescape_unit<'a>(rest: &'a str, out: &mut Vec<u8>) -> &'a str {
    let unit = |text: &str| text.get(..4).and_then(|digits| u32::from_str_radix(digits, 16).ok());
    let Some(high) = unit(rest) else { return rest };
    let rest = &rest[4..];
    let low = rest.strip_prefix("\\u").and_then(unit).filter(|low| (0xdc00..0xe000).contains(low));
    if let (0xd800..0xdc00, Some(low)) = (high, low) {
        push_char(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00), out);
        return &rest[6..];
    }
    push_char(high, out);
    rest
}

fn push_char(code: u32, out: &mut Vec<u8>) {
    match char::from_u32(code) {
        Some(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        None => out.extend_from_slice(&[
            0xe0 | (code >> 12) as u8,
            0x80 | (code >> 6 & 63) as u8,
            0x80 | (code & 63) as u8,
        ]),
    }
}

struct Parser<'a, 'b> {
    text: &'a str,
    at: usize,
    tokens: Vec<Token>,
    open: Vec<usize>,
    budget: &'b mut Budget,
}

impl Parser<'_, '_> {
    fn document(&mut self) -> Result<()> {
        while self.value()? || self.after()? {}
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.bad("something follows the JSON value")),
        }
    }

    /// Reads a scalar or a container's opening. Answers whether a value comes next.
    fn value(&mut self) -> Result<bool> {
        match self.peek() {
            Some(b'{') => self.opening(Kind::Object, b'}'),
            Some(b'[') => self.opening(Kind::Array, b']'),
            Some(b'"') => self.string(Kind::Str).map(|()| false),
            Some(b'-' | b'0'..=b'9') if !self.text[self.at..].starts_with("-I") => {
                self.number().map(|()| false)
            }
            Some(_) => self.word().map(|()| false),
            None => Err(self.bad("the JSON text is cut short")),
        }
    }

    fn opening(&mut self, kind: Kind, closing: u8) -> Result<bool> {
        self.budget.limits().check(Limit::JsonDepth, self.open.len() as u64 + 1)?;
        self.open.push(self.tokens.len());
        self.push(kind, self.at, self.at + 1)?;
        self.at += 1;
        if self.peek() == Some(closing) {
            return Ok(false); // what comes after a value closes it
        }
        if kind == Kind::Object {
            self.name()?;
        }
        Ok(true)
    }

    /// Reads what follows a value: brackets, then a comma if a container is open. Answers whether a value comes next.
    fn after(&mut self) -> Result<bool> {
        while let Some(&container) = self.open.last() {
            let is_object = self.tokens[container].kind == Kind::Object;
            match self.peek() {
                Some(b'}') if is_object => self.close(container)?,
                Some(b']') if !is_object => self.close(container)?,
                Some(b',') => {
                    self.at += 1;
                    if is_object {
                        self.name()?;
                    }
                    return Ok(true);
                }
                _ => return Err(self.bad("neither a comma nor a bracket follows a JSON value")),
            }
        }
        Ok(false)
    }

    fn close(&mut self, container: usize) -> Result<()> {
        self.at += 1;
        self.open.pop();
        self.tokens[container].end = self.at as u32;
        self.tokens[container].next = self.tokens.len() as u32;
        if self.tokens[container].kind == Kind::Object { self.check_names(container) } else { Ok(()) }
    }

    fn check_names(&self, object: usize) -> Result<()> {
        let json = Json { text: self.text, tokens: Vec::new() };
        let mut seen = HashSet::new();
        let mut at = object + 1;
        while at < self.tokens.len() {
            let name = &json.text[self.tokens[at].start as usize..self.tokens[at].end as usize];
            if !seen.insert(unescape(name)) {
                return Err(Error::malformed("a name occurs twice in a JSON object")
                    .at(self.tokens[at].start as usize));
            }
            at = self.tokens[at + 1].next as usize;
        }
        Ok(())
    }

    fn name(&mut self) -> Result<()> {
        if self.peek() != Some(b'"') {
            return Err(self.bad("a name in a JSON object is not a string"));
        }
        self.string(Kind::Name)?;
        if self.peek() != Some(b':') {
            return Err(self.bad("no colon follows a name in a JSON object"));
        }
        self.at += 1;
        Ok(())
    }

    fn string(&mut self, kind: Kind) -> Result<()> {
        let start = self.at + 1;
        self.at = start;
        loop {
            let rest = &self.text.as_bytes()[self.at..];
            let stop = rest.iter().position(|&b| b == b'"' || b == b'\\' || b < 0x20);
            let stop = stop.ok_or_else(|| self.bad("a JSON string is not closed"))?;
            self.at += stop;
            match rest[stop] {
                b'"' => break,
                b'\\' => self.escape()?,
                _ => return Err(self.bad("a JSON string holds a control character")),
            }
        }
        self.push(kind, start, self.at)?;
        self.at += 1;
        Ok(())
    }

    fn escape(&mut self) -> Result<()> {
        let rest = &self.text.as_bytes()[self.at + 1..];
        let len = match rest.first() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 2,
            Some(b'u') if rest.len() >= 5 && rest[1..5].iter().all(u8::is_ascii_hexdigit) => 6,
            _ => return Err(self.bad("a JSON string holds an unknown escape")),
        };
        self.at += len;
        Ok(())
    }

    fn number(&mut self) -> Result<()> {
        let start = self.at;
        self.at += usize::from(self.byte() == Some(b'-'));
        let leading_zero = self.byte() == Some(b'0');
        let digits = self.digits();
        let mut good = digits > 0 && !(leading_zero && digits > 1);
        let mut kind = Kind::Int;
        if self.byte() == Some(b'.') {
            self.at += 1;
            kind = Kind::Float;
            good &= self.digits() > 0;
        }
        if matches!(self.byte(), Some(b'e' | b'E')) {
            self.at += 1;
            kind = Kind::Float;
            self.at += usize::from(matches!(self.byte(), Some(b'+' | b'-')));
            good &= self.digits() > 0;
        }
        if !good {
            return Err(Error::malformed("a JSON number has the wrong form").at(start));
        }
        self.push(kind, start, self.at)
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while self.byte().is_some_and(|b| b.is_ascii_digit()) {
            self.at += 1;
        }
        self.at - start
    }

    fn word(&mut self) -> Result<()> {
        const WORDS: [(&str, Kind); 6] = [
            ("null", Kind::Null),
            ("true", Kind::True),
            ("false", Kind::False),
            ("NaN", Kind::Float),
            ("Infinity", Kind::Float),
            ("-Infinity", Kind::Float),
        ];
        let rest = &self.text[self.at..];
        let word = WORDS.into_iter().find(|(word, _)| rest.starts_with(word));
        let (word, kind) = word.ok_or_else(|| self.bad("a JSON value is missing here"))?;
        let start = self.at;
        self.at += word.len();
        self.push(kind, start, self.at)
    }

    fn push(&mut self, kind: Kind, start: usize, end: usize) -> Result<()> {
        self.budget.spend_memory(size_of::<Token>() as u64)?;
        let next = self.tokens.len() as u32 + 1;
        self.tokens.push(Token { kind, start: start as u32, end: end as u32, next });
        Ok(())
    }

    fn peek(&mut self) -> Option<u8> {
        while matches!(self.byte(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
        self.byte()
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn bad(&self, message: &str) -> Error {
        Error::malformed(message).at(self.at)
    }
}

#[cfg(test)]
mod tests;
