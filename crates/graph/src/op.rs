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

    /// f32 → f64: each element widened exactly.
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

    /// f64 → f64, element by element.
    Elementwise(Function),

    /// \[n,1\] → \[n\]: the same elements.
    Flatten,

    /// f64\[n,k\] → i64\[n\]: the index of the first maximum; the first NaN, if there is one, counts as maximum.
    ArgMax,

    /// i64\[n\] → the label of each class index, in the labels' own dtype, \[n\].
    Labels(Labels),
}

/// What a [`Op::Guard`] lets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// Finite numbers: neither NaN nor infinite.
    Finite,
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
    /// −x, the sign bit flipped.
    Negate,
}

/// How near a backend must come to the arithmetic that an operator states.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Exactness {
    /// To the bit.
    Exact,
    /// Within this many units in the last place.
    Ulp(u32),
    /// Within this fraction of the sum of the absolute values of all terms.
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
            Self::Flatten => "flatten",
            Self::ArgMax => "arg_max",
            Self::Labels(_) => "labels",
        }
    }

    /// How exact a backend must be. Sums whose order BLAS may choose are relative, all else is exact.
    pub fn exactness(&self) -> Exactness {
        match self {
            Self::PairKernel { .. } | Self::SvmPairs(_) => Exactness::Rel(1e-12),
            Self::Input { .. }
            | Self::Cast(_)
            | Self::Guard(_)
            | Self::OvoVotes { .. }
            | Self::OvrScores { .. }
            | Self::Elementwise(_)
            | Self::Flatten
            | Self::ArgMax
            | Self::Labels(_) => Exactness::Exact,
        }
    }

    /// Whether a row's result depends on the other rows of the batch.
    pub fn needs_batch(&self) -> bool {
        matches!(self, Self::OvrScores { confidence: Confidence::BatchScaled, .. })
    }

    /// Type of the result, or what is wrong with the arguments or the constants.
    pub(crate) fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let arity = |n: usize| format!("{} takes {n} edges, not {}", self.name(), inputs.len());
        let [x] = *inputs else { return Err(arity(1)) };
        match self {
            Self::Input { .. } => Err("an input is made by Builder::input".into()),
            Self::Cast(to) => match (x.dtype, to) {
                (DType::F32, DType::F64) => Ok(Type { dtype: *to, ..x }),
                (from, to) => Err(format!("cast from {from} to {to} is not defined")),
            },
            Self::Guard(Check::Finite) => match x.dtype {
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
            Self::Elementwise(Function::Negate) => match x.dtype {
                DType::F64 => Ok(x),
                DType::F32 | DType::I64 | DType::Bool | DType::Str => Err(self.wants("f64", x)),
            },
            Self::Flatten => match x.shape {
                Shape::Matrix(1) => Ok(Type::vector(x.dtype)),
                Shape::Matrix(_) | Shape::Vector => Err(self.wants("a matrix of one column", x)),
            },
            Self::ArgMax => match (x.dtype, x.shape) {
                (DType::F64, Shape::Matrix(1..)) => Ok(Type::vector(DType::I64)),
                _ => Err(self.wants("a matrix of f64 with a column", x)),
            },
            Self::Labels(labels) if labels.is_empty() => Err("labels has no label".into()),
            Self::Labels(labels) => {
                self.expect(x, Type::vector(DType::I64))?;
                Ok(Type::vector(labels.dtype()))
            }
        }
    }

    fn expect(&self, x: Type, want: Type) -> Result<(), String> {
        if x == want { Ok(()) } else { Err(self.wants(&want.to_string(), x)) }
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

/// Pairs of classes; `None` below two classes.
fn pair_count(classes: usize) -> Option<usize> {
    (classes >= 2).then(|| classes.checked_mul(classes - 1).map(|twice| twice / 2)).flatten()
}
