//! Models for other runtimes.

use std::path::PathBuf;

use cannery_export::{Gap, Onnx, Pmml};
use cannery_graph::{DType, Graph, Op, Signature};
use cannery_sklearn::{ColumnKind, Estimator};
use serde_json::Value as Json;

use crate::error::{Error, Place, Result};
use crate::model::Model;
use crate::predict::{usual_dtype, usual_signature};
use crate::verification::verification;

/// What a model can be exported to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExportTarget {
    /// ONNX, for ONNX Runtime 1.21 and later.
    Onnx,
    /// PMML 4.4.1, for JPMML-Evaluator.
    Pmml,
}

impl ExportTarget {
    /// Every target.
    pub const ALL: [Self; 2] = [Self::Onnx, Self::Pmml];

    /// The name for people: `ONNX`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Onnx => "ONNX",
            Self::Pmml => "PMML",
        }
    }

    /// The ending of its files: `onnx`.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Onnx => "onnx",
            Self::Pmml => "pmml",
        }
    }
}

/// How a model is exported.
///
/// ```
/// let model = cannery::open("../../examples/iris_svc.joblib")?;
/// let options = cannery::ExportOptions::default().methods("predict").float32(true);
/// let onnx = model.export(cannery::ExportTarget::Onnx, &options);
/// assert!(onnx.is_ok());
/// # Ok::<(), cannery::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportOptions {
    methods: Option<String>,
    float32: bool,
    opset: Option<u32>,
    zipmap: bool,
    rows: Option<PathBuf>,
}

impl ExportOptions {
    /// The methods that become outputs, with commas between them, or `all`. If nothing is said: `predict`, and for a
    /// classifier its probabilities or scores; `transform` where there is no `predict`.
    #[must_use]
    pub fn methods(mut self, methods: &str) -> Self {
        self.methods = Some(methods.to_owned());
        self
    }

    /// Whether the caller brings float32 and gets what scikit-learn gives for it; else it is float64.
    #[must_use]
    pub fn float32(mut self, float32: bool) -> Self {
        self.float32 = float32;
        self
    }

    /// The operator set of ONNX, 21 if nothing is said.
    #[must_use]
    pub fn opset(mut self, opset: u32) -> Self {
        self.opset = Some(opset);
        self
    }

    /// Whether an ONNX model gives probabilities as a list of maps, as skl2onnx does if nothing is said.
    #[must_use]
    pub fn zipmap(mut self, zipmap: bool) -> Self {
        self.zipmap = zipmap;
        self
    }

    /// A table whose rows are written into a PMML document with the model's results for them, so that whoever runs the
    /// document can check that it gives the same. It has up to 10,000 rows.
    #[must_use]
    pub fn verification(mut self, rows: impl Into<PathBuf>) -> Self {
        self.rows = Some(rows.into());
        self
    }

    fn onnx(&self) -> Onnx {
        let onnx = Onnx::default().zipmap(self.zipmap).methods(self.split_methods());
        self.opset.map_or(onnx.clone(), |opset| onnx.opset(opset))
    }

    fn pmml(&self) -> Pmml {
        Pmml::default().methods(self.split_methods())
    }

    fn split_methods(&self) -> Option<Vec<String>> {
        let split = |methods: &String| methods.split(',').map(|method| method.trim().to_owned()).collect();
        self.methods.as_ref().map(split)
    }

    fn gaps(
        &self,
        target: ExportTarget,
        graph: &Graph,
    ) -> std::result::Result<Vec<Gap>, cannery_export::Error> {
        match target {
            ExportTarget::Onnx => self.onnx().gaps(graph),
            ExportTarget::Pmml => self.pmml().gaps(graph),
        }
    }
}

/// What a model needs that a target does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExportGap {
    /// The operator: `tokens`.
    pub operator: String,
    /// The step of the model that needs it: `steps[0]`; empty for the model itself.
    pub path: String,
    /// The reason with operator, step and estimator, for people.
    pub message: String,
}

impl Model {
    /// The model in the format of a target.
    ///
    /// ```
    /// let model = cannery::open("../../examples/iris_svc.joblib")?;
    /// let onnx = model.export(cannery::ExportTarget::Onnx, &cannery::ExportOptions::default())?;
    /// assert!(onnx.windows(5).any(|bytes| bytes == b"label"));
    /// # Ok::<(), cannery::Error>(())
    /// ```
    ///
    /// # Errors
    /// `Unsupported` names each operator that the target does not hold, the step that needs it, and the target.
    pub fn export(&self, target: ExportTarget, options: &ExportOptions) -> Result<Vec<u8>> {
        let estimator = self.read_estimator()?;
        let graph = graph(&*estimator, target, options)?;
        let metadata = self.properties(&graph, &*estimator);
        let written = match target {
            ExportTarget::Onnx => options.onnx().metadata(metadata).write(&graph),
            ExportTarget::Pmml => {
                let request = options.methods.as_deref().unwrap_or("all");
                let rows =
                    options.rows.as_deref().map(|rows| verification(self, rows, request)).transpose()?;
                options.pmml().metadata(metadata).verification(rows).write(&graph)
            }
        };
        written.map_err(|error| match self.other_target(target, options) {
            Some(other) => Error::unsupported(format!("{error}; {} can hold it", other.name())),
            None => error.into(),
        })
    }

    /// The model as ONNX: [`export`](Self::export) without options.
    pub fn to_onnx(&self) -> Result<Vec<u8>> {
        self.export(ExportTarget::Onnx, &ExportOptions::default())
    }

    /// The model as PMML: [`export`](Self::export) without options.
    pub fn to_pmml(&self) -> Result<Vec<u8>> {
        self.export(ExportTarget::Pmml, &ExportOptions::default())
    }

    /// A target that holds the model where this one does not.
    fn other_target(&self, target: ExportTarget, options: &ExportOptions) -> Option<ExportTarget> {
        let holds = |other: &ExportTarget| {
            *other != target && self.export_gaps(*other, options).is_ok_and(|gaps| gaps.is_empty())
        };
        ExportTarget::ALL.into_iter().find(holds)
    }

    /// What a target does not hold of the model; nothing if it can be exported.
    ///
    /// # Errors
    /// Those of a model that can't be predicted with, and `Usage` where an option does not fit it.
    pub fn export_gaps(&self, target: ExportTarget, options: &ExportOptions) -> Result<Vec<ExportGap>> {
        let graph = graph(&*self.read_estimator()?, target, options)?;
        Ok(options.gaps(target, &graph)?.iter().map(public).collect())
    }

    /// What the file says of the model beyond what it computes.
    fn properties(&self, graph: &Graph, estimator: &dyn Estimator) -> Vec<(String, String)> {
        let mut properties = vec![("estimator".to_owned(), estimator.name().to_owned())];
        let releases: Vec<String> = self.summary().origin.sklearn.into_keys().collect();
        if !releases.is_empty() {
            properties.push(("sklearn_version".to_owned(), releases.join(",")));
        }
        if let Some(classes) = classes(graph) {
            properties.push(("classes".to_owned(), classes.to_string()));
        }
        properties
    }
}

fn public(gap: &Gap) -> ExportGap {
    ExportGap { operator: gap.operator.into(), path: gap.path.to_string(), message: gap.to_string() }
}

/// The labels that `predict` gives, by class.
fn classes(graph: &Graph) -> Option<Json> {
    use cannery_graph::Labels;
    let Op::Labels(labels) = &graph.node(*graph.output("predict")?.edges().first()?).op else { return None };
    Some(match labels {
        Labels::I64(labels) => labels.iter().copied().collect(),
        Labels::F64(labels) => labels.iter().copied().collect(),
        Labels::Bool(labels) => labels.iter().copied().collect(),
        Labels::Str(labels) => labels.iter().map(|label| &**label).collect(),
    })
}

/// The graph for what the caller of the exported model brings: float64 or float32, text, columns with names.
///
/// A column of which it is not known what it holds is of text if the model can be exported with that, else of numbers;
/// among unnamed columns of numbers, and for PMML, it is the other way round.
fn graph(
    estimator: &(dyn Estimator + 'static),
    target: ExportTarget,
    options: &ExportOptions,
) -> Result<Graph> {
    let mut refused = None;
    let columns = estimator.columns();
    let is = |kind: ColumnKind| columns.iter().any(|column| column.name.is_none() && column.kind == kind);
    // a tensor holds columns of one type, a document any
    let of_tensors = target == ExportTarget::Onnx;
    let numbers_first = !of_tensors || (is(ColumnKind::Number) && !is(ColumnKind::Text));
    let order = if numbers_first { [DType::F64, DType::Str] } else { [DType::Str, DType::F64] };
    for open in order {
        let graph = estimator.lower(&signature(estimator, open, options.float32))?;
        match options.gaps(target, &graph)?.is_empty() {
            true => return Ok(graph),
            false => refused = refused.or(Some(graph)),
        }
    }
    refused.ok_or_else(|| Error::unsupported("the model takes nothing"))
}

/// What the caller brings. A tensor holds one dtype: columns of several, which have no names, become inputs `x0`, `x1`, …
fn signature(estimator: &(dyn Estimator + 'static), open: DType, float32: bool) -> Signature {
    let narrow = |dtype| if float32 && dtype == DType::F64 { DType::F32 } else { dtype };
    let concrete = |dtype| narrow(if dtype == DType::Any { open } else { dtype });
    match usual_signature(estimator) {
        Signature::Dense { dtype: DType::Any } => {
            let dtypes: Vec<DType> =
                estimator.columns().iter().map(|column| concrete(usual_dtype(column.kind))).collect();
            let first = dtypes.first().copied().unwrap_or(narrow(open));
            if dtypes.iter().all(|&dtype| dtype == first) {
                return Signature::dense(first);
            }
            let names: Vec<String> = (0..dtypes.len()).map(|column| format!("x{column}")).collect();
            Signature::frame(names.iter().map(String::as_str).zip(dtypes))
        }
        Signature::Dense { dtype } => Signature::dense(concrete(dtype)),
        Signature::Frame(fields) => {
            Signature::frame(fields.iter().map(|field| (&*field.name, concrete(field.dtype))))
        }
        other => other,
    }
}

impl From<cannery_export::Error> for Error {
    fn from(error: cannery_export::Error) -> Self {
        let text = error.to_string();
        match error {
            cannery_export::Error::Unsupported { gaps, .. } => {
                // the message names every gap; the place is that of the first
                let first = gaps.first().map(|gap| Place::in_model(&gap.path, Some(gap.operator)));
                Self::unsupported(text).at(Place { is_told: true, ..first.unwrap_or_default() })
            }
            _ => Self::usage(text),
        }
    }
}
