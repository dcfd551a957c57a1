//! The manifest of a bundle: what scikit-learn's guide says must be kept with a model, so that it can be trusted and trained
//! again.
//!
//! A bundle is a folder (or its zip) with the model file and `manifest.json`. [`Manifest`] is that file. Its JSON is
//! canonical ([RFC 8785](https://www.rfc-editor.org/rfc/rfc8785)) and closed: [`Manifest::read`] rejects an unknown field, and
//! any bytes that [`Manifest::write`] would not write for the same content. So there is one spelling of a manifest, and its
//! digest is the digest of what it says.
//!
//! | field | type | what it holds |
//! |---|---|---|
//! | `schema` | [`Schema`] | the version of this format: `cannery.manifest/1` |
//! | `name` | text | the name of the model, by default the name of its file without ending |
//! | `created` | [`Timestamp`] | when the bundle was sealed, in UTC; the environment's `SOURCE_DATE_EPOCH` sets it |
//! | `generator` | text | the program that sealed: `cannery 0.1.0` |
//! | `license` | text or null | an SPDX expression: `BSD-3-Clause` |
//! | `files` | list of [`FileEntry`] | every file of the bundle but `manifest.json` and `model.sig`: path, SHA-256, size, [`Role`]; by path |
//! | `model` | [`Model`] | which of the files is the model; container, class, scikit-learn versions that it names, verdict of `scan` |
//! | `data` | list of [`Data`] | the training data; each is an immutable [`Reference`], or a visible mutable one; empty means missing |
//! | `source` | [`Item`] of [`Source`] | the Python source that made the model: a file in the bundle, a commit, or both |
//! | `environment` | [`Item`] of [`Environment`] | interpreter, platform, every installed package with its version, the lock file |
//! | `scores` | [`Item`] of a list of [`Score`] | a cross-validation for each metric: the score of each fold, splitter, seed, number of rows |
//! | `golden` | [`Item`] of [`Golden`] | a few rows and their predictions, which `verify` computes again |
//! | `run` | [`Run`] or null | when the training ran, if it was recorded |
//! | `parent` | [`Parent`] or null | of a rebuilt model: the bundle it was rebuilt from, and how the scores compare |
//!
//! Each of the four items that the guide asks for (data, source, versions, score) is [`Observed`](Standing::Observed), when
//! cannery saw or computed it, [`Claimed`](Standing::Claimed), when somebody said it, or missing. A missing item is written as
//! missing; [`Manifest::missing`] lists them.
//!
//! This crate does not know models, files on disk, or signatures.

#![forbid(unsafe_code)]

mod canonical;
mod data;
mod environment;
mod error;
pub mod exports;
mod manifest;
mod score;
mod source;
mod specification;
mod text;

pub use canonical::to_canonical;
pub use data::{Data, DataFile, Reference};
pub use environment::{Environment, Interpreter, Lock, LockKind, Package, Platform};
pub use error::Error;
pub use manifest::{
    FileEntry, Golden, Item, Manifest, Model, Parent, Role, Run, Schema, ScoreChange, Standing, Verdict,
};
pub use score::{Parameter, Score, Splitter};
pub use source::{Commit, Script, Source};
pub use text::{BundlePath, CommitId, Md5, Sha256, Timestamp};

/// The name of the manifest in a bundle.
pub const MANIFEST: &str = "manifest.json";

/// The name of the signature in a bundle.
pub const SIGNATURE: &str = "model.sig";
