//! Instances of classes: made without arguments, then given a dict of attributes, unless the class has its own form.

use cannery_object::known::{Kind, Library};
use cannery_object::{Heap, Value};

use super::{attributes, dateutil, distribution, methods, pandas, results};
use crate::names;
use crate::rule::Rule;
use crate::site::{Checked, Refusal, Site, is_int, is_object, short_str};

/// How an instance is made.
pub(super) struct Made<'h> {
    pub(super) class: Value,
    pub(super) base: Base,
    /// Arguments of `__new__`; of `_reconstructor` the state of the base.
    pub(super) args: &'h [Value],
}

/// The base class whose `__new__` makes it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Base {
    /// The class's own, by NEWOBJ.
    Unsaid,
    /// `object`, with the state `None`.
    Object,
    /// `dict`, with a dict.
    Dict,
    /// `tuple`, with a tuple.
    Tuple,
}

impl<'h> Made<'h> {
    pub(super) fn of_new(site: &Site<'h>) -> Self {
        Self { class: site.call.callable, base: Base::Unsaid, args: site.args }
    }
}

/// Modules of compiled classes: without the arguments of their constructors, instances are not what their methods
/// expect. Those that models hold are made by functions, each with a check of its own.
const COMPILED: &[&str] = &[
    "sklearn.tree.",
    "sklearn.neighbors._ball_tree",
    "sklearn.neighbors._kd_tree",
    "sklearn.neighbors._quad_tree",
    "sklearn.neighbors._dist_metrics",
    "sklearn.neighbors.ball_tree",
    "sklearn.neighbors.kd_tree",
    "sklearn.neighbors.quad_tree",
    "sklearn.neighbors.dist_metrics",
    "sklearn.metrics._dist_metrics",
    "sklearn.metrics._pairwise_distances_reduction",
    "sklearn.cluster._hierarchical",
    "sklearn.cluster._hdbscan.",
    "sklearn.linear_model._sgd_fast",
    "sklearn.linear_model.sgd_fast",
    "sklearn.linear_model._sag_fast",
    "sklearn.linear_model.sag_fast",
    "sklearn._loss._loss",
    "sklearn.ensemble._hist_gradient_boosting.histogram",
    "sklearn.ensemble._hist_gradient_boosting.splitting",
    "sklearn.ensemble._hist_gradient_boosting.common",
    "sklearn.utils._weight_vector",
    "sklearn.utils.weight_vector",
    "sklearn.utils._fast_dict",
    "sklearn.utils.fast_dict",
    "sklearn.externals.",
];

/// Subclasses of `tuple`, whose `__new__` takes the elements.
const TUPLES: &[&str] = &[
    "_ImputerTriplet",
    "DistributionBoundary",
    "Hyperparameter",
    "_CVScoreTuple",
    "MethodPair",
    "RouterMappingPair",
];

/// Subclasses of `dict` in scikit-learn and scipy.
const DICTS: &[&str] = &["Bunch", "DeprecationDict", "_DictWithDeprecatedKeys", "OptimizeResult", "_nandict"];

pub(super) fn is_dict((module, name): (&str, &str)) -> bool {
    match module {
        "collections" => matches!(name, "OrderedDict" | "defaultdict" | "Counter"),
        _ if module.starts_with("sklearn.") || module.starts_with("scipy.optimize") => DICTS.contains(&name),
        _ => is_dok((module, name)),
    }
}

fn is_dok((module, name): (&str, &str)) -> bool {
    module.starts_with("scipy.sparse.") && matches!(name, "dok_matrix" | "dok_array")
}

/// Dicts whose keys are attributes too.
pub(super) fn has_attributes_as_keys((_, name): (&str, &str)) -> bool {
    matches!(name, "Bunch" | "OptimizeResult")
}

/// Checks how an instance is made and which state it is given.
pub(super) fn check(site: &Site<'_>, made: &Made<'_>) -> Checked {
    let heap = site.heap;
    let Some(class) = heap.global_name(made.class) else { return Err(site.bad_args()) };
    let Some(known) = names::known(class.0, class.1) else {
        return other(site); // its name is a finding of its own, or is allowed
    };
    match (known.kind, known.library) {
        (Kind::Class, _) if results::is_result(class) => results::check(site, made),
        (Kind::Class, Library::Dateutil) => dateutil::instance(site, made, class.1),
        (Kind::Estimator, _) => estimator(site, made),
        (Kind::Class, Library::Sklearn) => of_sklearn(site, made, class),
        (Kind::Class, Library::Scipy) => of_scipy(site, made, class),
        (Kind::Class, Library::Pandas) => pandas::instance(site, made, class),
        (Kind::Class, Library::Joblib) if is_wrapper(class) => wrapper(site, made),
        (Kind::Class, Library::Joblib) if class.1 == "Memory" => cache(site, made),
        (Kind::Class, Library::Joblib) if class.1 == "NotMemorizedFunc" => plain(site, made),
        (Kind::Class, Library::Python) => of_python(site, made, class),
        (Kind::Class, Library::Numpy) if is_polynomial(class) => plain(site, made),
        _ => {
            Err(Refusal::new(Rule::UnknownArguments, format!("makes an instance of {}.{}", class.0, class.1)))
        }
    }
}

/// Classes of numpy that are written in Python and keep their coefficients.
fn is_polynomial((module, name): (&str, &str)) -> bool {
    name == "poly1d" || module.starts_with("numpy.polynomial.")
}

/// A class that is allowed or reported by its name: the state must still be one.
fn other(site: &Site<'_>) -> Checked {
    site.state().map_or(Ok(()), |state| match attributes::check(site.heap, state) {
        Err(refusal) if refusal.rule == Rule::Smuggled => Err(refusal),
        _ => Ok(()),
    })
}

/// As a class made plainly; its `__setstate__` takes a dict, and no estimator has slots.
fn estimator(site: &Site<'_>, made: &Made<'_>) -> Checked {
    plain(site, made)?;
    let has_slots = site.state().is_some_and(|state| site.heap.as_tuple(state).is_some());
    if has_slots { Err(site.bad_state()) } else { Ok(()) }
}

/// Made without arguments and given attributes.
pub(super) fn plain(site: &Site<'_>, made: &Made<'_>) -> Checked {
    made_plainly(site, made)?;
    let Some(state) = site.state() else { return Ok(()) };
    let class = site.heap.global_name(made.class).unwrap_or_default();
    match slots(class) {
        [] => attributes::check(site.heap, state)?,
        names => attributes::check_slotted(site.heap, state, names)?,
    }
    methods::check(site, class)
}

/// Piecewise polynomials of scipy. Since scipy 1.18 they hold one that has the coefficients.
const PIECEWISE: &[&str] = &[
    "Akima1DInterpolator",
    "BPoly",
    "CubicHermiteSpline",
    "CubicSpline",
    "PPoly",
    "PchipInterpolator",
    "_BPoly",
    "_PPoly",
];

/// Whether a class of `scipy.interpolate` is one of them.
pub(crate) fn is_piecewise(name: &str) -> bool {
    PIECEWISE.contains(&name)
}

/// Slots of the classes that have some. Those that compiled code takes without a look are judged as a structure.
fn slots((module, name): (&str, &str)) -> &'static [&'static str] {
    match (module, name) {
        ("scipy.interpolate._interpolate" | "scipy.interpolate.interpolate", "interp1d") => {
            &["_y_axis", "_y_extra_shape", "dtype"]
        }
        (_, name) if module.starts_with("scipy.interpolate.") && is_piecewise(name) => {
            &["c", "x", "extrapolate", "axis"]
        }
        ("sklearn.utils._tags", _) => TAGS,
        _ => &[],
    }
}

/// Fields of the tags of estimators, `dataclass`es with slots.
const TAGS: &[&str] = &[
    "_skip_test",
    "allow_nan",
    "array_api_support",
    "categorical",
    "classifier_tags",
    "dict",
    "estimator_type",
    "input_tags",
    "multi_class",
    "multi_label",
    "multi_output",
    "no_validation",
    "non_deterministic",
    "one_d_array",
    "one_d_labels",
    "pairwise",
    "poor_score",
    "positive_only",
    "preserves_dtype",
    "regressor_tags",
    "required",
    "requires_fit",
    "single_output",
    "sparse",
    "string",
    "target_tags",
    "three_d_array",
    "transformer_tags",
    "two_d_array",
    "two_d_labels",
];

pub(super) fn made_plainly(site: &Site<'_>, made: &Made<'_>) -> Checked {
    match (made.base, made.args) {
        (Base::Unsaid, []) | (Base::Object, [Value::None]) => Ok(()),
        _ => Err(site.bad_args()),
    }
}

fn of_sklearn(site: &Site<'_>, made: &Made<'_>, class: (&str, &str)) -> Checked {
    let (module, name) = class;
    if is_wrapper(class) {
        return wrapper(site, made);
    }
    if class == ("sklearn.externals.joblib.memory", "Memory") {
        return cache(site, made);
    }
    if COMPILED.iter().any(|compiled| module.starts_with(compiled)) {
        return super::sklearn::compiled_instance(site, made, class);
    }
    if TUPLES.contains(&name) {
        return tuple(site, made);
    }
    if DICTS.contains(&name) {
        return dict(site, made, class);
    }
    plain(site, made)
}

/// The elements are judged on their own.
fn tuple(site: &Site<'_>, made: &Made<'_>) -> Checked {
    match (made.base, made.args) {
        (Base::Unsaid, _) | (Base::Tuple, [_]) => site.no_state(),
        _ => Err(site.bad_args()),
    }
}

fn dict(site: &Site<'_>, made: &Made<'_>, class: (&str, &str)) -> Checked {
    match (made.base, made.args) {
        (Base::Dict, [dict]) => {
            let pairs = site.heap.as_dict(*dict).unwrap_or_default();
            if has_attributes_as_keys(class) {
                attributes::keys(site.heap, pairs)?;
            }
        }
        _ => made_plainly(site, made)?,
    }
    site.state().map_or(Ok(()), |state| attributes::check(site.heap, state))
}

fn of_scipy(site: &Site<'_>, made: &Made<'_>, class: (&str, &str)) -> Checked {
    let (module, name) = class;
    if is_dok(class) {
        return dict(site, made, class);
    }
    if module.starts_with("scipy.sparse.") || module.starts_with("scipy.optimize.") {
        return if is_dict(class) { dict(site, made, class) } else { plain(site, made) };
    }
    if module.starts_with("scipy.stats.") {
        made_plainly(site, made)?;
        return distribution::check(site);
    }
    if module.ends_with("bsplines") && name == "BSpline" && site.state_tuple().is_some() {
        made_plainly(site, made)?;
        return spline_of_namespace(site);
    }
    if module.ends_with("bsplines") || name == "interp1d" {
        return plain(site, made);
    }
    if module.starts_with("scipy.interpolate.") && is_piecewise(name) {
        plain(site, made)?;
        return polynomial_of_namespace(site);
    }
    Err(Refusal::new(
        Rule::UnknownArguments,
        format!("makes an instance of {module}.{name}, which is not judged"),
    ))
}

/// `BSpline.__setstate__((spline, empty array))`, of scipy since 1.16.
fn spline_of_namespace(site: &Site<'_>) -> Checked {
    let heap = site.heap;
    match site.state_tuple() {
        Some([spline, empty])
            if heap.object(*spline).is_some_and(|object| object.class().1 == "_BSpline")
                && heap.ndarray(*empty).is_some_and(|array| array.is_ok_and(|array| array.is_empty())) =>
        {
            Ok(())
        }
        _ => Err(site.bad_state()),
    }
}

/// `_xp` of a piecewise polynomial since scipy 1.18: an empty array, whose module becomes that of its computations.
fn polynomial_of_namespace(site: &Site<'_>) -> Checked {
    let heap = site.heap;
    let Some(object) = heap.object(site.value) else { return Ok(()) };
    let is_inner = |value| is_object(heap, value, |class| matches!(class.1, "_PPoly" | "_BPoly"));
    let is_empty = |value| heap.ndarray(value).is_some_and(|array| array.is_ok_and(|array| array.is_empty()));
    match (object.attr("_delegate_to"), object.attr("_xp")) {
        (None, None) => Ok(()),
        (Some(inner), Some(empty)) if is_inner(inner) && is_empty(empty) => Ok(()),
        _ => Err(site.bad_state()),
    }
}

fn of_python(site: &Site<'_>, made: &Made<'_>, class: (&str, &str)) -> Checked {
    match class {
        // skops keeps nothing of a deque
        ("collections", "OrderedDict" | "defaultdict" | "Counter" | "deque") | (_, "object") => {
            made_plainly(site, made)?;
            site.no_state()
        }
        ("uuid", "UUID") => uuid(site, made),
        ("argparse", "Namespace") | ("types", "SimpleNamespace") => plain(site, made),
        _ => Err(Refusal::new(Rule::UnknownArguments, format!("makes an instance of {}", class.1))),
    }
}

/// A number of 128 bits, and whether it was made safely.
fn uuid(site: &Site<'_>, made: &Made<'_>) -> Checked {
    made_plainly(site, made)?;
    let heap = site.heap;
    let pairs = site.state().and_then(|state| heap.as_dict(state)).ok_or_else(|| site.bad_state())?;
    let fits = pairs.chunks_exact(2).all(|pair| match heap.as_str(pair[0]).as_deref() {
        Some("int") => is_int(heap, pair[1]),
        Some("is_safe") => {
            is_int(heap, pair[1]) || is_object(heap, pair[1], |class| class == ("uuid", "SafeUUID"))
        }
        _ => false,
    });
    if fits { Ok(()) } else { Err(site.bad_state()) }
}

/// joblib's `Memory` without a folder. One with a folder loads what lies there as soon as it is used.
fn cache(site: &Site<'_>, made: &Made<'_>) -> Checked {
    made_plainly(site, made)?;
    let heap = site.heap;
    let state = site.state().ok_or_else(|| site.bad_state())?;
    attributes::check(heap, state)?;
    let pairs = heap.as_dict(state).ok_or_else(|| site.bad_state())?;
    let has_none = |name| heap.lookup(pairs, name) == Some(Value::None);
    if has_none("store_backend") && has_none("location") {
        return Ok(());
    }
    let message = "a cache of joblib, which loads what lies in the folder that the file names";
    Err(Refusal::new(Rule::UnknownArguments, message))
}

/// joblib's stand-in for an array.
pub(crate) fn is_wrapper((module, name): (&str, &str)) -> bool {
    (module.starts_with("joblib.numpy_pickle") || module.starts_with("sklearn.externals.joblib.numpy_pickle"))
        && matches!(name, "NumpyArrayWrapper" | "NDArrayWrapper" | "ZNDArrayWrapper")
}

/// The class of the array that joblib makes, and what it is told of it.
fn wrapper(site: &Site<'_>, made: &Made<'_>) -> Checked {
    const KNOWN: &[&str] = &[
        "subclass",
        "shape",
        "order",
        "dtype",
        "allow_mmap",
        "numpy_array_alignment_bytes",
        "filename",
        "state",
        "init_args",
    ];
    made_plainly(site, made)?;
    let heap = site.heap;
    let pairs = site.state().and_then(|state| heap.as_dict(state)).ok_or_else(|| site.bad_state())?;
    for pair in pairs.chunks_exact(2) {
        let name = heap.as_str(pair[0]).filter(|name| KNOWN.contains(&&**name));
        let name = name.ok_or_else(|| site.bad_state())?;
        let class = match &*name {
            "subclass" => Some(pair[1]),
            "init_args" => heap.as_tuple(pair[1]).and_then(|args| args.first().copied()),
            _ => continue,
        };
        if !class.is_some_and(|class| is_array_class(heap, class)) {
            return Err(Refusal::new(
                Rule::UnknownArguments,
                "stands for an array of another class than numpy's",
            ));
        }
    }
    Ok(())
}

/// A class of arrays whose making does nothing else.
pub(crate) fn is_array_class(heap: &Heap, class: Value) -> bool {
    matches!(
        heap.global_name(class),
        Some((
            "numpy"
                | "numpy.core.memmap"
                | "numpy.matrixlib.defmatrix"
                | "numpy.rec"
                | "numpy.char"
                | "numpy.core.defchararray",
            "ndarray" | "memmap" | "matrix" | "recarray" | "chararray"
        ))
    )
}

/// A text among known ones.
pub(super) fn is_text_of(heap: &Heap, value: Value, texts: &[&str]) -> bool {
    short_str(heap, value).is_some_and(|text| texts.contains(&&*text))
}
