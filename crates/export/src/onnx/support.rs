//! What ONNX holds of each operator, and why not all of it.

use cannery_graph::{Confidence, DType, Graph, NeighborReduce, NeighborResult, Op, Shape, Step};

use super::{columns, hashes, text};
use crate::legalise::{Support, Target};

macro_rules! support {
    ($($operator:literal: $written_as:literal $(, $gap:literal)?;)*) => {
        /// Every operator of the graph with what ONNX holds of it: the table of `docs/export.md`.
        pub const OPERATORS: &[Support] = &[
            $(Support { operator: $operator, written_as: $written_as, gap: concat!($($gap)?) },)*
        ];
    };
}

support! {
    "additive_chi2": "–", "it is not written yet";
    "arg_max": "ArgMax, behind Where for NaN";
    "arith": "Add, Sub, Mul, Div, Max or Min";
    "barycenter": "–", "it is not written yet";
    "batch_norm": "–", "results depend on the other rows of the batch";
    "bin": "GreaterOrEqual with each edge, Cast, ReduceSum";
    "binarize": "Greater, Cast";
    "cast": "Cast", "a column of text that becomes a number: ONNX Runtime's Cast reads and writes 8 digits";
    "choose": "Equal, Where";
    "clip": "Less, Where, Greater, Where";
    "codes": "Gather, LabelEncoder or Mod, Concat";
    "columns": "Gather";
    "combine": "Add in order, Div; votes by Equal and Where; weighted medians by TopK, CumSum, ArgMax; logarithms of sums by Exp and log1p";
    "complement": "Sub, Concat";
    "concat": "Concat";
    "constant": "Shape, Expand";
    "count_sketch": "–", "it is not written yet";
    "dense": "nothing: all tensors are dense";
    "elementwise": "the function, or its parts: expit is 1/(1+Exp(−x)), log1p and expm1 are Kahan's, tanh is of expm1; those that ONNX Runtime has not for float64 are made of those that it has";
    "field": "an input [n,1] of the column's name, Reshape";
    "flatten": "Squeeze";
    "geodesic": "–", "it is not written yet";
    "group_arg_max": "Gather, ArgMax, Add for each group, Concat";
    "guard": "IsNaN, IsInf, ReduceMax, Gather out of range: the error names no element";
    "hash_counts": "MurmurHash3 of com.microsoft, ScatterElements; all columns are written, 8 MiB a row for 2²⁰", "more than 2²⁰ columns";
    "impute": "IsNaN or Equal, Where", "zeros of a sparse matrix that count as missing where they are stored; a fill of another type than its column";
    "input": "the input X";
    "kernel_density": "–", "densities by kernels";
    "interp": "GreaterOrEqual, ReduceSum, Gather, Sub, Mul, Add, Where", "numbers outside where the model was fitted, if they are an error";
    "knn_impute": "–", "missing values by their neighbours";
    "labels": "Gather from the labels";
    "linear": "MatMul, Add";
    "log_softmax": "ReduceMax, Sub, Exp, ReduceSum, Log, Add, Sub";
    "lookup": "LabelEncoder, Gather; an unknown category that must not be is a Gather out of range";
    "missing_mask": "IsNaN or Equal", "as of impute";
    "neighbor_reduce": "Gather, Equal, Mul, ReduceSum, ArgMax or Div", "neighbours as a sparse matrix";
    "neighbors": "Sub, Mul, Add feature by feature (Scan above 64), TopK; of points at one distance the first counts";
    "nmf_solve": "–", "it is not written yet";
    "normalize_sum": "ReduceSum, Div";
    "one_hot": "Gather, Equal, Cast";
    "ovo_scores": "MatMul with 0, 1 and −1, Div, Add", "as of ovr_scores";
    "ones_for_zeros": "Abs, ReduceMax, Equal, Where";
    "ovo_votes": "Greater, MatMul with 0 and 1, ArgMax";
    "ovr_scores": "Less, MatMul with 0 and 1, Div, Add", "scikit-learn 0.20 and before: the scores of a row depend on the other rows";
    "pair_coupling": "Loop";
    "pair_distance": "MatMul, Add, Max, Sqrt; Sub and Abs or Div feature by feature (Scan above 64)";
    "pair_kernel": "MatMul; for rbf Sub, Mul, Add feature by feature (Scan above 64), Exp";
    "poly": "Gather for each column, Mul for each product, Concat";
    "power": "–", "power transforms are not written yet";
    "quantiles": "–", "maps of quantiles are not written yet";
    "record_counts": "–", "ONNX has no records";
    "radius_neighbors": "–", "points within a radius";
    "reduce": "ReduceSum, ReduceMean, ReduceMin, ReduceMax; logsumexp by its parts; medians by TopK; groups by Gather and Concat";
    "row_norm": "ReduceSum or ReduceMax, Where, Div";
    "scale": "Sub, Div, Mul, Add: a node a step; of float32 each between two Casts";
    "softmax": "Softmax";
    "sparse": "nothing: all tensors are dense";
    "sparse_code": "–", "it is not written yet";
    "spline": "–", "splines are not written yet";
    "svm_pairs": "MatMul with the coefficients of each pair, Add";
    "tf_idf": "Log, Add, Where, Mul";
    "threshold": "Greater, Cast";
    "tokens": "StringNormalizer, Tokenizer of com.microsoft; stop words by TopK and GatherElements", "accents taken off; patterns with groups, or with word boundaries other than around \\w";
    "topic_shares": "–", "it is not written yet";
    "tree_ensemble": "TreeEnsemble for the number of each leaf, Gather, ReduceSum in order, Div";
    "vocab_counts": "TfIdfVectorizer, Cast";
}

/// Why missing values are not imputed by neighbours.
pub(super) const DONORS: &str = "missing values by their neighbours";
/// Why there is no kernel density.
pub(super) const DENSITY: &str = "densities by kernels";
/// Why there are no neighbours within a radius.
pub(super) const RADIUS: &str = "points within a radius";

/// ONNX as a target.
pub(super) struct Runtime;

impl Target for Runtime {
    const NAME: &'static str = "ONNX";

    fn refuses(&self, graph: &Graph, step: &Step<'_>) -> Option<String> {
        match step.op {
            Op::Input(_) | Op::Field(_) if step.ty.dtype == DType::Any => {
                Some("an input whose values have several types".into())
            }
            Op::KnnImpute(_) => Some(DONORS.into()),
            Op::KernelDensity(_) => Some(DENSITY.into()),
            Op::RadiusNeighbors(_) => Some(RADIUS.into()),
            Op::HashCounts(counts) => hashes::refuses(counts),
            Op::Power(_) | Op::Quantiles(_) | Op::Spline(_) => Some(columns::LATER.into()),
            Op::Barycenter(_)
            | Op::Geodesic(_)
            | Op::AdditiveChi2(_)
            | Op::CountSketch(_)
            | Op::NmfSolve(_)
            | Op::SparseCode(_)
            | Op::TopicShares(_) => Some(columns::LATER.into()),
            Op::BatchNorm => Some(columns::BATCH.into()),
            Op::RecordCounts(_) => Some(text::RECORDS.into()),
            Op::OvoScores(scores) if scores.confidence == Confidence::BatchScaled => {
                Some("the scores of a row depend on the other rows of its batch".into())
            }
            Op::Tokens(tokens) => text::refuses(tokens),
            Op::OvrScores(scores) if scores.confidence == Confidence::BatchScaled => {
                Some("the scores of a row depend on the other rows of its batch".into())
            }
            Op::NeighborReduce(NeighborReduce { result: NeighborResult::Graph { .. }, .. }) => {
                Some("neighbours as a sparse matrix".into())
            }
            Op::NeighborReduce(NeighborReduce { .. })
            | Op::OvrScores(_)
            | Op::Input(_)
            | Op::Field(_)
            | Op::ArgMax
            | Op::Bin(_)
            | Op::Binarize(_)
            | Op::Arith(_)
            | Op::Cast(_)
            | Op::Choose
            | Op::Clip(_)
            | Op::Codes(_)
            | Op::Columns(_)
            | Op::Combine(_)
            | Op::Complement
            | Op::Concat
            | Op::Constant(_)
            | Op::Dense
            | Op::Elementwise(_)
            | Op::Flatten
            | Op::GroupArgMax(_)
            | Op::Guard(_)
            | Op::Impute(_)
            | Op::Interp(_)
            | Op::Labels(_)
            | Op::Linear(_)
            | Op::LogSoftmax
            | Op::Lookup(_)
            | Op::MissingMask(_)
            | Op::Neighbors(_)
            | Op::NormalizeSum
            | Op::OneHot(_)
            | Op::OnesForZeros
            | Op::OvoScores(_)
            | Op::OvoVotes(_)
            | Op::PairCoupling(_)
            | Op::PairDistance(_)
            | Op::PairKernel(_)
            | Op::Poly(_)
            | Op::Reduce(_)
            | Op::RowNorm(_)
            | Op::Scale(_)
            | Op::Softmax
            | Op::Sparse
            | Op::SvmPairs(_)
            | Op::Threshold(_)
            | Op::TreeEnsemble(_)
            | Op::VocabCounts(_) => None,
            Op::TfIdf(weights) => {
                let inputs = graph.node(step.edge).inputs.iter();
                let stores_zeros = inputs.map(|input| graph.node(*input)).any(|node| {
                    matches!(node.op, Op::HashCounts(_)) && matches!(node.ty.shape, Shape::Csr(_))
                });
                (weights.sublinear && stores_zeros).then(|| "the logarithm of a count of 0".into())
            }
        }
    }
}
