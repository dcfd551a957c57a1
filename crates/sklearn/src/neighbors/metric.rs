//! The metric of a brute-force search, by its name in `effective_metric_`.

use std::sync::Arc;

use cannery_graph::{Matrix, Metric};
use cannery_object::Value;
use cannery_object::known::Version;

use crate::error::Error;
use crate::state::State;

const NAME: &str = "effective_metric_";
const PARAMS: &str = "effective_metric_params_";

/// A metric as it is called; what it computes depends on how the points are searched.
#[derive(Debug)]
pub(crate) enum Named {
    /// Expanded, as scikit-learn does for this name alone.
    Euclidean,
    /// Another name of it.
    L2,
    BrayCurtis,
    Cosine,
    Correlation,
    Hamming,
    Mahalanobis(Matrix),
    Haversine,
    /// The same however the points are searched.
    Other(Metric),
}

/// Models over matrices of distances.
pub(crate) fn refuse_precomputed(state: &State<'_>) -> Result<(), Error> {
    if state.text(NAME)?.as_deref() == Some("precomputed") {
        return Err(state.unsupported("metric", "precomputed distances"));
    }
    Ok(())
}

pub(crate) fn read(state: &State<'_>) -> Result<Named, Error> {
    let Some(name) = state.text(NAME)? else {
        return Err(state.unsupported("metric", "a metric that is a Python object"));
    };
    Ok(match &*name {
        "euclidean" => Named::Euclidean,
        "l2" => Named::L2,
        "manhattan" | "cityblock" | "l1" => Named::Other(Metric::Manhattan),
        "chebyshev" | "infinity" => Named::Other(Metric::Chebyshev),
        "minkowski" | "p" => Named::Other(minkowski(state)?),
        "wminkowski" => {
            let weights = vector(state, "w")?.ok_or_else(|| missing(state, "w"))?;
            Named::Other(Metric::MinkowskiInside { p: exponent(state)?, weights })
        }
        "seuclidean" => {
            Named::Other(Metric::SEuclidean(vector(state, "V")?.ok_or_else(|| missing(state, "V"))?))
        }
        "mahalanobis" => Named::Mahalanobis(matrix(state, "VI")?.ok_or_else(|| missing(state, "VI"))?),
        "canberra" => Named::Other(Metric::Canberra),
        "braycurtis" => Named::BrayCurtis,
        "hamming" => Named::Hamming,
        "haversine" => Named::Haversine,
        "cosine" => Named::Cosine,
        "correlation" => Named::Correlation,
        other => return Err(state.unsupported("metric", format!("metric {other:?} by brute force"))),
    })
}

impl Named {
    /// Whether scikit-learn since 1.1 computes it without a matrix of distances.
    pub(crate) fn goes_into_heap(&self) -> bool {
        match self {
            Self::Euclidean | Self::L2 | Self::BrayCurtis | Self::Haversine | Self::Other(_) => true,
            Self::Cosine | Self::Correlation | Self::Hamming | Self::Mahalanobis(_) => false,
        }
    }

    /// `is_single`: data and input are both of float32.
    pub(crate) fn for_heap(self, state: &State<'_>, is_single: bool) -> Result<Metric, Error> {
        Ok(match self {
            Self::Euclidean => Metric::EuclideanExpanded,
            _ if is_single => return Err(single(state)),
            Self::L2 => Metric::Euclidean,
            Self::BrayCurtis => Metric::BrayCurtis,
            other => other.plain(),
        })
    }

    /// `is_single`: data and input are both of float32.
    pub(crate) fn for_partition(
        self,
        state: &State<'_>,
        is_single: bool,
        version: Version,
    ) -> Result<Metric, Error> {
        Ok(match self {
            Self::Euclidean | Self::L2 if !is_single => Metric::EuclideanExpanded,
            Self::Euclidean if version >= Version::new(0, 21) => Metric::EuclideanExpandedF32,
            Self::Euclidean | Self::L2 | Self::Cosine | Self::Haversine if is_single => {
                return Err(single(state));
            }
            Self::Cosine if version < Version::new(1, 0) => Metric::Cosine { floor: 0.0 },
            Self::BrayCurtis => Metric::BrayCurtisSigned,
            other => other.plain(),
        })
    }

    fn plain(self) -> Metric {
        match self {
            Self::Euclidean | Self::L2 => Metric::Euclidean,
            Self::BrayCurtis => Metric::BrayCurtis,
            Self::Cosine => Metric::Cosine { floor: 10.0 * f64::EPSILON },
            Self::Correlation => Metric::Correlation,
            Self::Hamming => Metric::Hamming,
            Self::Haversine => Metric::Haversine,
            Self::Mahalanobis(inverse) => Metric::Mahalanobis(inverse),
            Self::Other(metric) => metric,
        }
    }
}

fn single(state: &State<'_>) -> Error {
    let message = "brute-force search of float32 data by this metric and version for input of float32; input of \
                   float64 works";
    state.unsupported("metric", message)
}

fn missing(state: &State<'_>, name: &str) -> Error {
    state.unsupported(&place(name), "this parameter is missing: scikit-learn computes it from the input")
}

fn minkowski(state: &State<'_>) -> Result<Metric, Error> {
    Ok(Metric::Minkowski { p: exponent(state)?, weights: vector(state, "w")? })
}

fn exponent(state: &State<'_>) -> Result<f64, Error> {
    let Some(value) = param(state, "p")? else { return Ok(2.0) };
    let p = state.float_in(value, &place("p"))?;
    if p > 0.0 && p.is_finite() { Ok(p) } else { Err(state.unsupported(&place("p"), format!("p = {p}"))) }
}

fn vector(state: &State<'_>, name: &str) -> Result<Option<Arc<[f64]>>, Error> {
    Ok(array(state, name, 1)?.map(|(_, values)| values.into()))
}

fn matrix(state: &State<'_>, name: &str) -> Result<Option<Matrix>, Error> {
    let Some((shape, values)) = array(state, name, 2)? else { return Ok(None) };
    let matrix = Matrix::new(shape[0], shape[1], values);
    matrix.map(Some).ok_or_else(|| state.malformed(&place(name), "an array of another size than its shape"))
}

/// Shape and elements.
type Shaped = (Vec<usize>, Vec<f64>);

/// A parameter that is an array of so many dimensions; `None` without one.
fn array(state: &State<'_>, name: &str, ndim: usize) -> Result<Option<Shaped>, Error> {
    let Some(value) = param(state, name)? else { return Ok(None) };
    let array = state.array_in(value, &place(name))?;
    if array.ndim() != ndim {
        return Err(state.malformed(&place(name), format!("an array of shape {:?}", array.shape)));
    }
    let values = array.f64s().map_err(|error| Error::in_view(state.path_of(&place(name)), &error))?;
    Ok(Some((array.shape.to_vec(), values.into_owned())))
}

/// A parameter of the metric; `None` when it is missing or Python's `None`.
fn param(state: &State<'_>, name: &str) -> Result<Option<Value>, Error> {
    let params = state.heap().as_dict(state.value(PARAMS)?);
    let params = params.ok_or_else(|| state.malformed(PARAMS, "not a dict"))?;
    Ok(state.heap().lookup(params, name).filter(|&value| value != Value::None))
}

fn place(name: &str) -> String {
    format!("{PARAMS}[{name:?}]")
}
