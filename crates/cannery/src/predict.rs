//! Native prediction: estimator, graph, program, and the way of rows through them.

use std::io::Write;
use std::path::{Path, PathBuf};

use cannery_exec::{Batch as ExecBatch, Output, Program, Values as ExecValues};
use cannery_graph::{DType, Graph, Shape, Signature};
use cannery_object::Limits;
use cannery_table::{Batch, Column, Numbers, Sink, Table, Target, Values};

use crate::error::{Error, Result};
use crate::model::{Model, Stage};

/// Rows at a time: enough to keep every core busy, little enough to be forgotten.
const BATCH_ROWS: usize = 1 << 16;

impl Model {
    /// The methods that this build can compute for the model's estimator: `predict`, `decision_function`, …
    ///
    /// ```
    /// let model = cannery::open("../../examples/iris_svc.joblib")?;
    /// assert_eq!(model.methods()?, ["predict", "decision_function"]);
    /// # Ok::<(), cannery::Error>(())
    /// ```
    pub fn methods(&self) -> Result<Vec<String>> {
        Ok(names(&self.graph(DType::F64)?))
    }

    /// Calls a method for rows of float64, `rows` in C order with `columns` values each.
    ///
    /// ```
    /// let model = cannery::open("../../examples/iris_svc.joblib")?;
    /// let result = model.call("predict", &[5.1, 3.5, 1.4, 0.2], 4)?;
    /// assert_eq!(result.values, cannery::Values::I64(vec![0]));
    /// # Ok::<(), cannery::Error>(())
    /// ```
    pub fn call(&self, method: &str, rows: &[f64], columns: usize) -> Result<Column> {
        let count = rows.len().checked_div(columns).unwrap_or(0);
        let program = compile(&self.graph(DType::F64)?, &[method.to_owned()])?;
        let outputs = program.run(&ExecBatch::f64(rows, count, columns)?)?;
        outputs.into_iter().next().map(column).ok_or_else(|| Error::usage(format!("no method {method}")))
    }

    /// The names of the columns that the estimator was fitted on, if it was fitted on a table with names.
    pub fn feature_names(&self) -> Option<Vec<String>> {
        let heap = self.heap();
        let names = heap.ndarray(heap.object(self.root())?.attr("feature_names_in_")?)?.ok()?;
        names.objects()?.iter().map(|&name| heap.as_str(name).map(std::borrow::Cow::into_owned)).collect()
    }

    fn graph(&self, dtype: DType) -> Result<Graph> {
        let estimator = cannery_sklearn::read(self.heap(), self.root())?;
        Ok(estimator.lower(&Signature::dense(dtype))?)
    }
}

fn names(graph: &Graph) -> Vec<String> {
    graph.outputs().iter().map(|output| output.name.to_string()).collect()
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
    limits: Limits,
}

impl Prediction {
    /// The rows of a `.csv` or `.npy` file; `-` is CSV from standard input.
    pub fn new(input: impl Into<PathBuf>) -> Self {
        Self { input: input.into(), method: "predict".into(), output: None, limits: Limits::default() }
    }

    /// The method to call, `predict` if nothing is said; `all` calls every one that the model has.
    #[must_use]
    pub fn method(mut self, method: &str) -> Self {
        method.clone_into(&mut self.method);
        self
    }

    /// The file to write: `.csv`, `.npy` or `.npz` by its ending. Without it, text.
    #[must_use]
    pub fn output(mut self, output: Option<&Path>) -> Self {
        self.output = output.map(Path::to_owned);
        self
    }

    /// What reading the rows may spend.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Reads, predicts and writes batch by batch. Text goes to `stdout`.
    pub fn run<'w>(
        &self,
        model: &Model,
        stdout: Box<dyn Write + 'w>,
        progress: &mut dyn FnMut(Stage, u64, Option<u64>),
    ) -> Result<()> {
        let target = self.output.as_deref().map_or(Ok(Target::Text), Target::of)?;
        let in_input = |error: cannery_table::Error| Error::from(error).in_file(self.input.display());
        let mut table = Table::open(&self.input, &self.limits).map_err(in_input)?;
        let order = column_order(table.names.as_deref(), model.feature_names().as_deref())
            .map_err(|error| error.in_file(self.input.display()))?;
        let mut programs = Programs { model, method: &self.method, compiled: None };
        let mut sink = Sink::new(target, stdout);
        let mut rows = 0;
        let most = if programs.needs_whole_batch()? { usize::MAX } else { BATCH_ROWS };
        while let Some(batch) = table.next_batch(most).map_err(in_input)? {
            let batch = order.as_ref().map_or_else(|| batch.clone(), |order| reorder(&batch, order));
            let outputs = programs.run(&batch).map_err(|error| error.in_file(self.input.display()))?;
            sink.push(outputs.into_iter().map(column).collect())?;
            rows += batch.rows as u64;
            progress(Stage::Predict, rows, None);
        }
        Ok(sink.finish()?)
    }
}

/// The program for the dtype of the rows, compiled when the first batch shows it.
struct Programs<'m> {
    model: &'m Model,
    method: &'m str,
    compiled: Option<(DType, Program)>,
}

impl Programs<'_> {
    fn run(&mut self, batch: &Batch) -> Result<Vec<Output>> {
        let (rows, columns) = (batch.rows, batch.columns);
        match &batch.numbers {
            Numbers::F64(values) => Ok(self.of(DType::F64)?.run(&ExecBatch::f64(values, rows, columns)?)?),
            Numbers::F32(values) => Ok(self.of(DType::F32)?.run(&ExecBatch::f32(values, rows, columns)?)?),
        }
    }

    fn of(&mut self, dtype: DType) -> Result<&Program> {
        let program = match self.compiled.take() {
            Some((known, program)) if known == dtype => program,
            _ => self.compile(dtype)?,
        };
        Ok(&self.compiled.insert((dtype, program)).1)
    }

    fn compile(&self, dtype: DType) -> Result<Program> {
        let graph = self.model.graph(dtype)?;
        match self.method {
            "all" => compile(&graph, &names(&graph)),
            method => compile(&graph, &[method.to_owned()]),
        }
    }

    fn needs_whole_batch(&mut self) -> Result<bool> {
        Ok(self.of(DType::F64)?.needs_whole_batch())
    }
}

fn compile(graph: &Graph, methods: &[String]) -> Result<Program> {
    let methods: Vec<&str> = methods.iter().map(String::as_str).collect();
    Ok(Program::compile(graph, &methods)?)
}

/// Where in the table each feature of the model stands; `None` when one side has no names.
fn column_order(table: Option<&[String]>, model: Option<&[String]>) -> Result<Option<Vec<usize>>> {
    let (Some(table), Some(model)) = (table, model) else { return Ok(None) };
    let place = |feature: &String| {
        table.iter().position(|name| name == feature).ok_or_else(|| {
            Error::usage(format!("column {feature:?}, which the model was fitted on, is missing"))
        })
    };
    model.iter().map(place).collect::<Result<Vec<_>>>().map(Some)
}

fn reorder(batch: &Batch, order: &[usize]) -> Batch {
    fn pick<T: Copy>(values: &[T], columns: usize, order: &[usize]) -> Vec<T> {
        values.chunks_exact(columns.max(1)).flat_map(|row| order.iter().map(|&index| row[index])).collect()
    }
    let numbers = match &batch.numbers {
        Numbers::F64(values) => Numbers::F64(pick(values, batch.columns, order)),
        Numbers::F32(values) => Numbers::F32(pick(values, batch.columns, order)),
    };
    Batch { rows: batch.rows, columns: order.len(), numbers }
}

fn column(output: Output) -> Column {
    let width = match output.shape {
        Shape::Vector => None,
        Shape::Matrix(width) => Some(width),
    };
    let values = match output.values {
        ExecValues::F32(values) => Values::F32(values),
        ExecValues::F64(values) => Values::F64(values),
        ExecValues::I64(values) => Values::I64(values),
        ExecValues::Bool(values) => Values::Bool(values),
        ExecValues::Str(values) => Values::Str(values.iter().map(str::to_owned).collect()),
    };
    Column { name: output.name.into(), width, values }
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
