//! numpy: arrays, dtypes, scalars, masked arrays, ufuncs.

use cannery_object::known::Kind as NameKind;
use cannery_object::{DType, Field, Heap, Kind, Value, View};

use super::builtins::are_flags;
use super::instance::{is_array_class, is_text_of};
use super::pandas::is_missing;
use super::random;
use crate::names;
use crate::rule::Rule;
use crate::site::{Checked, Refusal, Site, is_flag, is_str};

pub(super) fn check(site: &Site<'_>) -> Checked {
    let (module, name) = site.name;
    match (module, name) {
        (_, "_reconstruct") => reconstruct(site),
        (_, "_frombuffer") => {
            site.no_state()?;
            array(site)
        }
        (_, "scalar") => scalar(site),
        (_, "dtype") => dtype(site),
        (_, "_mareconstruct") => masked(site),
        ("numpy._core._internal", "_convert_to_stringdtype_kwargs") => string_dtype(site),
        ("numpy.core", "_ufunc_reconstruct") => ufunc(site),
        _ if module.starts_with("numpy.random") || module == "mtrand" => random::check(site),
        ("numpy" | "numpy.matrixlib.defmatrix", "matrix") => matrix_of_skops(site),
        ("numpy.ma" | "numpy.ma.core", "MaskedConstant") if site.args.is_empty() => site.no_state(),
        (_, "memmap") => Err(makes_files("numpy.memmap opens, and with the mode 'w+' makes, a file")),
        ("numpy.dtypes", _) if site.args.is_empty() && site.states.is_empty() => Ok(()),
        _ => Err(site.bad_args()),
    }
}

/// Why a class that reaches files when it is called is not accepted.
pub(super) fn makes_files(message: &str) -> Refusal {
    Refusal::new(Rule::LibraryGadget, message)
}

/// `_reconstruct(class, (0,), b'b')` and the state of the array.
fn reconstruct(site: &Site<'_>) -> Checked {
    let heap = site.heap;
    let [class, shape, code] = site.args else { return Err(site.bad_args()) };
    if !starts_empty(heap, *shape, *code) {
        return Err(site.bad_args());
    }
    if let View::Index(_) = heap.view(site.value) {
        return Ok(()); // an index of pandas before 0.15, whose parts are judged one by one
    }
    if !is_array_class(heap, *class) && !is_frozen(heap, *class) {
        return Err(site.bad_args());
    }
    array(site)
}

/// Whether `_reconstruct` with these arguments makes an array, whose state is given to it later.
pub(super) fn makes_an_array(heap: &Heap, args: &[Value]) -> bool {
    matches!(args, [class, shape, code] if is_array_class(heap, *class) && starts_empty(heap, *shape, *code))
}

/// The shape `(0,)` and the type of one byte, with which an array is made before its state is set.
fn starts_empty(heap: &Heap, shape: Value, code: Value) -> bool {
    heap.as_tuple(shape).is_some_and(|shape| matches!(shape, [dim] if heap.as_int(*dim) == Some(0)))
        && (heap.bytes_of(code).is_some_and(|code| *code == *b"b") || is_text_of(heap, code, &["b"]))
}

/// The class of arrays in which pandas before 1.0 keeps the codes of a `MultiIndex`.
fn is_frozen(heap: &Heap, class: Value) -> bool {
    heap.global_name(class) == Some(("pandas.core.indexes.frozen", "FrozenNDArray"))
}

fn array(site: &Site<'_>) -> Checked {
    match site.heap.ndarray(site.value) {
        Some(Ok(_)) => Ok(()),
        Some(Err(error)) => Err(Refusal::of_view(&error)),
        None => Err(site.bad_args()),
    }
}

/// `matrix(array)`, which skops calls; a text would be evaluated.
fn matrix_of_skops(site: &Site<'_>) -> Checked {
    match site.args {
        [array] if site.heap.ndarray(*array).is_some_and(|array| array.is_ok()) => site.no_state(),
        _ => Err(site.bad_args()),
    }
}

/// `_convert_to_stringdtype_kwargs(coerce[, what stands for a missing text])`.
fn string_dtype(site: &Site<'_>) -> Checked {
    let heap = site.heap;
    match site.args {
        [coerce] if is_flag(heap, *coerce) => site.no_state(),
        [coerce, missing] if is_flag(heap, *coerce) && is_missing(heap, *missing) => site.no_state(),
        _ => Err(site.bad_args()),
    }
}

/// `scalar(dtype, bytes)`. A dtype that holds objects takes its value from an array's memory, and an array of another
/// dtype would make pointers out of numbers; only `object` itself does not.
fn scalar(site: &Site<'_>) -> Checked {
    site.no_state()?;
    let heap = site.heap;
    let [dtype, data] = site.args else { return Err(site.bad_args()) };
    if heap.object(*dtype).is_some_and(|object| object.class().1 == "_convert_to_stringdtype_kwargs") {
        return Err(site.bad_args()); // the bytes would be a pointer to a text
    }
    let dtype = DType::from_value(heap, *dtype).map_err(|error| Refusal::of_view(&error))?;
    if dtype.has_objects() {
        return if dtype.kind == Kind::Object { Ok(()) } else { Err(site.bad_args()) };
    }
    match heap.bytes_of(*data) {
        Some(bytes) if bytes.len() == dtype.itemsize => Ok(()),
        Some(bytes) => {
            let message = format!("a scalar of {} bytes is kept in {}", dtype.itemsize, bytes.len());
            Err(Refusal::new(Rule::Unsound, message))
        }
        None => Err(site.bad_args()),
    }
}

/// Bits of `flags` in the state of a dtype: elements hold references, and are pickled as a list.
const REFERENCES: i64 = 0b11;

/// `dtype(code, align, copy)` with its state. A state without a copy would change the dtype of the whole process; flags
/// that deny the objects in it would let bytes become pointers.
fn dtype(site: &Site<'_>) -> Checked {
    let heap = site.heap;
    let [code, flags @ ..] = site.args else { return Err(site.bad_args()) };
    if !(is_str(heap, *code) || is_scalar_class(heap, *code)) || flags.len() > 2 || !are_flags(heap, flags) {
        return Err(site.bad_args());
    }
    let dtype = DType::from_value(heap, site.value).map_err(|error| Refusal::of_view(&error))?;
    check_overlap(&dtype)?;
    let Some(state) = site.state() else { return Ok(()) };
    let state = heap.as_tuple(state).ok_or_else(|| site.bad_state())?;
    if flags.get(1).is_none_or(|&copy| heap.as_int(copy) != Some(1)) {
        return Err(Refusal::new(Rule::UnknownArguments, "a state for a dtype that is not copied"));
    }
    if state.len() < 7 {
        return Ok(()); // numpy before 1.1, which had neither names nor flags
    }
    let unsound = |message: &str| Err(Refusal::new(Rule::Unsound, format!("a dtype {message}")));
    match heap.as_int(state[6]) {
        Some(-1) => {}
        Some(alignment @ 1..=64) if alignment.count_ones() == 1 => {}
        _ => return unsound("with an alignment that does not exist"),
    }
    let size = heap.as_int(state[5]);
    if size.is_none_or(|size| size != -1 && usize::try_from(size).ok() != Some(dtype.itemsize)) {
        return unsound("with another size than its parts have");
    }
    if let Some(&flags) = state.get(7) {
        let has = heap.as_int(flags).ok_or_else(|| site.bad_state())? & REFERENCES;
        let want = if dtype.has_objects() { REFERENCES } else { 0 };
        if has != want {
            return unsound("whose flags say otherwise than its parts whether it holds objects");
        }
    }
    if let Some(&metadata) = state.get(8) {
        let is_unit = matches!(dtype.kind, Kind::DateTime(_) | Kind::TimeDelta(_));
        if !is_unit && metadata != Value::None && !is_empty_metadata(heap, metadata) {
            return Err(site.bad_state());
        }
    }
    Ok(())
}

fn is_empty_metadata(heap: &Heap, metadata: Value) -> bool {
    heap.as_dict(metadata).is_some_and(<[_]>::is_empty)
}

/// A class of numpy's scalars where a code could stand.
fn is_scalar_class(heap: &Heap, value: Value) -> bool {
    heap.global_name(value).is_some_and(|(module, name)| {
        matches!(module, "numpy" | "numpy.rec" | "builtins" | "__builtin__")
            && names::known(module, name).is_some_and(|known| known.kind == NameKind::Class)
    })
}

/// Objects must not share memory with other fields: what writes a number there would make a pointer.
fn check_overlap(dtype: &DType) -> Checked {
    match &dtype.kind {
        Kind::Struct(fields) if dtype.has_objects() => {
            let mut in_order: Vec<&Field> = fields.iter().collect();
            in_order.sort_by_key(|field| field.offset);
            let overlap =
                in_order.windows(2).any(|pair| pair[0].offset + pair[0].dtype.itemsize > pair[1].offset);
            if overlap {
                let message = "a dtype whose objects share memory with other fields";
                return Err(Refusal::new(Rule::Unsound, message));
            }
            fields.iter().try_for_each(|field| check_overlap(&field.dtype))
        }
        Kind::SubArray(base, _) => check_overlap(base),
        _ => Ok(()),
    }
}

/// `_mareconstruct(class, base class, (0,), 'b')` and the state of data and mask.
fn masked(site: &Site<'_>) -> Checked {
    let heap = site.heap;
    let [class, base, shape, code] = site.args else { return Err(site.bad_args()) };
    let is_masked = matches!(
        heap.global_name(*class),
        Some(("numpy.ma" | "numpy.ma.core" | "sklearn.utils.fixes", "MaskedArray"))
    );
    let empty =
        heap.as_tuple(*shape).is_some_and(|shape| matches!(shape, [dim] if heap.as_int(*dim) == Some(0)));
    if !is_masked || !is_array_class(heap, *base) || !empty || !is_text_of(heap, *code, &["b"]) {
        return Err(site.bad_args());
    }
    let View::MaskedArray(array) = heap.view(site.value) else { return Err(site.bad_args()) };
    array.data().and_then(|_| array.mask()).map(drop).map_err(|error| Refusal::of_view(&error))
}

/// `_ufunc_reconstruct(module, name)` imports the one and fetches the other: it must be a ufunc that is known.
fn ufunc(site: &Site<'_>) -> Checked {
    site.no_state()?;
    let heap = site.heap;
    let [module, name] = site.args else { return Err(site.bad_args()) };
    let (Some(module), Some(name)) = (heap.as_str(*module), heap.as_str(*name)) else {
        return Err(site.bad_args());
    };
    match names::known(&module, &name) {
        Some(known) if known.kind == NameKind::Ufunc => Ok(()),
        _ if has_ufuncs_of_others(&module) && is_name_of_ufunc(&name) => Ok(()),
        _ => {
            let rule = match names::standing(&module, &name) {
                names::Standing::Harmful(_) => Rule::Resolver,
                names::Standing::Known(_) | names::Standing::Unknown => Rule::UnknownArguments,
            };
            let short = |text: &str| text.chars().take(60).collect::<String>();
            let message = format!("fetches {}.{}, which is not a known ufunc", short(&module), short(&name));
            Err(Refusal::new(rule, message))
        }
    }
}

/// Modules in which older releases of Python find a ufunc that they import from elsewhere: a ufunc does not say where
/// it is from, so that pickle writes the first module that has it.
fn has_ufuncs_of_others(module: &str) -> bool {
    matches!(
        module,
        "numpy.core.arrayprint"
            | "numpy.core.fromnumeric"
            | "numpy.core.function_base"
            | "numpy.core.numeric"
            | "numpy.core.umath"
            | "numpy.core._methods"
            | "numpy.lib.function_base"
            | "numpy.lib.nanfunctions"
            | "numpy.lib.scimath"
            | "numpy.lib.type_check"
            | "numpy.lib.ufunclike"
            | "numpy.ma.core"
            | "numpy.matrixlib.defmatrix"
            | "scipy.interpolate.rbf"
            | "scipy.signal.wavelets"
            | "scipy.stats._discrete_distns"
            | "scipy.stats._continuous_distns"
            | "scipy.stats._distn_infrastructure"
            | "scipy.stats.stats"
            | "sklearn.neural_network.rbm"
            | "sklearn.utils.fixes"
    )
}

fn is_name_of_ufunc(name: &str) -> bool {
    ["numpy", "scipy.special", "scipy.special._ufuncs"]
        .into_iter()
        .any(|module| names::known(module, name).is_some_and(|known| known.kind == NameKind::Ufunc))
}
