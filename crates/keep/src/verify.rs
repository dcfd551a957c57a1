//! Checking a bundle. Nothing is executed, and nothing is fetched.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use cannery_format::source;
use cannery_manifest::{BundlePath, Data, Golden, MANIFEST, Manifest, Reference, SIGNATURE, Sha256, Verdict};
use cannery_object::Limits;

use crate::bundle::Bundle;
use crate::data::{Found, look_up};
use crate::digest::{Digested, HashingReader, digest, digest_of};
use crate::error::{Error, Result};
use crate::golden::difference;
use crate::native::{Judgement, Native, Predicted};
use crate::sign::{Envelope, MOST_MANIFEST, PublicKey, Statement};

/// How a bundle is checked.
#[derive(Clone, Debug, Default)]
pub struct Verify {
    key: Option<PathBuf>,
    data_root: Option<PathBuf>,
    digests_only: bool,
    limits: Limits,
}

/// What was checked, and what came out.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Verification {
    /// The manifest, where it could be read.
    pub manifest: Option<Manifest>,
    /// The digest of the manifest, as it lies there.
    pub manifest_sha256: Option<Sha256>,
    /// Whether there is a signature, checked or not.
    pub has_signature: bool,
    /// Whether a signature of the key that was given is on it.
    pub is_signed: bool,
    /// Every check, in order.
    pub checks: Vec<Check>,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Check {
    /// What was looked at: a file, or `signature`, `scan`, `golden`, `data`.
    pub subject: String,
    /// What came out.
    pub outcome: Outcome,
    /// The same in words.
    pub message: String,
}

/// What came out of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is right.
    Passed,
    /// It is wrong.
    Failed,
    /// It was not looked at; the message says why.
    Skipped,
}

impl Outcome {
    /// One word: `ok`, `failed`, `skipped`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "ok",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

impl Verification {
    /// Whether no check failed.
    pub fn is_verified(&self) -> bool {
        self.checks.iter().all(|check| check.outcome != Outcome::Failed)
    }

    fn add(&mut self, subject: impl Into<String>, outcome: Outcome, message: impl Into<String>) {
        self.checks.push(Check { subject: subject.into(), outcome, message: message.into() });
    }

    fn passed(&mut self, subject: &str, message: impl Into<String>) {
        self.add(subject, Outcome::Passed, message);
    }

    fn failed(&mut self, subject: &str, message: impl Into<String>) {
        self.add(subject, Outcome::Failed, message);
    }

    fn skipped(&mut self, subject: &str, message: impl Into<String>) {
        self.add(subject, Outcome::Skipped, message);
    }
}

/// The digests of a bundle's files, and the content of those that are looked at again: what is judged is what was hashed.
#[derive(Default)]
struct Contents {
    digests: BTreeMap<String, Sha256>,
    kept: BTreeMap<String, Bytes>,
}

impl Verify {
    /// The public key that the bundle must be signed with.
    #[must_use]
    pub fn key(mut self, key: Option<PathBuf>) -> Self {
        self.key = key;
        self
    }

    /// The folder where training data is looked for.
    #[must_use]
    pub fn data_root(mut self, root: Option<PathBuf>) -> Self {
        self.data_root = root;
        self
    }

    /// Whether only digests and signature are checked, in constant memory: the model is not scanned, and golden rows are not
    /// predicted.
    #[must_use]
    pub fn digests_only(mut self, only: bool) -> Self {
        self.digests_only = only;
        self
    }

    /// What reading the model may spend.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Checks a bundle.
    ///
    /// # Errors
    /// `Io` for what the system can't read; those of the key. What is wrong with the bundle is in the verification.
    pub fn run(&self, native: &dyn Native, path: &Path) -> Result<Verification> {
        let key = self.key.as_deref().map(PublicKey::open).transpose()?;
        let mut done = Verification::default();
        let bundle = match Bundle::open(path) {
            Ok(bundle) => bundle,
            Err(error) if error.kind() == crate::ErrorKind::Malformed => {
                done.failed("bundle", error.message());
                return Ok(done);
            }
            Err(error) => return Err(error),
        };
        let mut contents = Contents::default();
        let manifest = read_manifest(&bundle, &mut contents, &mut done)?;
        self.read(&bundle, manifest.as_ref(), &mut contents, &mut done)?;
        if let Some(manifest) = &manifest {
            check_files(&bundle, manifest, &contents, &mut done);
        }
        check_signature(&bundle, key.as_ref(), &contents, &mut done)?;
        if let Some(manifest) = manifest {
            self.check_model(native, &manifest, &contents, &mut done)?;
            self.check_data(&manifest.data, &mut done)?;
            done.manifest = Some(manifest);
        }
        Ok(done)
    }

    /// Reads every file but the manifest, which was read, once.
    fn read(
        &self,
        bundle: &Bundle,
        manifest: Option<&Manifest>,
        contents: &mut Contents,
        done: &mut Verification,
    ) -> Result<()> {
        let golden = manifest.and_then(|manifest| manifest.golden.value());
        let paths = [manifest.map(|manifest| &manifest.model.path), golden.map(|golden| &golden.input)];
        let predictions = golden.and_then(|golden| golden.predictions.as_ref());
        let mut wanted: Vec<&str> =
            paths.into_iter().flatten().chain(predictions).map(BundlePath::as_str).collect();
        wanted.retain(|_| !self.digests_only);
        wanted.push(SIGNATURE);
        for file in bundle.files().iter().filter(|file| file.path != MANIFEST) {
            let keeps = wanted.contains(&file.path.as_str());
            match self.read_file(bundle, &file.path, keeps) {
                Ok((digested, bytes)) => {
                    contents.digests.insert(file.path.clone(), digested.sha256);
                    contents.kept.extend(bytes.map(|bytes| (file.path.clone(), bytes)));
                }
                Err(error) if bundle.is_zip() => done.failed(&file.path, error.message()),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn read_file(&self, bundle: &Bundle, path: &str, keeps: bool) -> Result<(Digested, Option<Bytes>)> {
        let mut reader = bundle.read(path)?;
        if !keeps {
            return Ok((digest(reader).map_err(|error| Error::from(error).in_file(path))?, None));
        }
        let mut hashing = HashingReader::new(&mut reader);
        let len = bundle.files().iter().find(|file| file.path == path).map(|file| file.bytes);
        let bytes = source::read(&mut hashing, len, &self.limits, &mut |_, _| ());
        let bytes = bytes.map_err(|error| Error::from(error).in_file(path))?;
        Ok((hashing.finish(), Some(bytes)))
    }

    fn check_model(
        &self,
        native: &dyn Native,
        manifest: &Manifest,
        contents: &Contents,
        done: &mut Verification,
    ) -> Result<()> {
        if self.digests_only {
            done.skipped("scan", "only digests were asked for");
            done.skipped("golden", "only digests were asked for");
            return Ok(());
        }
        // what is not there has failed already
        let Some(model) = contents.kept.get(manifest.model.path.as_str()) else { return Ok(()) };
        let described = match native.describe(model) {
            Ok(described) => described,
            // a changed model may be anything; that it is not what was sealed is what counts
            Err(error) if is_changed(manifest, contents) => {
                done.failed("scan", error.message());
                done.skipped("golden", "the model is not predicted with");
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        match (&described.judgement, manifest.model.verdict) {
            (Judgement::Safe, _) => done.passed("scan", "safe"),
            (Judgement::Unknown(what), Verdict::Unknown) => {
                done.passed("scan", format!("unknown, as when it was sealed: {what}"));
            }
            (Judgement::Unknown(what), Verdict::Safe) => {
                done.failed("scan", format!("unknown, and it was safe when it was sealed: {what}"));
            }
            (Judgement::Dangerous(why), _) => done.failed("scan", format!("dangerous: {why}")),
            (Judgement::Malformed(why), _) => done.failed("scan", format!("malformed: {why}")),
        }
        let may_run = matches!(described.judgement, Judgement::Safe | Judgement::Unknown(_));
        match manifest.golden.value() {
            None => done.skipped("golden", "the bundle has no golden rows"),
            Some(_) if !may_run => done.skipped("golden", "the model is not predicted with"),
            Some(golden) => check_golden(native, model, golden, contents, done)?,
        }
        Ok(())
    }

    fn check_data(&self, data: &[Data], done: &mut Verification) -> Result<()> {
        for Data { reference, .. } in data {
            let uri = reference.uri();
            let subject = format!("data {uri}");
            match (reference, &self.data_root) {
                (Reference::Mutable { .. }, _) => {
                    done.skipped(&subject, "may change: nothing can be checked");
                }
                (Reference::File { .. } | Reference::Folder { .. }, Some(root)) => {
                    match look_up(reference, root)? {
                        Found::Unchanged => done.passed(&subject, "unchanged"),
                        Found::Changed(how) => done.failed(&subject, format!("has changed: {how}")),
                        Found::Absent => {
                            done.skipped(&subject, format!("not below {}", root.display()));
                        }
                    }
                }
                (Reference::File { .. } | Reference::Folder { .. }, None) => {
                    done.skipped(&subject, "not looked for: --data-root says where it is");
                }
                _ => done.skipped(&subject, "is elsewhere: verify works offline"),
            }
        }
        Ok(())
    }
}

/// Whether the model is not the one that was sealed.
fn is_changed(manifest: &Manifest, contents: &Contents) -> bool {
    let sealed = manifest.entry(&manifest.model.path).map(|entry| &entry.sha256);
    contents.digests.get(manifest.model.path.as_str()) != sealed
}

fn read_manifest(
    bundle: &Bundle,
    contents: &mut Contents,
    done: &mut Verification,
) -> Result<Option<Manifest>> {
    if !bundle.files().iter().any(|file| file.path == MANIFEST) {
        done.failed(MANIFEST, "is not there");
        return Ok(None);
    }
    let bytes = match bundle.read_small(MANIFEST, MOST_MANIFEST) {
        Ok(bytes) => bytes,
        Err(error) if bundle.is_zip() || error.kind() != crate::ErrorKind::Io => {
            done.failed(MANIFEST, error.message());
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    let sha256 = digest_of(&bytes).sha256;
    contents.digests.insert(MANIFEST.into(), sha256.clone());
    done.manifest_sha256 = Some(sha256);
    match Manifest::read(&bytes) {
        Ok(manifest) => {
            done.passed(MANIFEST, "canonical");
            Ok(Some(manifest))
        }
        Err(error) => {
            done.failed(MANIFEST, error.to_string());
            Ok(None)
        }
    }
}

/// Files that are listed and there, listed and gone, there and not listed.
fn check_files(bundle: &Bundle, manifest: &Manifest, contents: &Contents, done: &mut Verification) {
    let before = done.checks.len();
    for entry in &manifest.files {
        let path = entry.path.as_str();
        let listed = bundle.files().iter().find(|file| file.path == path);
        match (listed, contents.digests.get(path)) {
            (None, _) => done.failed(path, "is not there"),
            (Some(listed), _) if listed.bytes != entry.bytes => {
                done.failed(path, format!("has {} bytes, the manifest says {}", listed.bytes, entry.bytes));
            }
            (Some(_), Some(found)) if *found != entry.sha256 => {
                done.failed(
                    path,
                    format!("has changed: its SHA-256 is {found}, the manifest says {}", entry.sha256),
                );
            }
            // what could not be read has failed already
            _ => {}
        }
    }
    let is_known = |path: &str| {
        path == MANIFEST
            || path == SIGNATURE
            || manifest.files.iter().any(|entry| entry.path.as_str() == path)
    };
    for file in bundle.files().iter().filter(|file| !is_known(&file.path)) {
        done.failed(&file.path, "is not in the manifest");
    }
    for (path, why) in bundle.faults() {
        done.failed(path, why.clone());
    }
    if done.checks.len() == before {
        let (count, plural) = (manifest.files.len(), if manifest.files.len() == 1 { "" } else { "s" });
        done.passed("files", format!("{count} file{plural} as in the manifest"));
    }
}

fn check_signature(
    bundle: &Bundle,
    key: Option<&PublicKey>,
    contents: &Contents,
    done: &mut Verification,
) -> Result<()> {
    let is_there = bundle.files().iter().any(|file| file.path == SIGNATURE);
    done.has_signature = is_there;
    let Some(key) = key else {
        let message = if is_there { "not checked: --key gives the public key" } else { "not signed" };
        done.skipped("signature", message);
        return Ok(());
    };
    if !is_there {
        done.failed("signature", "not signed");
        return Ok(());
    }
    // what can't be read has failed already
    let Some(bytes) = contents.kept.get(SIGNATURE) else { return Ok(()) };
    let verified = Envelope::read(bytes).and_then(|envelope| Statement::read(envelope.verify(key)?));
    let statement = match verified {
        Ok(statement) => statement,
        Err(error) => {
            done.failed("signature", error.message());
            return Ok(());
        }
    };
    match unsigned(&statement, contents) {
        Some(fault) => done.failed("signature", fault),
        None => {
            let (curve, hint) = (key.curve().name(), key.hint()?);
            done.passed("signature", format!("ECDSA {curve}, key {}", &hint.as_str()[..16]));
            done.is_signed = true;
        }
    }
    Ok(())
}

/// How files and signed files differ.
fn unsigned(statement: &Statement, contents: &Contents) -> Option<String> {
    let signed = statement.by_name();
    let mut found: BTreeMap<&str, &Sha256> =
        contents.digests.iter().map(|(path, sha)| (&**path, sha)).collect();
    found.remove(SIGNATURE);
    for (path, sha256) in &signed {
        match found.get(path) {
            None => return Some(format!("{path} is signed and is not there")),
            Some(other) if other != sha256 => return Some(format!("{path} is not what was signed")),
            Some(_) => {}
        }
    }
    found.keys().find(|path| !signed.contains_key(*path)).map(|path| format!("{path} is not signed"))
}

/// Predicts again, from a private copy of the rows that were hashed.
fn check_golden(
    native: &dyn Native,
    model: &Bytes,
    golden: &Golden,
    contents: &Contents,
    done: &mut Verification,
) -> Result<()> {
    let of = |path: &BundlePath| contents.kept.get(path.as_str());
    let Some(kept) = golden.predictions.as_ref() else {
        let reason = golden.not_checked.as_deref().unwrap_or("no predictions were kept");
        done.skipped("golden", format!("not checked: {reason}"));
        return Ok(());
    };
    // what is not there has failed already
    let (Some(rows), Some(kept)) = (of(&golden.input), of(kept)) else { return Ok(()) };
    let folder = tempfile::tempdir()?;
    let name = golden.input.as_str().rsplit('/').next().unwrap_or("rows");
    let copy = folder.path().join(name);
    std::fs::File::create(&copy)?.write_all(rows)?;
    let methods = (!golden.methods.is_empty()).then(|| golden.methods.join(","));
    match native.predict(model, &copy, methods.as_deref(), folder.path()) {
        Ok(Predicted::Rows { ndjson, rows, .. }) => match difference(kept, &ndjson) {
            None => {
                let rows = format!("{rows} {}", if rows == 1 { "row" } else { "rows" });
                done.passed("golden", format!("{rows} predicted again: {}", golden.methods.join(", ")));
            }
            Some(difference) => done.failed("golden", difference),
        },
        Ok(Predicted::Not { reason }) => done.failed("golden", format!("the model can't be run: {reason}")),
        Err(error) => done.failed("golden", error.message()),
    }
    Ok(())
}
