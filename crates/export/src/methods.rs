//! Which methods of a model an exported one has.

use cannery_graph::{Edge, Graph, Op, Output};

use crate::error::Error;

/// The methods for a request: these, `all`, or what users expect of a model.
///
/// # Errors
/// `Usage` when there is no such method.
pub(crate) fn chosen<'g>(graph: &'g Graph, methods: Option<&[String]>) -> Result<Vec<&'g Output>, Error> {
    match methods {
        None => Ok(usual(graph)),
        Some([all]) if all == "all" => {
            Ok(graph.outputs().iter().filter(|output| &*output.name != INVERSE).collect())
        }
        Some(methods) => methods.iter().map(|method| find(graph, method)).collect(),
    }
}

/// It takes what `transform` gives, and an exported model takes what the estimator was fitted on.
const INVERSE: &str = "inverse_transform";

fn find<'g>(graph: &'g Graph, method: &str) -> Result<&'g Output, Error> {
    if method == INVERSE {
        return Err(Error::Usage(format!(
            "{INVERSE} takes transformed rows, which an exported model does not"
        )));
    }
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
pub(crate) fn scores(graph: &Graph) -> Option<&Output> {
    ["predict_proba", "decision_function", "transform"].into_iter().find_map(|method| graph.output(method))
}

/// Whether `predict` gives classes and not numbers.
pub(crate) fn gives_labels(graph: &Graph) -> bool {
    let is_label = |edge: &Edge| {
        let node = graph.node(*edge);
        matches!(node.op, Op::Labels(_)) || !node.ty.dtype.is_float()
    };
    graph.output("predict_proba").is_some()
        || graph.output("predict").is_some_and(|predict| predict.edges().iter().any(is_label))
}
