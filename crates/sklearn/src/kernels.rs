//! Kernels of rows with points, as `sklearn.metrics.pairwise.pairwise_kernels` computes them.

use cannery_graph::{
    Arithmetic, Builder, DType, Distance, Edge, Function, Norm, Op, PairDistance, RowNorm, Scale,
};

use crate::error::Error;
use crate::numpy::Weights;
use crate::state::State;

/// A kernel by its name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum PairwiseKernel {
    Linear,
    Polynomial {
        gamma: Option<f64>,
        coef0: f64,
        degree: f64,
    },
    Rbf {
        gamma: Option<f64>,
    },
    Laplacian {
        gamma: Option<f64>,
    },
    Sigmoid {
        gamma: Option<f64>,
        coef0: f64,
    },
    Cosine,
    ChiSquared {
        gamma: f64,
    },
    AdditiveChiSquared,
    /// Rows are the kernel already.
    Precomputed,
}

impl PairwiseKernel {
    /// The parameters `kernel`, `gamma`, `degree` and `coef0`. Since 1.3 KernelPCA has what gamma was at fit.
    pub(crate) fn read(state: &State<'_>, gamma_name: &str) -> Result<Self, Error> {
        const NAME: &str = "kernel";
        let number = |name: &str| if state.is_none(name)? { Ok(None) } else { state.float(name).map(Some) };
        let gamma = || number(gamma_name);
        let or = |name: &str, default: f64| number(name).map(|value| value.unwrap_or(default));
        Ok(match state.text(NAME)?.as_deref() {
            Some("linear") => Self::Linear,
            Some("poly" | "polynomial") => {
                Self::Polynomial { gamma: gamma()?, coef0: or("coef0", 1.0)?, degree: or("degree", 3.0)? }
            }
            Some("rbf") => Self::Rbf { gamma: gamma()? },
            Some("laplacian") => Self::Laplacian { gamma: gamma()? },
            Some("sigmoid") => Self::Sigmoid { gamma: gamma()?, coef0: or("coef0", 1.0)? },
            Some("cosine") => Self::Cosine,
            Some("chi2") => Self::ChiSquared { gamma: gamma()?.unwrap_or(1.0) },
            Some("additive_chi2") => Self::AdditiveChiSquared,
            Some("precomputed") => Self::Precomputed,
            Some(other) => return Err(state.unsupported(NAME, format!("the kernel {other}"))),
            None => {
                return Err(
                    state.unsupported(NAME, "a kernel that is a function; cannery can't run Python code")
                );
            }
        })
    }

    /// The kernel of each row with each point: float32 only if rows and points are.
    pub(crate) fn lower(self, builder: &mut Builder, x: Edge, points: &Weights) -> Result<Edge, Error> {
        if self == Self::Precomputed {
            return Ok(x);
        }
        let x = if points.dtype == DType::F64 { builder.cast(x, DType::F64)? } else { x };
        let (m, default) = (points.rows(), 1.0 / points.columns() as f64);
        let scaled = |builder: &mut Builder, x: Edge, steps: &[(Arithmetic, f64)]| {
            let steps = steps.iter().map(|&(step, constant)| (step, vec![constant; m])).collect();
            Ok::<Edge, Error>(builder.add(Op::Scale(Scale { steps }), &[x])?)
        };
        let distances = |builder: &mut Builder, x: Edge, distance: Distance| {
            let points = points.matrix.clone();
            Ok::<Edge, Error>(builder.add(Op::PairDistance(PairDistance { distance, points }), &[x])?)
        };
        let falling = |builder: &mut Builder, x: Edge, distance: Distance, gamma: f64| {
            let distances = distances(builder, x, distance)?;
            let exponents = scaled(builder, distances, &[(Arithmetic::Multiply, -gamma)])?;
            Ok(builder.add(Op::Elementwise(Function::Exp), &[exponents])?)
        };
        match self {
            Self::Linear => points.product(builder, x),
            Self::Polynomial { gamma, coef0, degree } => {
                let products = points.product(builder, x)?;
                let multiply = (Arithmetic::Multiply, gamma.unwrap_or(default));
                scaled(builder, products, &[multiply, (Arithmetic::Add, coef0), (Arithmetic::Power, degree)])
            }
            Self::Sigmoid { gamma, coef0 } => {
                let products = points.product(builder, x)?;
                let multiply = (Arithmetic::Multiply, gamma.unwrap_or(default));
                let sums = scaled(builder, products, &[multiply, (Arithmetic::Add, coef0)])?;
                Ok(builder.add(Op::Elementwise(Function::Tanh), &[sums])?)
            }
            Self::Rbf { gamma } => falling(builder, x, Distance::SquaredEuclidean, gamma.unwrap_or(default)),
            Self::Laplacian { gamma } => falling(builder, x, Distance::Manhattan, gamma.unwrap_or(default)),
            Self::ChiSquared { gamma } => falling(builder, x, Distance::ChiSquared, gamma),
            Self::AdditiveChiSquared => {
                let distances = distances(builder, x, Distance::ChiSquared)?;
                scaled(builder, distances, &[(Arithmetic::Multiply, -1.0)])
            }
            Self::Cosine => {
                let x = builder.add(Op::RowNorm(RowNorm { norm: Norm::L2, floor: true }), &[x])?;
                unit_rows(points).product(builder, x)
            }
            Self::Precomputed => Ok(x),
        }
    }
}

/// Rows of length 1.
fn unit_rows(points: &Weights) -> Weights {
    let rows = (0..points.rows()).map(|row| points.matrix.row(row));
    let unit = |row: &[f64]| {
        let norm = row.iter().map(|x| x * x).sum::<f64>().sqrt();
        let norm = if norm < 10.0 * f64::EPSILON { 1.0 } else { norm };
        row.iter().map(|x| x / norm).collect::<Vec<_>>()
    };
    points.with(points.rows(), points.columns(), rows.flat_map(unit).collect())
}
