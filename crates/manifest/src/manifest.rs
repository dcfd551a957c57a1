//! The whole of a manifest.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::canonical::to_canonical;
use crate::data::Data;
use crate::environment::Environment;
use crate::error::Error;
use crate::score::Score;
use crate::source::Source;
use crate::text::{BundlePath, Sha256, Timestamp};
use crate::{MANIFEST, SIGNATURE};

/// What a bundle says of its model. The [crate's page](crate) lists the fields.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The version of this format.
    pub schema: Schema,
    /// The name of the model.
    pub name: String,
    /// When the bundle was sealed.
    pub created: Timestamp,
    /// The program that sealed it: `cannery 0.1.0`.
    pub generator: String,
    /// An SPDX expression.
    pub license: Option<String>,
    /// Every file of the bundle but the manifest and the signature, by path.
    pub files: Vec<FileEntry>,
    /// The model.
    pub model: Model,
    /// The training data; empty means missing.
    pub data: Vec<Data>,
    /// The source that made the model.
    pub source: Item<Source>,
    /// The versions that it was made with.
    pub environment: Item<Environment>,
    /// Cross-validation scores on the training data, one for each metric.
    pub scores: Item<Vec<Score>>,
    /// Rows and their predictions.
    pub golden: Item<Golden>,
    /// The training, where it was recorded.
    pub run: Option<Run>,
    /// The bundle that this one was rebuilt from.
    pub parent: Option<Parent>,
}

/// The version of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Schema {
    /// The first one.
    #[serde(rename = "cannery.manifest/1")]
    V1,
}

/// How something in a manifest is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// cannery saw it or computed it.
    Observed,
    /// Somebody told it.
    Claimed,
}

/// One of the things that should be kept with a model, and how it is known.
///
/// In JSON: `{"standing":"missing"}`, `{"standing":"claimed","value":…}`, `{"standing":"observed","value":…}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "standing", content = "value", rename_all = "snake_case", deny_unknown_fields)]
pub enum Item<T> {
    /// Nobody gave it.
    #[default]
    Missing,
    /// Somebody told it.
    Claimed(T),
    /// cannery saw it or computed it.
    Observed(T),
}

/// A file of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// Its path in the bundle.
    pub path: BundlePath,
    /// Its digest.
    pub sha256: Sha256,
    /// Its size.
    pub bytes: u64,
    /// What it is there for.
    pub role: Role,
}

/// What a file of a bundle is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Role {
    /// The model file, byte for byte as it was given.
    Model,
    /// The script that made the model.
    Source,
    /// The lock file.
    Lock,
    /// The rows that predictions are kept of.
    GoldenInput,
    /// The predictions.
    GoldenPredictions,
    /// What the training recorded.
    Record,
    /// A page for people, made from the manifest: `README.md`.
    Card,
    /// The model in the format of another runtime: `model.onnx`.
    Export,
}

/// The model of a bundle. [`Manifest::entry`] of its path has digest and size.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// The model file in the bundle.
    pub path: BundlePath,
    /// What the file is: `pickle`, `joblib`, `skops`.
    pub container: String,
    /// The full name of its class: `sklearn.svm._classes.SVC`; null where the file holds no object.
    pub class: Option<String>,
    /// The versions of scikit-learn that the estimators in it name, sorted.
    pub scikit_learn: Vec<String>,
    /// What `scan` said when the bundle was sealed. What it calls dangerous or malformed is not sealed.
    pub verdict: Verdict,
    /// The digest of what the model computes, which is the same for every file and release that computes the same; null for
    /// classes that cannery can't run.
    pub computation: Option<Sha256>,
}

/// What `scan` says of a file that may be sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// All of it is known.
    Safe,
    /// Something in it is not known.
    Unknown,
}

/// Rows, and the predictions of the model for them. It is [`Observed`](Item::Observed) when cannery computed the predictions,
/// and [`Claimed`](Item::Claimed) when it can't run the model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Golden {
    /// The rows: a file in a format of `cannery predict`.
    pub input: BundlePath,
    /// The predictions as NDJSON, a line for each row with a member for each method; null where nobody gave any.
    pub predictions: Option<BundlePath>,
    /// The methods that predictions are of: `predict`, `predict_proba`.
    pub methods: Vec<String>,
    /// The number of rows, where it is known.
    pub rows: Option<u64>,
    /// The reason that cannery did not compute the predictions; null if it did.
    pub not_checked: Option<String>,
}

/// When a training ran.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// When it began.
    pub started: Timestamp,
    /// When it ended.
    pub finished: Timestamp,
}

/// The bundle that a rebuilt one comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parent {
    /// Its name.
    pub name: String,
    /// The digest of its `manifest.json`.
    pub manifest: Sha256,
    /// The digest of its model file.
    pub model: Sha256,
    /// The scikit-learn that it was trained with, where it is known.
    pub scikit_learn: Option<String>,
    /// The scores then and now, one for each metric that both have.
    pub scores: Vec<ScoreChange>,
}

/// A score before and after a rebuild.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreChange {
    /// The metric.
    pub metric: String,
    /// The mean of the parent's folds.
    pub before: f64,
    /// The mean of the folds now.
    pub after: f64,
    /// How far they may be apart: [`Score::tolerance`].
    pub tolerance: f64,
    /// Whether they are that near.
    pub in_range: bool,
}

impl<T> Item<T> {
    /// What is known.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Missing => None,
            Self::Claimed(value) | Self::Observed(value) => Some(value),
        }
    }

    /// How it is known; nothing if it is missing.
    pub fn standing(&self) -> Option<Standing> {
        match self {
            Self::Missing => None,
            Self::Claimed(_) => Some(Standing::Claimed),
            Self::Observed(_) => Some(Standing::Observed),
        }
    }

    /// Of something that is known in this way.
    pub fn of(standing: Standing, value: T) -> Self {
        match standing {
            Standing::Claimed => Self::Claimed(value),
            Standing::Observed => Self::Observed(value),
        }
    }
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    /// What is not JSON of this schema, has unknown fields, is not canonical, or contradicts itself.
    pub fn read(bytes: &[u8]) -> Result<Self, Error> {
        let manifest: Self = serde_json::from_slice(bytes).map_err(|error| Error::new(error.to_string()))?;
        if manifest.write()?.as_bytes() != bytes {
            return Err(Error::new("not the canonical form (RFC 8785) of what it says"));
        }
        Ok(manifest)
    }

    /// The canonical JSON.
    ///
    /// # Errors
    /// What contradicts itself: [`check`](Self::check).
    pub fn write(&self) -> Result<String, Error> {
        self.check()?;
        to_canonical(self)
    }

    /// Whether files are named once and in order, and paths in the items are those of files.
    pub fn check(&self) -> Result<(), Error> {
        if !self.files.windows(2).all(|pair| pair[0].path < pair[1].path) {
            return Err(Error::new("files are not sorted by path, or one is there twice"));
        }
        let paths: BTreeSet<&str> = self.files.iter().map(|file| file.path.as_str()).collect();
        if let Some(own) = [MANIFEST, SIGNATURE].into_iter().find(|own| paths.contains(own)) {
            return Err(Error::new(format!("files has {own}, which can't be listed in itself")));
        }
        let named = self.named();
        if let Some(path) = named.iter().find(|path| !paths.contains(path.as_str())) {
            return Err(Error::new(format!("{path} is named and is not among the files")));
        }
        if self.source.value().is_some_and(|source| source.script.is_none() && source.commit.is_none()) {
            return Err(Error::new("source has neither script nor commit"));
        }
        let changes = self.parent.iter().flat_map(|parent| &parent.scores);
        let mut numbers = changes.flat_map(|change| [change.before, change.after, change.tolerance]);
        if !numbers.all(f64::is_finite) {
            return Err(Error::new("parent has a score that is not a finite number"));
        }
        let mut scores = self.scores.value().into_iter().flatten();
        let is_score =
            |score: &Score| !score.folds.is_empty() && score.folds.iter().all(|fold| fold.is_finite());
        match scores.find(|score| !is_score(score)) {
            Some(score) => {
                Err(Error::new(format!("{} has no folds, or one that is not a finite number", score.metric)))
            }
            None => Ok(()),
        }
    }

    /// The paths that items name.
    fn named(&self) -> Vec<&BundlePath> {
        let mut paths = vec![&self.model.path];
        paths
            .extend(self.source.value().and_then(|source| source.script.as_ref()).map(|script| &script.path));
        paths.extend(self.environment.value().and_then(|known| known.lock.as_ref()).map(|lock| &lock.path));
        let golden = self.golden.value();
        paths.extend(golden.map(|golden| &golden.input));
        paths.extend(golden.and_then(|golden| golden.predictions.as_ref()));
        paths
    }

    /// The file with this path.
    pub fn entry(&self, path: &BundlePath) -> Option<&FileEntry> {
        let at = self.files.binary_search_by(|file| file.path.cmp(path)).ok()?;
        self.files.get(at)
    }

    /// The four items that scikit-learn's guide asks for and golden rows, as far as they are missing: `data`, `source`,
    /// `environment`, `scores`, `golden`.
    pub fn missing(&self) -> Vec<&'static str> {
        let items = [
            ("data", self.data.is_empty()),
            ("source", self.source == Item::Missing),
            ("environment", self.environment == Item::Missing),
            ("scores", self.scores == Item::Missing),
            ("golden", self.golden == Item::Missing),
        ];
        items.into_iter().filter(|(_, is_missing)| *is_missing).map(|(name, _)| name).collect()
    }
}

#[cfg(test)]
#[path = "tests.rs"]
pub(crate) mod tests;
