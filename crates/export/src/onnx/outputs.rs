//! Which methods become outputs, and how users of skl2onnx know them.

use cannery_graph::{Edge, Graph, Shape};

use crate::error::Error;
use crate::methods::{chosen, gives_labels, scores};

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
    let mut named: Vec<Named> = Vec::new();
    for output in chosen(graph, methods)? {
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
