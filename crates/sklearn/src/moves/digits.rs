//! Estimators whose last digits depend on the libraries that compute, whatever the release.

use cannery_object::Heap;

use super::edit::{Context, Edit};
use super::walk::Walk;

/// Notes them.
pub(super) fn note(heap: &mut Heap, walk: &Walk, cx: &mut Context) {
    for &object in &walk.objects {
        let mut e = Edit { heap: &mut *heap, cx: &mut *cx, object };
        if let Some(message) = message(&e) {
            e.differs_in_digits(message);
        }
    }
}

fn message(e: &Edit<'_>) -> Option<&'static str> {
    let is_neighbors = e.is(&[
        "KNeighborsClassifier",
        "KNeighborsRegressor",
        "RadiusNeighborsClassifier",
        "RadiusNeighborsRegressor",
    ]);
    if is_neighbors && e.is_text("_fit_method", &["brute"]) || e.is(&["Isomap"]) {
        return Some(
            "distances of brute force depend on BLAS: results differ by up to 1e-6 between releases of libraries",
        );
    }
    if e.is(&["GradientBoostingRegressor"])
        && e.class_in("init_").is_some_and(|class| !class.starts_with("Dummy"))
    {
        return Some(
            "predictions of `init` depend on BLAS: results differ by up to 1e-6 between releases of libraries",
        );
    }
    if e.is(&["KernelRidge", "RBFSampler", "Nystroem"]) {
        return Some("kernels depend on BLAS: results differ by up to 1e-9, of float32 rows by up to 1e-4");
    }
    None
}
