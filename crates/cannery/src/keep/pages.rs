//! A bundle as a page for people, and in the forms of others.

use std::path::Path;

use cannery_keep::manifest::Manifest;
use cannery_keep::manifest::exports::{self, Check};
use cannery_keep::sign::{Envelope, PrivateKey};
use cannery_keep::{Bundle, Outcome, Verification};

use super::Verify;
use super::native::Models;
use crate::error::{Error, Result};

/// A form of others for what a manifest says. Each carries data, source, versions and scores so that they can be read back,
/// but the model card, which is for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Provenance {
    /// An in-toto statement with SLSA provenance v1.
    Slsa,
    /// A CycloneDX 1.6 bill of materials with a model card.
    CycloneDx,
    /// A model card of Hugging Face: `README.md`.
    ModelCard,
}

impl Verify {
    /// One HTML page of a bundle: the checks, the model with its parts and parameters, scores with a plot, data, source,
    /// versions, files. It needs nothing else, and no network.
    ///
    /// # Errors
    /// Those of [`run`](Self::run); `Malformed` for a bundle whose manifest can't be read. A check that fails stands in the
    /// page.
    pub fn page(&self, bundle: impl AsRef<Path>) -> Result<(String, Verification)> {
        let done = self.run(&bundle)?;
        let Some(manifest) = &done.manifest else { return Err(first_fault(&done, bundle.as_ref())) };
        let checks: Vec<Check> = done.checks.iter().map(check).collect();
        let model = self.model_html(manifest, bundle.as_ref());
        let page = exports::page(manifest, &checks, model.as_deref()).map_err(cannery_keep::Error::from)?;
        Ok((page, done))
    }

    /// The model's parts; nothing where it can't be read, as the checks say.
    fn model_html(&self, manifest: &Manifest, bundle: &Path) -> Option<String> {
        let opened = Bundle::open(bundle).ok()?;
        let reader = opened.read(manifest.model.path.as_str()).ok()?;
        let models = Models::new(&self.limits);
        Some(models.read(reader).ok()?.summary().to_html())
    }

    /// The manifest in a form of others, as JSON or Markdown. With a private key an SLSA statement is signed: a DSSE envelope
    /// in a Sigstore bundle.
    ///
    /// # Errors
    /// Those of [`run`](Self::run); `Malformed` when a check of the bundle fails; `Usage` for a key with another form.
    pub fn provenance(
        &self,
        bundle: impl AsRef<Path>,
        form: Provenance,
        key: Option<&Path>,
    ) -> Result<String> {
        let done = self.run(&bundle)?;
        let (Some(manifest), true) = (&done.manifest, done.is_verified()) else {
            return Err(first_fault(&done, bundle.as_ref()));
        };
        if key.is_some() && form != Provenance::Slsa {
            return Err(Error::usage("only SLSA provenance is signed"));
        }
        let text = match form {
            Provenance::Slsa => {
                let digest = done.manifest_sha256.clone();
                let subjects: Vec<_> = digest.into_iter().map(|digest| ("manifest.json", digest)).collect();
                exports::slsa(manifest, &subjects).map(|json| format!("{json:#}\n"))
            }
            Provenance::CycloneDx => exports::cyclonedx(manifest).map(|json| format!("{json:#}\n")),
            Provenance::ModelCard => exports::model_card(manifest),
        };
        let text = text.map_err(cannery_keep::Error::from)?;
        let Some(key) = key else { return Ok(text) };
        Ok(Envelope::sign(text, &PrivateKey::open(key)?)?.write()? + "\n")
    }
}

fn check(check: &cannery_keep::Check) -> Check {
    let outcome = match check.outcome {
        Outcome::Passed => exports::Outcome::Passed,
        Outcome::Failed => exports::Outcome::Failed,
        Outcome::Skipped => exports::Outcome::Open,
    };
    Check { name: check.subject.clone(), outcome, note: check.message.clone() }
}

fn first_fault(done: &Verification, bundle: &Path) -> Error {
    let fault = done.checks.iter().find(|check| check.outcome == Outcome::Failed);
    let message = fault.map_or("no manifest".into(), |check| format!("{}: {}", check.subject, check.message));
    Error::malformed(message).in_file(bundle.display())
}
