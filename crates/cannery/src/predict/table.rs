//! Predictions from a table in a file to a table in a file.

use std::io::Write;
use std::path::{Path, PathBuf};

use cannery_graph::{Labels, Signature};
use cannery_object::Limits;
use cannery_rows::Column;
use cannery_table::{Header, Sink, Target};

use super::rows::{Reading, open_table};
use super::{Threads, expect_rows};
use crate::error::{Error, Result};
use crate::model::{Model, Stage};
use crate::names::values;

/// A prediction for each row of a table in a file.
///
/// ```
/// let model = cannery::open("../../examples/iris_svc.joblib")?;
/// let mut text = Vec::new();
/// cannery::Prediction::new("../../examples/iris.csv").run(&model, Box::new(&mut text), &mut |_, _, _| ())?;
/// assert_eq!(text.iter().filter(|&&byte| byte == b'\n').count(), 150);
/// # Ok::<(), cannery::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Prediction {
    input: PathBuf,
    method: String,
    output: Option<PathBuf>,
    threads: Option<usize>,
    reading: Reading,
}

impl Prediction {
    /// The rows of a CSV, NDJSON, Parquet, `.npy` or `.npz` file, which is known by its content, or of text where the
    /// model takes texts; `-` is standard input.
    ///
    /// An `.npz` holds one dense array, named `X` or `arr_0` where there are others, or a sparse matrix as
    /// `scipy.sparse.save_npz` writes it. Columns that have names are matched with
    /// [`Model::feature_names_in`], and others are ignored.
    pub fn new(input: impl Into<PathBuf>) -> Self {
        let reading = Reading::default();
        Self { input: input.into(), method: "predict".into(), output: None, threads: None, reading }
    }

    /// The methods to call, with commas between them, `predict` if nothing is said; `all` calls every one that the
    /// model has. A method of an estimator with several targets gives a result for each: `predict_proba.0`, …
    #[must_use]
    pub fn method(mut self, method: &str) -> Self {
        method.clone_into(&mut self.method);
        self
    }

    /// The file to write: `.csv`, `.parquet`, `.ndjson`, `.npy` or `.npz` by its ending. Without it, text.
    #[must_use]
    pub fn output(mut self, output: Option<&Path>) -> Self {
        self.output = output.map(Path::to_owned);
        self
    }

    /// How many threads compute; as many as there are processors if nothing is said.
    #[must_use]
    pub fn threads(mut self, threads: Option<usize>) -> Self {
        self.threads = threads;
        self
    }

    /// What reading the rows may spend.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.reading.limits = limits;
        self
    }

    /// Whether the first line of a CSV names the columns; [`Header::Auto`] if nothing is said.
    #[must_use]
    pub fn header(mut self, header: Header) -> Self {
        self.reading.header = header;
        self
    }

    /// What stands between the cells of a CSV, an ASCII character; found out if nothing is said.
    #[must_use]
    pub fn separator(mut self, separator: Option<u8>) -> Self {
        self.reading.separator = separator;
        self
    }

    /// Reads, predicts and writes batch by batch. Text goes to `stdout`. Progress counts rows; how many there are in all is
    /// an estimate where the input is text, and not known of standard input.
    ///
    /// # Errors
    /// Those of the model name no file; those of the input and the output name theirs.
    pub fn run<'w>(
        &self,
        model: &Model,
        stdout: Box<dyn Write + 'w>,
        progress: &mut dyn FnMut(Stage, u64, Option<u64>),
    ) -> Result<()> {
        let target = self.output.as_deref().map_or(Ok(Target::Text), Target::of);
        let target = target.map_err(|error| self.in_output(error))?;
        let mut sink = Sink::new(&target, stdout).map_err(|error| self.in_output(error))?;
        let mut is_first = true;
        self.each_batch(model, progress, &mut |columns| {
            if std::mem::take(&mut is_first) && sink.takes_labels() {
                let names = model.names_of(&columns)?;
                sink.label(&columns, names);
            }
            sink.push(columns).map_err(|error| self.in_output(error))
        })?;
        sink.finish().map_err(|error| self.in_output(error))
    }

    /// The results of all rows.
    pub(crate) fn collect(&self, model: &Model) -> Result<Vec<Column>> {
        let mut all: Vec<Column> = Vec::new();
        self.each_batch(model, &mut |_, _, _| (), &mut |columns| {
            if all.is_empty() {
                all = columns;
            } else {
                all.iter_mut().zip(columns).for_each(|(all, more)| all.append(more));
            }
            Ok(())
        })?;
        Ok(all)
    }

    /// Reads and predicts batch by batch.
    fn each_batch(
        &self,
        model: &Model,
        progress: &mut dyn FnMut(Stage, u64, Option<u64>),
        take: &mut dyn FnMut(Vec<Column>) -> Result<()>,
    ) -> Result<()> {
        let threads = Threads::new(self.threads)?;
        let in_input = |error: Error| error.in_file(self.input.display());
        let estimator = model.estimator_for(&self.method)?;
        let mut table = open_table(&self.input, model, &*estimator, &self.reading)?;
        let first = table.peek(table.batch_rows()).map_err(|error| in_input(error.into()))?;
        let signature = Signature::of(&first.view().map_err(|error| in_input(error.into()))?);
        let mut program = model.program(&self.method, &signature, table.columns())?;
        drop(first);
        let most = if program.needs_whole_batch() { usize::MAX } else { table.batch_rows() };
        let mut done = 0;
        while let Some(batch) = table.next_batch(most).map_err(|error| in_input(error.into()))? {
            let rows = batch.view().map_err(|error| in_input(error.into()))?;
            let signature = Signature::of(&rows);
            if *program.signature() != signature {
                program = model.program(&self.method, &signature, table.columns())?;
            }
            let columns = threads.run(|| program.run(&rows)).map_err(|error| in_input(error.into()))?;
            take(columns)?;
            done += batch.rows as u64;
            progress(Stage::Predict, done, table.rows_in_all());
        }
        expect_rows(done, &*estimator).map_err(in_input)
    }

    fn in_output(&self, error: cannery_table::Error) -> Error {
        let error = Error::from(error);
        match &self.output {
            Some(output) => error.in_file(output.display()),
            None => error,
        }
    }
}

impl Model {
    /// For each result the names of its columns, where they are known.
    fn names_of(&self, results: &[Column]) -> Result<Vec<Option<Vec<String>>>> {
        let estimator = self.read_estimator()?;
        let mut names = Vec::with_capacity(results.len());
        for result in results {
            let (method, output) = match result.name.split_once('.') {
                Some((method, output)) => (method, output.parse().ok()),
                None => (&*result.name, Some(0)),
            };
            names.push(match method {
                _ if result.width().is_none() => None,
                "transform" => self.feature_names_out()?,
                "predict_proba" | "predict_log_proba" => texts(&estimator.classes(), output),
                "decision_function" if estimator.decides_by_class() => texts(&estimator.classes(), output),
                _ => None,
            });
        }
        Ok(names)
    }
}

/// The labels of an output as they are printed.
fn texts(classes: &[Labels], output: Option<usize>) -> Option<Vec<String>> {
    let labels = values(classes.get(output?)?);
    Some((0..labels.len()).map(|index| labels.text(index)).collect())
}
