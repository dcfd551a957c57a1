use std::fmt;
use std::sync::Arc;

use super::Bounds;
use crate::canonical::Canonical;
use crate::constant::Matrix;

/// How far a row x is from a point y. Float64 throughout; sums run over the features in order, from 0.0,
/// where nothing else is said.
///
/// Where two forms are given, the first is the *reduced* distance, which is compared in a search by heap or tree,
/// and the second the distance itself, made from it.
/// Sources: scikit-learn's `metrics/_dist_metrics.pyx.tp` and `metrics/pairwise.py`; scipy's `cdist`.
#[derive(Clone, Debug, PartialEq)]
pub enum Metric {
    /// Σ(x−y)²; √.
    Euclidean,
    /// ‖x‖² + (−2·Σxy) + ‖y‖², each sum in any order, never below 0; √.
    EuclideanExpanded,
    /// As `EuclideanExpanded`, and the sum is rounded to float32, and so is the root of that.
    EuclideanExpandedF32,
    /// Σ|x−y|
    Manhattan,
    /// max|x−y|, from 0.0.
    Chebyshev,
    /// Σw·|x−y|^p, w being 1 without weights; to the power 1/p.
    Minkowski {
        /// The exponent, above 0 and finite.
        p: f64,
        /// A weight for each feature.
        weights: Option<Arc<[f64]>>,
    },
    /// Σ(w·|x−y|)^p; to the power 1/p. Known as `wminkowski`.
    MinkowskiInside {
        /// The exponent, above 0 and finite.
        p: f64,
        /// A weight for each feature.
        weights: Arc<[f64]>,
    },
    /// Σ(x−y)²/v; √.
    SEuclidean(Arc<[f64]>),
    /// Σ_i(Σ_j a\[i,j\]·(x−y)\[j\])·(x−y)\[i\]; √.
    Mahalanobis(Matrix),
    /// Number of features where x ≠ y, divided by the number of features.
    Hamming,
    /// Σ|x−y|/(|x|+|y|), without the features where the divisor is 0.
    Canberra,
    /// Σ|x−y| / Σ(|x|+|y|), 0 when the divisor is.
    BrayCurtis,
    /// Σ|x−y| / Σ|x+y|: scipy's form of it.
    BrayCurtisSigned,
    /// sin²((x₀−y₀)/2) + cos x₀·cos y₀·sin²((x₁−y₁)/2); 2·asin √. Two features, in radians.
    Haversine,
    /// 1 − Σx'y', within 0 and 2, where x' = x/‖x‖ and y' = y/‖y‖.
    Cosine {
        /// A norm below this, or of 0, counts as 1.
        floor: f64,
    },
    /// 1 − Σx'y'/(‖x'‖·‖y'‖), where x' and y' are x and y less their means; the quotient stays within −1 and 1.
    Correlation,
}

impl Metric {
    /// Whether its constants fit d features.
    pub(crate) fn check(&self, d: usize) -> Result<(), String> {
        let fits = match self {
            Self::Minkowski { p, weights } => {
                *p > 0.0 && p.is_finite() && weights.as_ref().is_none_or(|w| w.len() == d)
            }
            Self::MinkowskiInside { p, weights } => *p > 0.0 && p.is_finite() && weights.len() == d,
            Self::SEuclidean(variances) => variances.len() == d,
            Self::Mahalanobis(inverse) => (inverse.rows(), inverse.columns()) == (d, d),
            Self::Haversine => d == 2,
            Self::Euclidean
            | Self::EuclideanExpanded
            | Self::EuclideanExpandedF32
            | Self::Manhattan
            | Self::Chebyshev
            | Self::Hamming
            | Self::Canberra
            | Self::BrayCurtis
            | Self::BrayCurtisSigned
            | Self::Cosine { .. }
            | Self::Correlation => true,
        };
        fits.then_some(()).ok_or_else(|| format!("the constants of {self} do not fit {d} features"))
    }

    pub(super) fn check_bounds(&self, bounds: &Bounds) -> Result<(), String> {
        let is_distance = !matches!(
            self,
            Self::EuclideanExpanded
                | Self::EuclideanExpandedF32
                | Self::BrayCurtisSigned
                | Self::Cosine { .. }
                | Self::Correlation
        );
        let fits = match bounds {
            Bounds::Boxes { .. } => self.exponent().is_some(),
            Bounds::Centres(_) => is_distance,
        };
        fits.then_some(()).ok_or_else(|| format!("a tree can't be searched by {self}"))
    }

    /// The exponent p of a metric that is a sum of |x−y|^p, infinite for the maximum. `None` for any other.
    pub fn exponent(&self) -> Option<f64> {
        match self {
            Self::Euclidean => Some(2.0),
            Self::Manhattan => Some(1.0),
            Self::Chebyshev => Some(f64::INFINITY),
            Self::Minkowski { p, weights: None } => Some(*p),
            _ => None,
        }
    }

    /// Writes it into the canonical text.
    pub(crate) fn write(&self, out: &mut Canonical<'_>) {
        out.word(self.word());
        match self {
            Self::Minkowski { p, weights } => {
                out.float(*p);
                out.option(weights.as_deref(), Canonical::floats);
            }
            Self::MinkowskiInside { p, weights } => {
                out.float(*p);
                out.floats(weights);
            }
            Self::SEuclidean(variances) => out.floats(variances),
            Self::Mahalanobis(inverse) => out.matrix(inverse),
            Self::Cosine { floor } => out.float(*floor),
            Self::Euclidean
            | Self::EuclideanExpanded
            | Self::EuclideanExpandedF32
            | Self::Manhattan
            | Self::Chebyshev
            | Self::Hamming
            | Self::Canberra
            | Self::BrayCurtis
            | Self::BrayCurtisSigned
            | Self::Haversine
            | Self::Correlation => {}
        }
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Euclidean => "euclidean",
            Self::EuclideanExpanded => "euclidean-expanded",
            Self::EuclideanExpandedF32 => "euclidean-expanded-f32",
            Self::Manhattan => "manhattan",
            Self::Chebyshev => "chebyshev",
            Self::Minkowski { .. } => "minkowski",
            Self::MinkowskiInside { .. } => "wminkowski",
            Self::SEuclidean(_) => "seuclidean",
            Self::Mahalanobis(_) => "mahalanobis",
            Self::Hamming => "hamming",
            Self::Canberra => "canberra",
            Self::BrayCurtis => "braycurtis",
            Self::BrayCurtisSigned => "braycurtis-signed",
            Self::Haversine => "haversine",
            Self::Cosine { .. } => "cosine",
            Self::Correlation => "correlation",
        }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())?;
        match self {
            Self::Minkowski { p, weights: None } | Self::MinkowskiInside { p, .. } => write!(f, " p={p:?}"),
            Self::Minkowski { p, weights: Some(_) } => write!(f, " p={p:?} weighted"),
            _ => Ok(()),
        }
    }
}
