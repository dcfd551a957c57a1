//! Splines of scipy: compiled code reads `k + 1` coefficients for each interval of knots.
//!
//! Source: `_evaluate` of `BSpline` in `scipy/interpolate/_bsplines.py`, which checks them only in the constructor.

use super::raw::{array, int_of};
use super::unsound;
use crate::site::{Checked, Site};

/// Checks the knots `t`, the coefficients `c` and the degree `k` of a B-spline.
pub(super) fn check(site: &Site<'_>) -> Checked {
    let heap = site.heap;
    let Some(object) = heap.object(site.value).filter(|object| object.attributes().is_some()) else {
        return Ok(());
    };
    let degree = object.attr("k").and_then(|value| int_of(heap, value)).and_then(|k| usize::try_from(k).ok());
    let degree = degree.ok_or_else(|| unsound("k", "not the degree of a spline"))?;
    let knots = array(heap, &object, "t", 1)?.len();
    let coefficients = object.attr("c").and_then(|value| heap.ndarray(value));
    let coefficients = coefficients.ok_or_else(|| unsound("c", "not an array"))?;
    let coefficients = coefficients.map_err(|error| unsound("c", error))?;
    let count = coefficients.shape.first().copied().unwrap_or(0);
    let bases = degree.checked_add(1).and_then(|order| knots.checked_sub(order));
    match bases {
        Some(bases) if bases > degree && count >= bases => Ok(()),
        _ => Err(unsound("c", format!("{count} coefficients for {knots} knots and degree {degree}"))),
    }
}
