use std::fmt;

use cannery_graph::Origin;

/// Why a program can't be compiled or run.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    path: Box<str>,
    operator: Option<&'static str>,
    message: String,
}

/// Whose problem an [`Error`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The batch is not what the model takes.
    Usage,
    /// The model does not offer what is asked for.
    Unsupported,
    /// The graph computes what its next operator can't take.
    Malformed,
}

impl Error {
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Usage, message.into())
    }

    pub(crate) fn unsupported(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unsupported, message.into())
    }

    pub(crate) fn malformed(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Malformed, message.into())
    }

    fn new(kind: ErrorKind, message: String) -> Self {
        Self(Box::new(Inner { kind, path: "".into(), operator: None, message }))
    }

    pub(crate) fn at(mut self, origin: &Origin) -> Self {
        self.0.path = origin.path.clone();
        self
    }

    /// The same error, said of an operator.
    pub(crate) fn of_operator(mut self, name: &'static str) -> Self {
        self.0.operator = Some(name);
        self
    }

    /// What is wrong, without the place.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Name of the operator that can't be compiled or run, if it is one: `cast`.
    pub fn operator(&self) -> Option<&'static str> {
        self.0.operator
    }

    /// Whose problem it is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Where in the model: the path of the operator's origin, empty for the model itself.
    pub fn path(&self) -> &str {
        &self.0.path
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.0.path.is_empty() {
            write!(f, "{}: ", self.0.path)?;
        }
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Error {}

impl From<cannery_rows::Mismatch> for Error {
    fn from(mismatch: cannery_rows::Mismatch) -> Self {
        Self::usage(mismatch.to_string())
    }
}
