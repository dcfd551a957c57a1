//! Support vector machines: libsvm is given lengths by one array and reads the others by them.
//!
//! Source: `set_model` in `sklearn/svm/src/libsvm/libsvm_helper.c`; a wrong `_n_support` was CVE-2020-28975.

use cannery_object::View;

use super::raw::{array_in, ints};
use super::unsound;
use crate::site::{Checked, Site, is_str};

pub(super) fn check(site: &Site<'_>) -> Checked {
    let heap = site.heap;
    let Some(object) = heap.object(site.value) else { return Ok(()) };
    let name = object.class().1;
    let is_classifier = matches!(name, "SVC" | "NuSVC");
    if !is_classifier && !matches!(name, "SVR" | "NuSVR" | "OneClassSVM") {
        return Ok(());
    }
    let first = |names: [&'static str; 2]| {
        names.into_iter().find_map(|name| object.attr(name).map(|value| (name, value)))
    };
    let Some(vectors) = object.attr("support_vectors_") else { return Ok(()) };
    let rows = match heap.view(vectors) {
        View::Sparse(sparse) => sparse.shape().map_err(|error| unsound("support_vectors_", error))?,
        _ => array_in(heap, vectors, "support_vectors_", 2)?.shape.to_vec(),
    };
    let rows = rows.first().copied().unwrap_or(0);
    let support = match object.attr("support_") {
        Some(value) => array_in(heap, value, "support_", 1)?.len(),
        None => rows,
    };
    // with a precomputed kernel, or one that is a Python function, libsvm reads no vectors
    let kernel = object.attr("kernel");
    let is_precomputed =
        kernel.is_some_and(|kernel| heap.is_str(kernel, "precomputed") || !is_str(heap, kernel));
    if rows != support && !(is_precomputed && rows == 0) {
        return Err(unsound("support_", format!("{support} for {rows} support vectors")));
    }
    let mut classes = 2;
    if let Some((name, value)) = first(["_n_support", "n_support_"]).filter(|_| is_classifier) {
        let counts = array_in(heap, value, name, 1)?;
        let sum = ints(&counts)
            .and_then(|mut ints| ints.try_fold(0_i64, |sum, n| sum.checked_add(n).filter(|_| n >= 0)));
        if sum.and_then(|sum| usize::try_from(sum).ok()) != Some(support) {
            return Err(unsound(name, format!("does not add up to {support} support vectors")));
        }
        classes = counts.len();
    }
    let pairs = classes * classes.saturating_sub(1) / 2;
    if let Some((name, value)) = first(["_dual_coef_", "dual_coef_"]) {
        let shape = match heap.view(value) {
            View::Sparse(sparse) => sparse.shape().map_err(|error| unsound(name, error))?,
            _ => array_in(heap, value, name, 2)?.shape.to_vec(),
        };
        if shape[..] != [classes.saturating_sub(1).max(1), support] {
            let message = format!("shape {shape:?} for {classes} classes and {support} support vectors");
            return Err(unsound(name, message));
        }
    }
    if let Some((name, value)) = first(["_intercept_", "intercept_"]) {
        let rows = array_in(heap, value, name, 1)?.len();
        if rows < pairs.max(1) {
            return Err(unsound(name, format!("{rows} for {classes} classes")));
        }
    }
    for names in [["_probA", "probA_"], ["_probB", "probB_"]] {
        if let Some((name, value)) = first(names) {
            let rows = array_in(heap, value, name, 1)?.len();
            if rows != 0 && rows < pairs {
                return Err(unsound(name, format!("{rows} for {classes} classes")));
            }
        }
    }
    Ok(())
}
