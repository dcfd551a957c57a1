//! Densities of scipy: compiled code reads a weight for each point.
//!
//! Source: `gaussian_kernel_estimate` in `scipy/stats/_stats.pyx`.

use super::raw::{array, array_in};
use super::unsound;
use crate::site::{Checked, Site};

/// A `gaussian_kde` has as many weights as its data have columns.
pub(super) fn check(site: &Site<'_>) -> Checked {
    let heap = site.heap;
    let Some(object) = heap.object(site.value).filter(|object| object.attributes().is_some()) else {
        return Ok(());
    };
    let points = array(heap, &object, "dataset", 2)?.shape[1];
    let Some(weights) = object.attr("_weights") else { return Ok(()) };
    let weights = array_in(heap, weights, "_weights", 1)?.len();
    if weights == points {
        Ok(())
    } else {
        Err(unsound("_weights", format!("{weights} for {points} points")))
    }
}
