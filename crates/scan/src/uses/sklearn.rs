//! scikit-learn: what is made by a call and not by NEWOBJ: trees, indexes of neighbours, losses.

use cannery_object::{Heap, Value};

use super::builtins::is_kept_function;
use super::instance::{Made, made_plainly};
use crate::rule::Rule;
use crate::site::{Checked, Refusal, Site, is_float, is_int, is_number, is_str_dict};

/// Where the classes of `newObj` live.
fn has_new_obj(module: &str) -> bool {
    is_metrics(module) || is_trees(module)
}

fn is_metrics(module: &str) -> bool {
    matches!(
        module,
        "sklearn.metrics._dist_metrics"
            | "sklearn.neighbors._dist_metrics"
            | "sklearn.neighbors.dist_metrics"
    )
}

fn is_trees(module: &str) -> bool {
    matches!(
        module,
        "sklearn.neighbors._ball_tree"
            | "sklearn.neighbors._kd_tree"
            | "sklearn.neighbors.ball_tree"
            | "sklearn.neighbors.kd_tree"
    )
}

/// Checks a call of a function or class.
pub(super) fn check(site: &Site<'_>) -> Checked {
    let heap = site.heap;
    let (module, name) = site.name;
    match (name, site.args) {
        ("Tree", [features, classes, outputs]) if module == "sklearn.tree._tree" => {
            let fits = is_int(heap, *features) && is_int(heap, *outputs) && heap.ndarray(*classes).is_some();
            if !fits {
                return Err(site.bad_args());
            }
            site.state().map_or(Ok(()), |state| super::attributes(heap, state))
        }
        ("newObj", [class]) if has_new_obj(module) => new_obj(site, *class),
        (_, args) if is_loss(module) && !name.starts_with("__pyx") => {
            let plain = args.len() <= 2 && args.iter().all(|&arg| is_number(heap, arg));
            if plain { site.no_state() } else { Err(site.bad_args()) }
        }
        (_, [class, checksum, state]) if name.starts_with("__pyx_unpickle_") && is_loss(module) => {
            unpickled_loss(site, *class, *checksum, *state)
        }
        ("Memory", _) if module == "sklearn.externals.joblib.memory" => memory(site),
        _ => Err(site.bad_args()),
    }
}

/// Modules of compiled losses, whose objects are their parameters.
fn is_loss(module: &str) -> bool {
    matches!(
        module,
        "_loss" | "sklearn._loss._loss" | "sklearn.linear_model._sgd_fast" | "sklearn.linear_model.sgd_fast"
    )
}

/// `newObj(class)`, which makes an empty object of a class of its own module. Its state is judged as a structure.
fn new_obj(site: &Site<'_>, class: Value) -> Checked {
    let heap = site.heap;
    let Some((module, name)) = heap.global_name(class) else { return Err(site.bad_args()) };
    let is_own = match name {
        "BinaryTree" | "KDTree" | "BallTree" | "KDTree32" | "KDTree64" | "BallTree32" | "BallTree64" => {
            is_trees(module)
        }
        _ => {
            name.trim_end_matches(['3', '2', '6', '4']).ends_with("Distance") && is_metrics(module)
                || name == "DistanceMetric"
        }
    };
    if !is_own {
        return Err(site.bad_args());
    }
    if name.starts_with("PyFunc") {
        return of_function(site);
    }
    compiled_state(site, module)
}

/// A state of as many parts as are read, which is not looked at: the index of an array, judged as a structure, or
/// `(p, vector, matrix)` of a distance.
///
/// Source: `DistanceMetric.__setstate__` in `sklearn/metrics/_dist_metrics.pyx`.
fn compiled_state(site: &Site<'_>, module: &str) -> Checked {
    match site.state_tuple() {
        Some([_, _, _]) => Ok(()),
        Some(_) if !is_metrics(module) => Ok(()),
        _ => Err(site.bad_state()),
    }
}

/// The state of a distance that a Python function computes: `(p, vector, matrix, function, keywords)`.
fn of_function(site: &Site<'_>) -> Checked {
    let heap = site.heap;
    match site.state_tuple() {
        Some([_, _, _, function, keywords])
            if is_kept_function(heap, *function)
                && (*keywords == Value::None || is_str_dict(heap, *keywords)) =>
        {
            Ok(())
        }
        _ => Err(site.bad_state()),
    }
}

/// Losses that are the same for every model.
const WITHOUT_PARAMETERS: &[&str] = &[
    "CyAbsoluteError",
    "CyExponentialLoss",
    "CyHalfBinomialLoss",
    "CyHalfGammaLoss",
    "CyHalfMultinomialLoss",
    "CyHalfPoissonLoss",
    "CyHalfSquaredError",
];

/// Instances that skops makes where pickle calls `newObj`.
pub(super) fn compiled_instance(site: &Site<'_>, made: &Made<'_>, class: (&str, &str)) -> Checked {
    let (module, name) = class;
    // a loss without parameters, which skops 0.9 makes by its `__new__`
    if module == "sklearn._loss._loss" && WITHOUT_PARAMETERS.contains(&name) {
        made_plainly(site, made)?;
        return site.no_state();
    }
    let known = is_trees(module) && name.contains("Tree") || is_metrics(module) && name.contains("Distance");
    if !known {
        return Err(Refusal::new(Rule::UnknownArguments, format!("makes an instance of {module}.{name}")));
    }
    made_plainly(site, made)?;
    if name.starts_with("PyFunc") {
        return of_function(site);
    }
    compiled_state(site, module)
}

/// `__pyx_unpickle_NAME(NAME, checksum, state)`, the state a tuple of numbers, given here or by BUILD.
fn unpickled_loss(site: &Site<'_>, class: Value, checksum: Value, state: Value) -> Checked {
    let heap = site.heap;
    let name = site.name.1.trim_start_matches("__pyx_unpickle_");
    let own = heap.global_name(class).is_some_and(|(module, class)| is_loss(module) && class == name);
    if !own || !is_int(heap, checksum) {
        return Err(site.bad_args());
    }
    for state in [Some(state), site.state()].into_iter().flatten() {
        if state != Value::None && !is_numbers(heap, state) {
            return Err(site.bad_state());
        }
    }
    Ok(())
}

fn is_numbers(heap: &Heap, value: Value) -> bool {
    heap.as_tuple(value)
        .is_some_and(|items| items.iter().all(|&item| is_number(heap, item) || is_float(heap, item)))
}

/// `Memory(cachedir, mmap_mode, compress, verbose)` makes the folder that it is told: only without one.
pub(super) fn memory(site: &Site<'_>) -> Checked {
    match site.args {
        [Value::None, Value::None, rest @ ..]
            if rest.len() <= 2 && rest.iter().all(|&arg| is_number(site.heap, arg)) =>
        {
            site.no_state()
        }
        _ => Err(super::numpy::makes_files("a cache that joblib makes in a folder which the file names")),
    }
}
