//! Names that do harm, and what models do with them all the same: pickle writes a bound method as `getattr(object, name)`,
//! which can fetch anything; `operator.itemgetter` takes columns out of rows; `numpy.vectorize` is what a discrete
//! distribution of scipy calls its entropy by; `scipy.fft` writes its functions by name.

use cannery_object::known::{Kind, Library};
use cannery_object::{CallKind, Heap, Node, Value};

use super::attributes::METHODS;
use super::dill;
use super::instance::is_text_of;
use super::operators;
use super::pyarrow;
use crate::names;
use crate::rule::Rule;
use crate::site::{Refusal, Site, is_flag, is_str, short_str};

/// Methods of a compiled pattern, which texts are split by.
const OF_PATTERN: &[&str] = &["findall", "finditer", "fullmatch", "match", "search", "split", "sub", "subn"];

/// The harmful name that a call uses as models do: what it calls, or the class that `copyreg._reconstructor` makes an
/// instance of.
pub(crate) fn harmful_name_used_well(site: &Site<'_>) -> Option<Value> {
    let (name, args) = (site.name, site.args);
    let fits = match (name, site.call.kind) {
        (("builtins" | "__builtin__", "getattr"), CallKind::Reduce) => is_bare(site) && is_method(site),
        (("operator", "itemgetter"), CallKind::Reduce) => is_bare(site) && operators::takes_items(site),
        (("operator", "attrgetter"), CallKind::Reduce) => is_bare(site) && operators::takes_attributes(site),
        (("operator", "methodcaller"), CallKind::Reduce) => is_bare(site) && operators::calls_a_method(site),
        ((module, "unpickle_function"), CallKind::Reduce) if module.starts_with("scipy._lib.") => {
            is_bare(site) && is_dispatched(site)
        }
        (("copyreg" | "copy_reg", "_reconstructor"), CallKind::Reduce) => {
            let class = args.first().copied().filter(|&class| is_vectorize(site.heap.global_name(class)))?;
            let is_object = args.get(1).is_some_and(|&base| {
                matches!(site.heap.global_name(base), Some(("builtins" | "__builtin__", "object")))
            });
            let fits = args.len() == 3 && is_object && args[2] == Value::None && is_entropy_of_arrays(site);
            return fits.then_some(class);
        }
        (("pyarrow.lib", _), CallKind::Reduce) => is_bare(site) && pyarrow::is_written(site),
        ((module, _), CallKind::Reduce) if module.starts_with("dill.") => {
            is_bare(site) && dill::is_written(site)
        }
        (name, CallKind::New) => is_vectorize(Some(name)) && args.is_empty() && is_entropy_of_arrays(site),
        _ => false,
    };
    fits.then_some(site.call.callable)
}

/// Nothing is given to what the call makes.
fn is_bare(site: &Site<'_>) -> bool {
    site.states.is_empty() && has_only_states(site)
}

fn has_only_states(site: &Site<'_>) -> bool {
    let attached = site.attached;
    attached.kwargs == Value::None
        && site.heap.items(attached.items).is_empty()
        && site.heap.items(attached.pairs).is_empty()
}

/// Harmful names whose use by the file may do harm or not, and why it is not known: what they fetch depends on the data.
pub(crate) fn could_be_harmless(site: &Site<'_>) -> Option<Refusal> {
    let is_getter = matches!(site.name, ("operator", "attrgetter" | "methodcaller"))
        && site.call.kind == CallKind::Reduce;
    (is_getter && is_bare(site) && operators::could_be_harmless(site)).then(|| {
        Refusal::new(
            Rule::UnknownArguments,
            "fetches an attribute or method that is not known to be harmless",
        )
    })
}

/// `unpickle_function(module, name, None)` for a function that the table has. It is called through a backend, and so not
/// pickled by its name.
fn is_dispatched(site: &Site<'_>) -> bool {
    // the function's own object has a place since scipy 1.8
    let ([module, name] | [module, name, Value::None]) = site.args else { return false };
    match (short_str(site.heap, *module), short_str(site.heap, *name)) {
        (Some(module), Some(name)) => {
            module.starts_with("scipy.fft.")
                && names::known(&module, &name).is_some_and(|known| known.kind == Kind::Function)
        }
        _ => false,
    }
}

/// A function of a known class that the table has under its qualified name (`str.lower`), a method of a compiled pattern,
/// what scipy keeps of a distribution and scikit-learn of a model of histograms, a method of an estimator, or what makes a
/// time zone.
fn is_method(site: &Site<'_>) -> bool {
    let [object, name] = site.args else { return false };
    is_of_class(site, *object, *name)
        || is_text_of(site.heap, *name, &["_unpickle"])
            && site.heap.global_name(*object) == Some(("zoneinfo", "ZoneInfo"))
        || is_text_of(site.heap, *name, OF_PATTERN) && is_pattern(site, *object)
        || is_entropy(site, *object, *name)
        || is_raw_predict(site, *object, *name)
        || is_own_method(site, *object, *name)
        || is_of_estimator(site, *object, *name)
}

fn is_of_class(site: &Site<'_>, class: Value, name: Value) -> bool {
    let (Some((module, class)), Some(name)) = (site.heap.global_name(class), short_str(site.heap, name))
    else {
        return false;
    };
    names::known(module, &format!("{class}.{name}")).is_some_and(|known| known.kind == Kind::Function)
}

/// A call of `re._compile`, whose arguments are judged on their own.
fn is_pattern(site: &Site<'_>, object: Value) -> bool {
    site.heap.object(object).is_some_and(|object| object.class() == ("re", "_compile"))
}

/// `_raw_predict` of a model of histograms, which is left in it after it stopped early by a score
/// (`sklearn.ensemble._hist_gradient_boosting.gradient_boosting._patch_raw_predict`).
fn is_raw_predict(site: &Site<'_>, object: Value, name: Value) -> bool {
    const MODELS: &[&str] = &["HistGradientBoostingClassifier", "HistGradientBoostingRegressor"];
    is_text_of(site.heap, name, &["_raw_predict"])
        && site.heap.object(object).is_some_and(|object| {
            let (module, class) = object.class();
            module == "sklearn.ensemble._hist_gradient_boosting.gradient_boosting" && MODELS.contains(&class)
        })
}

/// A method of an estimator by which others take its predictions, as the function of a transformer.
fn is_of_estimator(site: &Site<'_>, object: Value, name: Value) -> bool {
    is_text_of(site.heap, name, METHODS)
        && site.heap.object(object).is_some_and(|object| {
            let (module, class) = object.class();
            names::known(module, class).is_some_and(|known| known.kind == Kind::Estimator)
        })
}

/// Methods that an object of scipy keeps of itself: how a density takes its bandwidth, and what a function of distances is.
fn is_own_method(site: &Site<'_>, object: Value, name: Value) -> bool {
    const OF_DENSITY: &[&str] = &["scotts_factor", "silverman_factor"];
    const OF_DISTANCES: &[&str] = &[
        "_call_norm",
        "_euclidean_norm",
        "_h_cubic",
        "_h_gaussian",
        "_h_inverse_multiquadric",
        "_h_linear",
        "_h_multiquadric",
        "_h_quintic",
        "_h_thin_plate",
    ];
    let class = site.heap.object(object).map(|object| object.class());
    match class {
        Some(("scipy.stats.kde" | "scipy.stats._kde", "gaussian_kde")) => {
            is_text_of(site.heap, name, OF_DENSITY)
        }
        Some(("scipy.interpolate.rbf" | "scipy.interpolate._rbf", "Rbf")) => {
            is_text_of(site.heap, name, OF_DISTANCES)
        }
        _ => false,
    }
}

/// `_entropy` of a distribution, which its `vecentropy` calls.
fn is_entropy(site: &Site<'_>, object: Value, name: Value) -> bool {
    is_text_of(site.heap, name, &["_entropy"])
        && site.heap.object(object).is_some_and(|object| {
            let (module, class) = object.class();
            module.starts_with("scipy.stats.")
                && names::known(module, class)
                    .is_some_and(|known| known.library == Library::Scipy && known.kind == Kind::Class)
        })
}

fn is_vectorize(name: Option<(&str, &str)>) -> bool {
    matches!(name, Some(("numpy" | "numpy.lib.function_base" | "numpy.lib._function_base_impl", "vectorize")))
}

/// The state of `numpy.vectorize` for the method `_entropy`, which a discrete distribution keeps as `vecentropy`. Any other
/// function would be called by it.
fn is_entropy_of_arrays(site: &Site<'_>) -> bool {
    let heap = site.heap;
    has_only_states(site)
        && site.state().and_then(|state| heap.as_dict(state)).is_some_and(|pairs| {
            heap.lookup(pairs, "pyfunc").is_some()
                && pairs.chunks_exact(2).all(|pair| is_part_of_vectorize(heap, pair[0], pair[1]))
        })
}

fn is_part_of_vectorize(heap: &Heap, name: Value, value: Value) -> bool {
    match heap.as_str(name).as_deref() {
        Some("pyfunc") => Site::of(heap, value).is_some_and(|call| match call.args {
            [object, name] => harmful_name_used_well(&call).is_some() && is_entropy(&call, *object, *name),
            _ => false,
        }),
        Some("cache") => is_flag(heap, value),
        Some("excluded") => is_empty_set(heap, value),
        Some("_ufunc") => value == Value::None || heap.as_dict(value).is_some_and(<[_]>::is_empty),
        Some("signature" | "_in_and_out_core_dims") => value == Value::None,
        Some("otypes" | "_doc" | "__doc__" | "__name__") => value == Value::None || is_str(heap, value),
        _ => false,
    }
}

/// `set()`, or before protocol 4 `set([])`.
fn is_empty_set(heap: &Heap, value: Value) -> bool {
    if let Some(Node::Set(items)) = heap.node_of(value) {
        return items.is_empty();
    }
    Site::of(heap, value).is_some_and(|call| match call.args {
        [items] => {
            matches!(call.name, ("builtins" | "__builtin__", "set"))
                && heap.as_list(*items).is_some_and(<[_]>::is_empty)
        }
        _ => false,
    })
}
