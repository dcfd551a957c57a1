mod codes;
mod impute;
mod linear;
mod neighbors;
mod pair_coupling;
mod scale;
mod tree_ensemble;

pub use codes::{Code, CodeColumn, Codes};
pub use impute::{Impute, Missing};
pub use linear::Linear;
pub use neighbors::{
    Bounds, ClassCodes, Metric, NeighborNode, NeighborReduce, NeighborResult, NeighborTree, NeighborWeights,
    Neighbors, Search,
};
pub use pair_coupling::PairCoupling;
pub use scale::{Arithmetic, Scale};
pub use tree_ensemble::{Merge, Tree, TreeEnsemble, TreeError, TreeNode, TreePart};

use crate::constant::{Labels, Matrix};
use crate::types::{DType, Shape, Type};

/// An operator. All but [`Op::Input`] take one edge.
///
/// A closed set, to be matched without a wildcard: a new operator is then one compile error in every place that
/// must decide. All arithmetic is IEEE 754 with round to nearest even, one rounding for each operation written
/// (never a fused multiply-add) unless the exactness allows otherwise.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// → the batch as the caller brings it, with this many columns.
    Input {
        /// Number of columns; a batch with another number is an error.
        columns: usize,
    },

    /// f32 → f64: each element widened exactly. f64 → f32: rounded to nearest even, beyond the range to infinity.
    Cast(DType),

    /// x → x, or an error that names the first offending element in row order.
    Guard(Check),

    /// f64\[n,d\] → f64\[n,m\]: the kernel of each row with each row of `vectors` (m × d), see [`Kernel`].
    PairKernel {
        /// Which kernel.
        kernel: Kernel,
        /// One support vector a row.
        vectors: Matrix,
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

    /// Floats \[n,d\] → \[n,m\] of the same dtype: X·Wᵀ, then + b, see [`Linear`].
    Linear(Linear),

    /// Floats \[n,d\] → the same type: steps of arithmetic with a constant a column, see [`Scale`].
    Scale(Scale),

    /// Floats \[n,k\] → the same type: each element divided by the sum of its row, the sum in any order.
    ///
    /// A row whose sum is 0 becomes NaN.
    NormalizeSum,

    /// f64\[n,k(k−1)/2\] → f64\[n,k\]: libsvm's probabilities, see [`PairCoupling`].
    PairCoupling(PairCoupling),

    /// Floats \[n,d\] → the same type: missing elements replaced by the value of their column, see [`Impute`].
    Impute(Impute),

    /// Floats \[n,d\] → bool\[n,d\]: whether each element is missing.
    MissingMask(Missing),

    /// One edge or more of one dtype but str → \[n,d\]: their columns side by side; a vector is one column.
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

    /// \[n,d\] → \[n,k\]: these columns, in this order.
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
}

/// What a [`Op::Guard`] lets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// Finite numbers: neither NaN nor infinite.
    Finite,
    /// Finite numbers and NaN.
    NotInfinite,
}

/// A kernel as libsvm computes it, for a row x and a support vector y of d features. Float64 throughout.
///
/// x·y is Σ x\[f\]·y\[f\] and D² is Σ (x\[f\] − y\[f\])², both over f in order, from 0.0.
/// Source: `Kernel::k_function` in scikit-learn's `svm/src/libsvm/svm.cpp`, where BLAS may sum in another order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kernel {
    /// x·y
    Linear,
    /// (gamma·(x·y) + coef0) ^ degree, by repeated squaring from the lowest bit of the degree; ^ 0 is 1.
    Poly {
        /// Factor of the dot product.
        gamma: f64,
        /// Summand.
        coef0: f64,
        /// Exponent.
        degree: u32,
    },
    /// exp(−gamma·D²)
    Rbf {
        /// Factor of the squared distance.
        gamma: f64,
    },
    /// tanh(gamma·(x·y) + coef0)
    Sigmoid {
        /// Factor of the dot product.
        gamma: f64,
        /// Summand.
        coef0: f64,
    },
}

/// The constants of libsvm's one-against-one decisions over k classes and m support vectors.
///
/// Support vectors are sorted by class: `counts[0]` of class 0, then `counts[1]` of class 1, and so on. For each
/// pair i < j, in the order (0,1), (0,2), …, (1,2), …, with K the row of kernel values:
/// from 0.0, add `coefs[j−1][v]`·K\[v\] for each v of class i in order, then `coefs[i][v]`·K\[v\] for each v of class j in
/// order, then add `intercepts[pair]` (libsvm subtracts rho, which is its negative: the same number).
/// Source: `svm_predict_values` in `svm.cpp`.
#[derive(Clone, Debug, PartialEq)]
pub struct SvmPairs {
    /// Support vectors of each class; k entries whose sum is m.
    pub counts: Vec<usize>,
    /// Dual coefficients, (k − 1) × m.
    pub coefs: Matrix,
    /// One intercept a pair, k(k−1)/2.
    pub intercepts: Vec<f64>,
}

/// How [`Op::OvrScores`] makes a sum of confidences a fraction of a vote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confidence {
    /// c = s / (3·(|s| + 1)). scikit-learn 0.21 and later.
    Bounded,
    /// c = s·((0.5 − 2⁻⁵²) / max(|max|, |min|)), the maximum and minimum over **all** s of the batch; no c at all
    /// when these are equal. scikit-learn 0.20 and before: what a row gets depends on the rows around it.
    BatchScaled,
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
    /// 1 / (1 + e⁻ˣ): scipy's `expit`.
    Expit,
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
            | Self::NeighborReduce(_) => Exactness::Rel(1e-12),
            Self::Elementwise(Function::Exp | Function::Log | Function::Expit) => Exactness::Ulp(4),
            Self::Input { .. }
            | Self::Cast(_)
            | Self::Guard(_)
            | Self::OvoVotes { .. }
            | Self::OvrScores { .. }
            | Self::Elementwise(Function::Negate)
            | Self::Complement
            | Self::Threshold { .. }
            | Self::Scale(_)
            | Self::Impute(_)
            | Self::MissingMask(_)
            | Self::Concat
            | Self::Flatten
            | Self::ArgMax
            | Self::GroupArgMax { .. }
            | Self::Labels(_)
            | Self::Columns(_)
            | Self::TreeEnsemble(_)
            | Self::Codes(_) => Exactness::Exact,
        }
    }

    /// Whether a row's result depends on the other rows of the batch.
    pub fn needs_batch(&self) -> bool {
        matches!(self, Self::OvrScores { confidence: Confidence::BatchScaled, .. })
    }

    /// Type of the result, or what is wrong with the arguments or the constants.
    pub(crate) fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let arity = |n: usize| format!("{} takes {n} edges, not {}", self.name(), inputs.len());
        if let Self::Concat = self {
            return concat(inputs);
        }
        let [x] = *inputs else { return Err(arity(1)) };
        match self {
            Self::Concat => concat(inputs),
            Self::Linear(linear) => linear.infer(x),
            Self::Scale(scale) => scale.infer(x),
            Self::PairCoupling(coupling) => coupling.infer(x),
            Self::Impute(impute) => impute.infer(x),
            Self::MissingMask(_) => match x.shape {
                Shape::Matrix(_) => self.floats(x).map(|()| Type { dtype: DType::Bool, ..x }),
                Shape::Vector => Err(self.wants("a matrix", x)),
            },
            Self::Input { .. } => Err("an input is made by Builder::input".into()),
            Self::Cast(to) => match (x.dtype, to) {
                (DType::F32 | DType::Bool, DType::F64) | (DType::F64 | DType::Bool, DType::F32) => {
                    Ok(Type { dtype: *to, ..x })
                }
                (from, to) => Err(format!("cast from {from} to {to} is not defined")),
            },
            Self::Guard(Check::Finite | Check::NotInfinite) => match x.dtype {
                DType::F32 | DType::F64 => Ok(x),
                DType::I64 | DType::Bool | DType::Str => Err(self.wants("floats", x)),
            },
            Self::PairKernel { vectors, .. } => {
                self.expect(x, Type::matrix(DType::F64, vectors.columns()))?;
                Ok(Type::matrix(DType::F64, vectors.rows()))
            }
            Self::SvmPairs(pairs) => {
                pairs.check()?;
                self.expect(x, Type::matrix(DType::F64, pairs.coefs.columns()))?;
                Ok(Type::matrix(DType::F64, pairs.intercepts.len()))
            }
            Self::OvoVotes { classes } => {
                self.expect_pairs(x, *classes)?;
                Ok(Type::vector(DType::I64))
            }
            Self::OvrScores { classes, .. } => {
                self.expect_pairs(x, *classes)?;
                Ok(Type::matrix(DType::F64, *classes))
            }
            Self::Elementwise(_) => self.floats(x).map(|()| x),
            Self::Softmax | Self::NormalizeSum => match x.shape {
                Shape::Matrix(1..) => self.floats(x).map(|()| x),
                Shape::Matrix(0) | Shape::Vector => Err(self.wants("a matrix with a column", x)),
            },
            Self::Complement => match x.shape {
                Shape::Vector | Shape::Matrix(1) => self.floats(x).map(|()| Type::matrix(x.dtype, 2)),
                Shape::Matrix(_) => Err(self.wants("one column", x)),
            },
            Self::Threshold { .. } => match x.shape {
                Shape::Vector => self.floats(x).map(|()| Type::vector(DType::I64)),
                Shape::Matrix(_) => Err(self.wants("a vector", x)),
            },
            Self::Flatten => match x.shape {
                Shape::Matrix(1) => Ok(Type::vector(x.dtype)),
                Shape::Matrix(_) | Shape::Vector => Err(self.wants("a matrix of one column", x)),
            },
            Self::ArgMax => match (x.dtype, x.shape) {
                (DType::F32 | DType::F64, Shape::Matrix(1..)) => Ok(Type::vector(DType::I64)),
                _ => Err(self.wants("a matrix of floats with a column", x)),
            },
            Self::Labels(labels) if labels.is_empty() => Err("labels has no label".into()),
            Self::Labels(labels) => {
                self.expect(x, Type { dtype: DType::I64, ..x })?;
                Ok(Type { dtype: labels.dtype(), ..x })
            }
            Self::GroupArgMax { widths } => {
                let columns = widths.iter().try_fold(0_usize, |sum, &width| sum.checked_add(width));
                match columns {
                    Some(columns @ 1..) if !widths.contains(&0) => {
                        self.expect(x, Type::matrix(DType::F64, columns))?;
                        Ok(Type::matrix(DType::I64, widths.len()))
                    }
                    _ => Err(format!("group_arg_max over groups of {widths:?} columns")),
                }
            }
            Self::Columns(columns) => match x.shape {
                Shape::Matrix(d) if columns.iter().all(|&column| column < d) => {
                    Ok(Type::matrix(x.dtype, columns.len()))
                }
                _ => Err(self.wants("a matrix with all those columns", x)),
            },
            Self::Neighbors(neighbors) => neighbors.infer(x).ok_or_else(|| {
                self.wants(&Type::matrix(DType::F64, neighbors.points().columns()).to_string(), x)
            }),
            Self::NeighborReduce(reduce) => {
                reduce.infer(x).ok_or_else(|| self.wants("f64 distances and positions", x))
            }
            Self::Codes(codes) => codes
                .infer(x)
                .ok_or_else(|| self.wants(&format!("{} columns of floats", codes.features()), x)),
            Self::LogSoftmax => match (x.dtype, x.shape) {
                (DType::F64, Shape::Matrix(1..)) => Ok(x),
                _ => Err(self.wants("a matrix of f64 with a column", x)),
            },
            Self::TreeEnsemble(trees) => trees
                .infer(x)
                .ok_or_else(|| self.wants(&format!("a matrix of {} columns of floats", trees.features()), x)),
        }
    }

    fn expect(&self, x: Type, want: Type) -> Result<(), String> {
        if x == want { Ok(()) } else { Err(self.wants(&want.to_string(), x)) }
    }

    fn floats(&self, x: Type) -> Result<(), String> {
        match x.dtype {
            DType::F32 | DType::F64 => Ok(()),
            DType::I64 | DType::Bool | DType::Str => Err(self.wants("floats", x)),
        }
    }

    fn expect_pairs(&self, x: Type, classes: usize) -> Result<(), String> {
        let pairs = pair_count(classes).ok_or_else(|| format!("{} over {classes} classes", self.name()))?;
        self.expect(x, Type::matrix(DType::F64, pairs))
    }

    fn wants(&self, want: &str, got: Type) -> String {
        format!("{} takes {want}, not {got}", self.name())
    }
}

impl SvmPairs {
    /// Number of classes, k.
    pub fn classes(&self) -> usize {
        self.counts.len()
    }

    fn check(&self) -> Result<(), String> {
        let (k, m) = (self.classes(), self.coefs.columns());
        let total = self.counts.iter().try_fold(0_usize, |sum, &n| sum.checked_add(n));
        if total != Some(m) {
            return Err(format!("svm_pairs counts {:?} are not {m} support vectors", self.counts));
        }
        if pair_count(k) != Some(self.intercepts.len()) || self.coefs.rows() != k - 1 {
            let (rows, n) = (self.coefs.rows(), self.intercepts.len());
            return Err(format!(
                "svm_pairs over {k} classes has {rows} rows of coefficients and {n} intercepts"
            ));
        }
        Ok(())
    }
}

/// Type of the edges side by side.
fn concat(inputs: &[Type]) -> Result<Type, String> {
    let Some((first, rest)) = inputs.split_first() else { return Err("concat takes an edge or more".into()) };
    if first.dtype == DType::Str {
        return Err("concat of texts".into());
    }
    if let Some(other) = rest.iter().find(|other| other.dtype != first.dtype) {
        return Err(format!("concat of {} and {}", first.dtype, other.dtype));
    }
    let columns = inputs.iter().try_fold(0_usize, |sum, x| sum.checked_add(x.columns()));
    columns
        .map(|columns| Type::matrix(first.dtype, columns))
        .ok_or_else(|| "concat of too many columns".into())
}

/// Pairs of classes; `None` below two classes.
fn pair_count(classes: usize) -> Option<usize> {
    (classes >= 2).then(|| classes.checked_mul(classes - 1).map(|twice| twice / 2)).flatten()
}
