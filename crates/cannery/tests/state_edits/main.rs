//! Edited states: integers and floats in the states of fitted models changed at random, then read, lowered, compiled and
//! run. An edit may give an error or an answer; a panic, memory that the file does not account for or a run without
//! end is a failure.
//!
//! The models in `models/` are made by `tests/edge_models.py`. With `CANNERY_STATE_EDITS=FOLDER[:FOLDER…]` it takes 100 models of
//! these folders, as many classes as there are, with 1,000 edits each (`CANNERY_STATE_EDITS_MODELS` and
//! `CANNERY_STATE_EDITS_EACH` say otherwise); in release mode that takes minutes.

#![allow(clippy::print_stderr)] // the report is what a person reads of a full run

mod copy;
mod numbers;
mod rows;

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use std::{env, fs, process, thread};

use cannery::Model;
use cannery_exec::Program;
use cannery_object::{Heap, Value};
use peak_alloc::PeakAlloc;

use copy::{Edit, edited_copy};
use numbers::Numbers;
use rows::Rows;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// A case that takes longer is a failure; one that takes [`HANG`] ends the process, since nothing else could end it.
const SLOW: Duration = Duration::from_secs(2);
const HANG: Duration = Duration::from_secs(30);
/// The models are of kilobytes, and so are the rows.
const MEMORY_ALLOWED: usize = 256 << 20;

#[test]
fn edited_numbers_give_an_error_or_an_answer() {
    let (models, edits) = match env::var("CANNERY_STATE_EDITS") {
        Ok(folders) => (
            models_of(&folders, number("CANNERY_STATE_EDITS_MODELS", 100)),
            number("CANNERY_STATE_EDITS_EACH", 1000),
        ),
        Err(_) => (every_model("tests/state_edits/models"), number("CANNERY_STATE_EDITS_EACH", 15)),
    };
    let watch = Watch::begin();
    let (mut total, mut classes) = (Report::default(), BTreeMap::<String, usize>::new());
    for seed in &models {
        let report = seed.run(edits, &watch);
        eprintln!("{}: {report}", seed.name);
        *classes.entry(seed.class.clone()).or_default() += 1;
        total.add(report);
    }
    eprintln!("{} models of {} classes: {total}", models.len(), classes.len());
    assert!(
        total.answered > 0 && total.refused > 0,
        "edits that nothing depends on, or that nothing survives"
    );
    let shown = total.failures[..total.failures.len().min(20)].join("\n");
    assert!(total.failures.is_empty(), "{} failures, the first of them:\n{shown}", total.failures.len());
}

fn number(variable: &str, usual: usize) -> usize {
    env::var(variable).ok().map_or(usual, |text| text.parse().expect("a number"))
}

/// A fitted model whose state is to be edited.
struct Seed {
    name: String,
    class: String,
    model: Model,
}

impl Seed {
    /// `None` when the file is no model that can be predicted with.
    fn new(path: &Path) -> Option<Self> {
        let model = cannery::open(path).ok()?;
        cannery_sklearn::read(model.heap(), model.root()).ok()?;
        let class = model.class()?.1.to_owned();
        Some(Self { name: path.display().to_string(), class, model })
    }

    fn run(&self, edits: usize, watch: &Watch) -> Report {
        let (heap, root, names) = (self.model.heap(), self.model.root(), self.model.feature_names_in());
        let numbers = Numbers::of(heap);
        let mut random = Random::new(&self.name);
        let takes = cannery_sklearn::read(heap, root).expect("read before").takes();
        let rows = Rows::new(heap, takes, names.as_deref(), &mut random)
            .and_of_file(&Path::new(&self.name).with_extension("rows.ndjson"));
        let mut report = Report { numbers: numbers.count(), ..Report::default() };
        match edited_copy(heap, root, &[]).map(|(heap, root)| call(&heap, root, &rows, &mut random)) {
            Some(Ok(outputs)) if outputs > 0 => {}
            // rows are guessed where none lie beside the model, and may hold what it refuses
            Some(Err(_)) if env::var_os("CANNERY_STATE_EDITS").is_some() => {}
            other => report.failures.push(format!("{}: without an edit: {other:?}", self.name)),
        }
        for case in 0..edits {
            let count = [1, 1, 1, 1, 2, 3][random.below(6)];
            let edits: Vec<Edit> = (0..count).filter_map(|_| numbers.draw(heap, &mut random)).collect();
            let label = format!("{} case {case}: {edits:?}", self.name);
            watch.enter(&label);
            MEMORY.reset_peak_usage();
            let (before, start) = (MEMORY.current_usage(), Instant::now());
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                let (heap, root) = edited_copy(heap, root, &edits)?;
                Some(call(&heap, root, &rows, &mut random))
            }));
            let (time, peak) = (start.elapsed(), MEMORY.peak_usage().saturating_sub(before));
            watch.leave();
            report.count(&label, &outcome, time, peak);
        }
        report
    }
}

/// Reads the model and computes each of its methods for rows; the number of results, or why there is none.
fn call(heap: &Heap, root: Value, rows: &Rows, random: &mut Random) -> Result<usize, String> {
    let estimator = cannery_sklearn::read(heap, root).map_err(|error| error.to_string())?;
    let other_rows;
    let rows = if estimator.takes() == rows.takes() {
        rows
    } else if estimator.takes().columns() <= 4096 {
        other_rows = Rows::new(heap, estimator.takes(), None, random);
        &other_rows
    } else {
        rows
    };
    let (mut answers, mut fault) = (0, String::from("no method"));
    for form in rows.forms() {
        let owner = form.batch();
        let batch = owner.get();
        let graph = match estimator.lower(&cannery_graph::Signature::of(&batch)) {
            Ok(graph) => graph,
            Err(error) => {
                fault = error.to_string();
                continue;
            }
        };
        for output in graph.outputs() {
            let outcome = Program::compile(&graph, &[&output.name]).and_then(|program| program.run(&batch));
            match outcome {
                Ok(outputs) => {
                    assert_eq!(outputs.len(), output.edges().len(), "one result, or a list");
                    answers += outputs.len();
                }
                Err(error) => fault = error.to_string(),
            }
        }
    }
    if answers > 0 { Ok(answers) } else { Err(fault) }
}

/// What came of the edits of a model, or of all of them.
#[derive(Default)]
struct Report {
    numbers: usize,
    answered: usize,
    refused: usize,
    /// An edit that can't stand in a file, such as an array of another size than its shape.
    impossible: usize,
    slowest: Duration,
    most_memory: usize,
    failures: Vec<String>,
}

impl Report {
    fn count(
        &mut self,
        label: &str,
        outcome: &thread::Result<Option<Result<usize, String>>>,
        time: Duration,
        peak: usize,
    ) {
        match outcome {
            Ok(Some(Ok(_))) => self.answered += 1,
            Ok(Some(Err(_))) => self.refused += 1,
            Ok(None) => self.impossible += 1,
            Err(_) => self.failures.push(format!("{label} panics")),
        }
        if time > SLOW {
            self.failures.push(format!("{label} takes {time:?}"));
        }
        if peak > MEMORY_ALLOWED {
            self.failures.push(format!("{label} takes {peak} bytes of memory"));
        }
        self.slowest = self.slowest.max(time);
        self.most_memory = self.most_memory.max(peak);
    }

    fn add(&mut self, other: Self) {
        self.numbers += other.numbers;
        self.answered += other.answered;
        self.refused += other.refused;
        self.impossible += other.impossible;
        self.slowest = self.slowest.max(other.slowest);
        self.most_memory = self.most_memory.max(other.most_memory);
        self.failures.extend(other.failures);
    }
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let edits = self.answered + self.refused + self.impossible + self.failures.len();
        write!(
            f,
            "{} numbers, {edits} edits: {} answered, {} refused, {} no file could hold, {} failures; slowest {:?}, \
             most memory {} KiB",
            self.numbers,
            self.answered,
            self.refused,
            self.impossible,
            self.failures.len(),
            self.slowest,
            self.most_memory >> 10
        )
    }
}

/// Ends the process, naming the case, when one does not end.
struct Watch(Arc<Mutex<Option<(Instant, String)>>>);

impl Watch {
    fn begin() -> Self {
        let current = Arc::new(Mutex::new(None::<(Instant, String)>));
        let watched = Arc::clone(&current);
        thread::spawn(move || {
            loop {
                thread::sleep(Duration::from_millis(500));
                if let Some((start, label)) = &*watched.lock().expect("nothing panics while it is held")
                    && start.elapsed() > HANG
                {
                    eprintln!("{label} does not end");
                    process::exit(101);
                }
            }
        });
        Self(current)
    }

    fn enter(&self, label: &str) {
        *self.0.lock().expect("nothing panics while it is held") = Some((Instant::now(), label.to_owned()));
    }

    fn leave(&self) {
        *self.0.lock().expect("nothing panics while it is held") = None;
    }
}

fn every_model(folder: &str) -> Vec<Seed> {
    let seed = |path: &PathBuf| {
        Seed::new(path).unwrap_or_else(|| panic!("{} can't be predicted with", path.display()))
    };
    let models: Vec<Seed> = files(folder).iter().map(seed).collect();
    assert!(!models.is_empty(), "{folder} holds no model");
    models
}

/// Models of some folders: of each class one, then of each another one, until there are as many as are wanted.
fn models_of(folders: &str, wanted: usize) -> Vec<Seed> {
    let mut by_class = BTreeMap::<String, Vec<PathBuf>>::new();
    let mut paths: Vec<PathBuf> = folders.split(':').flat_map(files).collect();
    Random::new(folders).shuffle(&mut paths);
    // the same model in several containers counts once
    let mut seen = HashSet::new();
    paths.retain(|path| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let stem = name.split(".joblib").next().and_then(|name| name.split(".pkl").next()).map(str::to_owned);
        seen.insert((path.parent().map(Path::to_owned), stem))
    });
    for path in paths {
        if let Some(seed) = Seed::new(&path) {
            by_class.entry(seed.class).or_default().push(path);
        }
    }
    let mut chosen = Vec::new();
    while chosen.len() < wanted && !by_class.is_empty() {
        for paths in by_class.values_mut() {
            chosen.extend(paths.pop().and_then(|path| Seed::new(&path)));
        }
        by_class.retain(|_, paths| !paths.is_empty());
    }
    chosen.truncate(wanted);
    assert!(!chosen.is_empty(), "{folders}: no model can be predicted with");
    chosen
}

fn files(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder}: {error}"));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    let is_model = |path: &PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        name.contains(".pkl") || name.contains(".joblib")
    };
    paths.retain(is_model);
    paths.sort();
    paths
}

/// SplitMix64 (Steele, Lea and Flood, 2014), begun from a name.
struct Random(u64);

impl Random {
    fn new(name: &str) -> Self {
        // FNV-1a
        Self(name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        }))
    }

    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below a bound that is not 0.
    fn below(&mut self, bound: usize) -> usize {
        (self.bits() % bound.max(1) as u64) as usize
    }

    /// From 0 to 1.
    fn share(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / 2_f64.powi(53)
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

#[test]
fn a_copy_holds_what_the_original_does() {
    for seed in every_model("tests/state_edits/models") {
        let (heap, root) = edited_copy(seed.model.heap(), seed.model.root(), &[]).expect("nothing is edited");
        let text = |heap: &Heap, root| {
            let mut text = String::new();
            for signature in [cannery_graph::Signature::default(), cannery_graph::Signature::Text] {
                let graph =
                    cannery_sklearn::read(heap, root).and_then(|estimator| estimator.lower(&signature));
                let _ = write!(
                    text,
                    "{:?}",
                    graph.map(|graph| format!("{graph:?}")).map_err(|error| error.to_string())
                );
            }
            text
        };
        assert_eq!(text(&heap, root), text(seed.model.heap(), seed.model.root()), "{}", seed.name);
    }
}
