//! Python literals, as in the header of a `.npy` file.

use cannery_object::{Heap, Items, Limit, Node, Value};

use crate::error::{Error, Result};
use crate::number::decimal;

/// Reads one literal, which must be all of `text`, white space aside: a dict, list, tuple, string (with the prefix `u`
/// or none), integer (with the suffix `L` of Python 2 or none), `True`, `False` or `None`. Nesting is bounded by the
/// limit `json-depth`. Offsets of errors are those in `text`.
pub fn read(heap: &mut Heap, text: &str) -> Result<Value> {
    Reader { heap, text, at: 0, open: Vec::new() }.document()
}

struct Reader<'a> {
    heap: &'a mut Heap,
    text: &'a str,
    at: usize,
    open: Vec<Open>,
}

/// A container that has not been closed.
struct Open {
    bracket: u8,
    items: Vec<Value>,
    /// Whether a comma has been read, which makes parentheses a tuple.
    comma: bool,
}

impl Reader<'_> {
    fn document(mut self) -> Result<Value> {
        loop {
            let Some(mut value) = self.value_or_opening()? else {
                continue;
            };
            loop {
                if self.open.is_empty() {
                    return self.end(value);
                }
                match self.after(value)? {
                    Some(container) => value = container,
                    None => break,
                }
            }
        }
    }

    fn end(mut self, value: Value) -> Result<Value> {
        match self.peek() {
            None => Ok(value),
            Some(_) => Err(self.bad("something follows the literal")),
        }
    }

    /// An atom or an empty container; nothing when a container was opened.
    fn value_or_opening(&mut self) -> Result<Option<Value>> {
        match self.peek() {
            Some(bracket @ (b'(' | b'[' | b'{')) => {
                self.at += 1;
                self.heap.budget().limits().check(Limit::JsonDepth, self.open.len() as u64 + 1)?;
                self.open.push(Open { bracket, items: Vec::new(), comma: false });
                if self.peek() == Some(closing(bracket)) { self.close().map(Some) } else { Ok(None) }
            }
            Some(b'\'' | b'"') => self.string().map(Some),
            Some(b'-' | b'0'..=b'9') => self.integer().map(Some),
            Some(_) => self.word().map(Some),
            None => Err(self.bad("the literal is cut short")),
        }
    }

    /// Puts a value into the innermost container; answers that container when it ends here.
    fn after(&mut self, value: Value) -> Result<Option<Value>> {
        let next = self.peek();
        let Some(open) = self.open.last_mut() else {
            return Ok(Some(value));
        };
        let is_key = open.bracket == b'{' && open.items.len() % 2 == 0;
        open.items.push(value);
        match next {
            Some(b':') if is_key => self.at += 1,
            Some(b',') if !is_key => {
                open.comma = true;
                let closing = closing(open.bracket);
                self.at += 1;
                if self.peek() == Some(closing) {
                    return self.close().map(Some);
                }
            }
            Some(byte) if byte == closing(open.bracket) && !is_key => return self.close().map(Some),
            _ => return Err(self.bad("a container is not continued with a comma, a colon or its bracket")),
        }
        Ok(None)
    }

    fn close(&mut self) -> Result<Value> {
        self.at += 1;
        let Some(Open { bracket, items, comma }) = self.open.pop() else {
            return Err(self.bad("a bracket closes nothing"));
        };
        let make: fn(Items) -> Node = match bracket {
            b'{' => Node::Dict,
            b'[' => Node::List,
            _ => match items[..] {
                [] => return Ok(Heap::EMPTY_TUPLE),
                [alone] if !comma => return Ok(alone),
                _ => Node::Tuple,
            },
        };
        Ok(self.heap.container(make, &items)?)
    }

    fn integer(&mut self) -> Result<Value> {
        let start = self.at;
        self.at += usize::from(self.byte() == Some(b'-'));
        self.skip(|byte| byte.is_ascii_digit());
        let value = decimal(self.heap, &self.text[start..self.at]).map_err(|error| error.at(start))?;
        self.at += usize::from(self.byte() == Some(b'L'));
        Ok(value)
    }

    fn word(&mut self) -> Result<Value> {
        let start = self.at;
        self.skip(|byte| byte.is_ascii_alphanumeric());
        match (&self.text[start..self.at], self.byte()) {
            ("u", Some(b'\'' | b'"')) => self.string(),
            ("True", _) => Ok(Value::Bool(true)),
            ("False", _) => Ok(Value::Bool(false)),
            ("None", _) => Ok(Value::None),
            _ => {
                Err(Error::malformed("this is not a dict, list, tuple, string, integer, True, False or None")
                    .at(start))
            }
        }
    }

    fn string(&mut self) -> Result<Value> {
        let start = self.at;
        let quote = char::from(self.text.as_bytes()[start]);
        self.at += 1;
        let mut text = String::new();
        loop {
            let rest = &self.text[self.at..];
            let Some(stop) = rest.find([quote, '\\', '\n']) else {
                return Err(Error::malformed("a string is not closed").at(start));
            };
            text.push_str(&rest[..stop]);
            self.at += stop + 1;
            match rest.as_bytes()[stop] {
                b'\\' => text.push(self.escape()?),
                b'\n' => return Err(Error::malformed("a string is not closed").at(start)),
                _ => return Ok(self.heap.text(&text)?),
            }
        }
    }

    fn escape(&mut self) -> Result<char> {
        let code = self.byte();
        self.at += 1;
        match code {
            Some(same @ (b'\\' | b'\'' | b'"')) => Ok(char::from(same)),
            Some(b'n') => Ok('\n'),
            Some(b't') => Ok('\t'),
            Some(b'r') => Ok('\r'),
            Some(b'x') => self.code_point(2),
            Some(b'u') => self.code_point(4),
            Some(b'U') => self.code_point(8),
            _ => Err(self.bad("a string holds an unknown escape")),
        }
    }

    fn code_point(&mut self, digits: usize) -> Result<char> {
        let code =
            self.text.get(self.at..self.at + digits).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        let code = code.and_then(|d| u32::from_str_radix(d, 16).ok()).and_then(char::from_u32);
        self.at += digits;
        code.ok_or_else(|| self.bad("a string holds an escape that is not a character"))
    }

    /// The next byte that is no white space.
    fn peek(&mut self) -> Option<u8> {
        self.skip(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
        self.byte()
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip(&mut self, which: fn(u8) -> bool) {
        while self.byte().is_some_and(which) {
            self.at += 1;
        }
    }

    fn bad(&self, message: &str) -> Error {
        Error::malformed(message).at(self.at)
    }
}

fn closing(bracket: u8) -> u8 {
    match bracket {
        b'(' => b')',
        b'[' => b']',
        _ => b'}',
    }
}

#[cfg(test)]
mod tests;
