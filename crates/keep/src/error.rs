use std::fmt;
use std::path::{Path, PathBuf};

/// Why a bundle could not be made, signed or looked at. A bundle that fails a check is no error: [`Verification`](crate::Verification)
/// says so.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    message: String,
    file: Option<PathBuf>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// Whose problem it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The operating system could not read or write a file.
    Io,
    /// A file breaks the rules of its own format.
    Malformed,
    /// More than what this build can do.
    Unsupported,
    /// A model is dangerous.
    Unsafe,
    /// The call itself is wrong, or what was given does not fit together.
    Usage,
    /// An error of whoever reads models or files, which [`Error::into_source`] gives.
    Inner,
}

/// What every fallible function of this crate returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner { kind, message: message.into(), file: None, source: None }))
    }

    pub(crate) fn malformed(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Malformed, message)
    }

    pub(crate) fn unsupported(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unsupported, message)
    }

    pub(crate) fn dangerous(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unsafe, message)
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Usage, message)
    }

    /// An error of someone else.
    pub fn of(source: impl std::error::Error + Send + Sync + 'static) -> Self {
        let mut error = Self::new(ErrorKind::Inner, source.to_string());
        error.0.source = Some(Box::new(source));
        error
    }

    /// The same error, said of a file.
    #[must_use]
    pub fn in_file(mut self, file: impl AsRef<Path>) -> Self {
        self.0.file.get_or_insert_with(|| file.as_ref().to_owned());
        self
    }

    /// Whose problem it is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What is wrong, without the file.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The file that it is about.
    pub fn file(&self) -> Option<&Path> {
        self.0.file.as_deref()
    }

    /// The error of someone else, or of the system.
    pub fn into_source(self) -> Option<Box<dyn std::error::Error + Send + Sync>> {
        self.0.source
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.file {
            Some(file) => write!(f, "{}: {}", file.display(), self.0.message),
            None => f.write_str(&self.0.message),
        }
    }
}

impl std::error::Error for Error {}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        let mut own = Self::new(ErrorKind::Io, error.to_string().to_lowercase());
        own.0.source = Some(Box::new(error));
        own
    }
}

impl From<cannery_format::Error> for Error {
    fn from(error: cannery_format::Error) -> Self {
        Self::of(error)
    }
}

impl From<cannery_manifest::Error> for Error {
    fn from(error: cannery_manifest::Error) -> Self {
        Self::malformed(error.to_string())
    }
}
