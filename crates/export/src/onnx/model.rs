//! A whole model: inputs, nodes, outputs, and what is said of it.

use cannery_graph::{DType, Edge, Graph, Op, Shape, Signature, Step, Type};
use prost::Message;

use super::emit::{Arg, Part, Value, emit};
use super::net::{Net, data_type};
use super::outputs::{Named, outputs};
use super::proto::{
    Dimension, ModelProto, OperatorSetIdProto, StringStringEntryProto, TensorShapeProto, TensorTypeProto,
    TypeProto, ValueInfoProto,
};
use super::support::Runtime;
use super::zipmap;
use crate::error::{Error, Gap};
use crate::legalise::{Target, gap, legalise};

/// How a graph becomes a model of ONNX.
///
/// ```
/// use cannery_export::Onnx;
/// use cannery_graph::{Builder, Function, Op, Signature};
///
/// let mut builder = Builder::new(Signature::default());
/// let x = builder.input(1)?;
/// let y = builder.add(Op::Elementwise(Function::Exp), &[x])?;
/// builder.output("transform", y)?;
/// let model = Onnx::default().write(&builder.finish())?;
/// assert!(model.windows(3).any(|bytes| bytes == b"Exp"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Onnx {
    methods: Option<Vec<String>>,
    opset: u32,
    zipmap: bool,
    metadata: Vec<(String, String)>,
}

impl Default for Onnx {
    fn default() -> Self {
        Self { methods: None, opset: 21, zipmap: false, metadata: vec![] }
    }
}

/// Bytes that a message of protobuf can have.
const MAX_BYTES: usize = i32::MAX as usize;

impl Onnx {
    /// Operator sets that can be written. From 20 on `StringConcat` and `IsInf` of float64 are there, and no later one
    /// changes an operator that is used.
    pub const OPSETS: std::ops::RangeInclusive<u32> = 20..=26;

    /// The methods that become outputs, or `all`. Without it they are what skl2onnx gives: `predict`, and beside labels
    /// `predict_proba` or another score; `transform` where there is no `predict`.
    #[must_use]
    pub fn methods(mut self, methods: Option<Vec<String>>) -> Self {
        self.methods = methods;
        self
    }

    /// The operator set, 21 if nothing is said.
    #[must_use]
    pub fn opset(mut self, opset: u32) -> Self {
        self.opset = opset;
        self
    }

    /// Whether `predict_proba` becomes a list of maps from label to float32, `output_probability`, beside `output_label`:
    /// what skl2onnx gives if nothing is said.
    #[must_use]
    pub fn zipmap(mut self, zipmap: bool) -> Self {
        self.zipmap = zipmap;
        self
    }

    /// What else is said of the model, by key.
    #[must_use]
    pub fn metadata(mut self, metadata: Vec<(String, String)>) -> Self {
        self.metadata = metadata;
        self
    }

    /// Writes the model.
    ///
    /// # Errors
    /// `Unsupported` with every operator that ONNX can't hold; `Usage` when there is no such method or operator set.
    pub fn write(&self, graph: &Graph) -> Result<Vec<u8>, Error> {
        if !Self::OPSETS.contains(&self.opset) {
            let (first, last) = (Self::OPSETS.start(), Self::OPSETS.end());
            return Err(Error::Usage(format!("opset {} is not one from {first} to {last}", self.opset)));
        }
        let mut named = outputs(graph, self.methods.as_deref())?;
        if self.zipmap {
            zipmap::rename(graph, &mut named)?;
        }
        let model = self.model(graph, &named)?;
        let bytes = model.encoded_len();
        if bytes > MAX_BYTES {
            return Err(Error::Usage(format!(
                "the model takes {bytes} bytes; a file of ONNX holds {MAX_BYTES}"
            )));
        }
        Ok(model.encode_to_vec())
    }

    fn model(&self, graph: &Graph, named: &[Named]) -> Result<ModelProto, Error> {
        let edges: Vec<Edge> = named.iter().map(|output| output.edge).collect();
        let steps = legalise(&Runtime, graph, &edges)?;
        let mut net = Net::default();
        let inputs = inputs(graph, &steps);
        let names: Vec<&str> = inputs.iter().map(|input| &*input.name).collect();
        let mut values: Vec<Option<Value>> = vec![None; graph.nodes().len()];
        for step in &steps {
            let arg = |edge: &Edge| {
                let value = values[edge.index()].as_ref()?;
                Some(Arg { value, ty: graph.type_of(*edge) })
            };
            let args: Vec<Arg<'_>> = step.inputs.iter().filter_map(arg).collect();
            let value = emit(&mut net, step, &names, &args).map_err(|reason| refused(step, reason))?;
            values[step.edge.index()] = Some(value);
        }
        let mut results = Vec::with_capacity(named.len());
        for output in named {
            let is_zipped = self.zipmap && zipmap::is_zipped(output);
            let (name, ty) = result(&mut net, graph, output, &values)?;
            results.push(if is_zipped {
                zipmap::zipped(&mut net, graph, output, &name)?
            } else {
                net.rename(&name, &output.name);
                info(&output.name, ty)
            });
        }
        let mut opset_import = vec![opset("", self.opset)];
        if net.uses("ai.onnx.ml") {
            opset_import.push(opset("ai.onnx.ml", 5));
        }
        if net.uses("com.microsoft") {
            opset_import.push(opset("com.microsoft", 1));
        }
        let mut onnx = net.finish("model");
        (onnx.input, onnx.output) = (inputs, results);
        Ok(ModelProto {
            ir_version: Some(if self.opset < 21 { 9 } else { 10 }),
            producer_name: "cannery".into(),
            producer_version: env!("CARGO_PKG_VERSION").into(),
            graph: Some(onnx),
            opset_import,
            metadata_props: self.properties(graph, named),
        })
    }

    fn properties(&self, graph: &Graph, named: &[Named]) -> Vec<StringStringEntryProto> {
        let digest = graph.digest().iter().map(|byte| format!("{byte:02x}")).collect();
        let outputs: Vec<String> =
            named.iter().map(|output| format!("{}={}", output.name, output.method)).collect();
        let own = [("graph_digest".to_owned(), digest), ("outputs".to_owned(), outputs.join(","))];
        let all = own.into_iter().chain(self.metadata.iter().cloned());
        all.map(|(key, value)| StringStringEntryProto { key: Some(key), value: Some(value) }).collect()
    }

    /// What ONNX can't hold of the model; empty if it can be written.
    ///
    /// # Errors
    /// `Usage` as in [`write`](Self::write).
    pub fn gaps(&self, graph: &Graph) -> Result<Vec<Gap>, Error> {
        match self.write(graph) {
            Ok(_) => Ok(vec![]),
            Err(Error::Unsupported { gaps, .. }) => Ok(gaps),
            Err(error) => Err(error),
        }
    }
}

fn refused(step: &Step<'_>, reason: String) -> Error {
    Error::Unsupported { target: Runtime::NAME, gaps: vec![gap(step, reason)] }
}

fn opset(domain: &str, version: u32) -> OperatorSetIdProto {
    OperatorSetIdProto { domain: Some(domain.into()), version: Some(version.into()) }
}

/// The matrix `X`, or the columns of the frame by name, each a matrix of one column.
fn inputs(graph: &Graph, steps: &[Step<'_>]) -> Vec<ValueInfoProto> {
    match graph.signature() {
        Signature::Frame(fields) => {
            fields.iter().map(|field| info(&field.name, Type::matrix(field.dtype, 1))).collect()
        }
        Signature::Text => vec![info("X", Type::matrix(DType::Str, 1))],
        _ => {
            let input = steps.iter().find(|step| matches!(step.op, Op::Input(_)));
            input.map(|input| info("X", input.ty)).into_iter().collect()
        }
    }
}

/// A value that users see, of any number of rows.
fn info(name: &str, ty: Type) -> ValueInfoProto {
    let mut dim = vec![Dimension { dim_value: None, dim_param: Some("rows".into()) }];
    match ty.shape {
        Shape::Vector => {}
        Shape::Matrix(columns) | Shape::Csr(columns) | Shape::Hits(columns) => {
            dim.push(Dimension { dim_value: Some(columns as i64), dim_param: None });
        }
        Shape::Ragged => dim.push(Dimension::default()),
    }
    let shape = Some(TensorShapeProto { dim });
    let tensor_type = Some(TensorTypeProto { elem_type: data_type(ty.dtype) as i32, shape });
    ValueInfoProto { name: name.to_owned(), r#type: Some(TypeProto { tensor_type, ..TypeProto::default() }) }
}

/// The tensor that an output is, and its type.
fn result(
    net: &mut Net,
    graph: &Graph,
    output: &Named,
    values: &[Option<Value>],
) -> Result<(String, Type), Error> {
    let mut ty = graph.type_of(output.edge);
    let mixed = || {
        let step = graph.steps().nth(output.edge.index());
        let reason = format!("{} gives columns of several types", output.method);
        step.map_or_else(|| Error::Usage(reason.clone()), |step| refused(&step, reason.clone()))
    };
    let mut name = match &values[output.edge.index()] {
        Some(Value::Tensor(name)) => name.clone(),
        Some(Value::Parts(parts)) => {
            ty.dtype = same_dtype(parts).ok_or_else(mixed)?;
            let names: Vec<String> = parts.iter().map(|part| part.name.clone()).collect();
            net.concat(&names, 1)
        }
        Some(Value::Hits { .. } | Value::Tokens(_)) | None => return Err(mixed()),
    };
    if output.as_column {
        name = net.unsqueeze(&name, 1);
        ty.shape = Shape::Matrix(1);
    }
    Ok((name, ty))
}

/// The dtype that all parts have.
fn same_dtype(parts: &[Part]) -> Option<DType> {
    let first = parts.first()?.dtype;
    parts.iter().all(|part| part.dtype == first).then_some(first)
}
