use std::fmt;

use super::{Exactness, Family, Metric, Operator, rule};
use crate::DType;
use crate::canonical::Canonical;
use crate::constant::Matrix;
use crate::types::Type;

/// f64\[n,d\] → f64\[n\]: the logarithm of a density: of Σ w·k(t) over m constant points of d features, plus a constant.
/// Valid by construction; cheap to clone.
///
/// t is the distance from x to a point divided by the bandwidth, k the kernel of [`DensityKernel`], w the weight of the point
/// or 1. With log k + log w of each point the result is m + log Σ exp(· − m), m being the largest, plus the offset.
#[derive(Clone, Debug, PartialEq)]
pub struct KernelDensity {
    points: Matrix,
    weights: Option<Vec<f64>>,
    metric: Metric,
    kernel: DensityKernel,
    bandwidth: f64,
    offset: f64,
}

/// A kernel of t, the distance in bandwidths: the logarithm that is added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DensityKernel {
    /// −½·t².
    Gaussian,
    /// 0 where t < 1, else −inf.
    Tophat,
    /// log(1 − t²) where t < 1, else −inf.
    Epanechnikov,
    /// −t.
    Exponential,
    /// log(1 − t) where t < 1, else −inf.
    Linear,
    /// log cos(½·π·t) where t < 1, else −inf.
    Cosine,
}

impl KernelDensity {
    /// Takes it if all fits together, or says what does not.
    pub fn new(
        points: Matrix,
        weights: Option<Vec<f64>>,
        metric: Metric,
        kernel: DensityKernel,
        bandwidth: f64,
        offset: f64,
    ) -> Result<Self, String> {
        let (m, d) = (points.rows(), points.columns());
        if d == 0 || m == 0 {
            return Err(format!("{m} points of {d} features"));
        }
        metric.check(d)?;
        if weights.as_ref().is_some_and(|weights| weights.len() != m) {
            return Err(format!("other weights than {m} points have"));
        }
        Ok(Self { points, weights, metric, kernel, bandwidth, offset })
    }

    /// The points, one a row.
    pub fn points(&self) -> &Matrix {
        &self.points
    }

    /// One weight a point.
    pub fn weights(&self) -> Option<&[f64]> {
        self.weights.as_deref()
    }

    /// What distance is.
    pub fn metric(&self) -> &Metric {
        &self.metric
    }

    /// The kernel.
    pub fn kernel(&self) -> DensityKernel {
        self.kernel
    }

    /// The bandwidth.
    pub fn bandwidth(&self) -> f64 {
        self.bandwidth
    }

    /// What is added at the end.
    pub fn offset(&self) -> f64 {
        self.offset
    }
}

impl Operator for KernelDensity {
    fn name(&self) -> &'static str {
        "kernel_density"
    }

    fn family(&self) -> Family {
        Family::Models
    }

    fn infer(&self, inputs: &[Type]) -> Result<Type, String> {
        let x = rule::one(self, inputs)?;
        rule::expect(self, x, Type::matrix(DType::F64, self.points.columns()))?;
        Ok(Type::vector(DType::F64))
    }

    fn exactness(&self) -> Exactness {
        Exactness::SUMS
    }

    fn constants(&self, out: &mut Canonical<'_>) {
        out.matrix(&self.points);
        out.flag(self.weights.is_some());
        out.floats(self.weights.as_deref().unwrap_or_default());
        self.metric.write(out);
        out.word(self.kernel.word());
        out.float(self.bandwidth);
        out.float(self.offset);
    }

    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rows, columns) = (self.points.rows(), self.points.columns());
        write!(f, " {} {} {rows}x{columns}", self.kernel.word(), self.metric)
    }
}

impl DensityKernel {
    fn word(self) -> &'static str {
        match self {
            Self::Gaussian => "gaussian",
            Self::Tophat => "tophat",
            Self::Epanechnikov => "epanechnikov",
            Self::Exponential => "exponential",
            Self::Linear => "linear",
            Self::Cosine => "cosine",
        }
    }
}
