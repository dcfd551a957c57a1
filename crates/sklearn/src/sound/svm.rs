//! Support vector machines: libsvm is given lengths by one array and reads the others by them.
//!
//! Source: `set_model` in `sklearn/svm/src/libsvm/libsvm_helper.c`; a wrong `_n_support` was CVE-2020-28975.

use cannery_object::{Heap, Object, Value, View};

use super::parts::{array_in, count};
use super::{Checked, Site, is_str, unknown, unsound};

pub(super) fn check(site: &Site<'_>) -> Checked {
    let heap = site.heap;
    let Some(object) = heap.object(site.value) else { return Ok(()) };
    let name = object.class().1;
    let is_classifier = matches!(name, "SVC" | "NuSVC");
    if !is_classifier && !matches!(name, "SVR" | "NuSVR" | "OneClassSVM") {
        return Ok(());
    }
    // which of the names is used depends on the release: all that are there must fit
    let present = |names: [&'static str; 2]| {
        names.into_iter().filter_map(|name| object.attr(name).map(|value| (name, value)))
    };
    // old releases keep the machine's name with the object; libsvm reads all else by it
    if object.attr("_impl").is_some_and(|value| !heap.is_str(value, machine(name))) {
        return Err(unsound("_impl", format!("another machine than that of {name}")));
    }
    if object.attr("_sparse_kernels").is_some() {
        return Err(unsound(
            "_sparse_kernels",
            "hides that of its class, which says what a kernel's number is",
        ));
    }
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
    if is_precomputed {
        positions(heap, &object)?;
    }
    if let Some(kernel) = kernel.filter(|&kernel| !is_str(heap, kernel)) {
        function(heap, &object, kernel)?;
    }
    let mut classes = 2;
    for (name, value) in present(["_n_support", "n_support_"]).filter(|_| is_classifier) {
        let counts = array_in(heap, value, name, 1)?;
        let sum = counts
            .stored_ints()
            .and_then(|mut ints| ints.try_fold(0_i64, |sum, n| sum.checked_add(n).filter(|_| n >= 0)));
        if sum.and_then(|sum| usize::try_from(sum).ok()) != Some(support) {
            return Err(unsound(name, format!("does not add up to {support} support vectors")));
        }
        classes = counts.len();
    }
    // the machine of a regression is given two of them, by whose number its others are read
    for (name, value) in present(["_n_support", "n_support_"]).filter(|_| !is_classifier) {
        let counts = array_in(heap, value, name, 1)?.len();
        if counts != 2 {
            return Err(unsound(name, format!("{counts} where there are two")));
        }
    }
    let pairs = classes * classes.saturating_sub(1) / 2;
    for (name, value) in present(["_dual_coef_", "dual_coef_"]) {
        coefficients(heap, name, value, classes, support)?;
    }
    for (name, value) in present(["_intercept_", "intercept_"]) {
        let rows = array_in(heap, value, name, 1)?.len();
        if rows < pairs.max(1) {
            return Err(unsound(name, format!("{rows} for {classes} classes")));
        }
    }
    for (name, value) in present(["_probA", "probA_"]).chain(present(["_probB", "probB_"])) {
        let rows = array_in(heap, value, name, 1)?.len();
        if rows != 0 && rows < pairs {
            return Err(unsound(name, format!("{rows} for {classes} classes")));
        }
    }
    Ok(())
}

/// The name that libsvm's machine of a class has in scikit-learn.
fn machine(class: &str) -> &'static str {
    match class {
        "SVC" => "c_svc",
        "NuSVC" => "nu_svc",
        "SVR" => "epsilon_svr",
        "NuSVR" => "nu_svr",
        _ => "one_class",
    }
}

/// Of a sparse matrix libsvm reads the stored elements alone, and counts on every coefficient to be one.
fn coefficients(heap: &Heap, name: &str, value: Value, classes: usize, support: usize) -> Checked {
    let wanted = [classes.saturating_sub(1).max(1), support];
    let (shape, is_full) = match heap.view(value) {
        View::Sparse(sparse) => {
            let arrays = sparse.arrays().map_err(|error| unsound(name, error))?;
            let stored = arrays.iter().find(|(part, _)| *part == "data").map_or(0, |(_, data)| data.len());
            let shape = sparse.shape().map_err(|error| unsound(name, error))?;
            (shape, wanted[0].checked_mul(support) == Some(stored))
        }
        _ => (array_in(heap, value, name, 2)?.shape.to_vec(), true),
    };
    if shape[..] == wanted && is_full {
        return Ok(());
    }
    let part = if is_full { "" } else { "stored in part, " };
    Err(unsound(name, format!("{part}shape {shape:?} for {classes} classes and {support} support vectors")))
}

/// A kernel that is a function must give a column for each training row, which is not looked at by `decision_function` and
/// `predict_proba`. Those of scikit-learn give one for each row that is kept.
fn function(heap: &Heap, object: &Object<'_>, kernel: Value) -> Checked {
    if !is_kernel(heap, kernel, DEPTH) {
        return Err(unknown("a kernel of which the shape is not known"));
    }
    let Some(kept) = object.attr("_BaseLibSVM__Xfit") else { return Ok(()) };
    let rows = match heap.view(kept) {
        View::Sparse(sparse) => sparse.shape().map_err(|error| unsound("__Xfit", error))?,
        _ => array_in(heap, kept, "__Xfit", 2)?.shape.to_vec(),
    };
    let fitted = object.attr("shape_fit_").and_then(|shape| heap.as_tuple(shape)?.first().copied());
    let fitted = count(heap, fitted, "shape_fit_")?;
    if rows.first() == Some(&fitted) {
        return Ok(());
    }
    Err(unsound("__Xfit", format!("shape {rows:?} where it was fitted on {fitted} rows")))
}

/// Kernels within kernels.
const DEPTH: usize = 8;

/// A function of `sklearn.metrics.pairwise`, the same with keywords, or a kernel of Gaussian processes.
fn is_kernel(heap: &Heap, kernel: Value, depth: usize) -> bool {
    if let Some((module, name)) = heap.global_name(kernel) {
        return module == "sklearn.metrics.pairwise"
            && (name.ends_with("_kernel") || name == "cosine_similarity");
    }
    let Some(object) = heap.object(kernel).filter(|_| depth > 0) else { return false };
    match object.class() {
        ("functools", "partial") => Site::of(heap, kernel).is_some_and(|site| match site.state_tuple() {
            Some([function, args, ..]) => {
                heap.as_tuple(*args).is_some_and(<[_]>::is_empty)
                    && heap.global_name(*function).is_some()
                    && is_kernel(heap, *function, 0)
            }
            _ => false,
        }),
        (module, name) => {
            let parts = ["k1", "k2", "kernel"].into_iter().filter_map(|name| object.attr(name));
            module == "sklearn.gaussian_process.kernels"
                && name != "CompoundKernel"
                && parts
                    .into_iter()
                    .all(|part| heap.global_name(part).is_none() && is_kernel(heap, part, depth - 1))
        }
    }
}

/// With a kernel that is computed before, a row has a column for each training row, and is read at those of `support_`.
fn positions(heap: &Heap, object: &Object<'_>) -> Checked {
    let Some(support) = object.attr("support_") else { return Ok(()) };
    let support = array_in(heap, support, "support_", 1)?;
    let fitted = object.attr("shape_fit_").and_then(|shape| heap.as_tuple(shape)?.first().copied());
    let fitted = count(heap, fitted, "shape_fit_")?;
    let is_row = |row: i64| usize::try_from(row).is_ok_and(|row| row < fitted);
    if support.stored_ints().is_some_and(|mut ints| ints.all(is_row)) {
        return Ok(());
    }
    Err(unsound("support_", format!("not rows of {fitted} that it was fitted on")))
}
