//! Making a bundle.

use std::fs::File;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use cannery_format::source;
use cannery_manifest::{
    Golden, Item, MANIFEST, Manifest, Model, Parent, Role, Run, SIGNATURE, Schema, Standing, Timestamp,
    Verdict,
};
use cannery_object::Limits;

use crate::bundle::Bundle;
use crate::digest::digest_of;
use crate::error::{Error, Result};
use crate::items::{self, Recorded, file_name};
use crate::native::{Described, Judgement, Native, Predicted};
use crate::sign::{PrivateKey, signature_of};
use crate::staging::Staging;
use crate::zip;

/// Makes a page for people out of a manifest that lists all other files.
type Page = fn(&Manifest) -> Result<String>;

/// The pages of a bundle, by path.
const PAGES: &[(&str, Page)] =
    &[("README.md", |manifest| Ok(cannery_manifest::exports::model_card(manifest)?))];

/// What goes into a bundle.
///
/// Nothing of the model is executed. An interpreter runs only for [`python`](Self::python), `git` only if
/// [`source`](Self::source) is a folder.
#[derive(Clone, Debug, Default)]
pub struct Seal {
    model: PathBuf,
    record: Option<PathBuf>,
    data: Vec<String>,
    source: Option<String>,
    arguments: Vec<String>,
    environment: Option<PathBuf>,
    python: Option<PathBuf>,
    scores: Option<PathBuf>,
    golden: Option<PathBuf>,
    methods: Option<String>,
    license: Option<String>,
    name: Option<String>,
    created: Option<Timestamp>,
    key: Option<PathBuf>,
    parent: Option<Parent>,
    allow_mutable: bool,
    require_all: bool,
    replace: bool,
    limits: Limits,
}

/// What was sealed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Sealed {
    /// The manifest.
    pub manifest: Manifest,
    /// Whether it was signed.
    pub is_signed: bool,
    /// What one should know: what scan does not know of the model, predictions that could not be made.
    pub warnings: Vec<String>,
}

impl Seal {
    /// A bundle of this model file.
    pub fn new(model: impl Into<PathBuf>) -> Self {
        Self { model: model.into(), ..Self::default() }
    }

    /// The record of the training: the file that `cannery.record` wrote.
    #[must_use]
    pub fn record(mut self, record: Option<PathBuf>) -> Self {
        self.record = record;
        self
    }

    /// Training data: files and folders, which are hashed, and references, as
    /// [`Reference::parse`](cannery_manifest::Reference::parse) reads them.
    #[must_use]
    pub fn data(mut self, data: Vec<String>) -> Self {
        self.data = data;
        self
    }

    /// The source: a script, a folder of git whose commit is taken, or a commit as `git+https://…@COMMIT#path`.
    #[must_use]
    pub fn source(mut self, source: Option<String>) -> Self {
        self.source = source;
        self
    }

    /// The arguments that the script was run with.
    #[must_use]
    pub fn arguments(mut self, arguments: Vec<String>) -> Self {
        self.arguments = arguments;
        self
    }

    /// A lock file: `pylock.toml`, `uv.lock` or requirements.
    #[must_use]
    pub fn environment(mut self, environment: Option<PathBuf>) -> Self {
        self.environment = environment;
        self
    }

    /// An interpreter, which is run and asked for its packages.
    #[must_use]
    pub fn python(mut self, python: Option<PathBuf>) -> Self {
        self.python = python;
        self
    }

    /// A file with scores: `{"metric": "accuracy", "folds": [0.9, 1.0]}`, or a list of these.
    #[must_use]
    pub fn scores(mut self, scores: Option<PathBuf>) -> Self {
        self.scores = scores;
        self
    }

    /// A few rows, whose predictions are kept. `methods` are names with commas between them.
    #[must_use]
    pub fn golden(mut self, rows: Option<PathBuf>, methods: Option<String>) -> Self {
        self.golden = rows;
        self.methods = methods;
        self
    }

    /// An SPDX expression.
    #[must_use]
    pub fn license(mut self, license: Option<String>) -> Self {
        self.license = license;
        self
    }

    /// The name; that of the file without its ending if nothing is said.
    #[must_use]
    pub fn name(mut self, name: Option<String>) -> Self {
        self.name = name;
        self
    }

    /// The time of sealing; now if nothing is said.
    #[must_use]
    pub fn created(mut self, created: Option<Timestamp>) -> Self {
        self.created = created;
        self
    }

    /// A private key, which signs the bundle before it appears.
    #[must_use]
    pub fn key(mut self, key: Option<PathBuf>) -> Self {
        self.key = key;
        self
    }

    /// The bundle that this one was rebuilt from. cannery ran the training then: environment and scores are observed.
    #[must_use]
    pub fn parent(mut self, parent: Option<Parent>) -> Self {
        self.parent = parent;
        self
    }

    /// Whether data that may change is taken, and marked.
    #[must_use]
    pub fn allow_mutable(mut self, allow: bool) -> Self {
        self.allow_mutable = allow;
        self
    }

    /// Whether a missing item is an error.
    #[must_use]
    pub fn require_all(mut self, require: bool) -> Self {
        self.require_all = require;
        self
    }

    /// Whether a bundle that is there is replaced.
    #[must_use]
    pub fn replace(mut self, replace: bool) -> Self {
        self.replace = replace;
        self
    }

    /// What reading the model may spend.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Writes the bundle: a zip if its name ends in `.zip`, else a folder. It appears complete or not at all.
    ///
    /// # Errors
    /// `Unsafe` for a model that `scan` calls dangerous; `Usage` for what does not fit together, such as data that has changed
    /// since it was recorded; `Malformed` for what can't be read; `Io`.
    pub fn run(&self, native: &dyn Native, bundle: &Path) -> Result<Sealed> {
        self.expect_place(bundle)?;
        let key = self.key.as_deref().map(PrivateKey::open).transpose()?;
        let recorded = self.record.as_deref().map(Recorded::open).transpose()?;
        let model = self.read_model()?;
        let name = file_name(&self.model)?;
        let in_model = |error: Error| error.in_file(&self.model);
        if let Some(recorded) = &recorded {
            recorded.expect_model(&name, &digest_of(&model)).map_err(in_model)?;
        }
        let described = native.describe(&model).map_err(in_model)?;
        let verdict = verdict(&described).map_err(in_model)?;
        let mut staging = Staging::create(bundle)?;
        let path = staging.add(&name, Role::Model, &model[..])?;
        let model_item = Model {
            path,
            container: described.container.clone(),
            class: described.class.clone(),
            scikit_learn: described.scikit_learn.clone(),
            verdict,
            computation: described.computation.clone(),
        };
        let recorded = recorded.as_ref();
        let mut manifest = Manifest {
            schema: Schema::V1,
            name: self.name.clone().unwrap_or_else(|| stem(&name)),
            created: self.created.clone().map_or_else(now, Ok)?,
            generator: format!("cannery {}", env!("CARGO_PKG_VERSION")),
            license: self.license.clone(),
            files: Vec::new(),
            model: model_item,
            data: items::data(recorded, &self.data, self.allow_mutable)?,
            source: items::source(recorded, self.source.as_deref(), &self.arguments, &mut staging)?,
            environment: items::environment(
                recorded,
                self.environment.as_deref(),
                self.python.as_deref(),
                &mut staging,
            )?,
            scores: items::scores(recorded, self.scores.as_deref())?,
            golden: self.predict(native, &model, &mut staging)?,
            run: recorded.map(|recorded| Run {
                started: recorded.record.started.clone(),
                finished: recorded.record.finished.clone(),
            }),
            parent: self.parent.clone(),
        };
        if self.parent.is_some() {
            manifest.environment = observed(manifest.environment);
            manifest.scores = observed(manifest.scores);
        }
        self.expect_versions(&manifest).map_err(in_model)?;
        self.expect_items(&manifest)?;
        self.finish(staging, &mut manifest, key.as_ref(), bundle)?;
        let warnings = warnings(&described, &manifest);
        Ok(Sealed { manifest, is_signed: key.is_some(), warnings })
    }

    /// Writes pages, manifest and signature, and gives the bundle its place.
    fn finish(
        &self,
        mut staging: Staging,
        manifest: &mut Manifest,
        key: Option<&PrivateKey>,
        bundle: &Path,
    ) -> Result<()> {
        manifest.files = staging.files().to_vec();
        for (path, page) in PAGES {
            let page = page(manifest)?;
            staging.add(path, Role::Card, page.as_bytes())?;
        }
        manifest.files = staging.files().to_vec();
        staging.add_unlisted(MANIFEST, manifest.write()?.as_bytes())?;
        if let Some(key) = key {
            let signature = signature_of(&Bundle::open(staging.folder())?, manifest, key)?;
            staging.add_unlisted(SIGNATURE, signature.as_bytes())?;
        }
        if !is_zip(bundle) {
            return staging.finish(bundle);
        }
        let staged = Bundle::open(staging.folder())?;
        let names: Vec<&str> = staged.files().iter().map(|file| &*file.path).collect();
        zip::write(bundle, &names, |name| staged.read(name)).map_err(|error| error.in_file(bundle))
    }

    /// Whether the bundle can have its place. Only a bundle is replaced.
    fn expect_place(&self, bundle: &Path) -> Result<()> {
        let Ok(metadata) = bundle.symlink_metadata() else { return Ok(()) };
        let error = |message: &str| Err(Error::usage(message).in_file(bundle));
        match (metadata.is_dir(), is_zip(bundle)) {
            _ if !self.replace => error("is there already: --replace replaces it"),
            (true, true) | (false, false) => {
                error("is there already, and is not such a bundle: remove it first")
            }
            (true, false) if !bundle.join(MANIFEST).is_file() => {
                error("is a folder that is not a bundle: remove it first")
            }
            _ => Ok(()),
        }
    }

    fn read_model(&self) -> Result<Bytes> {
        let read = source::open(&self.model, source::Access::Read, &self.limits, &mut |_, _| ());
        read.map_err(|error| Error::from(error).in_file(&self.model))
    }

    /// Predictions of the golden rows.
    fn predict(&self, native: &dyn Native, model: &Bytes, staging: &mut Staging) -> Result<Item<Golden>> {
        let Some(rows) = &self.golden else { return Ok(Item::Missing) };
        let in_rows = |error: Error| error.in_file(rows);
        let file = File::open(rows).map_err(|error| in_rows(error.into()))?;
        let input = staging.add(&format!("golden/{}", file_name(rows)?), Role::GoldenInput, file)?;
        // those that were copied, whatever becomes of the others
        let copied = staging.folder().join(input.as_str());
        let scratch = tempfile::tempdir()?;
        match native.predict(model, &copied, self.methods.as_deref(), scratch.path()).map_err(in_rows)? {
            Predicted::Rows { ndjson, methods, rows } => {
                let path = staging.add("golden/predictions.ndjson", Role::GoldenPredictions, &ndjson[..])?;
                let (predictions, rows) = (Some(path), Some(rows));
                Ok(Item::Observed(Golden { input, predictions, methods, rows, not_checked: None }))
            }
            Predicted::Not { reason } => {
                let not_checked = Some(reason);
                Ok(Item::Claimed(Golden {
                    input,
                    predictions: None,
                    methods: Vec::new(),
                    rows: None,
                    not_checked,
                }))
            }
        }
    }

    /// The model and the environment must name one scikit-learn.
    fn expect_versions(&self, manifest: &Manifest) -> Result<()> {
        let Some(environment) = manifest.environment.value() else { return Ok(()) };
        // a lock file for several platforms may have several
        let packages = environment.packages.iter().filter(|package| package.name == "scikit-learn");
        let installed: Vec<&str> = packages.map(|package| &*package.version).collect();
        let other = manifest.model.scikit_learn.iter().find(|version| !installed.contains(&version.as_str()));
        match other {
            Some(version) if !installed.is_empty() => Err(Error::usage(format!(
                "was written by scikit-learn {version}, and the environment has {}",
                installed.join(", ")
            ))),
            _ => Ok(()),
        }
    }

    fn expect_items(&self, manifest: &Manifest) -> Result<()> {
        let missing = manifest.missing();
        if !self.require_all || missing.is_empty() {
            return Ok(());
        }
        let options: Vec<&str> = missing.iter().map(|item| option_of(item)).collect();
        Err(Error::usage(format!(
            "--require-all: {} missing; give {}",
            missing.join(", ") + if missing.len() == 1 { " is" } else { " are" },
            options.join(", ")
        )))
    }
}

/// The option that gives an item.
fn option_of(item: &str) -> &'static str {
    match item {
        "data" => "--data",
        "source" => "--source",
        "environment" => "--environment or --from-python",
        "scores" => "--scores",
        _ => "--golden",
    }
}

fn observed<T>(item: Item<T>) -> Item<T> {
    match item {
        Item::Claimed(value) => Item::of(Standing::Observed, value),
        item => item,
    }
}

fn verdict(described: &Described) -> Result<Verdict> {
    match &described.judgement {
        Judgement::Safe => Ok(Verdict::Safe),
        Judgement::Unknown(_) => Ok(Verdict::Unknown),
        Judgement::Dangerous(why) => Err(Error::dangerous(format!("scan calls the file dangerous: {why}"))),
        Judgement::Malformed(why) => Err(Error::malformed(why.clone())),
    }
}

fn warnings(described: &Described, manifest: &Manifest) -> Vec<String> {
    let mut warnings = Vec::new();
    if let Judgement::Unknown(what) = &described.judgement {
        warnings.push(format!("scan does not know all of the model: {what}"));
    }
    let golden = manifest.golden.value().and_then(|golden| golden.not_checked.as_ref());
    warnings.extend(golden.map(|reason| format!("golden rows are kept without predictions: {reason}")));
    let mutable = manifest.data.iter().filter(|data| !data.reference.is_immutable());
    warnings.extend(mutable.map(|data| format!("{} may change", data.reference.uri())));
    warnings
}

/// Whether a bundle of this name is a zip.
fn is_zip(bundle: &Path) -> bool {
    bundle.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("zip"))
}

fn stem(name: &str) -> String {
    name.split_once('.').map_or(name, |(stem, _)| stem).to_owned()
}

/// The time, or what `SOURCE_DATE_EPOCH` says it is, so that a bundle can be made again byte for byte.
fn now() -> Result<Timestamp> {
    let epoch = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|seconds| seconds.parse().ok());
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Ok(Timestamp::of_unix(epoch.unwrap_or_else(|| since.map_or(0, |since| since.as_secs())))?)
}
