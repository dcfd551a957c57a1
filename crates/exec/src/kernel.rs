//! Operators as code: one type for each, made from the operator and its types.

mod cast;
mod class;
mod codes;
mod columns;
mod concat;
mod dense;
mod elementwise;
mod guard;
mod impute;
mod linear;
mod lookup;
mod neighbors;
mod normalize_sum;
mod one_hot;
mod pair_coupling;
mod pair_kernel;
mod row_norm;
mod scale;
mod softmax;
mod sparse;
mod sum;
mod svm;
mod text;
mod tf_idf;
mod tree_ensemble;

use std::fmt::Debug;

use cannery_graph::{Check, Node, Op};

use crate::buffer::ViewMut;
use crate::error::Error;
use crate::program::Inputs;

/// Carries out one operator over the rows of a block.
pub(crate) trait Kernel: Debug + Send + Sync {
    /// Writes all of `output`: as many rows as the inputs have. What it writes for a row does not depend on where
    /// the block begins and ends.
    ///
    /// `'a` is the life of the batch and of the program, from which texts are passed on.
    fn run<'a>(&'a self, inputs: &Inputs<'_, 'a>, output: ViewMut<'_, 'a>) -> Result<(), Error>;
}

/// The kernel of a node; `None` when there is nothing to do.
///
/// # Errors
/// `Unsupported` when the operator can't be carried out.
pub(crate) fn of(node: &Node, nodes: &[Node]) -> Result<Option<Box<dyn Kernel>>, Error> {
    let columns = node.inputs.first().map_or(0, |input| nodes[input.index()].ty.columns());
    let kernel: Box<dyn Kernel> = match &node.op {
        Op::Input { .. } | Op::Field { .. } | Op::Flatten | Op::Tokens(_) => return Ok(None),
        Op::Cast(to) => Box::new(cast::Cast { to: *to, columns }),
        Op::Dense => Box::new(dense::Dense { columns }),
        Op::Guard(Check::NotNegative) => Box::new(guard::NotNegative { columns }),
        Op::Guard(check @ (Check::Finite | Check::NotInfinite)) => {
            Box::new(guard::Finite { columns, takes_nan: *check == Check::NotInfinite })
        }
        Op::PairKernel { kernel, vectors } => pair_kernel::of(*kernel, vectors),
        Op::SvmPairs(pairs) => Box::new(svm::Pairs(pairs.clone())),
        Op::OvoVotes { classes } => Box::new(svm::Votes { classes: *classes }),
        Op::OvrScores { classes, confidence } => {
            Box::new(svm::Scores { classes: *classes, confidence: *confidence })
        }
        Op::Elementwise(function) => Box::new(elementwise::Map(*function)),
        Op::Linear(linear) => Box::new(linear::Linear::new(linear)),
        Op::Scale(scale) => Box::new(scale::Scale(scale.clone())),
        Op::NormalizeSum => Box::new(normalize_sum::NormalizeSum { columns }),
        Op::PairCoupling(coupling) => Box::new(pair_coupling::PairCoupling(coupling.clone())),
        Op::Impute(impute) => Box::new(impute::Impute(impute.clone())),
        Op::Lookup(lookup) => Box::new(lookup::Lookup::new(lookup)),
        Op::OneHot(one_hot) => Box::new(one_hot::OneHot::new(one_hot, columns)),
        Op::MissingMask(missing) => Box::new(impute::Mask(missing.clone())),
        Op::Concat => {
            let widths = node.inputs.iter().map(|input| nodes[input.index()].ty.columns());
            Box::new(concat::Concat { widths: widths.collect() })
        }
        Op::Softmax => Box::new(softmax::Softmax { columns }),
        Op::LogSoftmax => Box::new(softmax::LogSoftmax { columns }),
        Op::Complement => Box::new(elementwise::Complement),
        Op::Threshold { above } => Box::new(class::Above(*above)),
        Op::ArgMax => Box::new(class::ArgMax { columns }),
        Op::GroupArgMax { widths } => Box::new(class::GroupArgMax { widths: widths.clone(), columns }),
        Op::Labels(labels) => Box::new(class::ToLabels(labels.clone())),
        Op::Columns(picked) => Box::new(columns::Pick::new(picked, columns)),
        Op::Neighbors(neighbors) => Box::new(neighbors::Neighbors::new(neighbors)),
        Op::NeighborReduce(reduce) => Box::new(neighbors::Reduce { graph: reduce.clone(), columns }),
        Op::TreeEnsemble(trees) => Box::new(tree_ensemble::TreeEnsemble::new(trees)),
        Op::Codes(codes) => Box::new(codes::Codes(codes.clone())),
        Op::Sparse => Box::new(sparse::Sparse { columns }),
        Op::VocabCounts(counts) => Box::new(text::InVocabulary::new(counts, node, nodes)?),
        Op::HashCounts(counts) => Box::new(text::ByHash::new(*counts, node, nodes)?),
        Op::TfIdf(weights) => Box::new(tf_idf::TfIdf(weights.clone())),
        Op::RowNorm(norm) => Box::new(row_norm::RowNorm { graph: *norm, columns }),
    };
    Ok(Some(kernel))
}
