//! Splines of scipy: compiled code reads `k + 1` coefficients for each interval of knots.
//!
//! Source: `_evaluate` of `BSpline` in `scipy/interpolate/_bsplines.py`, which checks them only in the constructor;
//! `evaluate` and `find_interval` in `scipy/interpolate/_ppoly.pyx`.

use cannery_object::{Heap, NdArray, Value};

use super::raw::{array, array_in};
use super::unsound;
use crate::site::{Checked, Refusal, Site};

/// Checks the knots `t`, the coefficients `c` and the degree `k` of a B-spline.
pub(super) fn check(site: &Site<'_>) -> Checked {
    let heap = site.heap;
    let Some(object) = heap.object(site.value).filter(|object| object.attributes().is_some()) else {
        return Ok(());
    };
    let degree = object.attr("k").and_then(|value| heap.integer(value)).and_then(|k| usize::try_from(k).ok());
    let degree = degree.ok_or_else(|| unsound("k", "not the degree of a spline"))?;
    let knots = array(heap, &object, "t", 1)?.len();
    let coefficients = coefficients(heap, object.attr("c"))?;
    let count = coefficients.shape.first().copied().unwrap_or(0);
    let bases = degree.checked_add(1).and_then(|order| knots.checked_sub(order));
    match bases {
        Some(bases) if bases > degree && count >= bases => Ok(()),
        _ => Err(unsound("c", format!("{count} coefficients for {knots} knots and degree {degree}"))),
    }
}

fn coefficients(heap: &Heap, value: Option<Value>) -> Result<NdArray<'_>, Refusal> {
    let array = value.and_then(|value| heap.ndarray(value)).ok_or_else(|| unsound("c", "not an array"))?;
    array.map_err(|error| unsound("c", error))
}

/// Checks the breakpoints `x` and the coefficients `c` of a piecewise polynomial: a column for each interval, of which
/// there is at least one. Both are slots, or attributes where the class has none.
pub(super) fn check_piecewise(site: &Site<'_>) -> Checked {
    let heap = site.heap;
    let part = |name| site.states.iter().find_map(|&state| of_state(heap, state, name));
    let (breakpoints, coefficients_) = match (part("x"), part("c")) {
        (None, None) => return Ok(()),
        (x, c) => (x.ok_or_else(|| unsound("x", "this attribute is missing"))?, c),
    };
    let breakpoints = array_in(heap, breakpoints, "x", 1)?.len();
    let coefficients = coefficients(heap, coefficients_)?;
    match coefficients.shape[..] {
        [order, intervals, ..] if order > 0 && intervals > 0 && breakpoints == intervals + 1 => Ok(()),
        _ => {
            let message = format!("shape {:?} for {breakpoints} breakpoints", coefficients.shape);
            Err(unsound("c", message))
        }
    }
}

fn of_state(heap: &Heap, state: Value, name: &str) -> Option<Value> {
    let in_dict = |dict: Value| heap.lookup(heap.as_dict(dict)?, name);
    match heap.as_tuple(state) {
        Some(parts) => parts.iter().rev().find_map(|&dict| in_dict(dict)),
        None => in_dict(state),
    }
}
