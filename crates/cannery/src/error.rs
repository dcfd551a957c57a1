use std::borrow::Cow;
use std::fmt;

use cannery_object::LimitError;
use serde_json::{Value, json};

/// Why something could not be done, sorted by whose problem it is.
///
/// ```
/// let error = cannery::loads(b"not a model").unwrap_err();
/// assert!(matches!(error, cannery::Error::Malformed(_)));
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The operating system could not read or write a file.
    Io(Detail),
    /// The file breaks the rules of its own format.
    Malformed(Detail),
    /// A limit was hit; the message names it.
    Limit(Detail),
    /// The file is fine, and this build can't do what was asked with it; the message names the class, attribute or
    /// format.
    Unsupported(Detail),
    /// The file asks for something dangerous.
    Unsafe(Detail),
    /// The call itself is wrong: an option, a column, a shape.
    Usage(Detail),
    /// A defect of cannery. Please report it.
    Internal(Detail),
}

/// What, and where.
#[derive(Debug, Default)]
pub struct Detail {
    message: String,
    file: Option<String>,
    place: Box<Place>,
    limit: Option<LimitError>,
    io_kind: Option<std::io::ErrorKind>,
}

/// Where in a file or a model.
#[derive(Debug, Default)]
pub(crate) struct Place {
    pub(crate) member: Option<String>,
    pub(crate) path: Option<String>,
    pub(crate) offset: Option<u64>,
    pub(crate) opcode: Option<&'static str>,
    pub(crate) operator: Option<&'static str>,
    /// Whether the message names the place itself.
    pub(crate) is_told: bool,
}

/// What every fallible function of this crate returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::Usage(Detail::new(message))
    }

    pub(crate) fn unsupported(message: impl Into<String>) -> Self {
        Self::Unsupported(Detail::new(message))
    }

    pub(crate) fn malformed(message: impl Into<String>) -> Self {
        Self::Malformed(Detail::new(message))
    }

    pub(crate) fn dangerous(message: impl Into<String>) -> Self {
        Self::Unsafe(Detail::new(message))
    }

    pub(crate) fn over_limit(message: impl Into<String>) -> Self {
        Self::Limit(Detail::new(message))
    }

    pub(crate) fn io_message(message: impl Into<String>, kind: Option<std::io::ErrorKind>) -> Self {
        Self::Io(Detail { io_kind: kind, ..Detail::new(message) })
    }

    /// What the operating system said, of an error that it reported.
    pub fn io_kind(&self) -> Option<std::io::ErrorKind> {
        self.detail().io_kind
    }

    /// Whether whoever read the output has stopped reading.
    pub fn is_broken_pipe(&self) -> bool {
        self.detail().io_kind == Some(std::io::ErrorKind::BrokenPipe)
    }

    /// The same error, said of a file.
    #[must_use]
    pub fn in_file(mut self, file: impl fmt::Display) -> Self {
        self.detail_mut().file.get_or_insert_with(|| file.to_string());
        self
    }

    /// The same error at a place.
    #[must_use]
    pub(crate) fn at(mut self, place: Place) -> Self {
        *self.detail_mut().place = place;
        self
    }

    /// The same error in a part of the model: its path begins with the part.
    pub(crate) fn in_part(mut self, part: &str) -> Self {
        let place = &mut self.detail_mut().place;
        let within = place.path.take().map(|path| format!("{part}: {path}"));
        place.path = Some(within.unwrap_or_else(|| part.to_owned()));
        self
    }

    /// What is wrong and where, without kind and file: `steps[1].coef_: not an array`.
    pub fn text(&self) -> Cow<'_, str> {
        let (message, place) = (self.message(), self.place());
        if place.is_told {
            return message.into();
        }
        let before = [&place.member, &place.path].into_iter().flatten();
        let mut text: String = before.map(|part| format!("{part}: ")).collect();
        text.push_str(message);
        text.extend(place.offset.map(|offset| format!(", at byte {offset}")));
        text.extend(place.opcode.map(|opcode| format!(" ({opcode})")));
        text.into()
    }

    /// The error as one JSON object: `kind`, `message`, and each of `file`, `member`, `path`, `operator`, `offset`,
    /// `opcode` and `limit` that is known; `text` is what people read.
    ///
    /// ```
    /// let error = cannery::loads(b"\x80\x04R.").unwrap_err();
    /// let json = error.to_json();
    /// assert!(json.contains(r#""offset":2,"opcode":"REDUCE""#), "{json}");
    /// ```
    pub fn to_json(&self) -> String {
        let mut object = json!({ "kind": self.kind(), "message": self.message() });
        let mut add = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                object[name] = value;
            }
        };
        add("file", self.file().map(Value::from));
        add("member", self.member().map(Value::from));
        add("path", self.path().map(Value::from));
        add("operator", self.operator().map(Value::from));
        add("offset", self.offset().map(Value::from));
        add("opcode", self.opcode().map(Value::from));
        add("limit", self.limit().map(|limit| limit.limit.name().into()));
        add("text", Some(self.to_string().into()));
        object.to_string()
    }

    /// One word for the kind, for machines: `io`, `malformed`, `limit`, `unsupported`, `unsafe`, `usage`, `internal`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Io(_) => "io",
            Self::Malformed(_) => "malformed",
            Self::Limit(_) => "limit",
            Self::Unsupported(_) => "unsupported",
            Self::Unsafe(_) => "unsafe",
            Self::Usage(_) => "usage",
            Self::Internal(_) => "internal",
        }
    }

    /// What is wrong, without kind, file and place.
    pub fn message(&self) -> &str {
        &self.detail().message
    }

    /// The file that it is about.
    pub fn file(&self) -> Option<&str> {
        self.detail().file.as_deref()
    }

    /// Where in the model: `steps[1].coef_`; nothing for the model itself.
    pub fn path(&self) -> Option<&str> {
        self.place().path.as_deref()
    }

    /// The operator of the graph that can't be made, carried out or exported: `cast`.
    pub fn operator(&self) -> Option<&'static str> {
        self.place().operator
    }

    /// The member of the archive: `model.tar.gz` may hold `a/model.pkl`, and `model.skops` holds `schema.json`.
    pub fn member(&self) -> Option<&str> {
        self.place().member.as_deref()
    }

    /// Byte offset in the file after decompression, or in its [member](Self::member).
    pub fn offset(&self) -> Option<u64> {
        self.place().offset
    }

    /// The opcode of the pickle that can't be carried out: `REDUCE`.
    pub fn opcode(&self) -> Option<&'static str> {
        self.place().opcode
    }

    /// The limit that was hit.
    pub fn limit(&self) -> Option<LimitError> {
        self.detail().limit
    }

    fn place(&self) -> &Place {
        &self.detail().place
    }

    fn detail(&self) -> &Detail {
        match self {
            Self::Io(detail)
            | Self::Malformed(detail)
            | Self::Limit(detail)
            | Self::Unsupported(detail)
            | Self::Unsafe(detail)
            | Self::Usage(detail)
            | Self::Internal(detail) => detail,
        }
    }

    fn detail_mut(&mut self) -> &mut Detail {
        match self {
            Self::Io(detail)
            | Self::Malformed(detail)
            | Self::Limit(detail)
            | Self::Unsupported(detail)
            | Self::Unsafe(detail)
            | Self::Usage(detail)
            | Self::Internal(detail) => detail,
        }
    }
}

impl Detail {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::default() }
    }

    fn of_limit(limit: LimitError, message: String) -> Self {
        Self { message, limit: Some(limit), ..Self::default() }
    }
}

impl fmt::Display for Error {
    /// `file: kind: place: message`. Control characters, which a name in a file may hold, are escaped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = self.file() {
            write!(f, "{}: ", printable_line(file))?;
        }
        let text = self.text();
        let message = printable(&text);
        match self {
            Self::Io(_) | Self::Usage(_) => f.write_str(&message),
            _ => write!(f, "{}: {message}", self.kind()),
        }
    }
}

impl Place {
    /// A part of the model, and the operator there.
    pub(crate) fn in_model(path: &str, operator: Option<&'static str>) -> Self {
        Self { path: (!path.is_empty()).then(|| path.to_owned()), operator, ..Self::default() }
    }
}

/// Text that does nothing to a terminal: control characters other than a newline, and those that turn the direction of
/// writing, are escaped.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    escaped(text, |c| acts(c) && c != '\n')
}

/// The same in one line: a name in a file must not make lines of a report.
pub(crate) fn printable_line(text: &str) -> Cow<'_, str> {
    escaped(text, acts)
}

fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn escaped(text: &str, acts: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&acts) {
        return text.into();
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if acts(c) { safe.extend(c.escape_default()) } else { safe.push(c) }
    }
    safe.into()
}

impl std::error::Error for Error {}

impl From<cannery_format::Error> for Error {
    fn from(error: cannery_format::Error) -> Self {
        use cannery_format::ErrorKind;
        let place = Place {
            member: error.part().map(str::to_owned),
            offset: error.offset(),
            opcode: error.opcode(),
            ..Place::default()
        };
        let detail = Detail { place: place.into(), ..Detail::new(error.message()) };
        match error.kind() {
            ErrorKind::Io => {
                let cause = std::error::Error::source(&error).and_then(|cause| cause.downcast_ref());
                Self::Io(Detail { io_kind: cause.map(std::io::Error::kind), ..detail })
            }
            ErrorKind::Unsupported => Self::Unsupported(detail),
            ErrorKind::Limit(limit) => Self::Limit(Detail { limit: Some(limit), ..detail }),
            _ => Self::Malformed(detail),
        }
    }
}

impl From<cannery_pickle::Error> for Error {
    fn from(error: cannery_pickle::Error) -> Self {
        cannery_format::Error::from(error).into()
    }
}

impl From<LimitError> for Error {
    fn from(limit: LimitError) -> Self {
        Self::Limit(Detail::of_limit(limit, limit.to_string()))
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::io_message(error.to_string().to_lowercase(), Some(error.kind()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_on_a_terminal_is_escaped() {
        assert_eq!(printable("a\n\u{1b}[31m\u{85}\u{202e}b"), "a\n\\u{1b}[31m\\u{85}\\u{202e}b");
        assert_eq!(printable_line("model.pkl: safe\nall\u{2028}"), "model.pkl: safe\\nall\\u{2028}");
        assert_eq!(printable_line("naïve – 模型"), "naïve – 模型");
    }
}
