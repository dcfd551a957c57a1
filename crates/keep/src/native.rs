//! What this crate asks of whoever knows models.

use std::path::Path;

use bytes::Bytes;
use cannery_manifest::Sha256;

use crate::error::Result;

/// Whoever reads, judges and runs models. Nothing of them is executed.
pub trait Native {
    /// Judges a model file, and says what it is.
    fn describe(&self, model: &Bytes) -> Result<Described>;

    /// Predicts for the rows of a file. A model that can't be run is no error.
    ///
    /// `methods` are names with commas between them; nothing means what the model is usually asked for. Files may be written
    /// into the folder `scratch`.
    fn predict(&self, model: &Bytes, rows: &Path, methods: Option<&str>, scratch: &Path)
    -> Result<Predicted>;
}

/// What a model file is.
#[derive(Clone, Debug)]
pub struct Described {
    /// What `scan` says.
    pub judgement: Judgement,
    /// What the file is: `pickle`, `joblib`.
    pub container: String,
    /// The full name of its class.
    pub class: Option<String>,
    /// The versions of scikit-learn that it names, sorted.
    pub scikit_learn: Vec<String>,
    /// The digest of what it computes.
    pub computation: Option<Sha256>,
}

/// What `scan` says of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// All of it is known.
    Safe,
    /// Something is not known: the first finding.
    Unknown(String),
    /// Something does harm: the first such finding.
    Dangerous(String),
    /// It can't be read: the reason.
    Malformed(String),
}

/// Predictions, or the reason that there are none.
#[derive(Clone, Debug)]
pub enum Predicted {
    /// They are.
    Rows {
        /// A line for each row, with a member for each method.
        ndjson: Vec<u8>,
        /// The methods.
        methods: Vec<String>,
        /// The number of rows.
        rows: u64,
    },
    /// The model can't be run.
    Not {
        /// The reason.
        reason: String,
    },
}
