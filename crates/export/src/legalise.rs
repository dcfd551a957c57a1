//! What a target can hold of a graph, before anything is written.

use cannery_graph::{Edge, Graph, Step};

use crate::error::{Error, Gap};

/// What a target holds of an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Support {
    /// Its name.
    pub operator: &'static str,
    /// How it is written: what the target computes it with, in order.
    pub written_as: &'static str,
    /// What of it can't be exported, and why; empty if all can.
    pub gap: &'static str,
}

/// A format that graphs are exported to.
pub(crate) trait Target {
    /// The name for messages.
    const NAME: &'static str;

    /// Why a step can't be expressed; `None` if it can.
    fn refuses(&self, graph: &Graph, step: &Step<'_>) -> Option<String>;
}

/// The steps that these results need, all of which the target can express.
///
/// # Errors
/// Every step among them that it can't express.
pub(crate) fn legalise<'g, T: Target>(
    target: &T,
    graph: &'g Graph,
    results: &[Edge],
) -> Result<Vec<Step<'g>>, Error> {
    let needed = graph.needed(results);
    let steps: Vec<Step<'g>> = graph.steps().filter(|step| needed[step.edge.index()]).collect();
    let gaps: Vec<Gap> =
        steps.iter().filter_map(|step| target.refuses(graph, step).map(|reason| gap(step, reason))).collect();
    if gaps.is_empty() { Ok(steps) } else { Err(Error::Unsupported { target: T::NAME, gaps }) }
}

/// What is missing for a step.
pub(crate) fn gap(step: &Step<'_>, reason: String) -> Gap {
    let (path, estimator) = (step.origin.path.clone(), step.origin.estimator.clone());
    Gap { operator: step.op.name(), path, estimator, reason }
}
