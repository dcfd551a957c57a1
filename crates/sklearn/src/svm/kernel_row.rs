//! The kernel values of a row, as all of libsvm's models take them.

use cannery_graph::{Builder, Check, Columns, DType, Edge, Kernel, Op, PairKernel, Points};

use crate::error::Error;
use crate::input::Input;
use crate::state::State;

/// Where the kernel values of a row come from.
#[derive(Debug)]
pub(super) enum KernelRow {
    /// Computed with each support vector.
    Computed(Kernel, Points),
    /// X has them: a column for each of `n_features` training rows, of which these are support vectors.
    Given { support: Vec<usize>, n_features: usize },
}

impl KernelRow {
    pub(super) fn read(state: &State<'_>) -> Result<Self, Error> {
        state.expect_fitted("support_vectors_", "support vectors")?;
        match state.text("kernel")?.as_deref() {
            None => Err(state.unsupported("kernel", "a kernel that is a Python function")),
            Some("precomputed") => precomputed(state),
            Some(_) => {
                let vectors = support_vectors(state)?;
                Ok(Self::Computed(kernel(state, vectors.columns())?, vectors))
            }
        }
    }

    /// Number of columns of X.
    pub(super) fn columns(&self) -> usize {
        match self {
            Self::Computed(_, vectors) => vectors.columns(),
            Self::Given { n_features, .. } => *n_features,
        }
    }

    /// The kernel of each row with each support vector, in float64.
    pub(super) fn lower(&self, builder: &mut Builder, x: &Input) -> Result<Edge, Error> {
        let x = match self {
            Self::Computed(_, Points::Sparse(_)) => x.floats(builder)?,
            Self::Computed(_, Points::Dense(_)) | Self::Given { .. } => x.dense_floats(builder)?,
        };
        let x = builder.cast(x, DType::F64)?;
        let x = builder.add(Op::Guard(Check::Finite), &[x])?;
        Ok(builder.add(self.op(), &[x])?)
    }

    /// Number of support vectors.
    pub(super) fn vectors(&self) -> usize {
        match self {
            Self::Computed(_, vectors) => vectors.rows(),
            Self::Given { support, .. } => support.len(),
        }
    }

    fn op(&self) -> Op {
        match self {
            Self::Computed(kernel, vectors) => {
                Op::PairKernel(PairKernel { kernel: *kernel, vectors: vectors.clone() })
            }
            Self::Given { support, .. } => Op::Columns(Columns(support.clone())),
        }
    }
}

fn precomputed(state: &State<'_>) -> Result<KernelRow, Error> {
    if state.has("_sparse") && state.bool("_sparse")? {
        return Err(state.unsupported("_sparse", "a precomputed kernel fitted on a sparse matrix"));
    }
    let rows = state.sequence("shape_fit_")?.first().copied().and_then(|rows| state.heap().as_int(rows));
    let n_features = rows.and_then(|rows| usize::try_from(rows).ok());
    let n_features = n_features.ok_or_else(|| state.malformed("shape_fit_", "not a shape"))?;
    let support = state.counts("support_")?;
    match support.iter().find(|&&row| row >= n_features) {
        Some(row) => Err(state.malformed("support_", format!("row {row} of {n_features} training rows"))),
        None => Ok(KernelRow::Given { support, n_features }),
    }
}

/// Models fitted on sparse data hold CSR matrices.
fn support_vectors(state: &State<'_>) -> Result<Points, Error> {
    let vectors = state.points("support_vectors_")?;
    if vectors.columns() == 0 {
        return Err(state.malformed("support_vectors_", "support vectors of no feature"));
    }
    Ok(vectors)
}

fn kernel(state: &State<'_>, features: usize) -> Result<Kernel, Error> {
    let name = state.text("kernel")?.unwrap_or_default();
    Ok(match name.as_str() {
        "linear" => Kernel::Linear,
        "poly" => Kernel::Poly {
            gamma: gamma(state, &name, features)?,
            coef0: state.float("coef0")?,
            degree: u32::try_from(state.int("degree")?)
                .map_err(|_| state.malformed("degree", "not a degree"))?,
        },
        "rbf" => Kernel::Rbf { gamma: gamma(state, &name, features)? },
        "sigmoid" => Kernel::Sigmoid { gamma: gamma(state, &name, features)?, coef0: state.float("coef0")? },
        other => {
            return Err(state.unsupported(
                "kernel",
                format!("kernel {other:?}; linear, poly, rbf, sigmoid and precomputed work"),
            ));
        }
    })
}

/// `_gamma` is what `gamma` came to at fit. Very old files do not have it: there 0.0 stood for 1 / n_features
/// (whether for sigmoid too depends on a version that they do not tell).
fn gamma(state: &State<'_>, kernel: &str, features: usize) -> Result<f64, Error> {
    if state.has("_gamma") {
        return state.float("_gamma");
    }
    if state.text("gamma")?.as_deref() == Some("auto") {
        return Ok(1.0 / features as f64);
    }
    match state.float("gamma") {
        Ok(0.0) if kernel != "sigmoid" => Ok(1.0 / features as f64),
        Ok(gamma) if gamma > 0.0 => Ok(gamma),
        _ => {
            Err(state.unsupported("_gamma", "this attribute is missing, and gamma does not say what it was"))
        }
    }
}

/// The public attributes are no substitute: their sign for two classes changed in the versions without these.
pub(super) fn libsvms_own<'n>(state: &State<'_>, name: &'n str) -> Result<&'n str, Error> {
    let missing = || state.unsupported(name, "this attribute is missing: fitted by a very old scikit-learn");
    state.has(name).then_some(name).ok_or_else(missing)
}
