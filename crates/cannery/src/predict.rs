//! Native prediction: estimator, graph, program, and the way of rows through them.

mod methods;
mod programs;
mod rows;
#[cfg(feature = "write-tables")]
mod table;
#[cfg_attr(not(feature = "parallel"), path = "predict/one_thread.rs")]
mod threads;

use std::sync::Arc;

use cannery_exec::Program;
use cannery_graph::{DType, Signature};
use cannery_rows::{Batch, Column, DataView, Mismatch, RowsView};
use cannery_sklearn::{ColumnHint, ColumnKind, Estimator, Takes};
use cannery_table::Hint;

pub(crate) use self::programs::Programs;
pub(crate) use self::rows::{Reading, open_table};
#[cfg(feature = "write-tables")]
pub use self::table::Prediction;
pub(crate) use self::threads::Threads;
use crate::error::{Error, Place, Result};
use crate::model::Model;

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
        (Takes::Texts | Takes::Records, _) => Signature::Text,
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
        let said = match error.kind() {
            ErrorKind::Unsupported => Self::unsupported(error.message()),
            ErrorKind::Limit => Self::over_limit(error.message()),
            _ => Self::malformed(error.message()),
        };
        said.at(Place::in_model(error.path(), error.operator()))
    }
}

impl From<cannery_exec::Error> for Error {
    fn from(error: cannery_exec::Error) -> Self {
        use cannery_exec::ErrorKind;
        let said = match error.kind() {
            ErrorKind::Usage => Self::usage(error.message()),
            ErrorKind::Unsupported => Self::unsupported(error.message()),
            _ => Self::malformed(error.message()),
        };
        said.at(Place::in_model(error.path(), error.operator()))
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
