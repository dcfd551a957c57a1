use std::fmt;

/// Why rows can't be read or written.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    message: String,
    format: Option<cannery_format::Error>,
    io: Option<std::io::ErrorKind>,
}

/// Whose problem an [`Error`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The operating system could not read or write.
    Io,
    /// The table is not what the call needs: a cell is not a number, a file ending is not known.
    Usage,
    /// The table's file can't be read; [`Error::into_format`] says why.
    Format,
}

impl Error {
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self(Box::new(Inner { kind: ErrorKind::Usage, message: message.into(), format: None, io: None }))
    }

    /// Whose problem it is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What the operating system said, when it is an error of its.
    pub fn io_kind(&self) -> Option<std::io::ErrorKind> {
        self.0.io
    }

    /// The error of the reader of files, when it is one.
    pub fn into_format(self) -> Option<cannery_format::Error> {
        self.0.format
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Error {}

impl From<std::io::Error> for Error {
    /// The one I/O error of kind `InvalidData` is that of a row which does not end.
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::InvalidData {
            return Self::usage(error.to_string());
        }
        let message = error.to_string().to_lowercase();
        Self(Box::new(Inner { kind: ErrorKind::Io, message, format: None, io: Some(error.kind()) }))
    }
}

impl From<cannery_format::Error> for Error {
    fn from(error: cannery_format::Error) -> Self {
        let message = error.to_string();
        Self(Box::new(Inner { kind: ErrorKind::Format, message, format: Some(error), io: None }))
    }
}

impl From<csv::Error> for Error {
    fn from(error: csv::Error) -> Self {
        let message = error.to_string();
        match error.into_kind() {
            csv::ErrorKind::Io(io) => io.into(),
            _ => Self::usage(message.to_lowercase()),
        }
    }
}
