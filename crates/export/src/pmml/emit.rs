//! One step of a graph as fields and models.

use std::rc::Rc;

use cannery_graph::{Cast, DType, Labels, Op, PairKernel, Step, Type};

use super::expr::{Expr, FieldId, Table, apply, choose};
use super::net::Net;
use super::{algebra, check, columns, lookup, neighbors, reduce, scores, svm, text, trees};

/// Why tokens counted by hash can't be expressed.
pub(super) const HASHES: &str = "every hash would be a field";
/// Why libsvm's probabilities can't be expressed.
pub(super) const ITERATES: &str = "it iterates until it converges, which PMML can't";
/// Why an operator can't be expressed that nobody has written here.
pub(super) const LATER: &str = "it is not written yet";

/// What stands for an edge of the graph.
#[derive(Clone)]
pub(super) enum Value {
    /// The columns of a vector or a matrix; of a sparse one all.
    Columns(Vec<Column>),
    /// Kernel values with constant vectors, which only a model can hold.
    Kernel(Rc<Kernels>),
    /// Neighbours: which points (texts of their positions), and how far they are.
    Hits { points: Vec<FieldId>, distances: Vec<FieldId> },
    /// A text in which what n-grams are made of stands between spaces.
    Tokens(Rc<text::Units>),
}

/// A kernel with what it takes.
pub(super) struct Kernels {
    pub(super) of: Vec<Column>,
    pub(super) kernel: PairKernel,
}

/// One element of each row.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) expr: Expr,
    pub(super) is_text: bool,
    /// The input that must be missing or infinite for it to be so.
    pub(super) root: Option<usize>,
    /// Whether it may be missing, which is NaN.
    pub(super) missing: bool,
    /// Whether it may be infinite though no input is.
    pub(super) overflows: bool,
    /// The class labels that it stands for, being a position among them.
    pub(super) labels: Option<Labels>,
}

/// A value with its type in the graph.
#[derive(Clone, Copy)]
pub(super) struct Arg<'v> {
    pub(super) value: &'v Value,
    pub(super) ty: Type,
}

/// What a step becomes, or why it can't be expressed.
pub(super) type Made = Result<Value, String>;

impl Column {
    /// A number that is always there.
    pub(super) fn number(expr: Expr) -> Self {
        Self { expr, is_text: false, root: None, missing: false, overflows: false, labels: None }
    }

    /// Another number that is missing or infinite where this one is.
    pub(super) fn with(&self, expr: Expr) -> Self {
        Self { expr, labels: None, ..self.clone() }
    }

    /// What refers to it from several places: labels as their positions.
    pub(super) fn bound(&self, net: &mut Net) -> Expr {
        match &self.expr {
            Expr::Field(_) | Expr::Number(_) | Expr::Text(_) => self.expr.clone(),
            Expr::Apply { .. } | Expr::Map(_) => Expr::Field(self.named(net, "value")),
        }
    }

    /// Its field, whose name begins so if it is a new one.
    fn named(&self, net: &mut Net, what: &str) -> FieldId {
        match &self.expr {
            Expr::Field(field) => *field,
            expr => net.bind_as(what, expr, if self.is_text { "string" } else { "double" }),
        }
    }

    /// Its field.
    pub(super) fn field(&self, net: &mut Net) -> FieldId {
        self.named(net, "value")
    }

    /// Its values where it is of numbers, also of labels that are numbers.
    pub(super) fn numeric(&self, net: &mut Net) -> Result<Self, String> {
        let Some(labels) = &self.labels else { return Ok(self.clone()) };
        let numbers: Vec<f64> = match labels {
            Labels::I64(labels) => labels.iter().map(|&label| label as f64).collect(),
            Labels::F64(labels) => labels.to_vec(),
            Labels::Bool(labels) => labels.iter().map(|&label| f64::from(u8::from(label))).collect(),
            Labels::Str(_) => return Err("labels that are texts go on as numbers".into()),
        };
        let rows = numbers.iter().enumerate();
        let rows = rows.map(|(place, &value)| (place.to_string(), super::xml::number(value))).collect();
        let of = self.field(net);
        let table = Table { of, rows, data_type: "double", other: None, missing: None };
        let expr = Expr::Map(Rc::new(table));
        Ok(Self::number(Expr::Field(net.bind("label", &expr))))
    }
}

impl Arg<'_> {
    /// The columns.
    pub(super) fn columns(&self) -> Result<&[Column], String> {
        match self.value {
            Value::Columns(columns) => Ok(columns),
            Value::Kernel(_) | Value::Hits { .. } | Value::Tokens(_) => {
                Err(format!("{} is not a list of fields", self.ty))
            }
        }
    }

    /// The columns, all of numbers.
    pub(super) fn numbers(&self, net: &mut Net) -> Result<Vec<Column>, String> {
        let columns = self.columns()?;
        if columns.iter().any(|column| column.is_text) {
            return Err("it takes numbers, and a column is of texts".into());
        }
        columns.iter().map(|column| column.numeric(net)).collect()
    }

    /// The columns as what can be referred to many times.
    pub(super) fn refs(&self, net: &mut Net) -> Result<Vec<Expr>, String> {
        Ok(self.numbers(net)?.iter().map(|column| column.bound(net)).collect())
    }
}

/// Adds what a step needs, its arguments being there.
pub(super) fn emit(net: &mut Net, step: &Step<'_>, inputs: &[Column], args: &[Arg<'_>]) -> Made {
    let x = || args.first().copied().ok_or_else(|| "it takes nothing".to_owned());
    let made = match step.op {
        Op::Input(_) => Value::Columns(inputs.to_vec()),
        Op::Field(field) => Value::Columns(inputs.get(field.column).cloned().into_iter().collect()),
        Op::ArgMax => scores::arg_max(net, x()?)?,
        Op::Arith(how) => reduce::arith(net, args, *how)?,
        Op::Binarize(binarize) => reduce::binarize(net, x()?, binarize.above)?,
        Op::Cast(to) => cast(net, x()?, *to)?,
        Op::Clip(clip) => columns::clip(net, x()?, *clip)?,
        Op::Codes(codes) => columns::codes(net, x()?, codes)?,
        Op::Columns(wanted) => pick(x()?, &wanted.0)?,
        Op::Combine(combine) => reduce::combine(net, args, combine)?,
        Op::Complement => scores::complement(net, x()?)?,
        Op::Concat => concat(args)?,
        Op::Constant(constant) => reduce::constant(constant)?,
        Op::Dense | Op::Sparse | Op::Flatten => x()?.value.clone(),
        Op::Elementwise(function) => columns::elementwise(net, x()?, *function)?,
        Op::GroupArgMax(groups) => scores::group_arg_max(net, x()?, &groups.widths)?,
        Op::Guard(check) => guard(net, x()?, *check)?,
        Op::Impute(impute) => lookup::impute(net, x()?, impute)?,
        Op::Labels(labels) => scores::labels(net, x()?, labels)?,
        Op::Linear(linear) => algebra::linear(net, x()?, linear)?,
        Op::LogSoftmax => scores::log_softmax(net, x()?)?,
        Op::Lookup(lookup) => lookup::lookup(net, x()?, lookup)?,
        Op::MissingMask(mask) => lookup::missing_mask(x()?, &mask.0)?,
        Op::NeighborReduce(reduce) => neighbors::reduce(net, x()?, reduce)?,
        Op::Neighbors(search) => neighbors::search(net, x()?, search)?,
        Op::NormalizeSum => scores::normalize_sum(net, x()?)?,
        Op::OneHot(one_hot) => lookup::one_hot(net, x()?, one_hot)?,
        Op::OnesForZeros => reduce::ones_for_zeros(net, x()?)?,
        Op::OvoScores(scores) => svm::ovo_scores(net, args, scores.classes)?,
        Op::OvoVotes(votes) => svm::ovo_votes(net, x()?, votes.classes)?,
        Op::OvrScores(scores) => svm::ovr_scores(net, x()?, scores.classes)?,
        Op::PairDistance(pairs) => algebra::pair_distance(net, x()?, pairs)?,
        Op::PairKernel(kernel) => {
            Value::Kernel(Rc::new(Kernels { of: x()?.numbers(net)?, kernel: kernel.clone() }))
        }
        Op::Poly(poly) => reduce::poly(net, x()?, poly, step.ty)?,
        Op::Reduce(how) => reduce::reduce(net, x()?, how)?,
        Op::RowNorm(norm) => algebra::row_norm(net, x()?, *norm, step.ty)?,
        Op::Scale(scale) => columns::scale(net, x()?, scale)?,
        Op::Softmax => scores::softmax(net, x()?)?,
        Op::SvmPairs(pairs) => svm::svm_pairs(net, x()?, pairs)?,
        Op::TfIdf(weights) => text::tf_idf(net, x()?, weights)?,
        Op::Threshold(threshold) => scores::threshold(net, x()?, threshold.above)?,
        Op::TreeEnsemble(ensemble) => trees::ensemble(net, x()?, ensemble)?,
        Op::Tokens(tokens) => text::tokens(net, x()?, tokens)?,
        Op::VocabCounts(counts) => text::vocab_counts(net, x()?, counts)?,
        Op::HashCounts(_) => return Err(HASHES.into()),
        Op::PairCoupling(_) => return Err(ITERATES.into()),
        Op::AdditiveChi2(_)
        | Op::Barycenter(_)
        | Op::BatchNorm
        | Op::Bin(_)
        | Op::Choose
        | Op::CountSketch(_)
        | Op::Geodesic(_)
        | Op::KernelDensity(_)
        | Op::Interp(_)
        | Op::KnnImpute(_)
        | Op::NmfSolve(_)
        | Op::Power(_)
        | Op::Quantiles(_)
        | Op::RecordCounts(_)
        | Op::RadiusNeighbors(_)
        | Op::SparseCode(_)
        | Op::Spline(_)
        | Op::TopicShares(_) => return Err(LATER.into()),
    };
    Ok(settle(net, step, made))
}

/// Each column as a field, rounded where the edge is of float32.
fn settle(net: &mut Net, step: &Step<'_>, made: Value) -> Value {
    let Value::Columns(mut columns) = made else { return made };
    let name = step.op.name();
    for column in &mut columns {
        if matches!(column.expr, Expr::Field(_) | Expr::Number(_) | Expr::Text(_)) {
            continue;
        }
        column.expr = match step.ty.dtype {
            DType::F32 => net.narrow(name, &column.expr),
            _ => Expr::Field(column.named(net, name)),
        };
    }
    Value::Columns(columns)
}

fn cast(net: &mut Net, x: Arg<'_>, Cast { to }: Cast) -> Made {
    let numbers = |net: &mut Net| {
        x.numbers(net).map_err(|_| format!("a column of text that becomes {to}: it may not be a number"))
    };
    Ok(Value::Columns(match to {
        DType::Any => x.columns()?.to_vec(),
        DType::Str if x.columns()?.iter().all(|column| column.is_text) => x.columns()?.to_vec(),
        DType::Str => return Err("numbers that become texts".into()),
        DType::F64 | DType::Bool => numbers(net)?,
        DType::F32 if x.ty.dtype == DType::F32 || x.ty.dtype == DType::Bool => numbers(net)?,
        DType::F32 => {
            let columns = numbers(net)?;
            let narrow = |column: &Column| Column {
                overflows: column.overflows,
                ..column.with(net.narrow("float", &column.expr))
            };
            columns.iter().map(narrow).collect()
        }
        DType::I64 if x.ty.dtype.is_float() => {
            let columns = numbers(net)?;
            columns.iter().map(|column| column.with(truncated(net, column))).collect()
        }
        DType::I64 => numbers(net)?,
    }))
}

/// Cut off towards 0.
fn truncated(net: &mut Net, column: &Column) -> Expr {
    let x = column.bound(net);
    let is_low = apply("lessThan", [x.clone(), Expr::Number(0.0)]);
    choose(is_low, apply("ceil", [x.clone()]), apply("floor", [x]))
}

fn pick(x: Arg<'_>, wanted: &[usize]) -> Made {
    let columns = x.columns()?;
    Ok(Value::Columns(wanted.iter().filter_map(|&column| columns.get(column).cloned()).collect()))
}

fn concat(args: &[Arg<'_>]) -> Made {
    let mut columns = Vec::new();
    for arg in args {
        columns.extend_from_slice(arg.columns()?);
    }
    Ok(Value::Columns(columns))
}

fn guard(net: &mut Net, x: Arg<'_>, check: cannery_graph::Check) -> Made {
    let columns = x.columns()?;
    let guarded = |column: &Column| check::guard(net, column, check, x.ty.dtype);
    Ok(Value::Columns(columns.iter().map(guarded).collect()))
}
