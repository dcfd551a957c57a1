//! Covariances: `mahalanobis` gives scipy a matrix whose rows and columns compiled code takes for those of a point.
//!
//! Source: `EmpiricalCovariance.mahalanobis` in `sklearn/covariance/_empirical_covariance.py`;
//! `mahalanobis_distance_double` in `scipy/spatial/src/distance_impl.h`.

use super::parts::array;
use super::{Checked, Site, unsound};

/// `precision_`, and `covariance_` of which it is made where it is not kept, are as wide as `location_` is long.
pub(super) fn check(site: &Site<'_>) -> Checked {
    let heap = site.heap;
    let Some(object) = heap.object(site.value).filter(|object| object.attr("location_").is_some()) else {
        return Ok(());
    };
    let features = array(heap, &object, "location_", 1)?.len();
    for name in ["precision_", "covariance_"] {
        if object.attr(name).is_none_or(|value| value == cannery_object::Value::None) {
            continue;
        }
        let shape = array(heap, &object, name, 2)?.shape;
        if shape[..] != [features, features] {
            return Err(unsound(name, format!("shape {shape:?} for {features} features")));
        }
    }
    Ok(())
}
