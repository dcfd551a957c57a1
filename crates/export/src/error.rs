use std::fmt;

/// Why a graph can't be exported.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The target can't hold these operators. There is at least one.
    Unsupported {
        /// Name of the target.
        target: &'static str,
        /// What is missing, in the order of the graph.
        gaps: Vec<Gap>,
    },
    /// The options don't fit the graph or the target.
    Usage(String),
}

/// An operator that a target can't hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Name of the operator: `hash_counts`.
    pub operator: &'static str,
    /// The part of the model that it comes from: `steps[1]`; empty for the model itself.
    pub path: Box<str>,
    /// Name of the estimator there.
    pub estimator: Box<str>,
    /// The reason, a part of a sentence.
    pub reason: String,
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        if !self.estimator.is_empty() {
            write!(f, "{}: ", self.estimator)?;
        }
        write!(f, "operator {}: {}", self.operator, self.reason)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsupported { target, gaps } => {
                write!(f, "{target} can't hold this model: ")?;
                for (index, gap) in gaps.iter().enumerate() {
                    write!(f, "{}{gap}", if index == 0 { "" } else { "; " })?;
                }
                Ok(())
            }
            Self::Usage(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for Error {}
