use std::fmt;
use std::io;

use cannery_object::LimitError;
use cannery_pickle::Breach;

/// Why bytes could not be read: what is wrong, and where.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    message: String,
    breach: Breach,
    offset: Option<u64>,
    part: Option<String>,
    opcode: Option<&'static str>,
    source: Option<io::Error>,
}

/// Whose problem an [`Error`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The operating system could not read the file.
    Io,
    /// The file breaks the rules of its own format.
    Malformed,
    /// The file may be fine, and this build can't read it.
    Unsupported,
    /// A limit was hit.
    Limit(LimitError),
}

/// What any reader of this crate returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// The file breaks the rules of its own format.
    pub fn malformed(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Malformed, message.into())
    }

    /// The file may be fine, and this build can't read it.
    pub fn unsupported(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unsupported, message.into())
    }

    fn new(kind: ErrorKind, message: String) -> Self {
        Self(Box::new(Inner {
            kind,
            message,
            breach: Breach::Rule,
            offset: None,
            part: None,
            opcode: None,
            source: None,
        }))
    }

    /// The same error at a byte offset of the file or part; an offset that is already there stays.
    #[must_use]
    pub fn at(mut self, offset: usize) -> Self {
        self.0.offset.get_or_insert(offset as u64);
        self
    }

    /// The same error at another offset.
    #[must_use]
    pub(crate) fn moved_to(mut self, offset: u64) -> Self {
        self.0.offset = Some(offset);
        self
    }

    /// The same error in a part of the file, such as an entry of a zip archive. Parts nest, outermost first.
    #[must_use]
    pub fn within(mut self, part: &str) -> Self {
        let inner = self.0.part.take();
        self.0.part = Some(inner.map_or_else(|| part.to_owned(), |inner| format!("{part}: {inner}")));
        self
    }

    /// The same error, said to be of this kind of breach.
    #[must_use]
    pub(crate) fn of_breach(mut self, breach: Breach) -> Self {
        self.0.breach = breach;
        self
    }

    /// In which way the file breaks the rules of its format, if it does.
    pub fn breach(&self) -> Breach {
        self.0.breach
    }

    /// What is wrong, without the place.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Whose problem it is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Byte offset in the file, or in its [part](Self::part), if known.
    pub fn offset(&self) -> Option<u64> {
        self.0.offset
    }

    /// Name of the pickle opcode that could not be carried out, if it is one.
    pub fn opcode(&self) -> Option<&'static str> {
        self.0.opcode
    }

    /// The same error as one of the pickle stream that led to it.
    pub(crate) fn into_pickle(self, offset: usize) -> cannery_pickle::Error {
        match self.0.kind {
            ErrorKind::Limit(limit) => cannery_pickle::Error::limit(offset, limit),
            ErrorKind::Unsupported => cannery_pickle::Error::unsupported(offset, self.to_string()),
            _ => cannery_pickle::Error::malformed(offset, self.to_string()),
        }
    }

    /// The part of the file, such as an entry of a zip archive.
    pub fn part(&self) -> Option<&str> {
        self.0.part.as_deref()
    }
}

impl From<LimitError> for Error {
    fn from(limit: LimitError) -> Self {
        Self::new(ErrorKind::Limit(limit), limit.to_string())
    }
}

impl From<cannery_object::Error> for Error {
    fn from(error: cannery_object::Error) -> Self {
        let kind = match error.kind() {
            cannery_object::ErrorKind::Limit(limit) => ErrorKind::Limit(limit),
            cannery_object::ErrorKind::Unsupported => ErrorKind::Unsupported,
            _ => ErrorKind::Malformed,
        };
        Self::new(kind, error.to_string())
    }
}

impl From<cannery_pickle::Error> for Error {
    fn from(error: cannery_pickle::Error) -> Self {
        let kind = match error.kind() {
            cannery_pickle::ErrorKind::Limit(limit) => ErrorKind::Limit(limit),
            cannery_pickle::ErrorKind::Unsupported => ErrorKind::Unsupported,
            _ => ErrorKind::Malformed,
        };
        let (breach, offset, opcode) = (error.breach(), error.offset(), error.opcode());
        let mut wrapped = Self::new(kind, error.into_message()).at(offset);
        wrapped.0.breach = breach;
        wrapped.0.opcode = opcode.map(cannery_pickle::Opcode::name);
        wrapped
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        let mut wrapped = Self::new(ErrorKind::Io, error.to_string().to_lowercase());
        wrapped.0.source = Some(error);
        wrapped
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { message, offset, part, opcode, .. } = &*self.0;
        if let Some(part) = part {
            write!(f, "{part}: ")?;
        }
        f.write_str(message)?;
        if let Some(offset) = offset {
            write!(f, ", at byte {offset}")?;
        }
        match opcode {
            Some(opcode) => write!(f, " ({opcode})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_ref().map(|source| source as _)
    }
}

/// At most 60 characters of a name from a file, for a message.
pub(crate) fn shorten(name: &str) -> String {
    match name.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_where_and_what() {
        let error =
            Error::malformed("the header is not a literal").at(7).at(9).within("a.npy").within("model.npz");
        assert_eq!(error.to_string(), "model.npz: a.npy: the header is not a literal, at byte 7");
        assert_eq!(error.kind(), ErrorKind::Malformed);
    }

    #[test]
    fn names_are_shortened_at_a_character() {
        assert_eq!(shorten(&"é".repeat(61)), format!("{}…", "é".repeat(60)));
        assert_eq!(shorten("é"), "é");
    }

    #[test]
    fn errors_of_the_layers_below_keep_what_they_say() {
        use cannery_object::Limit;
        use cannery_pickle::Opcode;

        let limit = LimitError { limit: Limit::ZipEntries, allowed: 1, asked: 2 };
        let pickle = cannery_pickle::Error::malformed(7, "x").at(Opcode::Pop).of_breach(Breach::CutShort);
        let error = Error::from(pickle);
        assert_eq!(
            (error.kind(), error.offset(), error.opcode()),
            (ErrorKind::Malformed, Some(7), Some("POP"))
        );
        assert_eq!((error.breach(), error.to_string()), (Breach::CutShort, "x, at byte 7 (POP)".to_owned()));
        let error = Error::from(cannery_pickle::Error::unsupported(7, "x"));
        assert_eq!((error.kind(), error.to_string()), (ErrorKind::Unsupported, "x, at byte 7".to_owned()));
        let error = Error::from(cannery_pickle::Error::limit(7, limit));
        assert_eq!((error.kind(), error.offset()), (ErrorKind::Limit(limit), Some(7)));
        let error = Error::from(cannery_object::Error::malformed("x"));
        assert_eq!((error.kind(), error.to_string()), (ErrorKind::Malformed, "x".to_owned()));
        assert_eq!(Error::from(cannery_object::Error::unsupported("x")).kind(), ErrorKind::Unsupported);
        assert_eq!(Error::from(cannery_object::Error::from(limit)).kind(), ErrorKind::Limit(limit));
        let back = Error::from(limit).into_pickle(9);
        assert_eq!((back.kind(), back.offset()), (cannery_pickle::ErrorKind::Limit(limit), 9));
        let back = Error::unsupported("x").within("a.npy").into_pickle(9);
        assert_eq!(back.kind(), cannery_pickle::ErrorKind::Unsupported);
        assert_eq!(back.to_string(), "a.npy: x (byte 9)");
        assert_eq!(Error::malformed("x").into_pickle(9).kind(), cannery_pickle::ErrorKind::Malformed);
        let io = Error::from(io::Error::other("No Such Thing"));
        assert_eq!((io.kind(), io.to_string()), (ErrorKind::Io, "no such thing".to_owned()));
        assert!(std::error::Error::source(&io).is_some());
    }
}
