//! What a move did, and why one was refused.

use std::fmt;

use cannery_object::{LimitError, Value};

/// A change of a move.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Where the object is in the model: `steps[1]`; empty for the model itself.
    pub path: String,
    /// The class of the object.
    pub class: String,
    /// The attribute; empty where the object itself changed.
    pub attribute: String,
    /// What was done with it.
    pub what: What,
    /// The name of the rule.
    pub rule: &'static str,
    /// Why the rule does it.
    pub why: &'static str,
    pub(super) object: Value,
}

/// What was done with an attribute or an object.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum What {
    /// The attribute was not there before.
    Added,
    /// The attribute has another value.
    Changed,
    /// The attribute is gone.
    Removed,
    /// The attribute has this name now.
    Renamed(String),
    /// The object is of this class now, or has this name.
    Became(String),
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Added => f.write_str("added"),
            Self::Changed => f.write_str("changed"),
            Self::Removed => f.write_str("removed"),
            Self::Renamed(to) => write!(f, "renamed to {to}"),
            Self::Became(to) => write!(f, "became {to}"),
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}", self.path)?;
        }
        if !self.attribute.is_empty() {
            let dot = if self.path.is_empty() { "" } else { "." };
            write!(f, "{dot}{}", self.attribute)?;
        }
        if self.path.is_empty() && self.attribute.is_empty() {
            write!(f, "{}", self.class)?;
        }
        write!(f, " {} [{}]: {}", self.what, self.rule, self.why)
    }
}

/// Something that the moved model does differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caveat {
    /// Where the object is in the model.
    pub path: String,
    /// The class of the object.
    pub class: String,
    /// Which kind of difference.
    pub difference: Difference,
    /// What is different.
    pub message: String,
    pub(super) object: Value,
}

/// Which kind of difference a [`Caveat`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Difference {
    /// The moved object computes something else: accepted only on request.
    Behaviour,
    /// The moved object has another class, which computes the same: accepted only on request.
    Class,
    /// The last digits of results depend on the libraries that compute them: always accepted.
    Digits,
}

impl fmt::Display for Caveat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() { &self.class } else { &self.path };
        write!(f, "{path}: {}", self.message)
    }
}

/// What a move did.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Every change, in the order in which rules ran.
    pub changes: Vec<Change>,
    /// What the moved model does differently, and was accepted.
    pub caveats: Vec<Caveat>,
}

/// Why a model can't be moved.
#[derive(Debug)]
pub struct Refusal {
    /// Which kind of reason.
    pub kind: RefusalKind,
    /// Where the object is in the model.
    pub path: String,
    /// The reason.
    pub message: String,
    pub(super) object: Value,
}

/// Which kind of reason a [`Refusal`] has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RefusalKind {
    /// The target has nothing that computes the same.
    Impossible,
    /// The moved model would compute something else, which was not accepted.
    Behaviour,
    /// An object would get another class, which was not accepted.
    Class,
    /// The state is not what any scikit-learn writes.
    Malformed,
    /// A limit was hit.
    Limit,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for Refusal {}

impl From<LimitError> for Refusal {
    fn from(error: LimitError) -> Self {
        Self {
            kind: RefusalKind::Limit,
            path: String::new(),
            message: error.to_string(),
            object: Value::None,
        }
    }
}
