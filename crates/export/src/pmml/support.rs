//! What PMML holds of each operator, and why not all of it.

use cannery_graph::{Confidence, DType, Graph, Op, Step};

use super::emit::{HASHES, ITERATES};
use super::{neighbors, text};
use crate::legalise::{Support, Target};

macro_rules! support {
    ($($operator:literal: $written_as:literal $(, $gap:literal)?;)*) => {
        /// Every operator of the graph with what PMML holds of it: a table of `docs/export.md`.
        pub const PMML_OPERATORS: &[Support] = &[
            $(Support { operator: $operator, written_as: $written_as, gap: concat!($($gap)?) },)*
        ];
    };
}

support! {
    "additive_chi2": "–", "it is not written yet";
    "arg_max": "max, equal, min";
    "arith": "+, -, *, /, max, min";
    "barycenter": "–", "it is not written yet";
    "batch_norm": "–", "it is not written yet";
    "bin": "–", "it is not written yet";
    "binarize": "if, greaterThan";
    "cast": "DerivedField of dataType float, then double", "a column of text that becomes a number, and the reverse";
    "choose": "–", "it is not written yet";
    "clip": "if";
    "codes": "MapValues; floor";
    "columns": "nothing: a column is a field";
    "combine": "sum, /; if, equal; MiningModel of weightedMedian";
    "complement": "-";
    "concat": "nothing: a column is a field";
    "constant": "Constant";
    "count_sketch": "–", "it is not written yet";
    "dense": "nothing: all columns are fields";
    "elementwise": "the function";
    "field": "DataField";
    "flatten": "nothing: a column is a field";
    "geodesic": "–", "it is not written yet";
    "group_arg_max": "as arg_max";
    "guard": "Interval, missingValueTreatment returnInvalid; where the number is computed, a function that fails";
    "hash_counts": "–", "every hash would be a field";
    "impute": "if, isMissing or equal", "a fill of another type than its column";
    "input": "DataField";
    "interp": "–", "it is not written yet";
    "kernel_density": "–", "it is not written yet";
    "knn_impute": "–", "it is not written yet";
    "labels": "TreeModel of the index, whose target is the label; MapValues";
    "linear": "sum, *, +";
    "log_softmax": "max, exp, sum, ln";
    "lookup": "MapValues; an unknown category that must not be is invalid";
    "missing_mask": "if, isMissing or equal";
    "neighbor_reduce": "MapValues, sum, /";
    "neighbors": "NearestNeighborModel with entityId and affinity", "other distances than Euclidean, Manhattan, Chebyshev and Minkowski without weights; of points at one distance the first counts";
    "nmf_solve": "–", "it is not written yet";
    "normalize_sum": "sum, /";
    "one_hot": "if, equal";
    "ones_for_zeros": "if, and, equal";
    "ovo_scores": "as ovr_scores", "as of ovr_scores";
    "ovo_votes": "if, sum, then as arg_max";
    "ovr_scores": "if, sum, abs, /", "scikit-learn 0.20 and before: the scores of a row depend on the other rows";
    "pair_coupling": "–", "it iterates until it converges, which PMML can't";
    "pair_distance": "sum, *, max, sqrt; abs";
    "pair_kernel": "the kernel of SupportVectorMachineModel", "kernel values that are not summed up";
    "poly": "*";
    "power": "–", "it is not written yet";
    "quantiles": "–", "it is not written yet";
    "radius_neighbors": "–", "it is not written yet";
    "record_counts": "–", "it is not written yet";
    "reduce": "sum, min, max, median, ln, exp", "missing numbers among others";
    "row_norm": "sum or max, sqrt, /";
    "scale": "-, *, /, +: one after the other";
    "softmax": "max, exp, sum, /";
    "sparse": "nothing: all columns are fields";
    "sparse_code": "–", "it is not written yet";
    "spline": "–", "it is not written yet";
    "svm_pairs": "SupportVectorMachineModel for each pair; sum of kernel values that the caller brings";
    "tf_idf": "ln, +, *";
    "threshold": "if, greaterThan";
    "tokens": "lowercase, replace", "accents taken off; tokens with spaces in them";
    "topic_shares": "–", "it is not written yet";
    "tree_ensemble": "TreeModel; MiningModel with average or sum, whose first summand is a tree of one leaf", "trees over 3000 nodes deep";
    "vocab_counts": "TextIndex";
}

/// PMML as a target.
pub(super) struct Document;

impl Target for Document {
    const NAME: &'static str = "PMML";

    fn refuses(&self, _: &Graph, step: &Step<'_>) -> Option<String> {
        match step.op {
            Op::Input(_) | Op::Field(_) if step.ty.dtype == DType::Any => {
                Some("an input whose values have several types".into())
            }
            Op::HashCounts(_) => Some(HASHES.into()),
            Op::PairCoupling(_) => Some(ITERATES.into()),
            Op::Tokens(tokens) => text::refuses(tokens),
            Op::Neighbors(search) => neighbors::refuses(search.metric()).map(Into::into),
            Op::OvrScores(scores) if scores.confidence == Confidence::BatchScaled => {
                Some("the scores of a row depend on the other rows of its batch".into())
            }
            Op::OvoScores(scores) if scores.confidence == Confidence::BatchScaled => {
                Some("the scores of a row depend on the other rows of its batch".into())
            }
            // where the answer depends on what a step takes, it is given when it is written
            _ => None,
        }
    }
}
