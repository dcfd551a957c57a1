//! One step of a graph as nodes of ONNX.

use cannery_graph::{DType, Op, Shape, Step, Type};

use super::net::Net;
use super::{
    algebra, columns, combine, distance, glue, guard, hashes, impute, interp, kernel, lookup, neighbors,
    reduce, scores, svm, text, trees,
};

/// What stands for an edge of the graph.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// A tensor: \[n\] for a vector, \[n,d\] for a matrix. A sparse matrix is a tensor that stores all its zeros.
    Tensor(String),
    /// Values of several types (dtype `any`), which ONNX doesn't have: tensors side by side.
    Parts(Vec<Part>),
    /// Neighbours: positions i64\[n,k\] and distances f64\[n,k\].
    Hits {
        /// Which points.
        positions: String,
        /// How far they are.
        distances: String,
    },
    /// What n-grams are made of, str\[n,m\] with [`PAD`](text::PAD) behind the last.
    Tokens(text::Units),
}

/// Neighbouring columns of one dtype among others: a matrix.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) name: String,
    pub(super) dtype: DType,
    pub(super) columns: usize,
}

/// A value with its type in the graph.
#[derive(Clone, Copy)]
pub(super) struct Arg<'v> {
    pub(super) value: &'v Value,
    pub(super) ty: Type,
}

/// What a step becomes, or why it can't be expressed.
pub(super) type Made = Result<Value, String>;

impl Arg<'_> {
    /// The tensor.
    pub(super) fn tensor(&self) -> Result<&str, String> {
        match self.value {
            Value::Tensor(name) => Ok(name),
            Value::Parts(_) | Value::Hits { .. } | Value::Tokens(_) => {
                Err(format!("{} is not a tensor of ONNX", self.ty))
            }
        }
    }

    /// The units of a text.
    pub(super) fn units(&self) -> Result<&text::Units, String> {
        match self.value {
            Value::Tokens(units) => Ok(units),
            Value::Tensor(_) | Value::Parts(_) | Value::Hits { .. } => Err("it takes tokens".into()),
        }
    }

    /// The tensor as a matrix: a vector is one column.
    pub(super) fn matrix(&self, net: &mut Net) -> Result<String, String> {
        let x = self.tensor()?;
        Ok(if self.ty.shape == Shape::Vector { net.unsqueeze(x, 1) } else { x.to_owned() })
    }

    /// Tensors side by side, each a matrix.
    pub(super) fn parts(&self, net: &mut Net) -> Result<Vec<Part>, String> {
        if let Value::Parts(parts) = self.value {
            return Ok(parts.clone());
        }
        Ok(vec![Part { name: self.matrix(net)?, dtype: self.ty.dtype, columns: self.ty.columns() }])
    }

    /// Each column by itself, \[n,1\].
    pub(super) fn single_columns(&self, net: &mut Net) -> Result<Vec<Part>, String> {
        let mut singles = Vec::new();
        for part in self.parts(net)? {
            for column in 0..part.columns {
                let name =
                    if part.columns == 1 { part.name.clone() } else { net.columns(&part.name, &[column]) };
                singles.push(Part { name, dtype: part.dtype, columns: 1 });
            }
        }
        Ok(singles)
    }
}

/// Adds the nodes of a step whose arguments are there.
pub(super) fn emit(net: &mut Net, step: &Step<'_>, inputs: &[&str], args: &[Arg<'_>]) -> Made {
    let x = || args.first().copied().ok_or_else(|| "it takes nothing".to_owned());
    match step.op {
        Op::Input(_) => Ok(Value::Tensor(inputs.first().copied().unwrap_or_default().to_owned())),
        Op::Field(field) => glue::field(net, inputs, field.column),
        Op::ArgMax => scores::arg_max(net, x()?),
        Op::Barycenter(_)
        | Op::Geodesic(_)
        | Op::AdditiveChi2(_)
        | Op::CountSketch(_)
        | Op::NmfSolve(_)
        | Op::SparseCode(_)
        | Op::TopicShares(_) => Err(columns::LATER.into()),
        Op::BatchNorm => Err(columns::BATCH.into()),
        Op::Bin(bin) => columns::bin(net, x()?, bin),
        Op::Binarize(binarize) => columns::binarize(net, x()?, *binarize),
        Op::Arith(how) => reduce::arith(net, args, *how, step.ty),
        Op::Cast(cast) => glue::cast(net, x()?, cast.to),
        Op::Choose => glue::choose(net, args),
        Op::Clip(clip) => columns::clip(net, x()?, *clip),
        Op::Codes(codes) => columns::codes(net, x()?, codes),
        Op::Columns(wanted) => glue::columns(net, x()?, &wanted.0),
        Op::Combine(combine) => combine::combine(net, args, &combine.0),
        Op::Complement => scores::complement(net, x()?),
        Op::Concat => glue::concat(net, args, step.ty),
        Op::Constant(constant) => reduce::constant(net, x()?, constant),
        Op::Dense | Op::Sparse => Ok(x()?.value.clone()),
        Op::Elementwise(function) => columns::elementwise(net, x()?, *function),
        Op::Flatten => glue::flatten(net, x()?),
        Op::GroupArgMax(groups) => scores::group_arg_max(net, x()?, &groups.widths),
        Op::Guard(check) => guard::guard(net, x()?, *check),
        Op::HashCounts(counts) => hashes::hash_counts(net, x()?, counts),
        Op::Impute(impute) => impute::impute(net, x()?, impute),
        Op::KernelDensity(_) => Err(super::support::DENSITY.into()),
        Op::Interp(interp) => interp::interp(net, x()?, interp),
        Op::KnnImpute(_) => Err(super::support::DONORS.into()),
        Op::Labels(labels) => scores::labels(net, x()?, labels),
        Op::Linear(linear) => algebra::linear(net, x()?, linear),
        Op::LogSoftmax => scores::log_softmax(net, x()?),
        Op::Lookup(lookup) => lookup::lookup(net, x()?, lookup),
        Op::MissingMask(mask) => impute::missing_mask(net, x()?, &mask.0, step.ty),
        Op::NeighborReduce(reduce) => neighbors::reduce(net, x()?, reduce),
        Op::Neighbors(search) => neighbors::search(net, x()?, search),
        Op::NormalizeSum => scores::normalize_sum(net, x()?),
        Op::OneHot(one_hot) => lookup::one_hot(net, x()?, one_hot),
        Op::OvoScores(scores) => svm::ovo_scores(net, args, *scores),
        Op::OnesForZeros => scores::ones_for_zeros(net, x()?),
        Op::OvoVotes(votes) => svm::ovo_votes(net, x()?, votes.classes),
        Op::OvrScores(scores) => svm::ovr_scores(net, x()?, *scores),
        Op::PairCoupling(coupling) => svm::pair_coupling(net, x()?, coupling),
        Op::PairDistance(pairs) => distance::pair_distance(net, x()?, pairs),
        Op::PairKernel(pairs) => kernel::pair_kernel(net, x()?, pairs),
        Op::Power(_) | Op::Quantiles(_) | Op::Spline(_) => Err(columns::LATER.into()),
        Op::Poly(poly) => columns::poly(net, x()?, poly),
        Op::RecordCounts(_) => Err(text::RECORDS.into()),
        Op::Reduce(reduce) => reduce::reduce(net, x()?, reduce),
        Op::RadiusNeighbors(_) => Err(super::support::RADIUS.into()),
        Op::RowNorm(norm) => algebra::row_norm(net, x()?, *norm),
        Op::Scale(scale) => columns::scale(net, x()?, scale),
        Op::Softmax => scores::softmax(net, x()?),
        Op::SvmPairs(pairs) => svm::svm_pairs(net, x()?, pairs),
        Op::TfIdf(weights) => text::tf_idf(net, x()?, weights),
        Op::Threshold(threshold) => scores::threshold(net, x()?, threshold.above),
        Op::Tokens(tokens) => text::tokens(net, x()?, tokens),
        Op::TreeEnsemble(ensemble) => trees::ensemble(net, x()?, ensemble),
        Op::VocabCounts(counts) => text::vocab_counts(net, x()?, counts),
    }
}
