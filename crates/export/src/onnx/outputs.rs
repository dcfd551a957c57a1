//! Which methods become outputs, and how users of skl2onnx know them.

use cannery_graph::{Edge, Graph, Op, Output, Shape};

use crate::error::Error;

/// An output of the model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    /// Its name: `label`.
    pub(super) name: String,
    /// The method: `predict`, or `predict_proba.1` of several.
    pub(super) method: String,
    pub(super) edge: Edge,
    /// Whether a vector becomes a matrix of one column.
    pub(super) as_column: bool,
}

/// The outputs for a request: methods, `all`, or what skl2onnx gives.
pub(super) fn outputs(graph: &Graph, methods: Option<&[String]>) -> Result<Vec<Named>, Error> {
    let chosen: Vec<&Output> = match methods {
        None => usual(graph),
        Some([all]) if all == "all" => graph.outputs().iter().collect(),
        Some(methods) => methods.iter().map(|method| find(graph, method)).collect::<Result<_, _>>()?,
    };
    let mut named: Vec<Named> = Vec::new();
    for output in chosen {
        let name = name(graph, &output.name);
        for (method, edge) in output.named() {
            let mut name = format!("{name}{}", &method[output.name.len()..]);
            while named.iter().any(|other| other.name == name) || is_input(graph, &name) {
                name.push('_');
            }
            let as_column = name.starts_with("variable") && graph.type_of(edge).shape == Shape::Vector;
            named.push(Named { name, method, edge, as_column });
        }
    }
    if named.is_empty() { Err(Error::Usage("no method was asked for".into())) } else { Ok(named) }
}

fn find<'g>(graph: &'g Graph, method: &str) -> Result<&'g Output, Error> {
    graph.output(method).ok_or_else(|| {
        let methods: Vec<&str> = graph.outputs().iter().map(|output| &*output.name).collect();
        Error::Usage(format!("the model has no {method}; it has {}", methods.join(", ")))
    })
}

/// What skl2onnx gives: labels with probabilities or scores, numbers, or what a transformer makes.
fn usual(graph: &Graph) -> Vec<&Output> {
    let Some(predict) = graph.output("predict") else {
        let first = graph.output("transform").or_else(|| graph.outputs().first());
        return first.into_iter().collect();
    };
    let scores = scores(graph).filter(|_| gives_labels(graph));
    std::iter::once(predict).chain(scores).collect()
}

/// What stands beside the labels.
fn scores(graph: &Graph) -> Option<&Output> {
    ["predict_proba", "decision_function", "transform"].into_iter().find_map(|method| graph.output(method))
}

/// Whether `predict` gives classes and not numbers.
fn gives_labels(graph: &Graph) -> bool {
    let is_label = |edge: &Edge| {
        let node = graph.node(*edge);
        matches!(node.op, Op::Labels(_)) || !node.ty.dtype.is_float()
    };
    graph.output("predict_proba").is_some()
        || graph.output("predict").is_some_and(|predict| predict.edges().iter().any(is_label))
}

/// The name of a method among the outputs.
fn name(graph: &Graph, method: &str) -> String {
    let labels = gives_labels(graph);
    match method {
        "predict" if labels => "label",
        "predict" => "variable",
        "predict_proba" => "probabilities",
        "transform" if graph.output("predict").is_none() => "variable",
        _ if labels && scores(graph).is_some_and(|scores| &*scores.name == method) => "scores",
        _ => method,
    }
    .to_owned()
}

fn is_input(graph: &Graph, name: &str) -> bool {
    match graph.signature() {
        cannery_graph::Signature::Frame(fields) => fields.iter().any(|field| &*field.name == name),
        _ => name == "X",
    }
}
