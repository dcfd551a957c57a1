mod codes;
mod counts;
mod impute;
mod infer;
mod linear;
mod lookup;
mod neighbors;
mod one_hot;
mod pair_coupling;
mod row_norm;
mod scale;
mod svm;
mod tf_idf;
mod tokens;
mod tree_ensemble;

pub use codes::{Code, CodeColumn, Codes};
pub use counts::{HashCounts, Terms, VocabCounts};
pub use impute::{Fill, Impute, Missing};
pub use linear::Linear;
pub use lookup::{Lookup, LookupColumn, Unknown};
pub use neighbors::{
    Bounds, ClassCodes, Metric, NeighborNode, NeighborReduce, NeighborResult, NeighborTree, NeighborWeights,
    Neighbors, Search, Selection, SquaredNorm,
};
pub use one_hot::OneHot;
pub use pair_coupling::PairCoupling;
pub use row_norm::{Norm, RowNorm};
pub use scale::{Arithmetic, Scale};
pub use svm::{Confidence, Kernel, SvmPairs};
pub use tf_idf::TfIdf;
pub use tokens::{Accents, CharSet, Lowercase, Pattern, Spaces, TokenPattern, Tokens, Units};
pub use tree_ensemble::{Merge, Tree, TreeEnsemble, TreeError, TreeNode, TreePart};

use crate::constant::{Labels, Points};
use crate::types::DType;

/// An operator. All but [`Op::Input`], [`Op::Field`] and [`Op::Concat`] take one edge.
///
/// `[n,d csr]` is a matrix of which only some elements are stored; an operator that takes one says so.
///
/// A closed set, to be matched without a wildcard: a new operator is then one compile error in every place that
/// must decide. All arithmetic is IEEE 754 with round to nearest even, one rounding for each operation written
/// (never a fused multiply-add) unless the exactness allows otherwise.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// → the matrix as the caller brings it, with this many columns.
    Input {
        /// Number of columns; a batch with another number is an error.
        columns: usize,
    },

    /// → a column of the frame that the caller brings, or the texts.
    Field {
        /// Position of the column; 0 for the texts.
        column: usize,
    },

    /// Elements in another dtype, dense or CSR. To f64: f32 and bool exactly, i64 rounded to nearest even; any as
    /// numpy's `astype(float64)` of objects: None becomes NaN, a text is parsed as Python's `float` does, or it is an
    /// error. To f32: f64 rounded to nearest even, beyond the range to infinity; bool exactly; i64 rounded once. To any:
    /// each element as what it is. To i64: bool exactly; floats truncated, and what is beyond the range becomes −2⁶³. To str: the text that each element of any is, or an error.
    Cast(DType),

    /// x → x, dense or CSR, or an error that names the first offending element in row order. Of a CSR matrix the stored
    /// elements are looked at; of any, where infinities are fine, those that are NaN.
    Guard(Check),

    /// \[n,d csr\] → \[n,d\]: what is not stored becomes 0. Dense matrices need no such step.
    Dense,

    /// f64\[n,d\] → f64\[n,m\]: the kernel of each row with each row of `vectors` (m × d), see [`Kernel`]. Rows may be CSR
    /// where the vectors are sparse.
    PairKernel {
        /// Which kernel.
        kernel: Kernel,
        /// One support vector a row.
        vectors: Points,
    },

    /// f64\[n,m\] → f64\[n,k(k−1)/2\]: one-against-one decisions, see [`SvmPairs`].
    SvmPairs(SvmPairs),

    /// f64\[n,k(k−1)/2\] → i64\[n\]: the class with most votes.
    ///
    /// Pairs run over i < j as in [`SvmPairs`]. Pair (i, j) votes for i when its decision is > 0, else (also for
    /// NaN) for j. Of equal counts the lowest class wins.
    OvoVotes {
        /// Number of classes, k.
        classes: usize,
    },

    /// f64\[n,k(k−1)/2\] → f64\[n,k\]: scikit-learn's `_ovr_decision_function` of libsvm's decisions.
    ///
    /// With d the decision of pair (i, j), pairs in the order of [`SvmPairs`]: s\[i\] += d and s\[j\] −= d, from 0.0;
    /// votes\[j\] += 1 if d < 0, else votes\[i\] += 1. The result is votes + c with c by [`Confidence`].
    ///
    /// libsvm and this function do not agree on d = 0 and NaN ([`Op::OvoVotes`] gives them to j, this to i);
    /// that is how scikit-learn computes.
    OvrScores {
        /// Number of classes, k.
        classes: usize,
        /// How the sums s become a fraction of a vote.
        confidence: Confidence,
    },

    /// Floats of a dtype → floats of the same, element by element.
    Elementwise(Function),

    /// Floats \[n,k\] → the same type: with m the maximum of a row, e = exp(x − m), then e / Σe.
    ///
    /// Each step is rounded to the dtype; the sum has any order. The maximum is NaN if an element is, and then so is
    /// the whole row; so is a row whose maximum is infinite. Source: `sklearn.utils.extmath.softmax`.
    Softmax,

    /// Floats \[n\] or \[n,1\] → \[n,2\] of the same dtype: \[1 − p, p\].
    Complement,

    /// Floats \[n\] → i64\[n\]: 1 where x > `above`, else (also for NaN) 0. float32 is widened to be compared.
    Threshold {
        /// What is to be exceeded.
        above: f64,
    },

    /// Floats \[n,d\], dense or CSR → \[n,m\] of the same dtype: X·Wᵀ, then + b, see [`Linear`].
    Linear(Linear),

    /// Floats \[n,d\], dense or CSR → the same type: steps of arithmetic with a constant a column, see [`Scale`].
    Scale(Scale),

    /// Floats \[n,k\] → the same type: each element divided by the sum of its row, the sum in any order.
    ///
    /// A row whose sum is 0 becomes NaN.
    NormalizeSum,

    /// f64\[n,k(k−1)/2\] → f64\[n,k\]: libsvm's probabilities, see [`PairCoupling`].
    PairCoupling(PairCoupling),

    /// Floats \[n,d\], dense or CSR, i64 or any\[n,d\] → the same type: missing elements replaced by the value of their
    /// column, see [`Impute`]. Of a CSR matrix those that are stored.
    Impute(Impute),

    /// Floats, i64 or any\[n,d\] → bool\[n,d\]: whether each element is missing, see [`Impute`]. Floats \[n,d csr\] → the
    /// same type: 1 for each stored element that is missing, and nothing else stored.
    MissingMask(Missing),

    /// Of any dtype, \[n,d\], or \[n\] as one column → f32, f64 or i64\[n,d\]: the value of each category, see [`Lookup`].
    Lookup(Lookup),

    /// i64\[n,d\] → \[n,m\], dense or CSR: a 1 for each position, see [`OneHot`].
    OneHot(OneHot),

    /// One edge or more of one dtype → \[n,d\]: their columns side by side; a vector is one column. All CSR → \[n,d csr\].
    Concat,

    /// \[n,1\] → \[n\]: the same elements.
    Flatten,

    /// Floats \[n,k\] → i64\[n\]: the index of the first maximum; the first NaN, if there is one, counts as maximum.
    ArgMax,

    /// f64\[n,k\] → i64\[n,g\]: for each of g groups of neighbouring columns the position of its first maximum, counted
    /// from the first column of all; NaN as in [`Op::ArgMax`].
    GroupArgMax {
        /// Columns of each group, none of them 0; their sum is k.
        widths: Vec<usize>,
    },

    /// i64 → the label of each class index, in the labels' own dtype and the same shape.
    Labels(Labels),

    /// \[n,d\], dense or CSR → \[n,k\] in the same layout: these columns, in this order.
    Columns(Vec<usize>),

    /// f32 or f64\[n,d\] → f64\[n,m\]: decision trees, see [`TreeEnsemble`].
    TreeEnsemble(TreeEnsemble),

    /// f32 or f64\[n,d\] → f64\[n,k\]: columns and categories as trees know them, see [`Codes`].
    Codes(Codes),

    /// f64\[n,k\] → f64\[n,k\]: with m the maximum of a row (0.0 if that is not finite), x − (log Σ exp(x − m) + m).
    ///
    /// The sum has any order. Source: `x - scipy.special.logsumexp(x)`.
    LogSoftmax,

    /// f64\[n,d\] → f64\[n,2k\]: the k nearest of constant points, see [`Neighbors`]. Which of equally near points is
    /// exact; distances, and so which of points that differ by less, are within the bound.
    Neighbors(Neighbors),

    /// f64\[n,2k\] of [`Op::Neighbors`] → what becomes of the neighbours, see [`NeighborReduce`].
    NeighborReduce(NeighborReduce),

    /// Floats or i64 \[n,d\] → \[n,d csr\] of the same dtype: elements that are not equal to 0 are stored, so NaN is and
    /// −0.0 is not.
    Sparse,

    /// str\[n\] → str\[n,*\]: the tokens of each text, see [`Tokens`].
    Tokens(Tokens),

    /// str\[n,*\] → \[n,d csr\]: how often each token of a vocabulary is there, see [`VocabCounts`].
    VocabCounts(VocabCounts),

    /// str\[n,*\] → \[n,d csr\]: tokens counted in columns that their hashes say, see [`HashCounts`].
    HashCounts(HashCounts),

    /// Floats \[n,d csr\] → the same type: counts become weights, see [`TfIdf`].
    TfIdf(TfIdf),

    /// Floats \[n,d\], dense or CSR → the same type: rows of norm 1, see [`RowNorm`].
    RowNorm(RowNorm),
}

/// What a [`Op::Guard`] lets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// Finite numbers: neither NaN nor infinite.
    Finite,
    /// Finite numbers and NaN.
    NotInfinite,
    /// Integers from 0 on.
    NotNegative,
}

/// A function of one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// −x, the sign bit flipped. Exact.
    Negate,
    /// eˣ.
    Exp,
    /// The natural logarithm; −inf of 0 (also of −0), NaN below.
    Log,
    /// eˣ − 1, without loss near 0.
    ExpM1,
    /// The natural logarithm of 1 + x, without loss near 0; −inf of −1, NaN below.
    Log1P,
    /// √x, rounded once; NaN below 0, and −0 of −0. Exact.
    Sqrt,
    /// |x|. Exact.
    Absolute,
    /// x · x, rounded once. Exact.
    Square,
    /// 1 / (1 + e⁻ˣ): scipy's `expit`.
    Expit,
}

/// What kind of work an operator does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// Bringing, picking, joining, checking and converting values.
    Glue,
    /// Column by column.
    Columns,
    /// Texts to numbers.
    Text,
    /// Sums of products, distances, kernels.
    Algebra,
    /// What was learnt: trees, support vectors, neighbours.
    Models,
    /// Scores to probabilities, classes and labels.
    Scores,
}

/// How near a backend must come to the arithmetic that an operator states.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Exactness {
    /// To the bit.
    Exact,
    /// Within this many units in the last place.
    Ulp(u32),
    /// Within this fraction of the sum of the absolute values of all terms; 2²⁹ times as much in float32.
    Rel(f64),
}

impl Op {
    /// The name in text forms and messages.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Input { .. } => "input",
            Self::Field { .. } => "field",
            Self::Dense => "dense",
            Self::Cast(_) => "cast",
            Self::Guard(_) => "guard",
            Self::PairKernel { .. } => "pair_kernel",
            Self::SvmPairs(_) => "svm_pairs",
            Self::OvoVotes { .. } => "ovo_votes",
            Self::OvrScores { .. } => "ovr_scores",
            Self::Elementwise(_) => "elementwise",
            Self::Softmax => "softmax",
            Self::Complement => "complement",
            Self::Threshold { .. } => "threshold",
            Self::Linear(_) => "linear",
            Self::Scale(_) => "scale",
            Self::NormalizeSum => "normalize_sum",
            Self::PairCoupling(_) => "pair_coupling",
            Self::Impute(_) => "impute",
            Self::MissingMask(_) => "missing_mask",
            Self::Lookup(_) => "lookup",
            Self::OneHot(_) => "one_hot",
            Self::Concat => "concat",
            Self::Flatten => "flatten",
            Self::ArgMax => "arg_max",
            Self::GroupArgMax { .. } => "group_arg_max",
            Self::Labels(_) => "labels",
            Self::Columns(_) => "columns",
            Self::TreeEnsemble(_) => "tree_ensemble",
            Self::Codes(_) => "codes",
            Self::LogSoftmax => "log_softmax",
            Self::Neighbors(_) => "neighbors",
            Self::NeighborReduce(_) => "neighbor_reduce",
            Self::Sparse => "sparse",
            Self::Tokens(_) => "tokens",
            Self::VocabCounts(_) => "vocab_counts",
            Self::HashCounts(_) => "hash_counts",
            Self::TfIdf(_) => "tf_idf",
            Self::RowNorm(_) => "row_norm",
        }
    }

    /// What kind of work it does.
    pub fn family(&self) -> Family {
        match self {
            Self::Input { .. }
            | Self::Field { .. }
            | Self::Cast(_)
            | Self::Guard(_)
            | Self::Dense
            | Self::Concat
            | Self::Flatten
            | Self::Columns(_)
            | Self::Sparse => Family::Glue,
            Self::Elementwise(_)
            | Self::Scale(_)
            | Self::Impute(_)
            | Self::MissingMask(_)
            | Self::Lookup(_)
            | Self::OneHot(_)
            | Self::Codes(_)
            | Self::RowNorm(_) => Family::Columns,
            Self::Tokens(_) | Self::VocabCounts(_) | Self::HashCounts(_) | Self::TfIdf(_) => Family::Text,
            Self::Linear(_) | Self::PairKernel { .. } => Family::Algebra,
            Self::SvmPairs(_) | Self::TreeEnsemble(_) | Self::Neighbors(_) | Self::NeighborReduce(_) => {
                Family::Models
            }
            Self::OvoVotes { .. }
            | Self::OvrScores { .. }
            | Self::Softmax
            | Self::LogSoftmax
            | Self::Complement
            | Self::Threshold { .. }
            | Self::NormalizeSum
            | Self::PairCoupling(_)
            | Self::ArgMax
            | Self::GroupArgMax { .. }
            | Self::Labels(_) => Family::Scores,
        }
    }

    /// How exact a backend must be. Sums whose order BLAS may choose are relative, all else is exact.
    pub fn exactness(&self) -> Exactness {
        match self {
            Self::PairKernel { .. }
            | Self::SvmPairs(_)
            | Self::Softmax
            | Self::LogSoftmax
            | Self::Linear(_)
            | Self::NormalizeSum
            | Self::PairCoupling(_)
            | Self::Neighbors(_)
            | Self::NeighborReduce(_)
            | Self::RowNorm(RowNorm { norm: Norm::L1 | Norm::L2, .. }) => Exactness::Rel(1e-12),
            Self::Elementwise(
                Function::Exp | Function::Log | Function::ExpM1 | Function::Log1P | Function::Expit,
            )
            | Self::TfIdf(TfIdf { sublinear: true, .. }) => Exactness::Ulp(4),
            Self::Input { .. }
            | Self::Field { .. }
            | Self::Dense
            | Self::Cast(_)
            | Self::Guard(_)
            | Self::OvoVotes { .. }
            | Self::OvrScores { .. }
            | Self::Elementwise(Function::Negate | Function::Sqrt | Function::Absolute | Function::Square)
            | Self::Complement
            | Self::Threshold { .. }
            | Self::Scale(_)
            | Self::Impute(_)
            | Self::MissingMask(_)
            | Self::Lookup(_)
            | Self::OneHot(_)
            | Self::Concat
            | Self::Flatten
            | Self::ArgMax
            | Self::GroupArgMax { .. }
            | Self::Labels(_)
            | Self::Columns(_)
            | Self::TreeEnsemble(_)
            | Self::Codes(_)
            | Self::Sparse
            | Self::Tokens(_)
            | Self::VocabCounts(_)
            | Self::HashCounts(_)
            | Self::TfIdf(TfIdf { sublinear: false, .. })
            | Self::RowNorm(RowNorm { norm: Norm::Max | Norm::SignedMax, .. }) => Exactness::Exact,
        }
    }

    /// Whether a row's result depends on the other rows of the batch.
    pub fn needs_batch(&self) -> bool {
        matches!(self, Self::OvrScores { confidence: Confidence::BatchScaled, .. })
    }
}
