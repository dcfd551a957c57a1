use std::borrow::Cow;
use std::fmt;

use cannery_object::LimitError;

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
    offset: Option<u64>,
    limit: Option<LimitError>,
    io_kind: Option<std::io::ErrorKind>,
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

    /// The same error, said of a part of what was asked.
    pub(crate) fn in_part(mut self, part: &str) -> Self {
        let detail = self.detail_mut();
        detail.message = format!("{part}: {}", detail.message);
        self
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

    /// What is wrong, without kind and file.
    pub fn message(&self) -> &str {
        &self.detail().message
    }

    /// The file that it is about.
    pub fn file(&self) -> Option<&str> {
        self.detail().file.as_deref()
    }

    /// Byte offset in the file after decompression, or in the part that the message names.
    pub fn offset(&self) -> Option<u64> {
        self.detail().offset
    }

    /// The limit that was hit.
    pub fn limit(&self) -> Option<LimitError> {
        self.detail().limit
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
    /// `file: kind: message`. Control characters, which a name in a file may hold, are escaped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = self.file() {
            write!(f, "{}: ", printable_line(file))?;
        }
        let message = printable(self.message());
        match self {
            Self::Io(_) | Self::Usage(_) => f.write_str(&message),
            _ => write!(f, "{}: {message}", self.kind()),
        }
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
        let mut detail = Detail::new(error.to_string());
        detail.offset = error.offset();
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
