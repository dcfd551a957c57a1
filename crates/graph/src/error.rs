use std::fmt;

use crate::graph::Origin;

/// Why a graph can't be built.
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
    /// An operator is applied to types that it does not take, or its constants do not fit together.
    Malformed,
    /// The signature is fine, and the computation can't start from it.
    Unsupported,
}

impl Error {
    pub(crate) fn malformed(origin: &Origin, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Malformed, origin, message.into())
    }

    pub(crate) fn unsupported(origin: &Origin, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unsupported, origin, message.into())
    }

    fn new(kind: ErrorKind, origin: &Origin, message: String) -> Self {
        Self(Box::new(Inner { kind, path: origin.path.clone(), operator: None, message }))
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

    /// Name of the operator that can't be added, if it is one.
    pub fn operator(&self) -> Option<&'static str> {
        self.0.operator
    }

    /// Whose problem it is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Where in the model: the path of the [`Origin`] at work, empty for the model itself.
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
