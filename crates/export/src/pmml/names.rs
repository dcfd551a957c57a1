//! The names of results.

use cannery_graph::{Edge, Graph, Labels, Op, Output};

use super::xml::number;

/// The labels of the classes that scores stand for: those that `predict` gives.
pub(super) fn classes(graph: &Graph) -> Option<&Labels> {
    match &graph.node(*graph.output("predict")?.edges().first()?).op {
        Op::Labels(labels) => Some(labels),
        _ => None,
    }
}

/// A label as a text.
pub(super) fn label(labels: &Labels, class: usize) -> String {
    match labels {
        Labels::I64(labels) => labels[class].to_string(),
        Labels::F64(labels) => number(labels[class]),
        Labels::Bool(labels) => labels[class].to_string(),
        Labels::Str(labels) => labels[class].to_string(),
    }
}

/// The type of labels. Integers of JPMML-Evaluator have 32 bits.
pub(super) fn label_type(labels: &Labels) -> &'static str {
    match labels {
        Labels::I64(labels) if labels.iter().all(|&label| i32::try_from(label).is_ok()) => "integer",
        Labels::F64(_) => "double",
        Labels::Bool(_) => "boolean",
        Labels::I64(_) | Labels::Str(_) => "string",
    }
}

/// A result of a method.
pub(super) struct Named {
    /// The method, or `predict_proba.1` of several.
    pub(super) method: String,
    pub(super) edge: Edge,
}

/// The results of methods.
pub(super) fn results(outputs: &[&Output]) -> Vec<Named> {
    let all = outputs.iter().flat_map(|output| output.named());
    all.map(|(method, edge)| Named { method, edge }).collect()
}

/// The name of a column of a result: `probability(setosa)`, `decision_function(setosa)`, `transform(2)`, `predict`.
pub(super) fn column(method: &str, column: usize, columns: usize, classes: Option<&Labels>) -> String {
    let stem = if method == "predict_proba" { "probability" } else { method };
    match classes {
        Some(classes) if classes.len() == columns && columns > 1 && method != "transform" => {
            format!("{stem}({})", label(classes, column))
        }
        _ if columns == 1 => stem.to_owned(),
        _ => format!("{stem}({column})"),
    }
}
