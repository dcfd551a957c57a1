//! Operators as code: one type for each, made from the operator and its types.

mod class;
mod elementwise;
mod guard;
mod pair_kernel;
mod svm;

use std::fmt::Debug;

use cannery_graph::{Check, DType, Function, Node, Op};

use crate::buffer::ViewMut;
use crate::error::Error;
use crate::program::Inputs;

/// Carries out one operator over the rows of a block.
pub(crate) trait Kernel: Debug + Send + Sync {
    /// Writes all of `output`: as many rows as the inputs have. What it writes for a row does not depend on where
    /// the block begins and ends.
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_>) -> Result<(), Error>;
}

/// The kernel of a node; `None` when there is nothing to do.
pub(crate) fn of(node: &Node, nodes: &[Node]) -> Option<Box<dyn Kernel>> {
    let columns = node.inputs.first().map_or(0, |input| nodes[input.index()].ty.columns());
    Some(match &node.op {
        Op::Input { .. } | Op::Flatten => return None,
        Op::Cast(DType::F64) => Box::new(elementwise::Widen),
        Op::Cast(DType::F32 | DType::I64 | DType::Bool | DType::Str) => unreachable!("no such cast is built"),
        Op::Guard(Check::Finite) => Box::new(guard::Finite { columns }),
        Op::PairKernel { kernel, vectors } => Box::new(pair_kernel::PairKernel::new(*kernel, vectors)),
        Op::SvmPairs(pairs) => Box::new(svm::Pairs(pairs.clone())),
        Op::OvoVotes { classes } => Box::new(svm::Votes { classes: *classes }),
        Op::OvrScores { classes, confidence } => {
            Box::new(svm::Scores { classes: *classes, confidence: *confidence })
        }
        Op::Elementwise(Function::Negate) => Box::new(elementwise::Negate),
        Op::ArgMax => Box::new(class::ArgMax { columns }),
        Op::Labels(labels) => Box::new(class::ToLabels(labels.clone())),
    })
}
