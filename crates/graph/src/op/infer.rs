//! The type of what an operator gives, by the types of what it takes.

use super::{Check, Op};
use crate::constant::Points;
use crate::types::{DType, Shape, Type};

impl Op {
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
            Self::MissingMask(missing) => missing.mask(x),
            Self::Lookup(lookup) => {
                let columns = lookup.columns().len();
                lookup.infer(x).ok_or_else(|| self.wants(&format!("dense elements in {columns} columns"), x))
            }
            Self::OneHot(one_hot) => one_hot.infer(x),
            Self::Input { .. } | Self::Field { .. } => {
                Err("what the caller brings is added by Builder::input and Builder::field".into())
            }
            Self::Cast(to) => cast(x, *to),
            Self::Dense => match x.shape {
                Shape::Csr(columns) => Ok(Type::matrix(x.dtype, columns)),
                Shape::Vector | Shape::Matrix(_) | Shape::Ragged => Err(self.wants("a CSR matrix", x)),
            },
            Self::Guard(Check::Finite | Check::NotInfinite) => match x.shape {
                Shape::Vector | Shape::Matrix(_) | Shape::Csr(_) if x.dtype.is_float() => Ok(x),
                Shape::Vector | Shape::Matrix(_) if x.dtype == DType::Any => Ok(x),
                _ => Err(self.wants("floats or any", x)),
            },
            Self::Guard(Check::NotNegative) => match (x.dtype, x.shape) {
                (DType::I64, Shape::Vector | Shape::Matrix(_)) => Ok(x),
                _ => Err(self.wants("dense i64", x)),
            },
            Self::PairKernel { vectors, .. } => {
                let is_sparse = matches!(vectors, Points::Sparse(_));
                match x.shape {
                    Shape::Csr(d) if is_sparse && x.dtype == DType::F64 && d == vectors.columns() => {}
                    _ => self.expect(x, Type::matrix(DType::F64, vectors.columns()))?,
                }
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
            Self::Elementwise(_) => match x.shape {
                Shape::Vector | Shape::Matrix(_) => self.floats(x).map(|()| x),
                Shape::Csr(_) | Shape::Ragged => Err(self.wants("a vector or a dense matrix", x)),
            },
            Self::Softmax | Self::NormalizeSum => match x.shape {
                Shape::Matrix(1..) => self.floats(x).map(|()| x),
                _ => Err(self.wants("a dense matrix with a column", x)),
            },
            Self::Complement => match x.shape {
                Shape::Vector | Shape::Matrix(1) => self.floats(x).map(|()| Type::matrix(x.dtype, 2)),
                _ => Err(self.wants("one column", x)),
            },
            Self::Threshold { .. } => match x.shape {
                Shape::Vector => self.floats(x).map(|()| Type::vector(DType::I64)),
                _ => Err(self.wants("a vector", x)),
            },
            Self::Flatten => match x.shape {
                Shape::Matrix(1) => Ok(Type::vector(x.dtype)),
                _ => Err(self.wants("a dense matrix of one column", x)),
            },
            Self::ArgMax => match (x.dtype, x.shape) {
                (DType::F32 | DType::F64, Shape::Matrix(1..)) => Ok(Type::vector(DType::I64)),
                _ => Err(self.wants("a matrix of floats with a column", x)),
            },
            Self::Labels(labels) if labels.is_empty() => Err("labels has no label".into()),
            Self::Labels(labels) => match x.shape {
                Shape::Vector | Shape::Matrix(_) if x.dtype == DType::I64 => {
                    Ok(Type { dtype: labels.dtype(), ..x })
                }
                _ => Err(self.wants("dense i64", x)),
            },
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
                Shape::Csr(d) if columns.iter().all(|&column| column < d) => {
                    Ok(Type::csr(x.dtype, columns.len()))
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
            Self::Sparse => match (x.dtype, x.shape) {
                (DType::F32 | DType::F64 | DType::I64, Shape::Matrix(columns)) => {
                    Ok(Type::csr(x.dtype, columns))
                }
                _ => Err(self.wants("a dense matrix of numbers", x)),
            },
            Self::Tokens(tokens) => tokens.infer(x),
            Self::VocabCounts(counts) => counts.infer(x),
            Self::HashCounts(counts) => counts.infer(x),
            Self::TfIdf(weights) => weights.infer(x),
            Self::RowNorm(norm) => norm.infer(x),
        }
    }

    fn expect(&self, x: Type, want: Type) -> Result<(), String> {
        if x == want { Ok(()) } else { Err(self.wants(&want.to_string(), x)) }
    }

    fn floats(&self, x: Type) -> Result<(), String> {
        if x.dtype.is_float() { Ok(()) } else { Err(self.wants("floats", x)) }
    }

    fn expect_pairs(&self, x: Type, classes: usize) -> Result<(), String> {
        let pairs = pair_count(classes).ok_or_else(|| format!("{} over {classes} classes", self.name()))?;
        self.expect(x, Type::matrix(DType::F64, pairs))
    }

    fn wants(&self, want: &str, got: Type) -> String {
        format!("{} takes {want}, not {got}", self.name())
    }
}

/// Type of elements in another dtype.
fn cast(x: Type, to: DType) -> Result<Type, String> {
    use DType::{Any, Bool, F32, F64, I64, Str};
    let is_defined = match (x.dtype, to) {
        (F32 | I64 | Bool | Any, F64) | (F64 | I64 | Bool, F32) | (Bool, I64) => true,
        (F32 | F64, I64) => !matches!(x.shape, Shape::Csr(_)),
        (F32 | F64 | I64 | Bool | Str, Any) | (Any, Str) => !matches!(x.shape, Shape::Csr(_)),
        _ => false,
    };
    match is_defined && x.shape != Shape::Ragged {
        true => Ok(Type { dtype: to, ..x }),
        false => Err(format!("cast of {x} to {to} is not defined")),
    }
}

/// Type of the edges side by side.
fn concat(inputs: &[Type]) -> Result<Type, String> {
    let Some((first, rest)) = inputs.split_first() else { return Err("concat takes an edge or more".into()) };
    if let Some(other) = rest.iter().find(|other| other.dtype != first.dtype) {
        return Err(format!("concat of {} and {}", first.dtype, other.dtype));
    }
    if inputs.iter().any(|x| x.shape == Shape::Ragged) {
        return Err("concat of rows that differ in length".into());
    }
    let is_csr = |x: &Type| matches!(x.shape, Shape::Csr(_));
    let layout = match (inputs.iter().any(is_csr), inputs.iter().all(is_csr)) {
        (false, _) => Type::matrix,
        (true, true) => Type::csr,
        (true, false) => return Err("concat of dense and CSR matrices".into()),
    };
    let columns = inputs.iter().try_fold(0_usize, |sum, x| sum.checked_add(x.columns()));
    columns.map(|columns| layout(first.dtype, columns)).ok_or_else(|| "concat of too many columns".into())
}

/// Pairs of classes; `None` below two classes.
pub(super) fn pair_count(classes: usize) -> Option<usize> {
    (classes >= 2).then(|| classes.checked_mul(classes - 1).map(|twice| twice / 2)).flatten()
}
