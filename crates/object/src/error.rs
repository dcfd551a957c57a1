use std::fmt;

use crate::limits::LimitError;

/// Why a value is not what a view expects.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    message: String,
}

/// Whose problem an [`Error`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The file breaks the rules of its own format.
    Malformed,
    /// The file is fine, and this build can't use it.
    Unsupported,
    /// A limit was hit.
    Limit(LimitError),
}

impl Error {
    /// The file breaks the rules of its own format.
    pub fn malformed(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Malformed, message.into())
    }

    /// The file is fine, and this build can't use it.
    pub fn unsupported(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unsupported, message.into())
    }

    fn new(kind: ErrorKind, message: String) -> Self {
        Self(Box::new(Inner { kind, message }))
    }

    /// Whose problem it is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }
}

impl From<LimitError> for Error {
    fn from(limit: LimitError) -> Self {
        Self::new(ErrorKind::Limit(limit), limit.to_string())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Error {}
