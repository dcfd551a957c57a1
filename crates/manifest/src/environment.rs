//! The Python environment that a model was trained in.

use serde::{Deserialize, Serialize};

use crate::text::{BundlePath, Sha256};

/// Interpreter, platform and packages. What is not known is null; a lock file alone says nothing of the interpreter.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    /// The interpreter.
    pub python: Option<Interpreter>,
    /// The machine and its system.
    pub platform: Option<Platform>,
    /// Every installed or locked package, by name, then version.
    pub packages: Vec<Package>,
    /// The lock file in the bundle.
    pub lock: Option<Lock>,
}

/// A Python interpreter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interpreter {
    /// `CPython`, `PyPy`: `platform.python_implementation()`.
    pub implementation: String,
    /// `3.12.1`: `platform.python_version()`.
    pub version: String,
}

/// The machine that a model was trained on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Platform {
    /// `Linux`, `Darwin`, `Windows`: `platform.system()`.
    pub system: String,
    /// `x86_64`, `arm64`: `platform.machine()`.
    pub machine: String,
    /// All that `platform.platform()` says.
    pub description: String,
}

/// A distribution in a version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// Its name, normalised as PyPI does: lower case, `-` for runs of `-`, `_` and `.`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Digests of its files, where a lock file has them.
    pub sha256: Vec<Sha256>,
}

/// A lock file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// Its format.
    pub kind: LockKind,
    /// The file in the bundle.
    pub path: BundlePath,
}

/// The format of a lock file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum LockKind {
    /// PEP 751.
    #[serde(rename = "pylock.toml")]
    Pylock,
    /// Of uv.
    #[serde(rename = "uv.lock")]
    Uv,
    /// Lines such as `numpy==2.3.5 --hash=sha256:…`.
    #[serde(rename = "requirements.txt")]
    Requirements,
}

impl Environment {
    /// The version of a package, by its normalised name.
    pub fn version(&self, name: &str) -> Option<&str> {
        self.packages.iter().find(|package| package.name == name).map(|package| &*package.version)
    }
}

impl Package {
    /// The name as PyPI normalises it (PEP 503).
    ///
    /// ```
    /// assert_eq!(cannery_manifest::Package::normalise("Scikit_Learn"), "scikit-learn");
    /// ```
    pub fn normalise(name: &str) -> String {
        let parts = name.split(['-', '_', '.']).filter(|part| !part.is_empty());
        parts.map(str::to_lowercase).collect::<Vec<_>>().join("-")
    }
}
