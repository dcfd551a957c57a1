//! The items of a manifest, out of what `seal` was given, as far as it can be checked.

use std::path::{Path, PathBuf};

use cannery_manifest::{
    Commit, Data, DataFile, Environment, Item, Lock, Reference, Role, Score, Script, Source, Standing,
};
use serde::Deserialize;

use crate::data::{difference, observe};
use crate::digest::{Digested, digest_of};
use crate::error::{Error, Result};
use crate::record::{Record, RecordedData, RecordedSource, read_small};
use crate::staging::{Staging, parent_of};
use crate::{git, interpreter, lock};

/// Longest script, lock file and file of scores.
const MOST: u64 = 64 << 20;

/// A record, and where relative paths in it are looked for.
#[derive(Debug)]
pub(crate) struct Recorded {
    pub(crate) record: Record,
    folder: PathBuf,
}

impl Recorded {
    pub(crate) fn open(path: &Path) -> Result<Self> {
        Ok(Self { record: Record::open(path)?, folder: parent_of(path).to_owned() })
    }

    /// A file that the record names: beside it, or where the training ran.
    fn place(&self, path: &str) -> Option<PathBuf> {
        let places = [self.folder.join(path), self.record.folder.join(path)];
        places.into_iter().find(|place| place.exists())
    }

    /// Whether it is a record of this model, where it says which models were written.
    pub(crate) fn expect_model(&self, name: &str, model: &Digested) -> Result<()> {
        let named =
            |path: &str| Path::new(path).file_name().is_some_and(|own| own.to_string_lossy() == *name);
        let models = &self.record.models;
        if models.is_empty() || models.iter().any(|own| own.sha256 == model.sha256) {
            return Ok(());
        }
        match models.iter().find(|own| named(&own.path)) {
            Some(own) => Err(Error::usage(format!("{} has changed since it was recorded", own.path))),
            None => Err(Error::usage(format!("the record is of another model: {}", models[0].path))),
        }
    }

    /// The data. What is at hand must be what was recorded, and is observed then.
    fn data(&self) -> Result<Vec<Data>> {
        let read = |data: &RecordedData| {
            let reference = match data {
                RecordedData::File(DataFile { path, sha256, bytes }) => {
                    Reference::File { path: path.clone(), sha256: sha256.clone(), bytes: *bytes }
                }
                RecordedData::Folder(folder) => {
                    let mut files = folder.files.clone();
                    files.sort_by(|a, b| a.path.cmp(&b.path));
                    Reference::Folder { path: folder.path.clone(), files }
                }
                RecordedData::Reference(text) => {
                    let reference = Reference::parse(&text.reference)?;
                    return Ok(Data { standing: Standing::Claimed, reference });
                }
            };
            let path = reference.uri();
            let Some(place) = self.place(&path) else {
                return Ok(Data { standing: Standing::Claimed, reference });
            };
            match difference(&reference, &observe(&place, &path)?) {
                Some(difference) => {
                    Err(Error::usage(format!("has changed since the training: {difference}")).in_file(place))
                }
                None => Ok(Data { standing: Standing::Observed, reference }),
            }
        };
        self.record.data.iter().map(read).collect()
    }

    /// The script, if it is at hand as it ran, and its commit.
    fn source(&self, own: &RecordedSource, staging: &mut Staging) -> Result<Item<Source>> {
        let git = own.git.as_ref().filter(|git| !git.dirty);
        let commit = git.map(|git| Commit {
            repository: git.repository.clone(),
            commit: git.commit.clone(),
            path: git.path.clone(),
        });
        let Some(place) = self.place(&own.path) else {
            let source = commit.map(|commit| Source { script: None, commit: Some(commit) });
            return Ok(source.map_or(Item::Missing, Item::Claimed));
        };
        let bytes = read_small(&place, MOST)?;
        if digest_of(&bytes).sha256 != own.sha256 {
            return Err(Error::usage("has changed since the training").in_file(place));
        }
        let script = add_script(&place, &bytes, own.arguments.clone(), staging)?;
        Ok(Item::Observed(Source { script: Some(script), commit }))
    }
}

fn add_script(place: &Path, bytes: &[u8], arguments: Vec<String>, staging: &mut Staging) -> Result<Script> {
    let path = staging.add(&format!("source/{}", file_name(place)?), Role::Source, bytes)?;
    Ok(Script { path, arguments })
}

/// The name of a file, as text.
pub(crate) fn file_name(path: &Path) -> Result<String> {
    let name = path.file_name().and_then(|name| name.to_str());
    name.map(str::to_owned).ok_or_else(|| Error::usage("a name that is not UTF-8").in_file(path))
}

/// The data that was recorded, then what was given besides.
pub(crate) fn data(recorded: Option<&Recorded>, given: &[String], allow_mutable: bool) -> Result<Vec<Data>> {
    let mut data = recorded.map_or(Ok(Vec::new()), Recorded::data)?;
    for text in given {
        let one = match Path::new(text).exists() {
            true => Data {
                standing: Standing::Observed,
                reference: observe(Path::new(text), &with_slashes(text))?,
            },
            false => Data { standing: Standing::Claimed, reference: reference(text)? },
        };
        data.retain(|known| known.reference.uri() != one.reference.uri());
        data.push(one);
    }
    match data.iter().find(|data| !data.reference.is_immutable()) {
        Some(data) if !allow_mutable => Err(Error::usage(format!(
            "{} may change: give a digest, a commit or a version with it, or --allow-mutable",
            data.reference.uri()
        ))),
        _ => Ok(data),
    }
}

fn reference(text: &str) -> Result<Reference> {
    Reference::parse(text).map_err(|error| Error::usage(error.to_string()))
}

fn with_slashes(path: &str) -> String {
    if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() }
}

/// The source: what was given (a script, a folder of git, or a commit as `git+https://…@COMMIT#path`), else what was recorded.
pub(crate) fn source(
    recorded: Option<&Recorded>,
    given: Option<&str>,
    arguments: &[String],
    staging: &mut Staging,
) -> Result<Item<Source>> {
    let Some(text) = given else {
        let own = recorded.and_then(|recorded| Some((recorded, recorded.record.source.as_ref()?)));
        return own.map_or(Ok(Item::Missing), |(recorded, own)| recorded.source(own, staging));
    };
    let place = Path::new(text);
    if place.is_dir() {
        let commit = git::commit_of(place)?;
        return Ok(Item::Observed(Source { script: None, commit: Some(commit) }));
    }
    if place.exists() {
        let bytes = read_small(place, MOST)?;
        let script = add_script(place, &bytes, arguments.to_vec(), staging)?;
        return Ok(Item::Observed(Source { script: Some(script), commit: None }));
    }
    match reference(text)? {
        Reference::Git { repository, commit, path } => {
            Ok(Item::Claimed(Source { script: None, commit: Some(Commit { repository, commit, path }) }))
        }
        _ => Err(Error::usage(format!(
            "{text:?} is not a source: give a script, a folder of git, or git+https://…@COMMIT with the full id of a commit"
        ))),
    }
}

/// The environment: an interpreter is asked, a lock file read, or it is what was recorded. A lock file adds to the other two.
pub(crate) fn environment(
    recorded: Option<&Recorded>,
    lock_file: Option<&Path>,
    python: Option<&Path>,
    staging: &mut Staging,
) -> Result<Item<Environment>> {
    let recorded = recorded.map(|recorded| recorded.record.environment.to_environment());
    let mut item = match (python, recorded) {
        (Some(python), _) => Item::Observed(interpreter::ask(python)?),
        (None, Some(recorded)) => Item::Claimed(recorded),
        (None, None) => Item::Missing,
    };
    let Some(path) = lock_file else { return Ok(item) };
    let kind = lock::kind_of(&file_name(path)?)?;
    let bytes = read_small(path, MOST)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| Error::malformed("not UTF-8").in_file(path))?;
    let locked = lock::read(kind, text).map_err(|error| error.in_file(path))?;
    let own = Lock { kind, path: staging.add(lock::name_of(kind), Role::Lock, &bytes[..])? };
    match &mut item {
        Item::Missing => {
            let environment = Environment { packages: locked, lock: Some(own), ..Environment::default() };
            item = Item::Claimed(environment);
        }
        Item::Claimed(environment) | Item::Observed(environment) => {
            expect_agreement(environment, &locked).map_err(|error| error.in_file(path))?;
            environment.lock = Some(own);
        }
    }
    Ok(item)
}

/// What is both installed and locked has one version.
fn expect_agreement(installed: &Environment, locked: &[cannery_manifest::Package]) -> Result<()> {
    let same = |name: &str, version: &str| {
        locked.iter().filter(|package| package.name == name).any(|package| package.version == version)
    };
    let is_locked = |name: &str| locked.iter().any(|package| package.name == name);
    let mut both = installed.packages.iter().filter(|package| is_locked(&package.name));
    match both.find(|package| !same(&package.name, &package.version)) {
        Some(package) => Err(Error::usage(format!(
            "does not lock {} {}, which the training had",
            package.name, package.version
        ))),
        None => Ok(()),
    }
}

/// The file of scores that `--scores` takes: one object, or several in a list.
#[derive(Deserialize)]
#[serde(untagged)]
enum Scores {
    One(GivenScore),
    Several(Vec<GivenScore>),
}

/// A [`Score`] of which most may be absent.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GivenScore {
    metric: String,
    folds: Vec<f64>,
    #[serde(default)]
    splitter: Option<cannery_manifest::Splitter>,
    #[serde(default)]
    seed: Option<u64>,
    #[serde(default)]
    rows: Option<u64>,
}

/// The scores that were recorded, and those of a file, which come first for a metric.
pub(crate) fn scores(recorded: Option<&Recorded>, file: Option<&Path>) -> Result<Item<Vec<Score>>> {
    let mut scores = recorded.map(|recorded| recorded.record.scores.clone()).unwrap_or_default();
    if let Some(path) = file {
        let bytes = read_small(path, MOST)?;
        let read: Scores = serde_json::from_slice(&bytes).map_err(|_| {
            let message = "expected {\"metric\": …, \"folds\": […]}, or a list of these";
            Error::malformed(message).in_file(path)
        })?;
        let given = match read {
            Scores::One(score) => vec![score],
            Scores::Several(scores) => scores,
        };
        for GivenScore { metric, folds, splitter, seed, rows } in given {
            scores.retain(|score| score.metric != metric);
            scores.push(Score { metric, folds, splitter, seed, rows });
        }
    }
    match scores
        .iter()
        .find(|score| score.folds.is_empty() || !score.folds.iter().all(|fold| fold.is_finite()))
    {
        Some(score) => Err(Error::usage(format!("{}: no folds, or one that is not a number", score.metric))),
        None if scores.is_empty() => Ok(Item::Missing),
        None => Ok(Item::Claimed(scores)),
    }
}
