//! Names of methods: what is asked for, and what a graph offers.

use cannery_graph::{Graph, Output};

use crate::error::{Error, Result};

/// The methods of a graph.
pub(super) fn methods(graph: &Graph) -> Vec<&str> {
    graph.outputs().iter().map(|output| &*output.name).collect()
}

/// The results that a request means, in its order: `all`, or methods with commas between them. A method of an estimator with
/// several targets means a result for each: `predict_proba.0`, `predict_proba.1` …
pub(super) fn outputs(graph: &Graph, request: &str) -> Result<Vec<String>> {
    let mut chosen: Vec<String> = Vec::new();
    for method in request.split(',').map(str::trim) {
        let fits = |output: &Output, name: &str| method == "all" || *output.name == *method || name == method;
        let mut known = false;
        for output in graph.outputs() {
            for (name, _) in output.named().into_iter().filter(|(name, _)| fits(output, name)) {
                known = true;
                if !chosen.contains(&name) {
                    chosen.push(name);
                }
            }
        }
        if !known {
            return Err(absent(graph, method));
        }
    }
    Ok(chosen)
}

fn absent(graph: &Graph, method: &str) -> Error {
    if method.is_empty() {
        return Error::usage("the name of a method is empty");
    }
    if let Some(refusal) = graph.refusals().iter().find(|refusal| &*refusal.name == method) {
        return Error::unsupported(format!("no {method}: {}", refusal.reason));
    }
    let methods = methods(graph).join(", ");
    Error::unsupported(format!("the model has no {method}; it has {methods}"))
}

#[cfg(test)]
mod tests {
    use cannery_graph::{Builder, Signature};

    use super::*;

    fn graph() -> Graph {
        let mut builder = Builder::new(Signature::default());
        let x = builder.input(2).expect("two columns");
        builder.output("predict", x).expect("a new name");
        builder.output_list("predict_proba", [x, x]).expect("a new name");
        builder.output("transform", x).expect("a new name");
        builder.refuse("score_samples", "it was not kept");
        builder.finish()
    }

    #[test]
    fn requests_mean_outputs() {
        for (request, names) in [
            ("predict", &["predict"][..]),
            ("predict_proba", &["predict_proba.0", "predict_proba.1"]),
            ("predict_proba.1", &["predict_proba.1"]),
            ("transform, predict,transform", &["transform", "predict"]),
            ("predict_proba.1,all", &["predict_proba.1", "predict", "predict_proba.0", "transform"]),
            ("all", &["predict", "predict_proba.0", "predict_proba.1", "transform"]),
        ] {
            assert_eq!(outputs(&graph(), request).expect(request), names, "{request}");
        }
        assert_eq!(methods(&graph()), ["predict", "predict_proba", "transform"]);
    }

    #[test]
    fn what_is_absent_is_said_with_what_there_is() {
        for (request, message) in [
            ("predict,fit", "the model has no fit; it has predict, predict_proba, transform"),
            ("predict_proba.2", "the model has no predict_proba.2; it has predict, predict_proba, transform"),
            ("score_samples", "no score_samples: it was not kept"),
            ("predict,", "the name of a method is empty"),
        ] {
            assert_eq!(outputs(&graph(), request).expect_err(request).message(), message);
        }
    }
}
