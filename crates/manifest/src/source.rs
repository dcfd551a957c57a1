//! The Python source that made a model.

use serde::{Deserialize, Serialize};

use crate::text::{BundlePath, CommitId};

/// A script in the bundle, the commit it is from, or both; at least one is there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The script, which `rebuild` runs.
    pub script: Option<Script>,
    /// The commit with the script. Its tree was clean.
    pub commit: Option<Commit>,
}

/// A script in the bundle.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// The file in the bundle.
    pub path: BundlePath,
    /// The arguments it was run with, without the name of the program.
    pub arguments: Vec<String>,
}

/// A commit of a repository.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Commit {
    /// The repository's URL, or the path where it was.
    pub repository: String,
    /// The full id of the commit.
    pub commit: CommitId,
    /// The script's path in the repository, if it is known.
    pub path: Option<String>,
}
