//! A piece of XML as it is written.

use quick_xml::Writer;
use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};

/// Elements, one after another.
pub(super) struct Xml {
    writer: Writer<Vec<u8>>,
    illegal: Option<char>,
}

impl Default for Xml {
    fn default() -> Self {
        Self { writer: Writer::new(Vec::new()), illegal: None }
    }
}

impl Xml {
    /// Opens an element.
    pub(super) fn open(&mut self, tag: &str, attributes: &[(&str, &str)]) {
        let start = self.start(tag, attributes);
        self.write(Event::Start(start));
    }

    /// Closes the element that was opened last.
    pub(super) fn close(&mut self, tag: &str) {
        self.write(Event::End(BytesEnd::new(tag)));
    }

    /// An element without content.
    pub(super) fn empty(&mut self, tag: &str, attributes: &[(&str, &str)]) {
        let start = self.start(tag, attributes);
        self.write(Event::Empty(start));
    }

    /// An element that holds a text.
    pub(super) fn leaf(&mut self, tag: &str, attributes: &[(&str, &str)], text: &str) {
        self.open(tag, attributes);
        self.text(text);
        self.close(tag);
    }

    /// Text between elements.
    pub(super) fn text(&mut self, text: &str) {
        self.check(text);
        self.write(Event::Text(BytesText::new(text)));
    }

    /// Elements that were written elsewhere.
    pub(super) fn append(&mut self, other: Self) {
        self.illegal = self.illegal.or(other.illegal);
        self.writer.get_mut().extend(other.writer.into_inner());
    }

    /// The declaration that a document begins with.
    pub(super) fn declare(&mut self) {
        self.writer.get_mut().extend(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    }

    /// Whether nothing was written.
    pub(super) fn is_empty(&self) -> bool {
        self.writer.get_ref().is_empty()
    }

    /// The bytes, or a character that XML can't hold.
    pub(super) fn finish(self) -> Result<Vec<u8>, char> {
        self.illegal.map_or(Ok(self.writer.into_inner()), Err)
    }

    fn start(&mut self, tag: &str, attributes: &[(&str, &str)]) -> BytesStart<'static> {
        let mut start = BytesStart::new(tag.to_owned());
        for (name, value) in attributes {
            self.check(value);
            start.push_attribute((*name, *value));
        }
        start
    }

    fn check(&mut self, text: &str) {
        if let Some(illegal) = text.chars().find(|&c| !is_legal(c)) {
            self.illegal = Some(illegal);
        }
    }

    fn write(&mut self, event: Event<'_>) {
        // a Vec takes everything
        let _ = self.writer.write_event(event);
    }
}

/// Whether XML 1.0 has this character.
fn is_legal(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// A number as XML Schema has it: the shortest text that is this very number.
pub(super) fn number(value: f64) -> String {
    if value.is_nan() {
        "NaN".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 { "INF" } else { "-INF" }.to_owned()
    } else {
        format!("{value:?}")
    }
}
