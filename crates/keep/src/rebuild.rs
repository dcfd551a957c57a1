//! Training a model again from its bundle, and comparing the scores.
//!
//! This is the one place of cannery that runs what a bundle holds: the recorded script. It does so only after the signature of
//! a key that the caller trusts was verified, in a [sandbox](sandbox), with packages that [uv](environment) installs as wheels.

mod environment;
mod job;
mod sandbox;

use std::path::{Path, PathBuf};

use cannery_manifest::{Manifest, Parent, Score, ScoreChange, Script, Sha256};

use crate::bundle::Bundle;
use crate::error::{Error, Result};
use crate::native::Native;
use crate::record::Record;
use crate::seal::{Seal, Sealed};
use crate::verify::{Outcome, Verify};
pub use environment::Versions;
use job::Job;
use sandbox::Sandbox;
pub use sandbox::SandboxLimits;

/// How a model is trained again.
#[derive(Clone, Debug)]
pub struct Rebuild {
    /// The public key that the bundle must be signed with.
    pub key: PathBuf,
    /// Below which folder the training data lies.
    pub data_root: Option<PathBuf>,
    /// The program `uv`.
    pub uv: PathBuf,
    /// The Python that the environment is made with; one that fits, if nothing is said.
    pub python: Option<String>,
    /// What the script may use.
    pub limits: SandboxLimits,
}

/// A bundle whose script may run: its signature was verified.
#[derive(Debug)]
pub struct Verified {
    bundle: Bundle,
    manifest: Manifest,
    manifest_sha256: Sha256,
}

/// A training that was run again.
#[derive(Debug)]
pub struct Trained {
    job: Job,
    /// Where the record is.
    place: PathBuf,
    record: Record,
    /// The scores, then and now.
    pub changes: Vec<ScoreChange>,
    /// The scores with their folds, then and now, one pair for each metric that both have.
    pub scores: Vec<(Score, Score)>,
    /// The scikit-learn that was used.
    pub scikit_learn: Option<String>,
}

impl Trained {
    /// Whether there is a score to compare and all are in the range of before.
    pub fn is_in_range(&self) -> bool {
        !self.changes.is_empty() && self.changes.iter().all(|change| change.in_range)
    }
}

impl Rebuild {
    /// Verifies the bundle.
    ///
    /// # Errors
    /// `Usage` when a check fails or the bundle has no script.
    pub fn verify(&self, native: &dyn Native, path: &Path) -> Result<Verified> {
        let in_path = |error: Error| error.in_file(path);
        let verify = Verify::default().key(Some(self.key.clone())).data_root(self.data_root.clone());
        let done = verify.run(native, path)?;
        if let Some(check) = done.checks.iter().find(|check| check.outcome == Outcome::Failed) {
            let message =
                format!("is not verified, so nothing was run: {}: {}", check.subject, check.message);
            return Err(in_path(Error::usage(message)));
        }
        let (Some(manifest), Some(manifest_sha256), true) =
            (done.manifest, done.manifest_sha256, done.is_signed)
        else {
            return Err(in_path(Error::usage("is not signed with this key, so nothing was run")));
        };
        script_of(&manifest).map_err(in_path)?;
        Ok(Verified { bundle: Bundle::open(path)?, manifest, manifest_sha256 })
    }

    /// Runs the script of a bundle with other versions, or the same.
    ///
    /// `progress` gets what is being done, in words.
    ///
    /// # Errors
    /// `Unsupported` where there is no sandbox; `Usage` for data that is not at hand, packages that can't be installed, a
    /// script that fails or records nothing.
    pub fn train(
        &self,
        verified: &Verified,
        versions: &Versions,
        progress: &mut dyn FnMut(&str),
    ) -> Result<Trained> {
        let sandbox = Sandbox::find()?;
        let manifest = &verified.manifest;
        let script = script_of(manifest)?;
        let job = Job::prepare(&verified.bundle, manifest, script, self.data_root.as_deref())?;
        let recorded = manifest.environment.value().ok_or_else(|| {
            Error::usage("the bundle does not say which packages the model was trained with")
        })?;
        let python = environment::make(self, recorded, versions, &job.environment(), progress)?;
        progress("running the recorded script");
        sandbox.run(&job, &python, script, &self.limits)?;
        let place = job.take_record()?;
        let record = Record::open(&place)?;
        let before = manifest.scores.value().map_or(&[][..], |scores| scores);
        let scores = pairs(before, &record.scores);
        let scikit_learn = record.environment.to_environment().version("scikit-learn").map(str::to_owned);
        Ok(Trained { job, place, changes: scores.iter().map(change).collect(), scores, record, scikit_learn })
    }

    /// Seals what was trained; the new manifest names the bundle that it comes from. The model is read by cannery, never
    /// unpickled. `sign` is a private key for the new bundle.
    ///
    /// # Errors
    /// `Usage` when the script wrote no model; those of [`Seal::run`].
    pub fn seal(
        &self,
        native: &dyn Native,
        verified: &Verified,
        trained: &Trained,
        sign: Option<PathBuf>,
        new: &Path,
    ) -> Result<Sealed> {
        let manifest = &verified.manifest;
        let model = manifest
            .entry(&manifest.model.path)
            .ok_or_else(|| Error::malformed("the model is not listed"))?;
        let parent = Parent {
            name: manifest.name.clone(),
            manifest: verified.manifest_sha256.clone(),
            model: model.sha256.clone(),
            scikit_learn: manifest
                .environment
                .value()
                .and_then(|known| known.version("scikit-learn"))
                .map(str::to_owned),
            scores: trained.changes.clone(),
        };
        let file = match &trained.record.models[..] {
            [model] => trained.job.path_of(&model.path)?,
            [] => return Err(Error::usage("the script recorded no model: it must call r.model(PATH)")),
            _ => return Err(Error::usage("the script recorded several models, and a bundle has one")),
        };
        let golden =
            manifest.golden.value().map(|golden| trained.job.golden(&verified.bundle, golden)).transpose()?;
        let seal = Seal::new(file)
            .record(Some(trained.place.clone()))
            .name(Some(manifest.name.clone()))
            .license(manifest.license.clone())
            .golden(golden, None)
            .parent(Some(parent))
            .key(sign);
        seal.run(native, new)
    }
}

fn script_of(manifest: &Manifest) -> Result<&Script> {
    let source =
        manifest.source.value().ok_or_else(|| Error::usage("the bundle has no source that could be run"))?;
    source.script.as_ref().ok_or_else(|| {
        Error::unsupported(
            "the bundle names a commit and holds no script: seal it with --source SCRIPT to rebuild it",
        )
    })
}

/// Scores of the same metric.
fn pairs(before: &[Score], after: &[Score]) -> Vec<(Score, Score)> {
    let same =
        |old: &Score| after.iter().find(|new| new.metric == old.metric).map(|new| (old.clone(), new.clone()));
    before.iter().filter_map(same).collect()
}

fn change((before, after): &(Score, Score)) -> ScoreChange {
    ScoreChange {
        metric: before.metric.clone(),
        before: before.mean(),
        after: after.mean(),
        tolerance: before.tolerance(),
        in_range: before.is_in_range(after),
    }
}
