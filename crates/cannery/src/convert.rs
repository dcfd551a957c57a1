use std::fmt;
use std::io::Write;
use std::path::Path;

use cannery_format::compress::Codec;
use cannery_format::source::{self, Access};
use cannery_format::{AtomicFile, Companions, Folder, NoCompanions};
use cannery_object::Limits;
use cannery_object::known::Version;
use cannery_scan::{Options as ScanOptions, Report, Verdict};

use crate::dump::{DumpOptions, Format, NumpyNames, named};
use crate::error::{Error, Result, printable_line};
use crate::export::{ExportOptions, ExportTarget};
use crate::locate::Place;
use crate::model::{Model, Options, Stage};
use crate::moving::{Migrated, Migration};
use cannery_sklearn::moves::To;

/// The Python that is to read a file; what is not said may be anything.
///
/// ```
/// let target: cannery::Target = "python=3.6,numpy=1,joblib=0.13".parse()?;
/// assert_eq!(target.most_protocol(), 4);
/// # Ok::<(), cannery::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Target {
    python: Option<(u32, u32)>,
    numpy: Option<(u32, u32)>,
    joblib: Option<(u32, u32)>,
    scipy: Option<(u32, u32)>,
    pandas: Option<(u32, u32)>,
}

impl std::str::FromStr for Target {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let mut target = Self::default();
        for part in text.split(',') {
            let wrong = || {
                Error::usage(format!(
                    "target {part:?} is not python=VERSION, numpy=VERSION, joblib=VERSION, scipy=VERSION or \
                     pandas=VERSION, such as python=3.8"
                ))
            };
            let (name, version) = part.split_once('=').ok_or_else(wrong)?;
            let mut numbers = version.trim().split('.').map(str::parse::<u32>);
            let mut number = || numbers.next().unwrap_or(Ok(0)).map_err(|_| wrong());
            let version = Some((number()?, number()?));
            match name.trim() {
                "python" => target.python = version,
                "numpy" => target.numpy = version,
                "joblib" => target.joblib = version,
                "scipy" => target.scipy = version,
                "pandas" => target.pandas = version,
                _ => return Err(wrong()),
            }
        }
        Ok(target)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [("Python", self.python), ("numpy", self.numpy), ("joblib", self.joblib)];
        let known = parts.into_iter().filter_map(|(name, version)| version.map(|version| (name, version)));
        let known: Vec<_> = known.map(|(name, (major, minor))| format!("{name} {major}.{minor}")).collect();
        f.write_str(&known.join(" with "))
    }
}

impl Target {
    /// The newest pickle protocol that it reads.
    pub fn most_protocol(&self) -> u8 {
        match self.python {
            Some((..=2, _)) => 2,
            Some((3, ..=3)) => 3,
            Some((3, ..=7)) => 4,
            _ => 5,
        }
    }

    /// The release of scikit-learn to move to, with what else is there.
    pub(crate) fn scikit_learn(&self, version: &str) -> Result<To> {
        let known = |version: Option<(u32, u32)>| version.map(|(major, minor)| Version::new(major, minor));
        let to = To::new(version).map_err(Error::usage)?;
        let to = to.numpy(known(self.numpy)).scipy(known(self.scipy)).pandas(known(self.pandas));
        Ok(to.python_2(self.python.is_some_and(|(major, _)| major < 3)))
    }

    /// Options that write what it reads.
    ///
    /// # Errors
    /// `Usage` for a protocol, format or codec that it does not read.
    fn options(&self, wish: &Wish) -> Result<DumpOptions> {
        let most = self.most_protocol();
        let protocol = wish.protocol.unwrap_or(DumpOptions::PROTOCOL.min(most));
        if protocol > most {
            return Err(Error::usage(format!("{self} reads protocols up to {most}, not {protocol}")));
        }
        if wish.format == Format::Joblib && self.joblib.is_some_and(|joblib| joblib < (0, 10)) {
            return Err(Error::usage(
                "joblib before 0.10 reads arrays from files beside the dump: write pickle",
            ));
        }
        self.check(wish.codec)?;
        let numpy = match (self.numpy, self.python) {
            (Some((2.., _)), _) => NumpyNames::PrivateCore,
            (Some(_), _) | (None, Some((..=2, _) | (3, ..=8))) => NumpyNames::Core,
            (None, _) => NumpyNames::AsRead,
        };
        let reads_padding = match (self.joblib, self.python) {
            (Some(joblib), _) => joblib >= (1, 2),
            (None, Some(python)) => python >= (3, 11),
            (None, None) => true,
        };
        let options = DumpOptions::default().format(wish.format).protocol(protocol).numpy(numpy);
        let options = options.padded(reads_padding).compress(wish.codec);
        let is_new = self.joblib.is_none_or(|joblib| joblib >= (1, 5)) && self.python.is_none();
        Ok(if is_new { options } else { options.nested_protocol(protocol.min(2)) })
    }

    /// Whether it names neither Python nor joblib.
    fn is_only_libraries(&self) -> bool {
        self.python.is_none() && self.joblib.is_none()
    }

    /// The names of numpy's private modules for a moved model: those of numpy 1, which numpy 2 knows, unless numpy 2 is asked
    /// for.
    fn numpy_names(&self) -> NumpyNames {
        match self.numpy {
            Some((2.., _)) => NumpyNames::PrivateCore,
            _ => NumpyNames::Core,
        }
    }

    fn check(&self, codec: Option<Codec>) -> Result<()> {
        let (least_python, least_joblib) = match codec {
            Some(Codec::Xz(_) | Codec::Lzma(_)) => ((3, 3), (0, 10)),
            Some(Codec::Lz4) => ((3, 5), (0, 13)),
            _ => return Ok(()),
        };
        let is_old = self.python.is_some_and(|python| python < least_python)
            || self.joblib.is_some_and(|joblib| joblib < least_joblib);
        if is_old { Err(Error::usage(format!("{self} does not read this compression"))) } else { Ok(()) }
    }
}

/// What is asked for, apart from the reader.
struct Wish {
    format: Format,
    protocol: Option<u8>,
    codec: Option<Codec>,
}

/// A file written in another form, once it is judged.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let out = folder.path().join("model.pkl");
/// let converted = cannery::Conversion::default().run("../../examples/iris_svc.joblib", &out)?;
/// assert!(converted.is_written());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Conversion {
    format: Option<Format>,
    protocol: Option<u8>,
    codec: Option<Codec>,
    target: Target,
    strict: bool,
    sync: bool,
    export: Option<(ExportTarget, ExportOptions)>,
    migration: Option<Migration>,
    limits: Limits,
}

/// What became of a conversion.
#[derive(Debug)]
pub struct Converted {
    report: Report,
    is_written: bool,
    migrated: Option<Migrated>,
}

impl Converted {
    /// What scan says of the file that was read.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// What was changed for another scikit-learn, if one was asked for and the file was written.
    pub fn migrated(&self) -> Option<&Migrated> {
        self.migrated.as_ref()
    }

    /// Says what was found, if anything was: a warning when the file was written, else why it was not.
    pub fn write_findings(&self, from: &Path, out: &mut impl Write) -> Result<()> {
        let Some(first) = self.report.findings.first() else { return Ok(()) };
        let from = from.to_string_lossy();
        let from = printable_line(&from);
        if self.is_written {
            let message = "not everything in it is known; cannery scan says what";
            writeln!(out, "cannery: warning: {from}: {message}")?;
        } else {
            writeln!(out, "cannery: {from}: {}, so it is not converted", self.report.verdict)?;
        }
        let place = first.path.as_deref().filter(|path| !path.is_empty());
        let place = place.map(|path| format!("{path}: ")).unwrap_or_default();
        let line = format!("{} {place}{}", first.rule.info().id, first.message);
        writeln!(out, "  {}", printable_line(&line))?;
        match self.report.findings.len() - 1 {
            0 => Ok(()),
            more => Ok(writeln!(out, "  … and {more} more findings")?),
        }
    }

    /// Whether a file was written. What is dangerous is not, nor what is unknown when that was asked for.
    pub fn is_written(&self) -> bool {
        self.is_written
    }
}

impl Conversion {
    /// Pickle or joblib; without this, the name of the file to write decides.
    #[must_use]
    pub fn format(mut self, format: Option<Format>) -> Self {
        self.format = format;
        self
    }

    /// The pickle protocol; without this 4, or the newest that the target reads.
    #[must_use]
    pub fn protocol(mut self, protocol: Option<u8>) -> Self {
        self.protocol = protocol;
        self
    }

    /// Compression; without this, the name of the file to write decides.
    #[must_use]
    pub fn compress(mut self, codec: Option<Codec>) -> Self {
        self.codec = codec;
        self
    }

    /// Who is to read the file.
    #[must_use]
    pub fn target(mut self, target: Target) -> Self {
        self.target = target;
        self
    }

    /// Whether a file of which scan does not know everything is refused too.
    #[must_use]
    pub fn strict(mut self, strict: bool) -> Self {
        self.strict = strict;
        self
    }

    /// Whether the file is on the disk when this returns.
    #[must_use]
    pub fn sync(mut self, sync: bool) -> Self {
        self.sync = sync;
        self
    }

    /// Exports the model: what it computes is written, in the format of this target, instead of its values. Without this, the
    /// name of the file to write decides: `.onnx` is ONNX, `.pmml` PMML.
    #[must_use]
    pub fn export(mut self, target: ExportTarget, options: ExportOptions) -> Self {
        self.export = Some((target, options));
        self
    }

    /// Moves the model to another scikit-learn.
    #[must_use]
    pub fn migration(mut self, migration: Option<Migration>) -> Self {
        self.migration = migration;
        self
    }

    /// What reading may spend.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Reads a file once, judges it, and writes it.
    pub fn run(&self, from: impl AsRef<Path>, to: impl AsRef<Path>) -> Result<Converted> {
        self.run_watched(from, to, &mut |_, _, _| ())
    }

    /// As [`run`](Self::run), and tells how far it is.
    pub fn run_watched(
        &self,
        from: impl AsRef<Path>,
        to: impl AsRef<Path>,
        progress: &mut dyn FnMut(Stage, u64, Option<u64>),
    ) -> Result<Converted> {
        let (from, to) = (from.as_ref(), to.as_ref());
        if let Some((target, options)) = self.exported(to) {
            return self.run_export(from, to, (target, &options), progress);
        }
        let options = self.options(to)?.sync(self.sync);
        let (report, model) = self.judged(from, progress).map_err(|error| error.in_file(from.display()))?;
        let Some(model) = model else { return Ok(Converted { report, is_written: false, migrated: None }) };
        if let Some(migration) = &self.migration {
            let migrated = self.migrate(model, migration, options, to)?;
            return Ok(Converted { report, is_written: true, migrated: Some(migrated) });
        }
        let options = if self.target == Target::default() { self.as_read(&model, options) } else { options };
        let all = model.facts().plain_bytes;
        options.dump_watched(&model, to, &mut |done| progress(Stage::Write, done, Some(all)))?;
        Ok(Converted { report, is_written: true, migrated: None })
    }

    /// Moves a model, and writes it once it was read back and compared.
    fn migrate(
        &self,
        model: Model,
        migration: &Migration,
        options: DumpOptions,
        to: &Path,
    ) -> Result<Migrated> {
        let target = self.target.scikit_learn(migration.version())?;
        let source = migration.source(&model);
        let (model, report) = migration.carry_out(model, &target)?;
        let options = if self.target.is_only_libraries() { self.as_read(&model, options) } else { options };
        let (_, codec) = named(to);
        let options = options.compress(self.codec.or(codec)).numpy(self.target.numpy_names());
        let bytes = options.dumps(&model)?;
        let proof = migration.proof(source, &bytes, &self.limits)?;
        let written = AtomicFile::create(to).and_then(|mut file| {
            file.write_all(&bytes)?;
            if self.sync { file.finish() } else { file.finish_unsynced() }
        });
        written.map_err(|error| Error::from(error).in_file(to.display()))?;
        Ok(Migrated::new(report, proof, &target))
    }

    /// Without a target, what the Python that wrote the file reads: its scikit-learn says which joblib there may be.
    fn as_read(&self, model: &Model, options: DumpOptions) -> DumpOptions {
        let origin = model.summary().origin;
        let oldest = origin.sklearn.keys().filter_map(|version| {
            let mut numbers = version.split('.').map(|number| number.parse::<u32>().ok());
            Some((numbers.next()??, numbers.next()??))
        });
        let oldest = oldest.min().unwrap_or((u32::MAX, 0));
        let is_joblib = model.facts().kind == crate::Container::Joblib;
        let is_old =
            oldest < (1, 2) || (is_joblib && model.facts().inline_arrays > 0 && !origin.padded_arrays);
        let is_python_2 =
            origin.python == Some(2) && model.facts().protocol.is_none_or(|protocol| protocol <= 2);
        let options = match (self.protocol, is_python_2 && oldest < (0, 21)) {
            (None, true) => options.protocol(2),
            _ => options,
        };
        let options = if is_old { options.padded(false).nested_protocol(2) } else { options };
        if oldest < (0, 21) { options.vendored_joblib(true) } else { options }
    }

    /// What is exported, if anything is.
    fn exported(&self, to: &Path) -> Option<(ExportTarget, ExportOptions)> {
        if self.export.is_some() || self.format.is_some() {
            return self.export.clone();
        }
        let ending = to.extension()?.to_str()?.to_ascii_lowercase();
        let target = ExportTarget::ALL.into_iter().find(|target| target.extension() == ending)?;
        Some((target, ExportOptions::default()))
    }

    fn run_export(
        &self,
        from: &Path,
        to: &Path,
        (target, options): (ExportTarget, &ExportOptions),
        progress: &mut dyn FnMut(Stage, u64, Option<u64>),
    ) -> Result<Converted> {
        let in_file = |error: Error| error.in_file(from.display());
        let (report, model) = self.judged(from, progress).map_err(in_file)?;
        let Some(model) = model else { return Ok(Converted { report, is_written: false, migrated: None }) };
        let artefact = model.export(target, options).map_err(in_file)?;
        let written = AtomicFile::create(to).and_then(|mut file| {
            file.write_all(&artefact)?;
            if self.sync { file.finish() } else { file.finish_unsynced() }
        });
        written.map_err(|error| Error::from(error).in_file(to.display()))?;
        Ok(Converted { report, is_written: true, migrated: None })
    }

    fn options(&self, to: &Path) -> Result<DumpOptions> {
        let (format, codec) = named(to);
        let format = self.format.or(format).ok_or_else(|| {
            let message =
                "the name says neither .pkl, .pickle, .joblib, .onnx nor .pmml: choose with --to pickle or --to joblib";
            Error::usage(message).in_file(to.display())
        })?;
        self.target.options(&Wish { format, protocol: self.protocol, codec: self.codec.or(codec) })
    }

    /// The verdict, and the model unless it is refused: of the same bytes.
    fn judged(
        &self,
        from: &Path,
        progress: &mut dyn FnMut(Stage, u64, Option<u64>),
    ) -> Result<(Report, Option<Model>)> {
        let place = Place::of(from)?;
        let mut bytes = source::open(&place.file, Access::Read, &self.limits, &mut |done, all| {
            progress(Stage::Read, done, all);
        })?;
        let (mut folder, mut nothing) = (Folder::of(&place.file), NoCompanions);
        let mut companions: &mut dyn Companions = &mut folder;
        if let Some(member) = &place.member {
            bytes = cannery_format::member(&bytes, member, &self.limits)?;
            companions = &mut nothing;
        }
        let options = ScanOptions::default().limits(self.limits.clone());
        let report = cannery_scan::scan(&bytes, &options, companions).of_named_file();
        let most = if self.strict { Verdict::Safe } else { Verdict::Unknown };
        if report.verdict > most && report.verdict != Verdict::Malformed {
            return Ok((report, None));
        }
        let model = Options::default().limits(self.limits.clone()).read_judged(&bytes, companions)?;
        match report.findings.first() {
            Some(finding) if report.verdict == Verdict::Malformed => {
                Err(Error::malformed(format!("{}: {}", finding.rule.info().id, finding.message)))
            }
            _ => Ok((report, Some(model))),
        }
    }
}
