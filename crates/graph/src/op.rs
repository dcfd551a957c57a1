//! The operators. Each has a file in `op/` that says all there is to say of it: its contract, its type rule, how exact a
//! backend must be, its constants for the canonical text and its short form for people.

mod additive_chi2;
mod arg_max;
mod arith;
mod barycenter;
mod batch_norm;
mod bin;
mod binarize;
mod cast;
mod choose;
mod clip;
mod codes;
mod columns;
mod combine;
mod complement;
mod concat;
mod constant;
mod count_sketch;
mod dense;
mod elementwise;
mod field;
mod flatten;
mod geodesic;
mod group_arg_max;
mod guard;
mod hash_counts;
mod impute;
mod input;
mod interp;
mod kernel_density;
mod knn_impute;
mod labels;
mod linear;
mod log_softmax;
mod lookup;
mod missing_mask;
mod neighbor_reduce;
mod neighbors;
mod nmf_solve;
mod normalize_sum;
mod one_hot;
mod ones_for_zeros;
mod ovo_scores;
mod ovo_votes;
mod ovr_scores;
mod pair_coupling;
mod pair_distance;
mod pair_kernel;
mod poly;
mod power;
mod quantiles;
mod radius_neighbors;
mod record_counts;
mod reduce;
mod row_norm;
mod rule;
mod scale;
mod softmax;
mod sparse;
mod sparse_code;
mod spline;
mod svm_pairs;
mod tf_idf;
mod threshold;
mod tokens;
mod topic_shares;
mod tree_ensemble;
mod vocab_counts;

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

/// Makes [`Op`] of the list of operators, each with its file. `Name` is an operator without constants, the unit struct of
/// that name; `Name(Constants)` one with constants.
macro_rules! operators {
    ($($file:ident: $variant:ident $(($constants:ty))?,)*) => {
        $(pub use $file::*;)*

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
    additive_chi2: AdditiveChi2(AdditiveChi2),
    arg_max: ArgMax,
    barycenter: Barycenter(Barycenter),
    batch_norm: BatchNorm,
    bin: Bin(Bin),
    binarize: Binarize(Binarize),
    arith: Arith(Arith),
    cast: Cast(Cast),
    choose: Choose,
    clip: Clip(Clip),
    codes: Codes(Codes),
    columns: Columns(Columns),
    combine: Combine(Combine),
    complement: Complement,
    concat: Concat,
    constant: Constant(Constant),
    count_sketch: CountSketch(CountSketch),
    dense: Dense,
    elementwise: Elementwise(Function),
    field: Field(FieldAt),
    flatten: Flatten,
    geodesic: Geodesic(Geodesic),
    group_arg_max: GroupArgMax(GroupArgMax),
    guard: Guard(Check),
    hash_counts: HashCounts(HashCounts),
    impute: Impute(Impute),
    input: Input(Input),
    kernel_density: KernelDensity(KernelDensity),
    interp: Interp(Interp),
    knn_impute: KnnImpute(KnnImpute),
    labels: Labels(Labels),
    linear: Linear(Linear),
    log_softmax: LogSoftmax,
    lookup: Lookup(Lookup),
    missing_mask: MissingMask(MissingMask),
    neighbor_reduce: NeighborReduce(NeighborReduce),
    neighbors: Neighbors(Neighbors),
    nmf_solve: NmfSolve(NmfSolve),
    normalize_sum: NormalizeSum,
    one_hot: OneHot(OneHot),
    ovo_scores: OvoScores(OvoScores),
    ones_for_zeros: OnesForZeros,
    ovo_votes: OvoVotes(OvoVotes),
    ovr_scores: OvrScores(OvrScores),
    pair_coupling: PairCoupling(PairCoupling),
    pair_distance: PairDistance(PairDistance),
    pair_kernel: PairKernel(PairKernel),
    poly: Poly(Poly),
    power: Power(Power),
    quantiles: Quantiles(Quantiles),
    record_counts: RecordCounts(RecordCounts),
    reduce: Reduce(Reduce),
    radius_neighbors: RadiusNeighbors(RadiusNeighbors),
    row_norm: RowNorm(RowNorm),
    scale: Scale(Scale),
    softmax: Softmax,
    sparse: Sparse,
    sparse_code: SparseCode(SparseCode),
    spline: Spline(Spline),
    svm_pairs: SvmPairs(SvmPairs),
    tf_idf: TfIdf(TfIdf),
    threshold: Threshold(Threshold),
    tokens: Tokens(Tokens),
    topic_shares: TopicShares(TopicShares),
    tree_ensemble: TreeEnsemble(TreeEnsemble),
    vocab_counts: VocabCounts(VocabCounts),
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
