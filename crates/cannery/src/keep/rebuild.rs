//! Training a model again from its bundle.

use std::io::Write;
use std::path::{Path, PathBuf};

use cannery_keep::Sealed;
use cannery_keep::manifest::Score;
pub use cannery_keep::{SandboxLimits, Trained, Versions};
use cannery_object::Limits;
use serde_json::{Value, json};

use super::native::Models;
use crate::error::{Result, printable_line};

/// How a model is trained again. **This runs the script of the bundle**, after its signature was verified, in a sandbox
/// without network.
#[derive(Clone, Debug)]
pub struct Rebuild {
    inner: cannery_keep::Rebuild,
    limits: Limits,
}

/// A rebuilt model.
#[derive(Debug)]
#[non_exhaustive]
pub struct Rebuilt {
    /// The versions that were asked for.
    pub versions: Versions,
    /// The training.
    pub trained: Trained,
    /// The new bundle, if one was written.
    pub sealed: Option<Sealed>,
}

impl Rebuild {
    /// Of bundles that are signed with this public key.
    pub fn new(key: impl Into<PathBuf>) -> Self {
        let inner = cannery_keep::Rebuild {
            key: key.into(),
            data_root: None,
            uv: "uv".into(),
            python: None,
            limits: SandboxLimits::default(),
        };
        Self { inner, limits: Limits::default() }
    }

    /// The folder where training data is looked for.
    #[must_use]
    pub fn data_root(mut self, root: Option<PathBuf>) -> Self {
        self.inner.data_root = root;
        self
    }

    /// The program uv, which installs the packages; the one on the path if nothing is said.
    #[must_use]
    pub fn uv(mut self, uv: Option<PathBuf>) -> Self {
        self.inner.uv = uv.unwrap_or(self.inner.uv);
        self
    }

    /// The Python to train with, as a version or a path; one that fits the packages if nothing is said.
    #[must_use]
    pub fn python(mut self, python: Option<String>) -> Self {
        self.inner.python = python;
        self
    }

    /// What the script may use.
    #[must_use]
    pub fn sandbox(mut self, limits: SandboxLimits) -> Self {
        self.inner.limits = limits;
        self
    }

    /// What reading the models may spend.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Trains with each of these versions. With `new`, the last one is sealed there, and signed with `sign`. `progress` gets
    /// what is being done, in words.
    ///
    /// # Errors
    /// `Usage` when the bundle is not verified, data is not at hand, packages can't be installed, or the script fails;
    /// `Unsupported` where there is no sandbox or no uv; `Unsafe` and `Malformed` for what the script wrote as a model.
    pub fn run(
        &self,
        bundle: &Path,
        versions: &[Versions],
        new: Option<&Path>,
        sign: Option<&Path>,
        progress: &mut dyn FnMut(&str),
    ) -> Result<Vec<Rebuilt>> {
        let models = Models::new(&self.limits);
        let verified = self.inner.verify(&models, bundle)?;
        let mut all = Vec::with_capacity(versions.len());
        for versions in versions {
            let trained = self.inner.train(&verified, versions, progress)?;
            all.push(Rebuilt { versions: versions.clone(), trained, sealed: None });
        }
        if let (Some(new), Some(last)) = (new, all.last_mut()) {
            let sealed = self.inner.seal(&models, &verified, &last.trained, sign.map(Path::to_owned), new)?;
            last.sealed = Some(sealed);
        }
        Ok(all)
    }
}

/// The scores of all trainings, fold by fold, for people.
///
/// # Errors
/// Those of writing.
pub fn write_rebuilt_text(all: &[Rebuilt], new: Option<&Path>, out: &mut impl Write) -> Result<()> {
    for one in all {
        let verdict = verdict(one);
        writeln!(out, "scikit-learn {}: {verdict}", printable_line(&version(one)))?;
        for (before, after) in &one.trained.scores {
            write_score(before, after, out)?;
        }
    }
    match (new, all.last().and_then(|one| one.sealed.as_ref())) {
        (Some(new), Some(sealed)) => {
            let how = if sealed.is_signed { "sealed and signed" } else { "sealed" };
            Ok(writeln!(out, "{}: {how}", printable_line(&new.to_string_lossy()))?)
        }
        _ => Ok(()),
    }
}

fn verdict(one: &Rebuilt) -> &'static str {
    match (one.trained.scores.is_empty(), one.trained.is_in_range()) {
        (true, _) => "no score to compare",
        (false, true) => "the score is in the same range",
        (false, false) => "the score is out of range",
    }
}

fn version(one: &Rebuilt) -> String {
    one.trained.scikit_learn.clone().unwrap_or_else(|| "not known".into())
}

fn write_score(before: &Score, after: &Score, out: &mut impl Write) -> Result<()> {
    writeln!(out, "  {:<12}{:>10}{:>10}{:>11}", printable_line(&before.metric), "before", "now", "change")?;
    let pairs = before.folds.iter().zip(&after.folds).enumerate();
    for (fold, (old, new)) in pairs {
        writeln!(out, "  fold {fold:<7}{old:>10.4}{new:>10.4}{:>+11.4}", new - old)?;
    }
    let (old, new) = (before.mean(), after.mean());
    writeln!(
        out,
        "  {:<12}{old:>10.4}{new:>10.4}{:>+11.4}  allowed ±{:.4}",
        "mean",
        new - old,
        before.tolerance()
    )?;
    Ok(())
}

/// The scores of all trainings, for programs.
///
/// # Errors
/// Those of writing.
pub fn write_rebuilt_json(all: &[Rebuilt], new: Option<&Path>, out: &mut impl Write) -> Result<()> {
    let trainings: Vec<Value> = all.iter().map(training_json).collect();
    let object = json!({
        "bundle": new.map(|new| new.to_string_lossy()),
        "in_range": all.iter().all(|one| one.trained.is_in_range()),
        "trainings": trainings,
    });
    Ok(writeln!(out, "{object}")?)
}

fn training_json(one: &Rebuilt) -> Value {
    let scores = one.trained.scores.iter().map(|(before, after)| {
        json!({
            "metric": before.metric,
            "before": {"mean": before.mean(), "folds": before.folds},
            "after": {"mean": after.mean(), "folds": after.folds},
            "tolerance": before.tolerance(),
            "in_range": before.is_in_range(after),
        })
    });
    json!({
        "scikit_learn": one.trained.scikit_learn,
        "in_range": one.trained.is_in_range(),
        "scores": scores.collect::<Vec<_>>(),
    })
}
