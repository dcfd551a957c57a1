//! A call of a file as a line of Python, for a reader who asks what it would do.

use cannery_object::{Heap, Node, Value};

use crate::site::kind_of;

/// Characters of a call that are shown.
const LONGEST: usize = 120;
/// Values in one another that are shown.
const DEEPEST: usize = 4;

/// `posix.system('echo hi')`: what acts on a terminal escaped, and cut at 120 characters.
pub(crate) fn call(heap: &Heap, callable: &str, args: Value) -> String {
    let mut line = Line { heap, text: String::new(), left: LONGEST };
    line.text(callable);
    line.arguments(args, 0);
    line.text
}

/// A line that takes no more characters than are left.
struct Line<'h> {
    heap: &'h Heap,
    text: String,
    left: usize,
}

impl Line<'_> {
    fn is_full(&self) -> bool {
        self.left == 0
    }

    fn text(&mut self, text: &str) {
        text.chars().for_each(|c| self.character(c));
    }

    fn character(&mut self, c: char) {
        match c {
            _ if self.left == 0 => {}
            '\n' => self.push("\\n"),
            '\r' => self.push("\\r"),
            '\t' => self.push("\\t"),
            '\\' => self.push("\\\\"),
            '\'' => self.push("\\'"),
            _ if is_plain(c) => self.push(c.encode_utf8(&mut [0; 4])),
            _ if u32::from(c) < 0x100 => self.push(&format!("\\x{:02x}", u32::from(c))),
            _ => self.push(&format!("\\u{:04x}", u32::from(c))),
        }
    }

    /// Adds a piece that is not to be broken, or the sign that something was cut.
    fn push(&mut self, piece: &str) {
        let len = piece.chars().count();
        if len < self.left {
            self.text.push_str(piece);
            self.left -= len;
        } else if self.left > 0 {
            self.text.push('…');
            self.left = 0;
        }
    }

    fn arguments(&mut self, args: Value, depth: usize) {
        self.push("(");
        match self.heap.as_tuple(args) {
            Some(items) => self.items(items, depth),
            None => {
                self.push("*");
                self.value(args, depth + 1);
            }
        }
        self.push(")");
    }

    fn items(&mut self, items: &[Value], depth: usize) {
        for (place, &item) in items.iter().enumerate() {
            if self.is_full() {
                return;
            }
            if place > 0 {
                self.push(", ");
            }
            self.value(item, depth + 1);
        }
    }

    fn pairs(&mut self, pairs: &[Value], depth: usize) {
        for (place, pair) in pairs.chunks_exact(2).enumerate() {
            if self.is_full() {
                return;
            }
            if place > 0 {
                self.push(", ");
            }
            self.value(pair[0], depth + 1);
            self.push(": ");
            self.value(pair[1], depth + 1);
        }
    }

    fn value(&mut self, value: Value, depth: usize) {
        let heap = self.heap;
        match value {
            Value::None => return self.push("None"),
            Value::Bool(true) => return self.push("True"),
            Value::Bool(false) => return self.push("False"),
            Value::Int(_) | Value::Ref(_) => {}
        }
        if let Some(number) = heap.as_int(value) {
            return self.push(&number.to_string());
        }
        if depth > DEEPEST {
            return self.push("…");
        }
        match heap.node_of(value) {
            Some(Node::Float(number)) => self.push(&format!("{number:?}")),
            Some(Node::Str(blob)) => self.quoted("'", &String::from_utf8_lossy(start(heap.bytes(blob)))),
            Some(Node::Str8(blob)) => self.quoted("'", &latin1(start(heap.bytes(blob)))),
            Some(Node::Bytes(blob) | Node::ByteArray(blob)) => {
                self.quoted("b'", &latin1(start(heap.bytes(blob))));
            }
            Some(Node::List(items)) => self.between("[", heap.items(items), "]", depth),
            Some(Node::Tuple(items)) => {
                let close = if items.len() == 1 { ",)" } else { ")" };
                self.between("(", heap.items(items), close, depth);
            }
            Some(Node::Set(items) | Node::FrozenSet(items)) => {
                self.between("{", heap.items(items), "}", depth);
            }
            Some(Node::Dict(pairs)) => {
                self.push("{");
                self.pairs(heap.items(pairs), depth);
                self.push("}");
            }
            Some(Node::Call { callable, args, .. }) => {
                match heap.global_name(Value::Ref(callable)) {
                    Some((module, name)) => self.text(&format!("{module}.{name}")),
                    None => self.value(Value::Ref(callable), depth + 1),
                }
                self.arguments(Value::Ref(args), depth);
            }
            Some(Node::Immediate(inner)) => self.value(inner, depth + 1),
            _ => self.text(&kind_of(heap, value)),
        }
    }

    fn between(&mut self, open: &str, items: &[Value], close: &str, depth: usize) {
        self.push(open);
        self.items(items, depth);
        self.push(close);
    }

    fn quoted(&mut self, open: &str, text: &str) {
        self.push(open);
        self.text(text);
        self.push("'");
    }
}

/// As much of a text as a line can show.
fn start(bytes: &[u8]) -> &[u8] {
    &bytes[..bytes.len().min(4 * LONGEST)]
}

fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|&byte| char::from(byte)).collect()
}

/// Whether a character does nothing to a terminal but stand there.
fn is_plain(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use cannery_pickle::NoInline;

    fn shown(pickle: &[u8]) -> String {
        let bytes = Bytes::copy_from_slice(pickle);
        let mut heap = Heap::with_budget(cannery_object::Budget::new(Default::default()));
        heap.budget_mut().spend_input(pickle.len() as u64).expect("little");
        let buffer = heap.add_buffer(bytes.clone()).expect("little");
        let root = cannery_pickle::read(&mut heap, &bytes, buffer, 0, &mut NoInline).expect("a pickle").root;
        let made = heap.call(root).expect("a call");
        call(&heap, "f", made.args)
    }

    #[test]
    fn calls_are_python() {
        assert_eq!(shown(b"cm\nf\n(S'echo hi'\ntR."), "f('echo hi')");
        assert_eq!(shown(b"cm\nf\n((lI1\naF2.5\naNa(dtR."), "f([1, 2.5, None], {})");
        assert_eq!(shown(b"cm\nf\n((I1\nttR."), "f((1,))");
        assert_eq!(shown(b"cm\nf\n(cm\ng\n(S'x'\ntRtR."), "f(m.g('x'))");
    }

    #[test]
    fn what_acts_on_a_terminal_is_escaped_and_the_rest_is_cut() {
        assert_eq!(shown(b"cm\nf\n(S'a\\n\\x1b[31m\\''\ntR."), r"f('a\n\x1b[31m\'')");
        assert_eq!(shown("cm\nf\n(X\u{6}\0\0\0\u{202e}abctR.".as_bytes()), r"f('\u202eabc')");
        let long = [&b"cm\nf\n(S'"[..], &[b'x'; 1000], b"'\ntR."].concat();
        let shown = shown(&long);
        assert_eq!((shown.chars().count(), shown.ends_with("x…")), (120, true));
    }

    #[test]
    fn values_in_one_another_end() {
        let deep = [&b"cm\nf\n("[..], &b"(".repeat(50), &b"t".repeat(50), b"tR."].concat();
        assert_eq!(shown(&deep), "f(((((…,),),),))");
    }
}
