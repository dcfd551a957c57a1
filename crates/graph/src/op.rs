//! The operators. Each has a file in `op/` that says all there is to say of it: its contract, its type rule, how exact a
//! backend must be, its constants for the canonical text and its short form for people.

mod arg_max;
mod cast;
mod clip;
mod codes;
mod columns;
mod complement;
mod concat;
mod dense;
mod elementwise;
mod field;
mod flatten;
mod group_arg_max;
mod guard;
mod hash_counts;
mod impute;
mod input;
mod labels;
mod linear;
mod log_softmax;
mod lookup;
mod missing_mask;
mod neighbor_reduce;
mod neighbors;
mod normalize_sum;
mod one_hot;
mod ovo_votes;
mod ovr_scores;
mod pair_coupling;
mod pair_kernel;
mod row_norm;
mod rule;
mod scale;
mod softmax;
mod sparse;
mod svm_pairs;
mod tf_idf;
mod threshold;
mod tokens;
mod tree_ensemble;
mod vocab_counts;

pub use arg_max::ArgMax;
pub use cast::Cast;
pub use clip::Clip;
pub use codes::{Code, CodeColumn, Codes};
pub use columns::Columns;
pub use complement::Complement;
pub use concat::Concat;
pub use dense::Dense;
pub use elementwise::Function;
pub use field::FieldAt;
pub use flatten::Flatten;
pub use group_arg_max::GroupArgMax;
pub use guard::Check;
pub use hash_counts::HashCounts;
pub use impute::{Fill, Impute};
pub use input::Input;
pub use labels::Labels;
pub use linear::Linear;
pub use log_softmax::LogSoftmax;
pub use lookup::{Lookup, LookupColumn, Unknown};
pub use missing_mask::{Missing, MissingMask};
pub use neighbor_reduce::{ClassCodes, NeighborReduce, NeighborResult, NeighborWeights};
pub use neighbors::{Bounds, Metric, NeighborNode, NeighborTree, Neighbors, Search};
pub use normalize_sum::NormalizeSum;
pub use one_hot::OneHot;
pub use ovo_votes::OvoVotes;
pub use ovr_scores::{Confidence, OvrScores};
pub use pair_coupling::PairCoupling;
pub use pair_kernel::{Kernel, PairKernel};
pub use row_norm::{Norm, RowNorm};
pub use scale::{Arithmetic, Scale};
pub use softmax::Softmax;
pub use sparse::Sparse;
pub use svm_pairs::SvmPairs;
pub use tf_idf::TfIdf;
pub use threshold::Threshold;
pub use tokens::{Accents, CharSet, Lowercase, Pattern, Spaces, TokenPattern, Tokens, Units};
pub use tree_ensemble::{Merge, Tree, TreeEnsemble, TreeError, TreeNode, TreePart};
pub use vocab_counts::{Terms, VocabCounts};

use std::fmt;

use crate::canonical::Canonical;
use crate::types::Type;

/// What the file of an operator says of it.
pub(crate) trait Operator {
    /// The name in text forms and messages.
    fn name(&self) -> &'static str;

    /// What kind of work it does.
    fn family(&self) -> Family;

    /// Type of the result for what comes on its edges, or what is wrong with these or with the constants.
    fn infer(&self, inputs: &[Type]) -> Result<Type, String>;

    /// How exact a backend must be.
    fn exactness(&self) -> Exactness;

    /// Whether a row's result depends on the other rows of the batch.
    fn needs_batch(&self) -> bool {
        false
    }

    /// Writes all constants, each of them in full: two operators that compute differently differ here.
    fn constants(&self, out: &mut Canonical<'_>);

    /// Writes what people want to see of the constants, each with a blank before it.
    fn text(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

/// Makes [`Op`] of the list of operators. `Name` is an operator without constants, the unit struct of that name;
/// `Name(Constants)` one with constants.
macro_rules! operators {
    ($($variant:ident $(($constants:ty))?,)*) => {
        /// An operator, with its constants.
        ///
        /// Shapes: `[n]` is a vector, `[n,d]` a dense matrix, `[n,d csr]` a matrix of which only some elements are stored,
        /// `[n,k hits]` neighbours, `[n,*]` rows of any length; an operator takes CSR only where it says so.
        ///
        /// A closed set, to be matched without a wildcard: a new operator is then one compile error in every place that
        /// must decide. All arithmetic is IEEE 754 with round to nearest even, one rounding for each operation written
        /// (never a fused multiply-add) unless the exactness allows otherwise.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Op {
            $(
                #[doc = operators!(@doc $variant $(($constants))?)]
                $variant $(($constants))?,
            )*
        }

        impl Op {
            fn operator(&self) -> &dyn Operator {
                match self {
                    $(operators!(@pattern op $variant $(($constants))?) => {
                        operators!(@operator op $variant $(($constants))?)
                    })*
                }
            }
        }
    };
    (@doc $variant:ident ($constants:ty)) => { concat!("See [`", stringify!($constants), "`].") };
    (@doc $variant:ident) => { concat!("See [`struct@", stringify!($variant), "`].") };
    (@pattern $op:ident $variant:ident ($constants:ty)) => { Op::$variant($op) };
    (@pattern $op:ident $variant:ident) => { Op::$variant };
    (@operator $op:ident $variant:ident ($constants:ty)) => { $op };
    (@operator $op:ident $variant:ident) => { &$variant };
}

operators! {
    ArgMax,
    Cast(Cast),
    Clip(Clip),
    Codes(Codes),
    Columns(Columns),
    Complement,
    Concat,
    Dense,
    Elementwise(Function),
    Field(FieldAt),
    Flatten,
    GroupArgMax(GroupArgMax),
    Guard(Check),
    HashCounts(HashCounts),
    Impute(Impute),
    Input(Input),
    Labels(Labels),
    Linear(Linear),
    LogSoftmax,
    Lookup(Lookup),
    MissingMask(MissingMask),
    NeighborReduce(NeighborReduce),
    Neighbors(Neighbors),
    NormalizeSum,
    OneHot(OneHot),
    OvoVotes(OvoVotes),
    OvrScores(OvrScores),
    PairCoupling(PairCoupling),
    PairKernel(PairKernel),
    RowNorm(RowNorm),
    Scale(Scale),
    Softmax,
    Sparse,
    SvmPairs(SvmPairs),
    TfIdf(TfIdf),
    Threshold(Threshold),
    Tokens(Tokens),
    TreeEnsemble(TreeEnsemble),
    VocabCounts(VocabCounts),
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

impl Exactness {
    /// Sums whose order is free.
    pub(crate) const SUMS: Self = Self::Rel(1e-12);
}

impl Op {
    /// The name in text forms and messages.
    pub fn name(&self) -> &'static str {
        self.operator().name()
    }

    /// What kind of work it does.
    pub fn family(&self) -> Family {
        self.operator().family()
    }

    /// How exact a backend must be.
    pub fn exactness(&self) -> Exactness {
        self.operator().exactness()
    }

    /// Whether a row's result depends on the other rows of the batch.
    pub fn needs_batch(&self) -> bool {
        self.operator().needs_batch()
    }

    /// Type of the result, or what is wrong with the arguments or the constants.
    pub(crate) fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        self.operator().infer(inputs)
    }

    /// Writes all constants.
    pub(crate) fn constants(&self, out: &mut Canonical<'_>) {
        self.operator().constants(out);
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        self.operator().text(f)
    }
}
