//! How long a model takes: to load, to compile, and for a row.

use std::fmt;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use cannery_exec::Program;
use cannery_graph::Signature;
use cannery_object::Limits;
use cannery_rows::{Batch, Data, RowsView, Values};
use cannery_sklearn::Takes;

use crate::error::{Error, Result};
use crate::model::{Model, Options};
use crate::predict::{Reading, Threads, open_table};

/// Rows of a call, for each line of the result.
const SIZES: [usize; 3] = [1, 100, 10_000];
/// Rows that are kept in memory; calls for fewer go through them in turn.
const ROWS: usize = 10_000;
/// Most numbers among them.
const NUMBERS: usize = 32 << 20;
/// Time for each median.
const TIME: Duration = Duration::from_millis(300);
/// Calls are timed together until they take this long, so that reading the clock does not count.
const SAMPLE: Duration = Duration::from_micros(50);
/// Most samples of a median.
const SAMPLES: usize = 1000;

/// Measures how long a model takes.
///
/// ```no_run
/// let timings = cannery::Benchmark::new("model.joblib").method("predict_proba").run()?;
/// println!("{timings}");
/// # Ok::<(), cannery::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Benchmark {
    model: PathBuf,
    part: Option<String>,
    input: Option<PathBuf>,
    method: String,
    threads: Option<usize>,
    limits: Limits,
}

/// What was measured: medians, in nanoseconds.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Timings {
    /// From the file to a [`Model`](crate::Model).
    pub load_ns: u64,
    /// From the model to what computes a method.
    pub compile_ns: u64,
    /// Calls for 1, 100 and 10,000 rows.
    pub runs: Vec<Run>,
}

/// Calls for one number of rows.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Run {
    /// Rows of each call.
    pub rows: usize,
    /// Nanoseconds of a call, divided by its rows.
    pub ns_per_row: f64,
}

impl Benchmark {
    /// Measures the model in a file.
    pub fn new(model: impl Into<PathBuf>) -> Self {
        let limits = Limits::default();
        Self { model: model.into(), part: None, input: None, method: "predict".into(), threads: None, limits }
    }

    /// The estimator inside a container, as [`Model::part`](crate::Model::part) takes it.
    #[must_use]
    pub fn part(mut self, part: Option<&str>) -> Self {
        self.part = part.map(str::to_owned);
        self
    }

    /// The file whose rows are computed: the distinct ones among its first 10,000, again and again. Without it, float64
    /// values drawn evenly from [-2, 2) by SplitMix64 from the seed 0.
    #[must_use]
    pub fn input(mut self, input: Option<&Path>) -> Self {
        self.input = input.map(Path::to_owned);
        self
    }

    /// The methods to call, as for [`Prediction::method`](crate::Prediction::method).
    #[must_use]
    pub fn method(mut self, method: &str) -> Self {
        method.clone_into(&mut self.method);
        self
    }

    /// How many threads compute; as many as there are processors if nothing is said.
    #[must_use]
    pub fn threads(mut self, threads: Option<usize>) -> Self {
        self.threads = threads;
        self
    }

    /// What reading may spend.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Measures, for about 0.3 s each: loading, compiling, and calls for 1, 100 and 10,000 rows. What takes longer than
    /// that is done once more after a first time that does not count, or counted the first time when it takes a second.
    pub fn run(&self) -> Result<Timings> {
        let threads = Threads::new(self.threads)?;
        let model = self.load()?;
        let rows = match &self.input {
            Some(input) => Rows::of_file(input, &model, &self.limits)?,
            None => Rows::drawn(model.read_estimator()?.takes())?,
        };
        let (signature, columns) = {
            let view = rows.0.view()?;
            (Signature::of(&view), view.columns())
        };
        let program = model.compile(&self.method, &signature, columns)?;
        let load_ns = median(|_| self.load().map(drop))?.round() as u64;
        let compile_ns =
            median(|_| model.compile(&self.method, &signature, columns).map(drop))?.round() as u64;
        let run = |size| {
            let parts = rows.parts(size)?;
            let views = parts.iter().map(|part| Ok(part.view()?)).collect::<Result<Vec<_>>>()?;
            let call = |index: usize| call(&program, &views[index % views.len()]);
            let ns = threads.run(|| median(call))?;
            Ok(Run { rows: size, ns_per_row: ns / size as f64 })
        };
        let runs = SIZES.into_iter().map(run).collect::<Result<_>>();
        let runs = runs.map_err(|error| match &self.input {
            Some(input) => error.in_file(input.display()),
            None => error,
        })?;
        Ok(Timings { load_ns, compile_ns, runs })
    }

    fn load(&self) -> Result<Model> {
        let model = Options::default().limits(self.limits.clone()).open(&self.model)?;
        match &self.part {
            Some(part) => model.part(part),
            None => Ok(model),
        }
    }
}

/// The rows that calls are made with, 10,000 of them.
struct Rows(Batch);

impl Rows {
    fn of_file(input: &Path, model: &Model, limits: &Limits) -> Result<Self> {
        let in_input = |error: Error| error.in_file(input.display());
        let reading = Reading { limits: limits.clone(), ..Reading::default() };
        let mut table = open_table(input, model, &*model.read_estimator()?, &reading)?;
        if !table.is_sparse() {
            check_columns(table.columns()).map_err(in_input)?;
        }
        let batch = table.next_batch(ROWS).map_err(|error| in_input(error.into()))?;
        let batch = batch.filter(|batch| batch.rows > 0);
        let batch = batch.ok_or_else(|| in_input(Error::usage("the table has no rows to measure with")))?;
        let distinct = batch.distinct_rows();
        let cycled: Vec<usize> = distinct.iter().copied().cycle().take(ROWS).collect();
        Ok(Self(batch.take(&cycled).map_err(|error| in_input(error.into()))?))
    }

    fn drawn(takes: Takes) -> Result<Self> {
        let (Takes::Numbers { columns } | Takes::Columns { columns }) = takes else {
            return Err(Error::usage("the model takes texts: give it an INPUT to measure with"));
        };
        check_columns(columns)?;
        let mut state = 0;
        let numbers =
            (0..ROWS * columns).map(|_| (split_mix(&mut state) >> 11) as f64 / 2_f64.powi(51) - 2.0);
        let data = Data::Dense { columns, values: Values::F64(numbers.collect()) };
        Ok(Self(Batch { rows: ROWS, data }))
    }

    /// The rows cut into parts of this size.
    fn parts(&self, size: usize) -> Result<Vec<Batch>> {
        let rows: Vec<usize> = (0..ROWS).collect();
        rows.chunks_exact(size).map(|rows| Ok(self.0.take(rows)?)).collect()
    }
}

fn call(program: &Program, rows: &RowsView<'_>) -> Result<()> {
    black_box(program.run(rows)?);
    Ok(())
}

fn check_columns(columns: usize) -> Result<()> {
    let too_many =
        || Error::usage(format!("10,000 rows of {columns} columns are too many to keep in memory"));
    if columns > NUMBERS / ROWS { Err(too_many()) } else { Ok(()) }
}

/// SplitMix64 (Steele, Lea and Flood, 2014).
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The median time of a call in nanoseconds. `call` is told how many calls there were before.
fn median(mut call: impl FnMut(usize) -> Result<()>) -> Result<f64> {
    let mut index = 0;
    let mut timed = |calls: usize| -> Result<Duration> {
        let start = Instant::now();
        for _ in 0..calls {
            call(index)?;
            index += 1;
        }
        Ok(start.elapsed())
    };
    let first = timed(1)?;
    if first > Duration::from_secs(1) {
        return Ok(first.as_nanos() as f64);
    }
    let mut calls = 1;
    while calls < 1 << 20 && timed(calls)? < SAMPLE {
        calls *= 2;
    }
    let (start, mut samples) = (Instant::now(), Vec::new());
    while samples.is_empty() || (start.elapsed() < TIME && samples.len() < SAMPLES) {
        samples.push(timed(calls)?.as_nanos() as f64 / calls as f64);
    }
    samples.sort_by(f64::total_cmp);
    Ok((samples[(samples.len() - 1) / 2] + samples[samples.len() / 2]) / 2.0)
}

impl Timings {
    /// One JSON object: `{"load_ns": 1, "compile_ns": 2, "runs": [{"rows": 1, "ns_per_row": 3.5}]}`.
    pub fn to_json(&self) -> String {
        let run = |run: &Run| format!("{{\"rows\": {}, \"ns_per_row\": {:.1}}}", run.rows, run.ns_per_row);
        let runs = self.runs.iter().map(run).collect::<Vec<_>>().join(", ");
        let Self { load_ns, compile_ns, .. } = self;
        format!("{{\"load_ns\": {load_ns}, \"compile_ns\": {compile_ns}, \"runs\": [{runs}]}}")
    }
}

impl fmt::Display for Timings {
    /// A table for a person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "load     {:>12}", human(self.load_ns as f64))?;
        writeln!(f, "compile  {:>12}", human(self.compile_ns as f64))?;
        writeln!(f, "\n{:>7}  {:>12}  {:>12}", "rows", "a row", "rows a second")?;
        for run in &self.runs {
            let speed = 1e9 / run.ns_per_row.max(0.1);
            writeln!(f, "{:>7}  {:>12}  {:>13.0}", run.rows, human(run.ns_per_row), speed)?;
        }
        Ok(())
    }
}

fn human(ns: f64) -> String {
    match ns {
        ns if ns < 1e3 => format!("{ns:.1} ns"),
        ns if ns < 1e6 => format!("{:.2} µs", ns / 1e3),
        ns if ns < 1e9 => format!("{:.2} ms", ns / 1e6),
        ns => format!("{:.2} s", ns / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_are_drawn_are_always_the_same() {
        let mut state = 0;
        assert_eq!(split_mix(&mut state), 0xe220_a839_7b1d_cdaf);
        let Rows(batch) = Rows::drawn(Takes::Numbers { columns: 3 }).expect("few");
        let Data::Dense { values: Values::F64(numbers), .. } = batch.data else { panic!("float64") };
        assert_eq!(numbers.len(), 3 * ROWS);
        assert!(numbers.iter().all(|x| (-2.0..2.0).contains(x)));
        let mean = numbers.iter().sum::<f64>() / numbers.len() as f64;
        assert!(mean.abs() < 0.05, "{mean}");
        assert!(Rows::drawn(Takes::Numbers { columns: 1 << 20 }).is_err());
        assert!(Rows::drawn(Takes::Texts).is_err());
    }

    #[test]
    fn json_has_the_three_fields() {
        let runs = vec![Run { rows: 1, ns_per_row: 2.25 }, Run { rows: 100, ns_per_row: 1.0 }];
        let json = Timings { load_ns: 5, compile_ns: 6, runs }.to_json();
        let want = r#"{"load_ns": 5, "compile_ns": 6, "runs": [{"rows": 1, "ns_per_row": 2.2}, {"rows": 100, "ns_per_row": 1.0}]}"#;
        assert_eq!(json, want);
    }

    #[test]
    fn the_example_is_measured() {
        let benchmark = Benchmark::new("../../examples/iris_svc.joblib").threads(Some(1));
        for input in [None, Some(Path::new("../../examples/iris.csv"))] {
            let timings = benchmark.clone().input(input).run().expect("measured");
            assert!(timings.load_ns > 0 && timings.compile_ns > 0);
            assert_eq!(timings.runs.iter().map(|run| run.rows).collect::<Vec<_>>(), SIZES);
            assert!(timings.runs.iter().all(|run| run.ns_per_row > 0.0));
        }
    }
}
