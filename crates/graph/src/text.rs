//! The canonical text form: one line for the signature, each node and each output. Constants are given by
//! their size, scalars in full.

use std::fmt;

use crate::graph::{Edge, Graph};
use crate::op::{Check, Confidence, Function, Kernel, Op};

impl fmt::Display for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "signature {}", self.signature())?;
        for (index, node) in self.nodes().iter().enumerate() {
            write!(f, "%{index}: {} = {}", node.ty, node.op)?;
            node.inputs.iter().try_for_each(|input| write!(f, " {input}"))?;
            match &*self.origin(node).path {
                "" => writeln!(f)?,
                path => writeln!(f, "  # {path}")?,
            }
        }
        for output in self.outputs() {
            writeln!(f, "output {} = {}", output.name, output.edge)?;
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

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self {
            Self::Input { .. } | Self::Flatten | Self::ArgMax => Ok(()),
            Self::Cast(to) => write!(f, " {to}"),
            Self::Guard(Check::Finite) => f.write_str(" finite"),
            Self::PairKernel { kernel, vectors } => {
                write!(f, " {kernel} {}x{}", vectors.rows(), vectors.columns())
            }
            Self::SvmPairs(pairs) => write!(f, " counts={:?}", pairs.counts),
            Self::OvoVotes { classes } => write!(f, " classes={classes}"),
            Self::OvrScores { classes, confidence } => write!(f, " classes={classes} {confidence}"),
            Self::Elementwise(Function::Negate) => f.write_str(" negate"),
            Self::Labels(labels) => write!(f, " {}x{}", labels.len(), labels.dtype()),
        }
    }
}

impl fmt::Display for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Linear => f.write_str("linear"),
            Self::Poly { gamma, coef0, degree } => {
                write!(f, "poly gamma={gamma:?} coef0={coef0:?} degree={degree}")
            }
            Self::Rbf { gamma } => write!(f, "rbf gamma={gamma:?}"),
            Self::Sigmoid { gamma, coef0 } => write!(f, "sigmoid gamma={gamma:?} coef0={coef0:?}"),
        }
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bounded => "bounded",
            Self::BatchScaled => "batch-scaled",
        })
    }
}
