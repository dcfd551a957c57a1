//! References to training data.

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::manifest::Standing;
use crate::text::{CommitId, Md5, Sha256};

/// Training data: where it is, and how it is known to be the same.
///
/// [`Observed`](Standing::Observed) data was read and hashed by cannery when the bundle was sealed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// Whether cannery hashed it, or somebody told.
    pub standing: Standing,
    /// What identifies it.
    pub reference: Reference,
}

/// What identifies data. All but [`Mutable`](Self::Mutable) name the same bytes forever.
///
/// In JSON `kind` says which it is: `{"kind":"git","repository":…,"commit":…,"path":null}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Reference {
    /// A file by its content.
    File {
        /// Its path as it was given, with `/`; `verify --data-root` looks for it below another folder.
        path: String,
        /// Its digest.
        sha256: Sha256,
        /// Its size.
        bytes: u64,
    },
    /// A folder by the content of all of its files.
    Folder {
        /// Its path as it was given, with `/`.
        path: String,
        /// Its files, by path, which is relative to the folder.
        files: Vec<DataFile>,
    },
    /// A repository, or a path in it, at a commit.
    Git {
        /// The repository's URL.
        repository: String,
        /// The full id of the commit.
        commit: CommitId,
        /// The path in the repository, if not all of it.
        path: Option<String>,
    },
    /// An object of a store that keeps versions: `s3://bucket/key`, `gs://bucket/key`.
    Object {
        /// Its URL without version.
        url: String,
        /// Its version id (S3) or generation (Google).
        version: String,
    },
    /// A version of a Delta table.
    Delta {
        /// The table's URL or path.
        table: String,
        /// Its version.
        version: u64,
    },
    /// A snapshot of an Iceberg table.
    Iceberg {
        /// The table's name, `catalog.schema.table`.
        table: String,
        /// The id of the snapshot: a 64-bit number, as text, since JSON would round it.
        snapshot: String,
    },
    /// A data set of OpenML.
    #[serde(rename = "openml")]
    OpenMl {
        /// The id of the data set.
        id: u64,
        /// Its version.
        version: u64,
        /// The digest that OpenML gives.
        md5: Option<Md5>,
    },
    /// A data set of Hugging Face at a revision.
    #[serde(rename = "huggingface")]
    HuggingFace {
        /// `owner/name`.
        repository: String,
        /// The full id of the revision.
        revision: CommitId,
        /// The path in the repository, if not all of it.
        path: Option<String>,
    },
    /// A file on the web by its content.
    Http {
        /// The URL.
        url: String,
        /// Its digest.
        sha256: Sha256,
    },
    /// What may change: a URL without digest, a branch, `latest`. Sealed only with `--allow-mutable`, and shown by `verify`.
    Mutable {
        /// What was given.
        uri: String,
    },
}

/// A file of a folder of data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataFile {
    /// Its path in the folder, with `/`.
    pub path: String,
    /// Its digest.
    pub sha256: Sha256,
    /// Its size.
    pub bytes: u64,
}

impl Reference {
    /// Reads a reference as people write it: `git+https://host/repo@COMMIT#path`, `s3://bucket/key?versionId=ID`,
    /// `gs://bucket/key#GENERATION`, `delta:TABLE@VERSION`, `iceberg:TABLE@SNAPSHOT`, `openml:ID@VERSION`,
    /// `openml:ID@VERSION#md5=…`, `hf://datasets/owner/name@COMMIT/path`, `https://…#sha256=…`. What has the form of a
    /// URL and no digest or immutable id is [`Mutable`](Self::Mutable). Paths of files are for whoever can read files.
    ///
    /// ```
    /// use cannery_manifest::Reference;
    /// let reference = Reference::parse("delta:s3://lake/iris@12")?;
    /// assert_eq!(reference, Reference::Delta { table: "s3://lake/iris".into(), version: 12 });
    /// assert!(!Reference::parse("https://example.org/iris.csv")?.is_immutable());
    /// # Ok::<(), cannery_manifest::Error>(())
    /// ```
    ///
    /// # Errors
    /// A scheme that is not known, and a part of a wrong form: a short commit, a version that is not a number.
    pub fn parse(text: &str) -> Result<Self, Error> {
        crate::specification::parse(text)
    }

    /// Whether it names the same bytes forever.
    pub fn is_immutable(&self) -> bool {
        !matches!(self, Self::Mutable { .. })
    }

    /// The URI of the data, with digest or version, in the form that [`parse`](Self::parse) reads; of files and folders the
    /// path.
    pub fn uri(&self) -> String {
        let with_path =
            |path: &Option<String>, sign| path.as_ref().map_or(String::new(), |path| format!("{sign}{path}"));
        match self {
            Self::File { path, .. } | Self::Folder { path, .. } => path.clone(),
            Self::Git { repository, commit, path } => {
                format!("git+{repository}@{commit}{}", with_path(path, '#'))
            }
            Self::Object { url, version } if url.starts_with("gs://") => format!("{url}#{version}"),
            Self::Object { url, version } => format!("{url}?versionId={version}"),
            Self::Delta { table, version } => format!("delta:{table}@{version}"),
            Self::Iceberg { table, snapshot } => format!("iceberg:{table}@{snapshot}"),
            Self::OpenMl { id, version, md5: None } => format!("openml:{id}@{version}"),
            Self::OpenMl { id, version, md5: Some(md5) } => format!("openml:{id}@{version}#md5={md5}"),
            Self::HuggingFace { repository, revision, path } => {
                format!("hf://datasets/{repository}@{revision}{}", with_path(path, '/'))
            }
            Self::Http { url, sha256 } => format!("{url}#sha256={sha256}"),
            Self::Mutable { uri } => uri.clone(),
        }
    }
}
