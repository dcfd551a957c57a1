//! The text form for people: one line for the signature, each node and each output. Constants are given by their size,
//! scalars in full.

use std::fmt;

use crate::graph::{Edge, Graph};

impl fmt::Display for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "signature {}", self.signature())?;
        for step in self.steps() {
            write!(f, "{}: {} = {}", step.edge, step.ty, step.op)?;
            step.inputs.iter().try_for_each(|input| write!(f, " {input}"))?;
            match &*step.origin.path {
                "" => writeln!(f)?,
                path => writeln!(f, "  # {path}")?,
            }
        }
        for output in self.outputs() {
            write!(f, "output {} =", output.name)?;
            output.edges().iter().try_for_each(|edge| write!(f, " {edge}"))?;
            writeln!(f, "{}", if output.is_list() { " (list)" } else { "" })?;
        }
        self.refusals()
            .iter()
            .try_for_each(|refusal| writeln!(f, "refuse {}: {}", refusal.name, refusal.reason))
    }
}

impl fmt::Display for Edge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "%{}", self.0)
    }
}
