//! The canonical text form: one line for the signature, each node and each output. Constants are given by
//! their size, scalars in full.

use std::fmt;

use crate::constant::Points;
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
            Self::Field { column } => write!(f, " {column}"),
            Self::Input { .. }
            | Self::Dense
            | Self::Flatten
            | Self::ArgMax
            | Self::Softmax
            | Self::LogSoftmax
            | Self::Complement
            | Self::Sparse => Ok(()),
            Self::Threshold { above } => write!(f, " above={above:?}"),
            Self::Cast(to) => write!(f, " {to}"),
            Self::Guard(Check::Finite) => f.write_str(" finite"),
            Self::Guard(Check::NotInfinite) => f.write_str(" not-infinite"),
            Self::Guard(Check::NotNegative) => f.write_str(" not-negative"),
            Self::PairKernel { kernel, vectors } => {
                let sparse = if let Points::Sparse(_) = vectors { " csr" } else { "" };
                write!(f, " {kernel} {}x{}{sparse}", vectors.rows(), vectors.columns())
            }
            Self::SvmPairs(pairs) => write!(f, " counts={:?}", pairs.counts),
            Self::OvoVotes { classes } => write!(f, " classes={classes}"),
            Self::OvrScores { classes, confidence } => write!(f, " classes={classes} {confidence}"),
            Self::NormalizeSum | Self::Concat => Ok(()),
            Self::Linear(linear) => {
                let bias = if linear.intercepts.is_some() { "+b" } else { "" };
                write!(f, " {}x{}{bias}", linear.weights.rows(), linear.weights.columns())
            }
            Self::Scale(scale) => write!(f, "{scale}"),
            Self::PairCoupling(coupling) => write!(f, " classes={}", coupling.classes),
            Self::Impute(impute) => write!(f, " {} x{}", impute.missing, impute.fill.len()),
            Self::MissingMask(missing) => write!(f, " {missing}"),
            Self::Lookup(lookup) => write!(f, " {lookup}"),
            Self::OneHot(one_hot) => write!(f, " {one_hot}"),
            Self::Elementwise(function) => write!(f, " {function}"),
            Self::GroupArgMax { widths } => write!(f, " {widths:?}"),
            Self::Labels(labels) => write!(f, " {}x{}", labels.len(), labels.dtype()),
            Self::Columns(columns) => write!(f, " {columns:?}"),
            Self::TreeEnsemble(trees) => write!(f, " {trees}"),
            Self::Codes(codes) => write!(f, " {codes}"),
            Self::Neighbors(neighbors) => write!(f, " {neighbors}"),
            Self::NeighborReduce(reduce) => write!(f, " {reduce}"),
            Self::Tokens(tokens) => write!(f, " {tokens}"),
            Self::VocabCounts(counts) => write!(f, " {counts}"),
            Self::HashCounts(counts) => write!(f, " {counts}"),
            Self::TfIdf(weights) => write!(f, "{weights}"),
            Self::RowNorm(norm) => write!(f, " {norm}"),
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

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Negate => "negate",
            Self::Exp => "exp",
            Self::Log => "log",
            Self::ExpM1 => "expm1",
            Self::Log1P => "log1p",
            Self::Sqrt => "sqrt",
            Self::Absolute => "absolute",
            Self::Square => "square",
            Self::Expit => "expit",
        })
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
