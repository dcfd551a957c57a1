//! A whole document.

use std::collections::BTreeSet;

use cannery_graph::{DType, Edge, Graph, Op, Signature, Step};

use super::check::write_domain;
use super::emit::{Arg, Column, Value, emit};
use super::expr::{Expr, FieldId};
use super::names::{self, label, label_type};
use super::net::{Net, write_target};
use super::outputs::{Last, last};
use super::support::Document;
use super::verification::Verification;
use super::xml::Xml;
use crate::error::{Error, Gap};
use crate::legalise::{Target, gap, legalise};
use crate::methods::chosen;

/// How a graph becomes a document of PMML.
///
/// ```
/// use cannery_export::Pmml;
/// use cannery_graph::{Builder, Function, Op, Signature};
///
/// let mut builder = Builder::new(Signature::default());
/// let x = builder.input(1)?;
/// let y = builder.add(Op::Elementwise(Function::Exp), &[x])?;
/// builder.output("transform", y)?;
/// let document = String::from_utf8(Pmml::default().write(&builder.finish())?)?;
/// assert!(document.contains("<Apply function=\"exp\">"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pmml {
    methods: Option<Vec<String>>,
    metadata: Vec<(String, String)>,
    verification: Option<Verification>,
}

impl Pmml {
    /// The methods that the document has, or `all`. Without it they are those of
    /// [`Onnx::methods`](crate::Onnx::methods).
    #[must_use]
    pub fn methods(mut self, methods: Option<Vec<String>>) -> Self {
        self.methods = methods;
        self
    }

    /// What else is said of the model, by key.
    #[must_use]
    pub fn metadata(mut self, metadata: Vec<(String, String)>) -> Self {
        self.metadata = metadata;
        self
    }

    /// Rows with their results, by which runtimes check that they compute the same.
    #[must_use]
    pub fn verification(mut self, verification: Option<Verification>) -> Self {
        self.verification = verification;
        self
    }

    /// Writes the document.
    ///
    /// # Errors
    /// `Unsupported` with every operator that PMML can't hold; `Usage` when there is no such method, or a text has a
    /// character that XML can't hold.
    pub fn write(&self, graph: &Graph) -> Result<Vec<u8>, Error> {
        let chosen = chosen(graph, self.methods.as_deref())?;
        let results = names::results(&chosen);
        if results.is_empty() {
            return Err(Error::Usage("no method was asked for".into()));
        }
        let edges: Vec<Edge> = results.iter().map(|result| result.edge).collect();
        let steps = legalise(&Document, graph, &edges)?;
        let mut net = Net::default();
        let inputs = inputs(&mut net, graph, &steps);
        let mut values: Vec<Option<Value>> = vec![None; graph.nodes().len()];
        for step in &steps {
            let arg = |edge: &Edge| {
                let value = values[edge.index()].as_ref()?;
                Some(Arg { value, ty: graph.type_of(*edge) })
            };
            let args: Vec<Arg<'_>> = step.inputs.iter().filter_map(arg).collect();
            let value = emit(&mut net, step, &inputs, &args).map_err(|reason| refused(step, reason))?;
            values[step.edge.index()] = Some(value);
        }
        let last = last(&mut net, graph, &results, &values).map_err(|(edge, reason)| {
            let step = graph.steps().nth(edge.index());
            step.map_or_else(|| Error::Usage(reason.clone()), |step| refused(&step, reason.clone()))
        })?;
        self.document(net, graph, last)?.finish().map_err(|illegal| {
            Error::Usage(format!("XML can't hold the character {illegal:?} of a label, a category or a name"))
        })
    }

    /// What PMML can't hold of the model; empty if it can be written.
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

    fn document(&self, mut net: Net, graph: &Graph, last: Last) -> Result<Xml, Error> {
        let mut xml = Xml::default();
        xml.declare();
        xml.open("PMML", &[("xmlns", "http://www.dmg.org/PMML-4_4"), ("version", "4.4")]);
        self.write_header(&mut xml, graph);
        write_dictionary(&mut xml, &net, &last);
        let transformations = net.take_transformations();
        if !transformations.is_empty() {
            xml.open("TransformationDictionary", &[]);
            xml.append(transformations);
            xml.close("TransformationDictionary");
        }
        write_models(&mut xml, net, last, self.verification.as_ref())?;
        xml.close("PMML");
        Ok(xml)
    }

    fn write_header(&self, xml: &mut Xml, graph: &Graph) {
        let digest: String = graph.digest().iter().map(|byte| format!("{byte:02x}")).collect();
        xml.open("Header", &[]);
        let own = [("graph_digest", &*digest)];
        let metadata = self.metadata.iter().map(|(key, value)| (&**key, &**value));
        for (key, value) in own.into_iter().chain(metadata) {
            xml.empty("Extension", &[("extender", "cannery"), ("name", key), ("value", value)]);
        }
        xml.empty("Application", &[("name", "cannery"), ("version", env!("CARGO_PKG_VERSION"))]);
        xml.close("Header");
    }
}

fn refused(step: &Step<'_>, reason: String) -> Error {
    Error::Unsupported { target: Document::NAME, gaps: vec![gap(step, reason)] }
}

/// The columns that the caller brings: by their names, else `x1`, `x2`, …
fn inputs(net: &mut Net, graph: &Graph, steps: &[Step<'_>]) -> Vec<Column> {
    let fields: Vec<(String, DType)> = match graph.signature() {
        Signature::Frame(fields) => {
            fields.iter().map(|field| (field.name.to_string(), field.dtype)).collect()
        }
        Signature::Text => vec![("x1".to_owned(), DType::Str)],
        _ => {
            let input = steps.iter().find(|step| matches!(step.op, Op::Input(_)));
            let (columns, dtype) =
                input.map_or((0, DType::F64), |input| (input.ty.columns(), input.ty.dtype));
            (1..=columns).map(|column| (format!("x{column}"), dtype)).collect()
        }
    };
    fields.iter().enumerate().map(|(place, (name, dtype))| input(net, place, name, *dtype)).collect()
}

fn input(net: &mut Net, place: usize, name: &str, dtype: DType) -> Column {
    let data_type = match dtype {
        DType::Str | DType::Any => "string",
        DType::F32 => "float",
        DType::F64 | DType::I64 | DType::Bool => "double",
    };
    let field = net.add_input(name, data_type);
    Column {
        is_text: data_type == "string",
        root: Some(place),
        missing: true,
        ..Column::number(Expr::Field(field))
    }
}

fn write_dictionary(xml: &mut Xml, net: &Net, last: &Last) {
    let targets = usize::from(last.target.is_some()) + usize::from(net.classes.is_some());
    let fields = net.inputs.len() + targets;
    xml.open("DataDictionary", &[("numberOfFields", &fields.to_string())]);
    for input in &net.inputs {
        let name = net.name(input.field);
        let optype = if input.data_type == "string" { "categorical" } else { "continuous" };
        let attributes = [("name", &*name), ("optype", optype), ("dataType", input.data_type)];
        xml.open("DataField", &attributes);
        write_domain(xml, &input.checks);
        xml.close("DataField");
    }
    if let Some((name, count)) = &net.classes {
        xml.open("DataField", &[("name", name), ("optype", "categorical"), ("dataType", "string")]);
        (0..*count).for_each(|class| xml.empty("Value", &[("value", &format!("c{class}"))]));
        xml.close("DataField");
    }
    if let Some(target) = &last.target {
        let (optype, data_type) = match &target.labels {
            Some(labels) => ("categorical", label_type(labels)),
            None => ("continuous", "double"),
        };
        let attributes = [
            ("name", &*target.name),
            ("displayName", "predict"),
            ("optype", optype),
            ("dataType", data_type),
        ];
        xml.open("DataField", &attributes);
        if let Some(labels) = &target.labels {
            let mut seen = std::collections::HashSet::new();
            let all = (0..labels.len()).map(|class| label(labels, class));
            for value in all.filter(|value| seen.insert(value.clone())) {
                xml.empty("Value", &[("value", &value)]);
            }
        }
        xml.close("DataField");
    }
    xml.close("DataDictionary");
}

/// The last model alone, or a chain that ends with it.
fn write_models(
    xml: &mut Xml,
    mut net: Net,
    mut last: Last,
    verification: Option<&Verification>,
) -> Result<(), Error> {
    let segments = std::mem::take(&mut net.segments);
    let inputs = used_inputs(&net, segments.iter().map(|segment| &segment.active).chain([&last.active]));
    let function = last.function;
    let mut verified = Xml::default();
    if let Some(verification) = verification {
        super::verification::write(&mut verified, &net, &inputs, &last.fields, verification)?;
    }
    if segments.is_empty() {
        last.body.append(std::mem::take(&mut verified));
        write_last(xml, last, |xml| write_inputs(xml, &net, &inputs));
        return Ok(());
    }
    // what no model of a chain names is not checked
    last.active.extend(&inputs);
    xml.open("MiningModel", &[("functionName", function)]);
    xml.open("MiningSchema", &[]);
    write_inputs(xml, &net, &inputs);
    last.target.iter().for_each(|target| write_target(xml, &target.name));
    xml.close("MiningSchema");
    xml.open("Segmentation", &[("multipleModelMethod", "modelChain")]);
    let ids = segments.len() + 1;
    for (id, segment) in (1_usize..).zip(segments) {
        xml.open("Segment", &[("id", &id.to_string())]);
        xml.empty("True", &[]);
        let attributes: Vec<(&str, &str)> =
            segment.attributes.iter().map(|(name, value)| (*name, &**value)).collect();
        xml.open(segment.element, &attributes);
        xml.open("MiningSchema", &[]);
        net.write_active(xml, &segment.active);
        segment.target.iter().for_each(|target| write_target(xml, target));
        xml.close("MiningSchema");
        write_outputs(xml, segment.outputs);
        xml.append(segment.body);
        xml.close(segment.element);
        xml.close("Segment");
    }
    xml.open("Segment", &[("id", &ids.to_string())]);
    xml.empty("True", &[]);
    let active = last.active.clone();
    write_last(xml, last, |xml| net.write_active(xml, &active));
    xml.close("Segment");
    xml.close("Segmentation");
    xml.append(verified);
    xml.close("MiningModel");
    Ok(())
}

/// The inputs that models look at, and those that are checked.
fn used_inputs<'s>(net: &Net, active: impl Iterator<Item = &'s BTreeSet<FieldId>>) -> BTreeSet<FieldId> {
    let mut used: BTreeSet<FieldId> = active.flatten().copied().collect();
    let is_checked = |input: &&super::net::Input| input.checks != super::check::Checks::default();
    used.extend(net.inputs.iter().filter(is_checked).map(|input| input.field));
    let inputs = || net.inputs.iter().map(|input| input.field);
    let found: BTreeSet<FieldId> = inputs().filter(|field| used.contains(field)).collect();
    if found.is_empty() { inputs().take(1).collect() } else { found }
}

fn write_last(xml: &mut Xml, last: Last, write_schema: impl FnOnce(&mut Xml)) {
    let split = [("functionName", last.function), ("splitCharacteristic", "multiSplit")];
    let is_tree = last.element == "TreeModel";
    xml.open(last.element, if is_tree { &split } else { &split[..1] });
    xml.open("MiningSchema", &[]);
    write_schema(xml);
    last.target.iter().for_each(|target| write_target(xml, &target.name));
    xml.close("MiningSchema");
    write_outputs(xml, last.outputs);
    xml.append(last.body);
    xml.close(last.element);
}

fn write_inputs(xml: &mut Xml, net: &Net, fields: &BTreeSet<FieldId>) {
    for input in net.inputs.iter().filter(|input| fields.contains(&input.field)) {
        let name = net.name(input.field);
        let attributes = [("name", &*name), ("missingValueTreatment", "returnInvalid")];
        xml.empty("MiningField", if input.checks.missing { &attributes } else { &attributes[..1] });
    }
}

fn write_outputs(xml: &mut Xml, outputs: Xml) {
    if !outputs.is_empty() {
        xml.open("Output", &[]);
        xml.append(outputs);
        xml.close("Output");
    }
}
