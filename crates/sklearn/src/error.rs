use std::fmt;

use cannery_object as object;

/// Why an estimator can't be read or lowered.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    path: String,
    operator: Option<&'static str>,
    message: String,
}

/// Whose problem an [`Error`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The state is not what any scikit-learn writes.
    Malformed,
    /// The state is fine, and this build can't compute it.
    Unsupported,
    /// A limit was hit.
    Limit,
}

impl Error {
    pub(crate) fn malformed(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Malformed, path.into(), message.into())
    }

    pub(crate) fn unsupported(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unsupported, path.into(), message.into())
    }

    pub(crate) fn limit(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Limit, path.into(), message.into())
    }

    /// What a view on a value found, with the place of the value.
    pub(crate) fn in_view(path: impl Into<String>, error: &object::Error) -> Self {
        let kind = match error.kind() {
            object::ErrorKind::Unsupported => ErrorKind::Unsupported,
            object::ErrorKind::Limit(_) => ErrorKind::Limit,
            _ => ErrorKind::Malformed,
        };
        Self::new(kind, path.into(), error.to_string())
    }

    fn new(kind: ErrorKind, path: String, message: String) -> Self {
        Self(Box::new(Inner { kind, path, operator: None, message }))
    }

    /// Whose problem it is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What is wrong, without the place.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Name of the operator that the graph does not take, if it is one.
    pub fn operator(&self) -> Option<&'static str> {
        self.0.operator
    }

    /// Where in the model: `steps[1].coef_`; empty for the model itself.
    pub fn path(&self) -> &str {
        &self.0.path
    }
}

impl From<cannery_graph::Error> for Error {
    fn from(error: cannery_graph::Error) -> Self {
        let kind = match error.kind() {
            cannery_graph::ErrorKind::Unsupported => ErrorKind::Unsupported,
            _ => ErrorKind::Malformed,
        };
        let mut lowered = Self::new(kind, error.path().to_owned(), error.message().to_owned());
        lowered.0.operator = error.operator();
        lowered
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
