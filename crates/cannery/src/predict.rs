//! Native prediction: estimator, graph, program, and the way of rows through them.

mod methods;
mod programs;
mod threads;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cannery_exec::Program;
use cannery_graph::{DType, Signature};
use cannery_object::Limits;
use cannery_rows::{Batch, Column, DataView, Mismatch, RowsView};
use cannery_sklearn::{ColumnHint, ColumnKind, Estimator, Takes};
use cannery_table::{Header, Hint, Sink, Table, TableOptions, Target, Wanted};

pub(crate) use self::programs::Programs;
pub(crate) use self::threads::Threads;
use crate::error::{Error, Result};
use crate::model::{Model, Stage};

/// By itself it takes rows that `transform` gave.
const INVERSE: &str = "inverse_transform";

impl Model {
    /// The methods that this build can compute for the model's estimator: `predict`, `decision_function`, …
    ///
    /// Where the file holds a dict, list or tuple, the estimator is the one in it that can be predicted with, or the only
    /// one; [`part`](Self::part) says which where there are several.
    ///
    /// ```
    /// let model = cannery::open("../../examples/iris_svc.joblib")?;
    /// assert_eq!(model.methods()?, ["predict", "decision_function"]);
    /// # Ok::<(), cannery::Error>(())
    /// ```
    pub fn methods(&self) -> Result<Vec<String>> {
        let estimator = self.read_estimator()?;
        let estimator = cannery_sklearn::sized(estimator, 1);
        let graph = estimator.lower(&usual_signature(&*estimator))?;
        Ok(methods::methods(&graph).into_iter().map(str::to_owned).collect())
    }

    /// Calls a method for rows of float64, `rows` in C order with `columns` values each. An estimator with several targets
    /// has a result for each: `predict_proba.0`, `predict_proba.1`, …
    ///
    /// ```
    /// let model = cannery::open("../../examples/iris_svc.joblib")?;
    /// let result = model.call("predict", &[5.1, 3.5, 1.4, 0.2], 4)?;
    /// assert_eq!(result.values, cannery::Values::I64(vec![0]));
    /// # Ok::<(), cannery::Error>(())
    /// ```
    pub fn call(&self, method: &str, rows: &[f64], columns: usize) -> Result<Column> {
        let count = rows.len().checked_div(columns).unwrap_or(0);
        expect_rows(count as u64, &*self.estimator_for(method)?)?;
        let program = self.program(method, &Signature::dense(DType::F64), columns)?;
        let mut results = program.run(&RowsView::f64(rows, count, columns)?)?;
        match (results.pop(), results.is_empty()) {
            (Some(result), true) => Ok(result),
            _ => {
                Err(Error::usage(format!("{method} has several results: ask for {method}.0, {method}.1, …")))
            }
        }
    }

    /// Calls methods for rows of any form: numbers, dense or sparse, texts, columns with names. `request` is a method, several
    /// with commas between them, or `all`. Columns with names are matched with [`feature_names_in`](Self::feature_names_in), and
    /// others are ignored.
    ///
    /// What is compiled is kept: the next call with the same request and the same types only computes.
    ///
    /// ```
    /// use cannery::{Batch, Data, Values};
    /// let model = cannery::open("../../examples/iris_svc.joblib")?;
    /// let values = Values::F32(vec![5.1, 3.5, 1.4, 0.2]);
    /// let results = model.call_all("predict,decision_function", Batch { rows: 1, data: Data::Dense { columns: 4, values } })?;
    /// assert_eq!(results[0].values, Values::I64(vec![0]));
    /// # Ok::<(), cannery::Error>(())
    /// ```
    #[allow(
        clippy::needless_pass_by_value,
        reason = "callers build a batch for one call; `call_view` borrows"
    )]
    pub fn call_all(&self, request: &str, batch: Batch) -> Result<Vec<Column>> {
        self.call_view(request, batch.view()?)
    }

    /// Calls methods as [`call_all`](Self::call_all) does, for rows that the caller keeps. Nothing of a dense or a sparse
    /// matrix is copied, nor of the numbers and texts of a frame.
    ///
    /// ```
    /// use cannery::{RowsView, Values, ValuesView};
    /// let model = cannery::open("../../examples/iris_svc.joblib")?;
    /// let numbers = [5.1_f32, 3.5, 1.4, 0.2];
    /// let results = model.call_view("predict", RowsView::dense(ValuesView::F32(&numbers), 1, 4)?)?;
    /// assert_eq!(results[0].values, Values::I64(vec![0]));
    /// # Ok::<(), cannery::Error>(())
    /// ```
    pub fn call_view(&self, request: &str, rows: RowsView<'_>) -> Result<Vec<Column>> {
        let estimator = self.estimator_for(request)?;
        let rows = match rows.data() {
            DataView::Frame(_) => match self.columns(&*estimator).0 {
                Some(names) => rows.select(&names)?,
                None => rows,
            },
            DataView::Dense { .. } | DataView::Csr { .. } | DataView::Texts(_) => rows,
        };
        expect_rows(rows.rows() as u64, &*estimator)?;
        let program = self.program(request, &Signature::of(&rows), rows.columns())?;
        Ok(program.run(&rows)?)
    }

    /// The estimator that a request is for: `inverse_transform` by itself takes rows that were transformed.
    fn estimator_for(&self, request: &str) -> Result<Arc<dyn Estimator>> {
        turned(self.read_estimator()?, request)
    }

    /// The columns that an estimator of the model takes: their names, where it was fitted on columns with names, and what
    /// they hold. Those that it was fitted on and does not use are not among them, where it can tell.
    fn columns(&self, estimator: &dyn Estimator) -> (Option<Vec<String>>, Vec<Hint>) {
        let columns = estimator.columns();
        let named: Option<Vec<String>> =
            columns.iter().map(|column| column.name.as_deref().map(str::to_owned)).collect();
        let names = named.filter(|names| !names.is_empty());
        let names = names.or_else(|| if estimator.goes_back() { None } else { self.feature_names_in() });
        (names, columns.iter().map(hint).collect())
    }

    /// Reads the estimator and compiles what a request for methods means, all anew.
    pub(crate) fn compile(&self, request: &str, signature: &Signature, columns: usize) -> Result<Program> {
        let estimator = cannery_sklearn::sized(self.read_chain()?.into(), columns);
        compile(&*turned(estimator, request)?, request, signature)
    }

    /// What [`compile`](Self::compile) gives, kept for the next time.
    fn program(&self, request: &str, signature: &Signature, columns: usize) -> Result<Arc<Program>> {
        let estimator = self.read_estimator()?;
        let takes_any = estimator.takes() == Takes::AnyNumbers;
        let compile =
            || compile(&*turned(cannery_sklearn::sized(estimator, columns), request)?, request, signature);
        // one program for each number of columns, where it may be any
        let key = if takes_any { format!("{request} {columns}") } else { request.to_owned() };
        self.programs().program(&key, signature, compile)
    }
}

/// A table without a row is refused where scikit-learn does.
fn expect_rows(rows: u64, estimator: &(dyn Estimator + 'static)) -> Result<()> {
    if rows > 0 || estimator.takes_no_row() {
        return Ok(());
    }
    Err(Error::usage(format!("there is no row; {} takes at least one, as in scikit-learn", estimator.name())))
}

/// What is brought to an estimator where nobody says it.
pub(crate) fn usual_signature(estimator: &dyn Estimator) -> Signature {
    let columns = estimator.columns();
    let named = columns.iter().map(|column| Some((column.name.as_deref()?, usual_dtype(column.kind))));
    match (estimator.takes(), named.collect::<Option<Vec<_>>>()) {
        (Takes::Texts, _) => Signature::Text,
        (Takes::Columns { .. }, Some(named)) if !named.is_empty() => Signature::frame(named),
        (Takes::Columns { .. } | Takes::Labels, _) => {
            let are_numbers = columns.iter().all(|column| column.kind == ColumnKind::Number);
            Signature::dense(if are_numbers { DType::F64 } else { DType::Any })
        }
        _ => Signature::default(),
    }
}

pub(crate) fn usual_dtype(kind: ColumnKind) -> DType {
    match kind {
        ColumnKind::Number => DType::F64,
        ColumnKind::Text => DType::Str,
        ColumnKind::Open => DType::Any,
    }
}

/// The estimator that a request is for.
fn turned(estimator: Arc<dyn Estimator>, request: &str) -> Result<Arc<dyn Estimator>> {
    match request.trim() {
        INVERSE => Ok(cannery_sklearn::inverse(estimator)?.into()),
        _ => Ok(estimator),
    }
}

fn compile(estimator: &(dyn Estimator + 'static), request: &str, signature: &Signature) -> Result<Program> {
    let graph = estimator.lower(signature)?;
    let outputs = methods::outputs(&graph, request)?;
    let outputs: Vec<&str> = outputs.iter().map(String::as_str).collect();
    Ok(Program::compile(&graph, &outputs)?)
}

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

/// How the rows are read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reading {
    pub(crate) header: Header,
    pub(crate) separator: Option<u8>,
    pub(crate) limits: Limits,
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

/// Opens the rows for a model, as it takes them and with the columns that it was fitted on. A frame is only what has names
/// where the model knows them; else the rows are a matrix, as they were at fit.
pub(crate) fn open_table(
    input: &Path,
    model: &Model,
    estimator: &dyn Estimator,
    reading: &Reading,
) -> Result<Table> {
    let in_input = |error| Error::from(error).in_file(input.display());
    let (names, hints) = model.columns(estimator);
    let wanted = match estimator.takes() {
        Takes::Texts => Wanted::Texts,
        Takes::Columns { .. } | Takes::Labels => Wanted::Matrix,
        _ => Wanted::Numbers,
    };
    let options = TableOptions::new(wanted)
        .names(names.clone())
        .hints(hints.clone())
        .vectors(estimator.takes() == Takes::Labels)
        .header(reading.header)
        .separator(reading.separator)
        .limits(reading.limits.clone());
    let mut table = Table::open(input, &options).map_err(in_input)?;
    if let Some(names) = &names {
        table.select(names).map_err(in_input)?;
        if wanted == Wanted::Matrix && table.names().is_some() {
            table.expect(Wanted::Frame).map_err(in_input)?;
        }
    }
    // of columns that are not found by name all must be there
    if table.names().is_some() && names.is_some() || hints.len() == table.columns() {
        table.hint(&hints);
    }
    Ok(table)
}

fn hint(column: &ColumnHint) -> Hint {
    match column.kind {
        ColumnKind::Number => Hint::Number,
        ColumnKind::Text => Hint::Text,
        ColumnKind::Open => Hint::Open,
    }
}

impl From<cannery_sklearn::Error> for Error {
    fn from(error: cannery_sklearn::Error) -> Self {
        use cannery_sklearn::ErrorKind;
        match error.kind() {
            ErrorKind::Unsupported => Self::unsupported(error.to_string()),
            ErrorKind::Limit => Self::over_limit(error.to_string()),
            _ => Self::malformed(error.to_string()),
        }
    }
}

impl From<cannery_exec::Error> for Error {
    fn from(error: cannery_exec::Error) -> Self {
        use cannery_exec::ErrorKind;
        match error.kind() {
            ErrorKind::Usage => Self::usage(error.to_string()),
            ErrorKind::Unsupported => Self::unsupported(error.to_string()),
            _ => Self::malformed(error.to_string()),
        }
    }
}

impl From<Mismatch> for Error {
    fn from(mismatch: Mismatch) -> Self {
        Self::usage(mismatch.to_string())
    }
}

impl From<cannery_table::Error> for Error {
    fn from(error: cannery_table::Error) -> Self {
        use cannery_table::ErrorKind;
        match error.kind() {
            ErrorKind::Io => Self::io_message(error.to_string(), error.io_kind()),
            _ => {
                let message = error.to_string();
                error.into_format().map_or_else(|| Self::usage(message), Self::from)
            }
        }
    }
}
