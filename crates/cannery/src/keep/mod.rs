//! Bundles: a model with what is needed to trust it and to train it again. docs/keep.md describes them.
//!
//! ```no_run
//! use cannery::keep::{Curve, Seal, Verify};
//! cannery::keep::keygen("key.pem", Curve::P256)?;
//! Seal::new("iris.joblib").record(Some("run.json".into())).run("iris")?;
//! cannery::keep::sign("iris", "key.pem")?;
//! let verification = Verify::default().key(Some("key.pub.pem".into())).run("iris")?;
//! assert!(verification.is_verified());
//! # Ok::<(), cannery::Error>(())
//! ```

mod native;
mod pages;
mod rebuild;
mod report;

use std::path::{Path, PathBuf};

pub use cannery_keep::manifest;
pub use cannery_keep::sign::Curve;
pub use cannery_keep::{Check, Outcome, Sealed, Verification};
use cannery_object::Limits;

use self::native::Models;
use crate::error::{Error, Result};

pub use self::pages::Provenance;
pub use self::rebuild::{
    Rebuild, Rebuilt, SandboxLimits, Trained, Versions, write_rebuilt_json, write_rebuilt_text,
};
pub use self::report::{
    write_sealed_json, write_sealed_text, write_verification_json, write_verification_text,
};

/// What goes into a bundle. Nothing of the model is executed.
#[derive(Clone, Debug)]
pub struct Seal {
    inner: cannery_keep::Seal,
    limits: Limits,
}

/// Passes options on to the crate that has them.
macro_rules! options {
    ($($(#[$doc:meta])* $name:ident($($argument:ident: $type:ty),*);)*) => {
        $($(#[$doc])*
        #[must_use]
        pub fn $name(mut self, $($argument: $type),*) -> Self {
            self.inner = self.inner.$name($($argument),*);
            self
        })*
    };
}

impl Seal {
    /// A bundle of this model file.
    pub fn new(model: impl Into<PathBuf>) -> Self {
        Self { inner: cannery_keep::Seal::new(model), limits: Limits::default() }
    }

    options! {
        /// The record of the training: the file that `cannery.record` wrote in Python.
        record(record: Option<PathBuf>);
        /// Training data: files and folders, which are hashed, and references such as `s3://bucket/key?versionId=ID`.
        data(data: Vec<String>);
        /// The source: a script, a folder of git whose commit is taken, or a commit as `git+https://…@COMMIT#path`.
        source(source: Option<String>);
        /// The arguments that the script was run with.
        arguments(arguments: Vec<String>);
        /// A lock file: `pylock.toml`, `uv.lock` or requirements.
        environment(environment: Option<PathBuf>);
        /// An interpreter, which is run and asked for its packages.
        python(python: Option<PathBuf>);
        /// A file with scores: `{"metric": "accuracy", "folds": [0.9, 1.0]}`, or a list of these.
        scores(scores: Option<PathBuf>);
        /// A few rows, whose predictions are kept, and the methods, with commas between them.
        golden(rows: Option<PathBuf>, methods: Option<String>);
        /// An SPDX expression.
        license(license: Option<String>);
        /// The name; that of the file without its ending if nothing is said.
        name(name: Option<String>);
        /// A private key, which signs the bundle before it appears.
        key(key: Option<PathBuf>);
        /// Whether data that may change is taken, and marked.
        allow_mutable(allow: bool);
        /// Whether a missing item is an error.
        require_all(require: bool);
        /// Whether a bundle that is there is replaced.
        replace(replace: bool);
    }

    /// The time of sealing in UTC, `2026-12-01T05:00:00Z`; if nothing is said, that of `SOURCE_DATE_EPOCH`, or now. The same
    /// time gives the same bytes.
    ///
    /// # Errors
    /// `Usage` for another form.
    pub fn created(mut self, created: &str) -> Result<Self> {
        let created = manifest::Timestamp::new(created).map_err(|error| Error::usage(error.to_string()))?;
        self.inner = self.inner.created(Some(created));
        Ok(self)
    }

    /// What reading the model may spend.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.inner = self.inner.limits(limits.clone());
        self.limits = limits;
        self
    }

    /// Writes the bundle: a zip if its name ends in `.zip`, else a folder. It appears complete or not at all.
    ///
    /// # Errors
    /// `Unsafe` for a model that `scan` calls dangerous; `Usage` for what does not fit together, such as data that has changed
    /// since it was recorded; `Malformed` for what can't be read; `Io`.
    pub fn run(&self, bundle: impl AsRef<Path>) -> Result<Sealed> {
        Ok(self.inner.run(&Models::new(&self.limits), bundle.as_ref())?)
    }
}

/// How a bundle is checked. Nothing is executed, and nothing fetched.
#[derive(Clone, Debug, Default)]
pub struct Verify {
    inner: cannery_keep::Verify,
    limits: Limits,
}

impl Verify {
    options! {
        /// The public key that the bundle must be signed with.
        key(key: Option<PathBuf>);
        /// The folder where training data is looked for.
        data_root(root: Option<PathBuf>);
        /// Whether only digests and signature are checked, in constant memory: the model is not scanned, and golden rows are
        /// not predicted.
        digests_only(only: bool);
    }

    /// What reading the model may spend.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.inner = self.inner.limits(limits.clone());
        self.limits = limits;
        self
    }

    /// Checks a bundle.
    ///
    /// # Errors
    /// `Io` for what the system can't read; those of the key. What is wrong with the bundle is in the verification.
    pub fn run(&self, bundle: impl AsRef<Path>) -> Result<Verification> {
        Ok(self.inner.run(&Models::new(&self.limits), bundle.as_ref())?)
    }
}

/// Makes a key, and writes it to `KEY.pem`, readable by its owner only, and its public part to `KEY.pub.pem`, whose path it
/// gives.
///
/// # Errors
/// `Usage` when one of the files is there already; `Io`.
pub fn keygen(path: impl AsRef<Path>, curve: Curve) -> Result<PathBuf> {
    cannery_keep::sign::keygen(path.as_ref(), curve)?;
    Ok(cannery_keep::sign::public_path(path.as_ref()))
}

/// Signs a bundle with a private key: writes `model.sig` into it, in place of any signature that is there.
///
/// # Errors
/// `Usage` when the files of the bundle are not those of its manifest; those of the key and the system.
pub fn sign(bundle: impl AsRef<Path>, key: impl AsRef<Path>) -> Result<()> {
    let key = cannery_keep::sign::PrivateKey::open(key.as_ref())?;
    Ok(cannery_keep::sign::sign(bundle.as_ref(), &key)?)
}

/// Writes a text to a file, which appears whole or not at all.
///
/// # Errors
/// `Io`.
pub fn write_text(path: impl AsRef<Path>, text: &str) -> Result<()> {
    let path = path.as_ref();
    let write = || {
        let mut file = cannery_format::AtomicFile::create(path)?;
        std::io::Write::write_all(&mut file, text.as_bytes())?;
        file.finish()
    };
    write().map_err(|error: std::io::Error| Error::from(error).in_file(path.display()))
}

impl From<cannery_keep::Error> for Error {
    fn from(error: cannery_keep::Error) -> Self {
        use cannery_keep::ErrorKind;
        let (kind, message) = (error.kind(), error.message().to_owned());
        let file = error.file().map(|file| file.display().to_string());
        let own = match kind {
            ErrorKind::Io => of_io(message, error),
            ErrorKind::Malformed => Self::malformed(message),
            ErrorKind::Unsupported => Self::unsupported(message),
            ErrorKind::Unsafe => Self::dangerous(message),
            ErrorKind::Usage => Self::usage(message),
            _ => of_inner(message, error),
        };
        file.into_iter().fold(own, Self::in_file)
    }
}

fn of_io(message: String, error: cannery_keep::Error) -> Error {
    let source = error.into_source().and_then(|source| source.downcast::<std::io::Error>().ok());
    Error::io_message(message, source.map(|source| source.kind()))
}

/// An error that came from here, or from the crate of formats.
fn of_inner(message: String, error: cannery_keep::Error) -> Error {
    let Some(source) = error.into_source() else { return Error::malformed(message) };
    let source = match source.downcast::<Error>() {
        Ok(own) => return *own,
        Err(source) => source,
    };
    match source.downcast::<cannery_format::Error>() {
        Ok(format) => (*format).into(),
        Err(_) => Error::malformed(message),
    }
}
