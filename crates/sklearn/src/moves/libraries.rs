//! numpy, scipy and pandas: names, random states, splines.

use cannery_object::known::Version;
use cannery_object::views::RandomKind;
use cannery_object::{Call, CallKind, Heap, Node, Value, View};

use super::edit::{Context, Edit, Moved, make};
use super::globals;
use super::loss::compiled_args;
use super::report::What;
use super::to::To;
use super::walk::Walk;

/// A dtype of numpy: `dtype(code, False, True)` with its state. Codes have no byte order.
pub(super) fn dtype(heap: &mut Heap, code: &str) -> Moved<Value> {
    let callable = heap.global("numpy", "dtype")?;
    let text = heap.text(code)?;
    let args = heap.container(Node::Tuple, &[text, Value::Bool(false), Value::Bool(true)])?;
    let dtype = heap.add_call(Call { callable, args, kind: CallKind::Reduce })?;
    let is_object = code.starts_with('O');
    let is_byte = is_object || code.ends_with('1') || code.starts_with('S') || code.starts_with('V');
    let order = heap.text(if is_byte { "|" } else { "<" })?;
    let (size, alignment) =
        match (code.chars().next(), code.get(1..).and_then(|size| size.parse::<i32>().ok())) {
            (Some('U'), Some(size)) => (size.saturating_mul(4), 4),
            (Some('S' | 'V'), Some(size)) => (size, 1),
            _ => (-1, -1),
        };
    let flags = if is_object {
        63
    } else if code.starts_with('U') {
        8
    } else {
        0
    };
    let none = Value::None;
    let state =
        [Value::Int(3), order, none, none, none, Value::Int(size), Value::Int(alignment), Value::Int(flags)];
    let state = heap.container(Node::Tuple, &state)?;
    heap.set_state(dtype, state)?;
    Ok(dtype)
}

/// What a library writes in several ways becomes plain: lists, dicts and names instead of objects that stand for them.
pub(super) fn plain(heap: &mut Heap, root: Value, walk: &Walk, cx: &mut Context) -> Moved<Value> {
    for &value in &walk.objects {
        let Some(object) = heap.object(value) else { continue };
        let (_, name) = object.class();
        match name {
            "_RemainderColsList" => {
                cx.rule = (
                    "remainder-columns",
                    "releases differ in the list of remaining columns, a plain list works in all",
                );
                let data =
                    object.attr("data").map(|data| super::edit::elements(heap, data)).unwrap_or_default();
                become_container(heap, value, Node::List, &data, cx)?;
            }
            "DeprecationDict" | "_DictWithDeprecatedKeys" => {
                cx.rule = ("plain-dict", "the class of this dict is gone");
                let attached = heap.items(heap.attached(value).pairs).to_vec();
                let args = heap.call(value).and_then(|call| heap.as_tuple(call.args)).unwrap_or_default();
                let own = args.iter().filter_map(|&arg| heap.as_dict(arg)).flatten().copied();
                let pairs: Vec<Value> = own.chain(attached).collect();
                become_container(heap, value, Node::Dict, &pairs, cx)?;
            }
            "_ufunc_reconstruct" => {
                let name =
                    object.args.get(1).and_then(|&name| heap.as_str(name)).map(std::borrow::Cow::into_owned);
                if let Some(name) = name {
                    let global = heap.global("numpy", &name)?;
                    if let Some(node) = heap.node_of(global) {
                        heap.replace_node(value, node);
                    }
                }
            }
            _ => named_tuple(heap, value)?,
        }
    }
    Ok(root)
}

fn become_container(
    heap: &mut Heap,
    value: Value,
    make: fn(cannery_object::Items) -> Node,
    items: &[Value],
    cx: &mut Context,
) -> Moved<()> {
    Edit { heap: &mut *heap, cx, object: value }.note("", What::Became("a plain container".into()));
    let new = heap.container(make, items)?;
    if let Some(node) = heap.node_of(new) {
        heap.replace_node(value, node);
    }
    Ok(())
}

/// `_reconstructor(class, tuple, values)` of protocols 0 and 1 becomes the call of the class.
fn named_tuple(heap: &mut Heap, value: Value) -> Moved<()> {
    let Some(call) = heap.call(value) else { return Ok(()) };
    let is_helper =
        matches!(heap.global_name(call.callable), Some(("copy_reg" | "copyreg", "_reconstructor")));
    let Some(&[class, base, values]) = heap.as_tuple(call.args) else { return Ok(()) };
    let is_tuple = matches!(heap.global_name(base), Some(("__builtin__" | "builtins", "tuple")));
    if is_helper && is_tuple && heap.as_tuple(values).is_some() {
        heap.replace_call(value, Call { callable: class, args: values, kind: CallKind::New })?;
    }
    Ok(())
}

/// Objects of numpy, scipy and compiled code, as the target writes them.
pub(super) fn finish(heap: &mut Heap, walk: &Walk, cx: &mut Context) -> Moved<()> {
    for &value in &walk.objects {
        if let View::Random(random) = heap.view(value) {
            match random.kind {
                RandomKind::RandomState => random_state(heap, value, cx)?,
                RandomKind::Generator => generator(heap, value, cx)?,
                RandomKind::BitGenerator => {}
            }
            continue;
        }
        let Some((module, name)) = heap.object(value).map(|object| object.class()) else { continue };
        let (module, name) = (module.to_owned(), name.to_owned());
        if name.starts_with("__pyx_unpickle_Cy") {
            compiled(heap, value, &name)?;
        } else if module.ends_with("sgd_fast") {
            sgd_loss(heap, value, &name, &cx.to)?;
        } else if name == "BSpline" {
            spline(heap, value, &cx.to)?;
        } else if module == "pytz" && cx.to.pandas >= Version::new(3, 0) {
            time_zone(heap, value, &name)?;
        }
        for attribute in ["loss_function_", "_loss_function_"] {
            old_sgd_loss(heap, value, attribute, &cx.to)?;
        }
    }
    Ok(())
}

/// Cython's function with its checksum becomes the call of the class, which all releases since 1.1 know.
fn compiled(heap: &mut Heap, value: Value, name: &str) -> Moved<()> {
    let args = compiled_args(heap, value).unwrap_or_default();
    let class = name.trim_start_matches("__pyx_unpickle_");
    replace(heap, value, "sklearn._loss._loss", class, &args)
}

fn replace(heap: &mut Heap, value: Value, module: &str, name: &str, args: &[Value]) -> Moved<()> {
    let callable = heap.global(module, name)?;
    let args = heap.container(Node::Tuple, args)?;
    heap.replace_call(value, Call { callable, args, kind: CallKind::Reduce })?;
    Ok(heap.clear_states(value)?)
}

/// Losses of stochastic gradient descent, and those of `sklearn._loss` that took their place in 1.6.
const SGD_LOSSES: [(&str, &str); 3] =
    [("Log", "CyHalfBinomialLoss"), ("SquaredLoss", "CyHalfSquaredError"), ("Huber", "CyHuberLoss")];

fn sgd_loss(heap: &mut Heap, value: Value, name: &str, to: &To) -> Moved<()> {
    if globals::has(to.version, "sklearn.linear_model._sgd_fast", name)
        || globals::has(to.version, "sklearn.linear_model.sgd_fast", name)
    {
        return Ok(());
    }
    let Some((_, new)) = SGD_LOSSES.iter().find(|(old, _)| *old == name) else { return Ok(()) };
    let args = heap.object(value).map(|object| object.args.to_vec()).unwrap_or_default();
    replace(heap, value, "sklearn._loss._loss", new, &args)
}

fn old_sgd_loss(heap: &mut Heap, estimator: Value, attribute: &str, to: &To) -> Moved<()> {
    let Some(loss) = heap.object(estimator).and_then(|object| object.attr(attribute)) else { return Ok(()) };
    let Some((_, name)) = heap.object(loss).map(|object| object.class()) else { return Ok(()) };
    let name = name.trim_start_matches("__pyx_unpickle_");
    let Some((old, _)) = SGD_LOSSES.iter().find(|(_, new)| *new == name) else { return Ok(()) };
    let module = match to.version {
        version if globals::has(version, "sklearn.linear_model._sgd_fast", old) => {
            "sklearn.linear_model._sgd_fast"
        }
        version if globals::has(version, "sklearn.linear_model.sgd_fast", old) => {
            "sklearn.linear_model.sgd_fast"
        }
        _ => return Ok(()),
    };
    let args = compiled_args(heap, loss).unwrap_or_default();
    replace(heap, loss, module, old, &args)
}

/// A random state: since numpy 1.17 a name and a dict, before a tuple.
fn random_state(heap: &mut Heap, value: Value, cx: &mut Context) -> Moved<()> {
    let View::Random(random) = heap.view(value) else { return Ok(()) };
    let Ok(name) = random.bit_generator().map(std::borrow::Cow::into_owned) else { return Ok(()) };
    let Ok(state) = random.state() else { return Ok(()) };
    let part = |wanted: &str| state.iter().find(|(name, _)| name == wanted).map(|(_, value)| *value);
    let (Some(key), Some(position)) = (part("key"), part("pos")) else { return Ok(()) };
    let has_gauss = part("has_gauss").unwrap_or(Value::Int(0));
    let gauss = part("gauss");
    let gauss = match gauss {
        Some(gauss) => gauss,
        None => heap.add(Node::Float(0.0))?,
    };
    cx.rule = ("random-state", "numpy 1.17 changed how random states are pickled");
    let word = heap.text(&name)?;
    if cx.to.numpy < Version::new(1, 17) {
        replace(heap, value, "numpy.random", "__RandomState_ctor", &[])?;
        let state = heap.container(Node::Tuple, &[word, key, position, has_gauss, gauss])?;
        return Ok(heap.set_state(value, state)?);
    }
    let inner = dict(heap, &[("key", key), ("pos", position)])?;
    let state = [("bit_generator", word), ("state", inner), ("has_gauss", has_gauss), ("gauss", gauss)];
    let state = dict(heap, &state)?;
    replace(heap, value, "numpy.random._pickle", "__randomstate_ctor", &[word])?;
    Ok(heap.set_state(value, state)?)
}

fn dict(heap: &mut Heap, entries: &[(&str, Value)]) -> Moved<Value> {
    let mut pairs = Vec::new();
    for &(key, value) in entries {
        pairs.extend([heap.text(key)?, value]);
    }
    Ok(heap.container(Node::Dict, &pairs)?)
}

/// A generator around a bit generator becomes one with a name and a state, which numpy reads since 1.17.
fn generator(heap: &mut Heap, value: Value, cx: &mut Context) -> Moved<()> {
    let first = heap.object(value).and_then(|object| object.args.first().copied());
    let Some(inner) = first.filter(|&first| heap.object(first).is_some()) else { return Ok(()) };
    let Some(state) = heap.object(inner).and_then(|object| object.state()) else { return Ok(()) };
    let state = match heap.as_tuple(state) {
        Some(&[state, ..]) => state,
        _ => state,
    };
    let name = heap.as_dict(state).and_then(|pairs| heap.lookup(pairs, "bit_generator"));
    let Some(name) = name else { return Ok(()) };
    cx.rule = ("random-generator", "numpy 2 changed how generators are pickled");
    replace(heap, value, "numpy.random._pickle", "__generator_ctor", &[name])?;
    Ok(heap.set_state(value, state)?)
}

/// Since scipy 1.18 a spline keeps another object, before a dict.
fn spline(heap: &mut Heap, value: Value, to: &To) -> Moved<()> {
    let Some(state) = heap.object(value).and_then(|object| object.state()) else { return Ok(()) };
    let source = match heap.as_tuple(state) {
        Some(&[inner, _]) if heap.object(inner).is_some() => heap.attributes_dict(inner),
        _ => Some(state),
    };
    let pairs = source.and_then(|source| heap.as_dict(source)).unwrap_or_default();
    let part = |name: &'static str| Some((name, heap.lookup(pairs, name)?));
    let parts: Option<Vec<_>> = ["k", "axis", "extrapolate", "t", "c"].into_iter().map(part).collect();
    let Some(mut parts) = parts else { return Ok(()) };
    if to.scipy >= Version::new(1, 18) {
        parts.insert(3, ("_delegate_to", Value::None));
        let inner = make(heap, "scipy.interpolate._bsplines", "_BSpline", &parts)?;
        let none = super::edit::array(heap, "<f8", vec![0], &[])?;
        let state = heap.container(Node::Tuple, &[inner, none])?;
        return Ok(heap.replace_state(value, state)?);
    }
    let state = dict(heap, &parts)?;
    Ok(heap.replace_state(value, state)?)
}

/// Zones of pytz, which pandas 3 does without, become those of Python.
fn time_zone(heap: &mut Heap, value: Value, name: &str) -> Moved<()> {
    match name {
        "_UTC" => {
            let callable = heap.global("datetime", "timedelta")?;
            let zero = heap.container(Node::Tuple, &[Value::Int(0), Value::Int(0), Value::Int(0)])?;
            let offset = heap.add_call(Call { callable, args: zero, kind: CallKind::Reduce })?;
            replace(heap, value, "datetime", "timezone", &[offset])
        }
        "_p" => match heap.object(value).and_then(|object| object.args.first().copied()) {
            Some(zone) => replace(heap, value, "zoneinfo", "ZoneInfo._unpickle", &[zone, Value::Int(1)]),
            None => Ok(()),
        },
        _ => Ok(()),
    }
}

/// The name of something of Python, numpy, scipy or pandas in the target; `None` for the names of others.
pub(super) fn name(module: &str, name: &str, to: &To) -> Option<(String, String)> {
    let owned = |module: &str, name: &str| Some((module.to_owned(), name.to_owned()));
    match module {
        "__builtin__" | "exceptions" => return owned("builtins", python_3(name)),
        "copy_reg" => return owned("copyreg", name),
        "numpy.ma.core" if name == "MaskedArray" => return owned("numpy.ma", name),
        "numpy" if name == "bool8" => return owned("numpy", "bool_"),
        _ => {}
    }
    if let Some(rest) = module.strip_prefix("numpy.core").or_else(|| module.strip_prefix("numpy._core")) {
        let is_ufunc = cannery_object::known::known(module, name)
            .is_some_and(|known| known.kind == cannery_object::known::Kind::Ufunc);
        if rest == "._multiarray_umath" || is_ufunc {
            return owned("numpy", name);
        }
        let core = if to.has_private_core { "numpy._core" } else { "numpy.core" };
        return owned(&format!("{core}{rest}"), name);
    }
    if let Some(file) = module.strip_prefix("scipy.sparse.") {
        let file = file.trim_start_matches('_');
        let private = if to.scipy >= Version::new(1, 8) { "_" } else { "" };
        let is_format = matches!(file, "csr" | "csc" | "coo" | "dia" | "lil" | "dok" | "bsr" | "base");
        return is_format.then(|| (format!("scipy.sparse.{private}{file}"), name.to_owned()));
    }
    if module.starts_with("scipy.stats") && matches!(name, "rv_frozen" | "rv_continuous_frozen") {
        let is_new = to.scipy >= Version::new(1, 9);
        return owned(module, if is_new { "rv_continuous_frozen" } else { "rv_frozen" });
    }
    if module.starts_with("pandas.") || module == "pandas" {
        return pandas(name, to).map(|(module, name)| (module.to_owned(), name.to_owned()));
    }
    None
}

/// The Python 3 name of a builtin.
fn python_3(name: &str) -> &str {
    match name {
        "unicode" | "basestring" => "str",
        "long" => "int",
        "xrange" => "range",
        name => name,
    }
}

fn pandas(name: &str, to: &To) -> Option<(&'static str, &'static str)> {
    let is_3 = to.pandas >= Version::new(3, 0);
    // one class of indexes of numbers since pandas 2
    let is_number = matches!(name, "Int64Index" | "UInt64Index" | "Float64Index" | "NumericIndex");
    let name = if is_number && to.pandas >= Version::new(2, 0) { "Index" } else { name };
    Some(match name {
        "DataFrame" => (if is_3 { "pandas" } else { "pandas.core.frame" }, "DataFrame"),
        "Series" => (if is_3 { "pandas" } else { "pandas.core.series" }, "Series"),
        "Index" => (if is_3 { "pandas" } else { "pandas.core.indexes.base" }, "Index"),
        "RangeIndex" => (if is_3 { "pandas" } else { "pandas.core.indexes.range" }, "RangeIndex"),
        _ => return None,
    })
}
