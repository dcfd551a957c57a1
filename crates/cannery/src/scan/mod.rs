//! Judging files: is it safe to load them?

mod json;
mod read;
mod sarif;
mod text;
mod walk;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use cannery_format::source::Access;
use cannery_format::{Folder, NoCompanions};
use cannery_object::Limits;
use cannery_scan::Options;

pub use cannery_scan::{Finding, Policy, PolicyError, RULES, Report, Rule, RuleInfo, Verdict};

use crate::error::{Error, Result};
use crate::locate::Place;
use crate::predict::Threads;

/// Judges one file by its path. One that is no model is [`Unreadable`](Rule::Unreadable).
///
/// ```
/// use cannery::scan::{Verdict, scan};
/// assert_eq!(scan("../../examples/iris_svc.joblib").verdict, Verdict::Safe);
/// ```
pub fn scan(path: impl AsRef<Path>) -> Report {
    Scan::default().file(path.as_ref(), true)
}

/// Judges one file by its bytes. What is no model is [`Unreadable`](Rule::Unreadable).
///
/// ```
/// use cannery::scan::{Rule, Verdict, scan_bytes};
/// let report = scan_bytes(b"cos\nsystem\n(S'id'\ntR.");
/// assert_eq!(report.verdict, Verdict::Dangerous);
/// assert_eq!(report.findings[0].rule, Rule::Gadget);
/// ```
pub fn scan_bytes(bytes: &[u8]) -> Report {
    let bytes = Bytes::copy_from_slice(bytes);
    cannery_scan::scan(&bytes, &Options::default(), &mut NoCompanions).of_named_file()
}

/// How files are judged.
///
/// ```
/// let scanned = cannery::scan::Scan::default().threads(Some(1)).run(["../../examples"])?;
/// assert!(scanned.files.iter().any(|file| file.path.ends_with("iris_svc.joblib")));
/// assert_eq!(scanned.exit_status(), 0);
/// // a table in a folder is skipped; one that is named is no model
/// let named = cannery::scan::scan("../../examples/iris.csv");
/// assert_eq!(named.findings[0].rule, cannery::scan::Rule::Unreadable);
/// let in_folder = scanned.files.iter().find(|file| file.path.ends_with("iris.csv")).expect("the table");
/// assert!(in_folder.is_aside() && named.skipped.is_none());
/// # Ok::<(), cannery::Error>(())
/// ```
#[derive(Default)]
pub struct Scan<'p> {
    options: Options,
    limits: Limits,
    policy: Policy,
    threads: Option<usize>,
    progress: Option<&'p (dyn Fn(u64, u64) + Sync)>,
}

impl std::fmt::Debug for Scan<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scan").field("policy", &self.policy).field("threads", &self.threads).finish()
    }
}

/// A file that was judged.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FileReport {
    /// Its path: as it was given, or below the folder that was.
    pub path: PathBuf,
    /// What was found. Only a file of a folder is skipped: one that was named itself has a verdict.
    pub report: Report,
}

impl FileReport {
    /// Whether it is no model, in a folder where other files may lie: it counts neither as safe nor as a failure.
    pub fn is_aside(&self) -> bool {
        self.report.skipped.is_some()
    }
}

/// How a report for people looks.
///
/// ```
/// let scanned = cannery::scan::Scan::default().run(["../../examples/iris_svc.joblib"])?;
/// let mut text = Vec::new();
/// scanned.write_styled_text(cannery::scan::Style::default().colour(true), &mut text)?;
/// assert!(text.ends_with(b"\x1b[32msafe\x1b[0m\n"));
/// # Ok::<(), cannery::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    colour: bool,
    skipped: bool,
}

impl Style {
    /// Whether verdicts are in colour (ANSI escape codes).
    #[must_use]
    pub fn colour(self, colour: bool) -> Self {
        Self { colour, ..self }
    }

    /// Whether files that were skipped are listed, each with the reason.
    #[must_use]
    pub fn skipped(self, skipped: bool) -> Self {
        Self { skipped, ..self }
    }
}

/// What was found in all files.
#[derive(Debug)]
#[non_exhaustive]
pub struct Scanned {
    /// In the order of the paths given, those of a folder by name.
    pub files: Vec<FileReport>,
    policy: Policy,
    single: bool,
}

impl<'p> Scan<'p> {
    /// What reading one file may spend.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits.clone();
        self.options = self.options.limits(limits);
        self
    }

    /// Names that are allowed, rules that are ignored, and when a scan fails.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.options = self.options.policy(&policy);
        self.policy = policy;
        self
    }

    /// Threads that judge files; one for each processor if `None`.
    #[must_use]
    pub fn threads(mut self, threads: Option<usize>) -> Self {
        self.threads = threads;
        self
    }

    /// Told now and then how many files are judged, of how many.
    #[must_use]
    pub fn progress(mut self, progress: &'p (dyn Fn(u64, u64) + Sync)) -> Self {
        self.progress = Some(progress);
        self
    }

    /// Judges files, and all files in folders.
    ///
    /// # Errors
    /// `Io` for a path that does not exist or a folder that can't be listed. Files that can't be read are reported as
    /// malformed.
    pub fn run(&self, paths: impl IntoIterator<Item = impl AsRef<Path>>) -> Result<Scanned> {
        let paths: Vec<PathBuf> = paths.into_iter().map(|path| path.as_ref().to_owned()).collect();
        let found = walk::files(&paths)?;
        let single = matches!(&paths[..], [only] if !only.is_dir());
        let (done, all) = (AtomicU64::new(0), found.len() as u64);
        let judge = |found: &walk::Found| {
            let report = match &found.reason {
                Some(reason) if found.named => Report::skipped(reason).of_named_file(),
                Some(reason) => Report::skipped(reason),
                None => self.file(&found.path, found.named),
            };
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            if let Some(progress) = self.progress {
                progress(done, all);
            }
            FileReport { path: found.path.clone(), report }
        };
        let files = Threads::new(self.threads)?.map(&found, judge);
        Ok(Scanned { files, policy: self.policy.clone(), single })
    }

    /// A file that was named always has a verdict.
    fn file(&self, path: &Path, named: bool) -> Report {
        let place = Place::of_file(path);
        if let Some(member) = &place.member {
            return self.member(&place.file, member);
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        match read::bytes_of(path, &self.limits) {
            Ok(read::Content::Bytes(bytes)) if named => {
                cannery_scan::scan(&bytes, &self.options, &mut Folder::of(path)).of_named_file()
            }
            Ok(read::Content::Bytes(bytes)) => {
                cannery_scan::scan_in_folder(&name, &bytes, &self.options, &mut Folder::of(path))
            }
            Ok(read::Content::NoModel { reason, len, stands_for_a_model }) => {
                let report = Report::skipped(reason).of_bytes(len);
                let has_verdict = named || stands_for_a_model && cannery_scan::has_model_extension(&name);
                if has_verdict { report.of_named_file() } else { report }
            }
            Err(error) => unreadable(&error),
        }
    }

    /// A member of an archive.
    fn member(&self, archive: &Path, member: &str) -> Report {
        let content = cannery_format::source::open(archive, Access::Read, &self.limits, &mut |_, _| ())
            .and_then(|bytes| cannery_format::member(&bytes, member, &self.limits));
        match content {
            Ok(content) => cannery_scan::scan(&content, &self.options, &mut NoCompanions).of_named_file(),
            Err(error) => unreadable(&error).of_named_file(),
        }
    }
}

impl Scanned {
    /// The worst verdict; files that are no models and were not named count as nothing.
    pub fn verdict(&self) -> Verdict {
        let judged = self.files.iter().filter(|file| !file.is_aside());
        judged.map(|file| file.report.verdict).max().unwrap_or_default()
    }

    /// 0 when all is safe, or as good as the policy wants it; 1 for unknown and dangerous, 2 for malformed and unreadable
    /// files.
    pub fn exit_status(&self) -> u8 {
        self.policy.exit_status(self.verdict())
    }

    /// One file's JSON object when a file was asked for, else an object with all of them: docs/scan.md.
    ///
    /// # Errors
    /// Those of writing.
    pub fn write_json(&self, out: &mut impl std::io::Write) -> Result<()> {
        json::write(self, out)
    }

    /// A SARIF 2.1.0 log.
    ///
    /// # Errors
    /// Those of writing.
    pub fn write_sarif(&self, out: &mut impl std::io::Write) -> Result<()> {
        sarif::write(self, out)
    }

    /// For people: files that are not safe with their findings, and a summary by folder.
    ///
    /// # Errors
    /// Those of writing.
    pub fn write_text(&self, out: &mut impl std::io::Write) -> Result<()> {
        text::write(self, Style::default(), out)
    }

    /// The same in a style.
    ///
    /// # Errors
    /// Those of writing.
    pub fn write_styled_text(&self, style: Style, out: &mut impl std::io::Write) -> Result<()> {
        text::write(self, style, out)
    }
}

/// The report on a file that can't be read, with the place.
fn unreadable(error: &cannery_format::Error) -> Report {
    Report::unreadable(error.message()).at(error.offset(), error.part())
}

/// Reads a policy file: JSON if it begins with a brace, else TOML.
///
/// # Errors
/// `Io` if it can't be read, `Usage` if it is no policy.
pub fn read_policy(path: &Path) -> Result<Policy> {
    let text = std::fs::read_to_string(path).map_err(|error| Error::from(error).in_file(path.display()))?;
    let policy =
        if text.trim_start().starts_with('{') { Policy::from_json(&text) } else { Policy::from_toml(&text) };
    policy.map_err(|error| Error::usage(format!("policy: {error}")).in_file(path.display()))
}

impl From<PolicyError> for Error {
    fn from(error: PolicyError) -> Self {
        Self::usage(error.to_string())
    }
}
