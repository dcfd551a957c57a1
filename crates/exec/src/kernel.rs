//! Operators as code: one type for each, made from the operator and its types.

mod additive_chi2;
mod arith;
mod barycenter;
mod batch_norm;
mod bin;
mod binarize;
mod cast;
mod choose;
mod class;
mod clip;
mod codes;
mod columns;
mod combine;
mod concat;
mod constant;
mod count_sketch;
mod dense;
mod elementwise;
mod geodesic;
mod guard;
mod impute;
mod interp;
mod linear;
mod lookup;
mod neighbors;
mod nmf_solve;
mod normalize_sum;
mod one_hot;
mod ones_for_zeros;
mod pair_coupling;
mod pair_distance;
mod pair_kernel;
mod poly;
mod power;
mod quantiles;
mod reduce;
mod row_norm;
mod scale;
mod softmax;
mod sparse;
mod sparse_code;
mod spline;
mod sum;
mod svm;
mod text;
mod tf_idf;
mod topic_shares;
mod tree_ensemble;

use cannery_graph::{Compat, Node, Op, Type};

use crate::error::Error;
use crate::run::Kernel;

/// What a kernel is made for.
pub(crate) struct Site<'g> {
    /// The node, and all nodes before it.
    pub(crate) node: &'g Node,
    pub(crate) nodes: &'g [Node],
    /// What is known of the software that wrote this part of the model.
    pub(crate) compat: Compat,
}

impl Site<'_> {
    /// Type of each edge that the operator takes.
    pub(crate) fn types(&self) -> impl ExactSizeIterator<Item = Type> {
        self.node.inputs.iter().map(|input| self.nodes[input.index()].ty)
    }

    /// Columns of the first two edges.
    fn two_widths(&self) -> [usize; 2] {
        let mut widths = self.types().map(Type::columns);
        std::array::from_fn(|_| widths.next().unwrap_or(0))
    }

    /// Elements of a row of the second edge for each of the first one.
    fn width_per_mask(&self) -> usize {
        let [mask, chosen] = self.two_widths();
        if mask == chosen { 1 } else { chosen }
    }

    /// Columns of the first edge.
    pub(crate) fn columns(&self) -> usize {
        self.types().next().map_or(0, Type::columns)
    }
}

/// The kernel of a node; `None` when there is nothing to do.
///
/// # Errors
/// `Unsupported` when the operator can't be carried out.
pub(crate) fn of(site: &Site<'_>) -> Result<Option<Box<dyn Kernel>>, Error> {
    let columns = site.columns();
    Ok(Some(match &site.node.op {
        Op::Input(_) | Op::Field(_) | Op::Flatten | Op::Tokens(_) => return Ok(None),
        Op::AdditiveChi2(samples) => Box::new(additive_chi2::AdditiveChi2 { graph: *samples, columns }),
        Op::ArgMax => Box::new(class::ArgMax { columns }),
        Op::Barycenter(center) => Box::new(barycenter::Barycenter {
            graph: center.clone(),
            count: site.types().last().map_or(0, Type::columns),
        }),
        Op::BatchNorm => Box::new(batch_norm::BatchNorm { columns }),
        Op::Bin(bin) => Box::new(bin::Bin(bin.clone())),
        Op::Binarize(binarize) => Box::new(binarize::Binarize(*binarize)),
        Op::Arith(how) => Box::new(arith::Arith { how: *how, widths: site.two_widths() }),
        Op::Cast(cast) => Box::new(cast::Cast { to: cast.to, columns }),
        Op::Choose => Box::new(choose::Choose { width: site.width_per_mask() }),
        Op::Clip(clip) => Box::new(clip::Clip(*clip)),
        Op::Codes(codes) => Box::new(codes::Codes(codes.clone())),
        Op::Columns(picked) => Box::new(columns::Pick::new(&picked.0, columns)),
        Op::Combine(combine) => combine::of(&combine.0, site.types().len()),
        Op::Complement => Box::new(elementwise::Complement),
        Op::Concat => Box::new(concat::Concat { widths: site.types().map(Type::columns).collect() }),
        Op::Constant(constant) => Box::new(constant::Constant(constant.row.clone())),
        Op::CountSketch(sketch) => Box::new(count_sketch::CountSketch(sketch.clone())),
        Op::Dense => Box::new(dense::Dense { columns }),
        Op::Elementwise(function) => Box::new(elementwise::Map(*function)),
        Op::Geodesic(ways) => Box::new(geodesic::Geodesic { graph: ways.clone(), count: columns }),
        Op::GroupArgMax(groups) => Box::new(class::GroupArgMax { widths: groups.widths.clone(), columns }),
        Op::Guard(check) => guard::of(*check, columns),
        Op::HashCounts(counts) => Box::new(text::ByHash::new(*counts, site.node, site.nodes)?),
        Op::Impute(impute) => Box::new(impute::Impute(impute.clone())),
        Op::KernelDensity(density) => Box::new(neighbors::KernelDensity::new(density)),
        Op::Interp(interp) => Box::new(interp::Interp { graph: interp.clone(), columns }),
        Op::KnnImpute(impute) => Box::new(neighbors::KnnImpute::new(impute, site.compat)),
        Op::Labels(labels) => Box::new(class::ToLabels(labels.clone())),
        Op::Linear(linear) => Box::new(linear::Linear::new(linear)),
        Op::LogSoftmax => Box::new(softmax::LogSoftmax { columns }),
        Op::Lookup(lookup) => Box::new(lookup::Lookup::new(lookup)),
        Op::MissingMask(mask) => Box::new(impute::Mask(mask.0.clone())),
        Op::NeighborReduce(reduce) => Box::new(neighbors::Reduce { graph: reduce.clone(), count: columns }),
        Op::Neighbors(neighbors) => Box::new(neighbors::Neighbors::new(neighbors, site.compat)),
        Op::NmfSolve(solve) => Box::new(nmf_solve::NmfSolve::new(solve)),
        Op::NormalizeSum => Box::new(normalize_sum::NormalizeSum { columns }),
        Op::OneHot(one_hot) => Box::new(one_hot::OneHot::new(one_hot, columns)),
        Op::OvoScores(scores) => {
            Box::new(svm::VotedScores { classes: scores.classes, confidence: scores.confidence })
        }
        Op::OnesForZeros => Box::new(ones_for_zeros::OnesForZeros { columns }),
        Op::OvoVotes(votes) => Box::new(svm::Votes { classes: votes.classes }),
        Op::OvrScores(scores) => {
            Box::new(svm::Scores { classes: scores.classes, confidence: scores.confidence })
        }
        Op::PairCoupling(coupling) => Box::new(pair_coupling::PairCoupling(coupling.clone())),
        Op::PairDistance(distance) => Box::new(pair_distance::PairDistance::new(distance)),
        Op::PairKernel(kernel) => pair_kernel::of(kernel.kernel, &kernel.vectors),
        Op::Poly(poly) => Box::new(poly::Poly(poly.clone())),
        Op::Power(power) => Box::new(power::Power(power.clone())),
        Op::Quantiles(quantiles) => Box::new(quantiles::Quantiles::new(quantiles)),
        Op::RecordCounts(counts) => Box::new(text::Records::new(counts)),
        Op::Reduce(reduce) => Box::new(reduce::Reduce { graph: reduce.clone(), columns }),
        Op::RadiusNeighbors(search) => Box::new(neighbors::RadiusNeighbors::new(search)),
        Op::RowNorm(norm) => Box::new(row_norm::RowNorm { graph: *norm, columns }),
        Op::Scale(scale) => Box::new(scale::Scale(scale.clone())),
        Op::Softmax => Box::new(softmax::Softmax { columns }),
        Op::Sparse => Box::new(sparse::Sparse { columns }),
        Op::SparseCode(code) => Box::new(sparse_code::SparseCode(code.clone())),
        Op::Spline(spline) => Box::new(spline::Spline::new(spline)),
        Op::SvmPairs(pairs) => Box::new(svm::Pairs(pairs.clone())),
        Op::TfIdf(weights) => Box::new(tf_idf::TfIdf(weights.clone())),
        Op::Threshold(threshold) => Box::new(class::Above(threshold.above)),
        Op::TopicShares(shares) => Box::new(topic_shares::TopicShares::new(shares)),
        Op::TreeEnsemble(trees) => Box::new(tree_ensemble::TreeEnsemble::new(trees)),
        Op::VocabCounts(counts) => Box::new(text::InVocabulary::new(counts, site.node, site.nodes)?),
    }))
}
