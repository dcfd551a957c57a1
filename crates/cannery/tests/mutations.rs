//! Damaged files: every truncation and every change of one byte of small files of all formats, codecs and eras, through
//! everything that reads them: inspect, disassemble, scan and, where it is a model, predict.
//!
//! No mutant may panic, use more memory than the limits allow or take much longer than the file it was made from.
//! `CANNERY_MUTATIONS=all` runs every mutant (a million of them, in release mode), `CANNERY_MUTATIONS=10` every 10th
//! (`scripts/check.sh mutations`); otherwise every 101st is run.

#![allow(clippy::print_stderr)] // the report is what a person reads of a full run

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use cannery::scan::{Verdict, scan, scan_bytes};
use cannery::{Limit, Limits, Listing, Model, Options, Result};
use tempfile::TempDir;

#[allow(dead_code, unreachable_pub)] // of the fuzz targets' checks one is used here
#[path = "../../../fuzz/src/lib.rs"]
mod fuzz;

use fuzz::MEMORY;
use fuzz::predict::predictions;

/// Files below `fixtures/`, of less than 4 kB each. The part after `+` is the companion that is mutated; `!` says that it
/// is a model that predicts.
const SEEDS: &[&str] = &[
    "pickle/py3.13-containers-p0.pkl",
    "pickle/py3.13-instances-p1.pkl",
    "pickle/py3.6-text-p2.pkl",
    "pickle/py3.13-ints-p3.pkl",
    "pickle/py3.13-frames-p4.pkl",
    "pickle/py3.13-bytes-p5.pkl",
    "pickle/py2.7-containers-p0.pkl",
    "pickle/py2.7-instances-p2.pkl",
    "numpy/np1.16-py2.7-dtypes-p0.pkl",
    "numpy/np1.16-py2.7-scalars-p0.pkl",
    "numpy/np1.26-py3.12-random-p4.pkl",
    "numpy/np1.13-py3.6-layout-p0.pkl",
    "numpy/np2.5-py3.13-masked-p2.pkl",
    "numpy/np2.5-py3.13-structured-p5.pkl",
    "scipy/sp0.19-py3.6-lil_matrix-p2.pkl",
    "scipy/sp1.2-py2.7-various.pkl",
    "scipy/sp1.18-py3.13-various.pkl",
    "scipy/sp1.18-py3.13-dok_array-p5.pkl",
    "pandas/pd0.22-py3.6-frame-p0.pkl",
    "pandas/pd0.24-py2.7-frame-rich-p2.pkl",
    "pandas/pd1.5-py3.11-frame-rich-p5.pkl",
    "pandas/pd2.2-py3.12-series-categorical-p4.pkl",
    "pandas/pd3.1-py3.13-frame-rich-p5.pkl",
    "pandas/pd3.1-py3.13-series-str-p0.pkl",
    "!sklearn/sk0.18-py3.6-svc-p2.pkl",
    "!sklearn/sk0.18-py3.6-grid-p2.pkl",
    "!sklearn/sk0.18-py3.6-forest-p2.pkl",
    "!sklearn/sk0.18-py3.6-tfidf-p4.pkl",
    "!sklearn/sk0.20-py2.7-knn-p1.pkl",
    "!sklearn/sk0.20-py2.7-forest-p1.pkl",
    "!sklearn/sk0.20-py2.7-pipeline-p0.pkl",
    "sklearn/sk0.22-py3.8-columns-p4.pkl",
    "!sklearn/sk0.22-py3.8-logistic-str-p5.pkl",
    "!sklearn/sk0.22-py3.8-grid-p5.pkl",
    "!sklearn/sk1.0-py3.10-forest-p5.pkl",
    "!sklearn/sk1.0-py3.10-logistic-str-p0.pkl",
    "!sklearn/sk1.3-py3.12-svc-p4.pkl",
    "!sklearn/sk1.3-py3.12-tfidf-p0.pkl",
    "!sklearn/sk1.5-py3.13-grid-p4.pkl",
    "sklearn/sk1.5-py3.13-columns-p5.pkl",
    "!sklearn/sk1.9-py3.13-knn-p2.pkl",
    "!sklearn/sk1.9-py3.13-forest-p4.pkl",
    "!sklearn/sk1.9-py3.13-pipeline-p2.pkl",
    "joblib/jl1.6-py3.13-dict-plain.joblib",
    "joblib/jl0.10-py3.6-dict-plain.joblib",
    "joblib/jl0.13-py2.7-dict-gzip.joblib.gz",
    "!joblib/jl1.1-py3.10-model-plain.joblib",
    "!joblib/jl1.6-py3.13-model-gzip.joblib.gz",
    "!joblib/jl1.6-py3.13-model-zlib.joblib.z",
    "!joblib/jl1.6-py3.13-model-bz2.joblib.bz2",
    "!joblib/jl1.6-py3.13-model-xz.joblib.xz",
    "!joblib/jl1.6-py3.13-model-lzma.joblib.lzma",
    "!joblib/jl1.6-py3.13-model-lz4.joblib.lz4",
    "joblib/wrapped.pkl.zlib",
    "joblib/wrapped.pkl.zlib-stored",
    "joblib/wrapped.pkl.multi.gz",
    "joblib/wrapped.pkl.bz2",
    "joblib/wrapped.pkl.xz",
    "joblib/wrapped.pkl.lzma",
    "joblib/jl0.8-py3.6-dict-zfile.pkl",
    "joblib/jl0.9-py3.6-dict-zfile.pkl",
    "joblib/jl0.8-py3.6-dict-multi.pkl",
    "joblib/jl0.8-py3.6-dict-multi.pkl+jl0.8-py3.6-dict-multi.pkl_04.npy",
    "joblib/jl0.9-py3.6-dict-multi-zfile.pkl+jl0.9-py3.6-dict-multi-zfile.pkl_02.npy.z",
    "skops/skops0.4-masked.skops",
    "skops/skops0.9-partial.skops",
    "skops/skops0.16-masked.skops",
    "skops/skops0.16-scalars.skops",
    "skops/skops0.16-csr.skops",
    "!skops/skops0.16-knn.skops",
    "!skops/skops0.16-tfidf.skops",
    "numpy/np2.5-py3.13-structured-nested.npy",
    "numpy/np2.5-py3.13-text-O-2d.npy",
    "numpy/np1.16-py2.7-savez.npz",
    "numpy/np1.13-py3.6-savez_compressed.npz",
    "scipy/sp1.18-py3.13-save_npz-csr.npz",
];

const SAMPLE: usize = 101;
/// A mutant is slow when it takes so many times as long as its seed …
const SLOW: u32 = 20;
/// … and longer than this, below which a busy machine decides.
const NOTICEABLE: Duration = Duration::from_millis(2);
/// One that takes so many times as long is measured again.
const SUSPECT: u32 = 4;

#[test]
fn no_damaged_file_panics_or_overruns_or_stalls() {
    let step = match std::env::var("CANNERY_MUTATIONS").as_deref() {
        Ok("all") => 1,
        Ok(step) => {
            step.parse().expect("CANNERY_MUTATIONS is `all`, or how many mutants are passed over for one")
        }
        Err(_) => SAMPLE,
    };
    let (mut failures, mut cases, mut slowest) = (Vec::new(), 0, 0.0_f64);
    for seed in SEEDS {
        let report = match Seed::new(seed) {
            Ok(seed) => seed.run(step),
            Err(error) => {
                Report { failures: vec![format!("is not read undamaged: {error}")], ..Report::default() }
            }
        };
        eprintln!("{seed}: {report}");
        cases += report.cases.values().sum::<usize>();
        slowest = slowest.max(report.ratio());
        failures.extend(report.failures.into_iter().map(|failure| format!("{seed}: {failure}")));
    }
    let (seeds, failed) = (SEEDS.len(), failures.len());
    eprintln!("{seeds} seeds, {cases} cases, {failed} failures, slowest {slowest:.1} × its seed");
    assert!(
        failures.is_empty(),
        "{} failures, the first of them:\n{}",
        failures.len(),
        failures[..failures.len().min(20)].join("\n")
    );
}

/// One change of a file.
#[derive(Clone, Copy, Debug)]
enum Mutation {
    Truncate(usize),
    Xor(usize, u8),
}

impl Mutation {
    /// Every truncation, and of every byte each bit and all bits flipped.
    fn all(len: usize) -> impl Iterator<Item = Self> {
        let masks = (0..8).map(|bit| 1 << bit).chain([0xff]);
        let flips = (0..len).flat_map(move |at| masks.clone().map(move |mask| Self::Xor(at, mask)));
        (0..len).map(Self::Truncate).chain(flips)
    }

    fn apply(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Truncate(len) => bytes[..len].to_vec(),
            Self::Xor(at, mask) => {
                let mut bytes = bytes.to_vec();
                bytes[at] ^= mask;
                bytes
            }
        }
    }
}

/// A file to damage.
struct Seed {
    bytes: Vec<u8>,
    place: Place,
}

/// Where a mutant is read from.
enum Place {
    Memory,
    /// A folder with the files that belong to the model: the one to open, and the one to damage.
    Folder {
        _folder: TempDir,
        open: PathBuf,
        damage: PathBuf,
    },
}

impl Seed {
    fn new(name: &str) -> Result<Self> {
        let (predicts, name) = name.strip_prefix('!').map_or((false, name), |name| (true, name));
        let (main, companion) = name.split_once('+').unwrap_or((name, ""));
        let path = Path::new("../../fixtures").join(main);
        let place = if main.contains("-multi") { Place::folder(&path, companion) } else { Place::Memory };
        let bytes = fs::read(if companion.is_empty() { path } else { path.with_file_name(companion) })
            .expect("a fixture");
        assert!(bytes.len() < 4096, "{name} is too large to damage byte by byte");
        let seed = Self { bytes, place };
        let model = seed.load(&seed.bytes)?;
        assert!(!predicts || predictions(&model) > 0, "{name} does not predict");
        Ok(seed)
    }

    fn load(&self, bytes: &[u8]) -> Result<Model> {
        match &self.place {
            Place::Memory => cannery::loads(bytes),
            Place::Folder { open, damage, .. } => {
                fs::write(damage, bytes).expect("a writable folder");
                cannery::open(open)
            }
        }
    }

    /// Reads a file, looks at all that it holds, lists its opcodes, judges it and predicts with it; gives the memory that
    /// the reader accounted for.
    ///
    /// # Panics
    /// When it is judged safe and can't be read.
    fn use_it(&self, bytes: &[u8]) -> Result<u64> {
        let model = self.load(bytes);
        // refusing is fine, and so is a file without opcodes
        let _ = self.opcodes(bytes);
        let report = match &self.place {
            Place::Memory => scan_bytes(bytes),
            Place::Folder { open, .. } => scan(open),
        };
        // an archive of models is judged, and is no model
        let readable = model.is_ok() || report.format == Some("archive");
        assert!(report.verdict != Verdict::Safe || readable, "judged safe, and can't be read");
        let model = model?;
        model.write_json(true, &mut io::sink())?;
        let _ = write!(io::sink(), "{}", model.summary()); // a sink does not fail
        predictions(&model);
        Ok(model.heap().budget().memory_used())
    }

    fn opcodes(&self, bytes: &[u8]) -> Result<()> {
        let opcodes = match &self.place {
            Place::Memory => Options::default().disassemble_bytes(bytes)?,
            Place::Folder { open, .. } => Options::default().disassemble(open)?,
        };
        opcodes.write(Listing::Text, &mut io::sink()).map(drop)
    }

    fn time(&self, bytes: &[u8]) -> Duration {
        let start = Instant::now();
        let _ = self.use_it(bytes);
        start.elapsed()
    }

    fn run(&self, step: usize) -> Report {
        let mut times: Vec<_> = (0..21).map(|_| self.time(&self.bytes)).collect();
        times.sort();
        let mut report = Report { usual: times[10], ..Report::default() };
        std::panic::set_hook(Box::new(|_| {})); // a panic is reported with the mutation that did it
        for mutation in Mutation::all(self.bytes.len()).step_by(step) {
            self.case(mutation, &mut report);
        }
        let _ = std::panic::take_hook();
        report
    }

    fn case(&self, mutation: Mutation, report: &mut Report) {
        let mutant = mutation.apply(&self.bytes);
        MEMORY.reset_peak_usage();
        let (before, start) = (MEMORY.current_usage(), Instant::now());
        let outcome = catch_unwind(AssertUnwindSafe(|| self.use_it(&mutant)));
        let (mut time, peak) = (start.elapsed(), MEMORY.peak_usage().saturating_sub(before) as u64);
        if time > SUSPECT * report.usual {
            time = (0..5).map(|_| self.time(&mutant)).min().unwrap_or(time);
        }
        report.count(mutation, &outcome, time);
        // so small a file, inflated or not, is nothing against the slack
        let limits = Limits::default();
        let allowed = limits.of(Limit::MemorySlack);
        if peak > allowed {
            report.failures.push(format!("{mutation:?} took {peak} bytes of memory"));
        }
        if let Ok(Ok(used)) = outcome
            && used > allowed
        {
            report.failures.push(format!("{mutation:?} accounted for {used} bytes of memory"));
        }
    }
}

impl Place {
    fn folder(path: &Path, companion: &str) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let name = path.file_name().expect("a file").to_string_lossy().into_owned();
        for entry in fs::read_dir(path.parent().expect("a folder")).expect("fixtures") {
            let entry = entry.expect("an entry");
            let other = entry.file_name().to_string_lossy().into_owned();
            if other.starts_with(&name) && !other.ends_with(".json") {
                fs::copy(entry.path(), folder.path().join(other)).expect("a copy");
            }
        }
        let open = folder.path().join(&name);
        let damage = if companion.is_empty() { open.clone() } else { folder.path().join(companion) };
        Self::Folder { _folder: folder, open, damage }
    }
}

#[derive(Default)]
struct Report {
    usual: Duration,
    slowest: Duration,
    cases: BTreeMap<&'static str, usize>,
    failures: Vec<String>,
}

impl Report {
    /// How many times as long as its seed the slowest mutant took.
    fn ratio(&self) -> f64 {
        self.slowest.as_secs_f64() / self.usual.as_secs_f64().max(1e-9)
    }

    fn count(&mut self, mutation: Mutation, outcome: &std::thread::Result<Result<u64>>, time: Duration) {
        let kind = match outcome {
            Err(_) => "panic",
            Ok(Err(error)) => error.kind(),
            Ok(Ok(_)) => "read",
        };
        *self.cases.entry(kind).or_default() += 1;
        self.slowest = self.slowest.max(time);
        if kind == "panic" || kind == "internal" {
            self.failures.push(format!("{mutation:?}: {kind}"));
        }
        if time > NOTICEABLE && time > SLOW * self.usual {
            self.failures.push(format!("{mutation:?} takes {time:?}, the file as it was {:?}", self.usual));
        }
    }
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ratio = self.ratio();
        write!(
            f,
            "{} cases {:?}, slowest {ratio:.1} × {:?}",
            self.cases.values().sum::<usize>(),
            self.cases,
            self.usual
        )
    }
}
