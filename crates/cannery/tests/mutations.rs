//! Damaged files: every truncation and every change of one byte of small files of all formats.
//!
//! No mutant may panic, use more memory than the limits allow or take much longer than the file it was made from.
//! `CANNERY_MUTATIONS=all` runs every mutant (scripts/check.sh mutations, in release mode), otherwise every 37th.

#![allow(clippy::print_stderr)] // the report is what a person reads of a full run

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use cannery::{Limit, Limits, Model, Result};
use peak_alloc::PeakAlloc;
use tempfile::TempDir;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Files below `fixtures/`, of less than 4 kB each. The part after `+` is the companion that is mutated.
const SEEDS: &[&str] = &[
    "pickle/py3.13-containers-p0.pkl",
    "pickle/py3.13-instances-p1.pkl",
    "pickle/py3.6-text-p2.pkl",
    "pickle/py3.13-ints-p3.pkl",
    "pickle/py3.13-frames-p4.pkl",
    "pickle/py3.13-bytes-p5.pkl",
    "pickle/py2.7-containers-p0.pkl",
    "pickle/py2.7-instances-p2.pkl",
    "sklearn/sk1.3-py3.12-svc-p4.pkl",
    "sklearn/sk0.18-py3.6-svc-p2.pkl",
    "joblib/jl1.6-py3.13-dict-plain.joblib",
    "joblib/jl1.1-py3.10-model-plain.joblib",
    "joblib/wrapped.pkl.zlib",
    "joblib/jl1.6-py3.13-model-gzip.joblib.gz",
    "joblib/wrapped.pkl.bz2",
    "joblib/wrapped.pkl.xz",
    "joblib/wrapped.pkl.lzma",
    "joblib/jl1.6-py3.13-model-lz4.joblib.lz4",
    "joblib/jl0.9-py3.6-dict-zfile.pkl",
    "joblib/jl0.8-py3.6-dict-multi.pkl",
    "joblib/jl0.8-py3.6-dict-multi.pkl+jl0.8-py3.6-dict-multi.pkl_04.npy",
    "skops/skops0.16-masked.skops",
    "numpy/np2.5-py3.13-structured-nested.npy",
    "numpy/np1.13-py3.6-savez_compressed.npz",
];

const SAMPLE: usize = 37;
/// A mutant is slow when it takes so many times as long as its seed …
const SLOW: u32 = 20;
/// … and longer than this, below which a busy machine decides.
const NOTICEABLE: Duration = Duration::from_millis(2);

#[test]
fn no_damaged_file_panics_or_overruns_or_stalls() {
    let step = if std::env::var("CANNERY_MUTATIONS").is_ok_and(|v| v == "all") { 1 } else { SAMPLE };
    let mut failures = Vec::new();
    for seed in SEEDS {
        let report = match Seed::new(seed) {
            Ok(seed) => seed.run(step),
            Err(error) => {
                Report { failures: vec![format!("is not read undamaged: {error}")], ..Report::default() }
            }
        };
        eprintln!("{seed}: {report}");
        failures.extend(report.failures.into_iter().map(|failure| format!("{seed}: {failure}")));
    }
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
    features: Option<usize>,
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
        let (main, companion) = name.split_once('+').unwrap_or((name, ""));
        let path = Path::new("../../fixtures").join(main);
        let place = if main.ends_with("multi.pkl") { Place::folder(&path, companion) } else { Place::Memory };
        let bytes = fs::read(if companion.is_empty() { path } else { path.with_file_name(companion) })
            .expect("a fixture");
        assert!(bytes.len() < 4096, "{name} is too large to damage byte by byte");
        let mut seed = Self { bytes, place, features: None };
        let model = seed.load(&seed.bytes)?;
        seed.features = (1..64).find(|&columns| predict(&model, columns).is_ok());
        assert!(!name.contains("svc") || seed.features.is_some(), "{name} does not predict");
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

    /// Reads a file, looks at all that it holds and predicts with it; gives the memory that the reader accounted for.
    fn use_it(&self, bytes: &[u8]) -> Result<u64> {
        let model = self.load(bytes)?;
        model.write_json(true, &mut io::sink())?;
        let _ = write!(io::sink(), "{}", model.summary()); // a sink does not fail
        if let Some(columns) = self.features {
            let _ = predict(&model, columns); // refusing is fine
        }
        Ok(model.heap().budget().memory_used())
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
        for mutation in Mutation::all(self.bytes.len()).step_by(step) {
            self.case(mutation, &mut report);
        }
        report
    }

    fn case(&self, mutation: Mutation, report: &mut Report) {
        let mutant = mutation.apply(&self.bytes);
        MEMORY.reset_peak_usage();
        let (before, start) = (MEMORY.current_usage(), Instant::now());
        let outcome = catch_unwind(AssertUnwindSafe(|| self.use_it(&mutant)));
        let (mut time, peak) = (start.elapsed(), MEMORY.peak_usage().saturating_sub(before) as u64);
        if time > SLOW * report.usual {
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

fn predict(model: &Model, columns: usize) -> Result<()> {
    model.call("predict", &vec![0.5; columns], columns).map(drop)
}

#[derive(Default)]
struct Report {
    usual: Duration,
    slowest: Duration,
    cases: BTreeMap<&'static str, usize>,
    failures: Vec<String>,
}

impl Report {
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
        let ratio = self.slowest.as_secs_f64() / self.usual.as_secs_f64();
        write!(
            f,
            "{} cases {:?}, slowest {ratio:.1} × {:?}",
            self.cases.values().sum::<usize>(),
            self.cases,
            self.usual
        )
    }
}
