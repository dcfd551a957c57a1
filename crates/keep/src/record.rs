//! What a training recorded: the file that `cannery.record` writes in Python (`cannery/record.py`).

use std::io::Read;
use std::path::{Path, PathBuf};

use cannery_manifest::{
    CommitId, DataFile, Environment, Interpreter, Package, Platform, Score, Sha256, Timestamp,
};
use serde::Deserialize;

use crate::error::{Error, Result};

/// Longest record that is read.
const MOST: u64 = 64 << 20;

/// A record. Everything in it is a claim, until cannery sees the same.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Reading it checks it.
    #[serde(rename = "schema")]
    _schema: Schema,
    /// When the training began.
    pub started: Timestamp,
    /// When it ended.
    pub finished: Timestamp,
    /// The folder that relative paths are of.
    pub folder: PathBuf,
    /// The data: files, folders, references.
    pub data: Vec<RecordedData>,
    /// The script that ran.
    pub source: Option<RecordedSource>,
    /// Interpreter, platform, packages.
    pub environment: RecordedEnvironment,
    /// Scores of cross-validations.
    pub scores: Vec<Score>,
    /// The models that were written.
    pub models: Vec<DataFile>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
enum Schema {
    #[serde(rename = "cannery.record/1")]
    V1,
}

/// Data as the training saw it.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum RecordedData {
    /// A file.
    File(DataFile),
    /// A folder.
    Folder(RecordedFolder),
    /// A reference, as [`Reference::parse`](cannery_manifest::Reference::parse) reads it.
    Reference(RecordedReference),
}

/// A folder of data.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedFolder {
    /// Its path.
    pub path: String,
    /// Its files.
    pub files: Vec<DataFile>,
}

/// A reference to data.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedReference {
    /// As it was given.
    pub reference: String,
}

/// The script that ran.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedSource {
    /// Its path.
    pub path: String,
    /// Its digest when it ran.
    pub sha256: Sha256,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// The repository it is in.
    pub git: Option<RecordedGit>,
}

/// A repository as it was when the script ran.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedGit {
    /// The URL of its remote, or its path.
    pub repository: String,
    /// The commit that was checked out.
    pub commit: CommitId,
    /// The script's path in it.
    pub path: Option<String>,
    /// Whether files that it keeps had changes that are in no commit.
    pub dirty: bool,
}

/// The environment that the script ran in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedEnvironment {
    /// The interpreter.
    pub python: Interpreter,
    /// The platform.
    pub platform: Platform,
    /// All installed distributions.
    pub packages: Vec<RecordedPackage>,
}

/// A distribution.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedPackage {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

impl Record {
    /// Reads a record.
    ///
    /// # Errors
    /// `Io`; `Malformed` for what is none.
    pub fn open(path: &Path) -> Result<Self> {
        let bytes = read_small(path, MOST)?;
        let wrong = |error: serde_json::Error| {
            Error::malformed(format!("not a record of cannery.record: {error}")).in_file(path)
        };
        serde_json::from_slice(&bytes).map_err(wrong)
    }
}

impl RecordedEnvironment {
    /// As it stands in a manifest.
    pub fn to_environment(&self) -> Environment {
        let package = |package: &RecordedPackage| Package {
            name: Package::normalise(&package.name),
            version: package.version.clone(),
            sha256: Vec::new(),
        };
        let mut packages: Vec<Package> = self.packages.iter().map(package).collect();
        packages.sort();
        packages.dedup();
        Environment {
            python: Some(self.python.clone()),
            platform: Some(self.platform.clone()),
            packages,
            lock: None,
        }
    }
}

/// The whole of a file that is no longer than `most`.
pub(crate) fn read_small(path: &Path, most: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(most + 1).read_to_end(&mut bytes));
    read.map_err(|error| Error::from(error).in_file(path))?;
    match bytes.len() as u64 > most {
        true => Err(Error::malformed(format!("is longer than {most} bytes")).in_file(path)),
        false => Ok(bytes),
    }
}
