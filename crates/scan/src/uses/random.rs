//! `numpy.random`: the constructors take the name of a bit generator, or a class or function *that they call*.

use cannery_object::{Heap, Kind, Value, View};

use super::builtins::is_numpy_scalar;
use super::instance::is_text_of;
use crate::rule::Rule;
use crate::site::{Checked, Refusal, Site, is_int};

const GENERATORS: &[&str] = &["MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64"];
const MODULES: &[&str] = &[
    "numpy.random._mt19937",
    "numpy.random._pcg64",
    "numpy.random._philox",
    "numpy.random._sfc64",
    "numpy.random.mt19937",
    "numpy.random.pcg64",
    "numpy.random.philox",
    "numpy.random.sfc64",
];

pub(super) fn check(site: &Site<'_>) -> Checked {
    let heap = site.heap;
    let args_fit = match (site.name.1, site.args) {
        ("__RandomState_ctor" | "__randomstate_ctor" | "__generator_ctor", []) => true,
        ("__randomstate_ctor" | "__generator_ctor", [name]) => is_generator(heap, *name),
        ("__randomstate_ctor" | "__generator_ctor", [name, maker]) => {
            is_text_of(heap, *name, GENERATORS)
                && heap.global_name(*maker) == Some(("numpy.random._pickle", "__bit_generator_ctor"))
        }
        ("__bit_generator_ctor", []) => true,
        ("SeedSequence", []) if is_seed_sequence_of_skops(site) => return site.no_state(),
        ("__bit_generator_ctor", [class]) => is_name_or_class(heap, *class),
        (name, [class, checksum, state]) if name.starts_with("__pyx_unpickle_Seed") => {
            return seed_sequence(site, *class, *checksum, *state);
        }
        _ => false,
    };
    if !args_fit {
        return Err(site.bad_args());
    }
    if site.states.is_empty() { Ok(()) } else { state(site) }
}

/// The bit generator itself, or its name.
fn is_generator(heap: &Heap, value: Value) -> bool {
    is_text_of(heap, value, GENERATORS)
        || heap
            .object(value)
            .is_some_and(|object| object.class() == ("numpy.random._pickle", "__bit_generator_ctor"))
}

fn is_name_or_class(heap: &Heap, value: Value) -> bool {
    is_text_of(heap, value, GENERATORS)
        || heap
            .global_name(value)
            .is_some_and(|(module, name)| MODULES.contains(&module) && GENERATORS.contains(&name))
}

/// The position in the key of a Mersenne Twister is used as an index without a look.
fn state(site: &Site<'_>) -> Checked {
    let heap = site.heap;
    if let Some([state, seeds]) = site.state_tuple()
        && heap.as_dict(*state).is_some()
        && *seeds != Value::None
        && !is_seed_sequence(heap, *seeds)
    {
        return Err(site.bad_state());
    }
    let View::Random(random) = heap.view(site.value) else { return Err(site.bad_state()) };
    let state = random.state().map_err(|error| Refusal::of_view(&error))?;
    let part = |wanted: &str| state.iter().find(|(name, _)| name == wanted).map(|&(_, value)| value);
    let Some(key) = part("key") else { return Ok(()) };
    let unsound = |message: &str| Err(Refusal::new(Rule::Unsound, message));
    let Some(Ok(key)) = heap.ndarray(key) else { return Err(site.bad_state()) };
    if matches!(key.dtype.kind, Kind::UInt | Kind::Int) && key.len() == 2 {
        // Philox, whose numbers are taken from a buffer of four
        return match part("buffer_pos").map(|pos| heap.as_int(pos)) {
            None | Some(Some(0..=4)) => Ok(()),
            Some(_) => unsound("the position in the buffer of a Philox lies outside of it"),
        };
    }
    if !matches!(key.dtype.kind, Kind::UInt | Kind::Int) || key.ndim() != 1 || key.len() != 624 {
        return unsound("the key of a Mersenne Twister has not 624 integers");
    }
    match part("pos").map(|pos| heap.as_int(pos)) {
        Some(Some(0..=624)) => Ok(()),
        _ => unsound("the position in a Mersenne Twister lies outside its key"),
    }
}

fn is_seed_sequence(heap: &Heap, value: Value) -> bool {
    heap.object(value).is_some_and(|object| {
        let (module, name) = object.class();
        module.starts_with("numpy.random.")
            && name.strip_prefix("__pyx_unpickle_").unwrap_or(name).starts_with("Seed")
    })
}

/// `SeedSequence(entropy=…, spawn_key=…, pool_size=…, n_children_spawned=…)`, which skops calls for the seeds of a
/// Generator. The pool is of so many words as the size says.
pub(super) fn is_seed_sequence_of_skops(site: &Site<'_>) -> bool {
    const LARGEST_POOL: i64 = 1 << 10;
    let heap = site.heap;
    let is_sequence = site.name == ("numpy.random.bit_generator", "SeedSequence") && site.args.is_empty();
    let Some(pairs) = heap.as_dict(site.attached.kwargs).filter(|_| is_sequence) else { return false };
    let are_ints =
        |value: Value| heap.as_sequence(value).is_some_and(|ints| ints.iter().all(|&int| is_int(heap, int)));
    pairs.chunks_exact(2).all(|pair| match heap.as_str(pair[0]).as_deref() {
        Some("entropy") => is_entropy(heap, pair[1]) || are_ints(pair[1]),
        Some("spawn_key") => are_ints(pair[1]),
        Some("pool_size") => matches!(heap.as_int(pair[1]), Some(4..=LARGEST_POOL)),
        Some("n_children_spawned") => is_int(heap, pair[1]),
        _ => false,
    })
}

/// An integer of Python or numpy, a vector of them, or none: then the system's is taken.
fn is_entropy(heap: &Heap, value: Value) -> bool {
    value == Value::None
        || is_int(heap, value)
        || is_numpy_scalar(heap, value)
        || heap.ndarray(value).is_some_and(|array| {
            array.is_ok_and(|array| array.ndim() <= 1 && matches!(array.dtype.kind, Kind::UInt | Kind::Int))
        })
}

/// `__pyx_unpickle_SeedSequence(class, checksum, None)` with `(entropy, children, pool, pool size, spawn key)`.
fn seed_sequence(site: &Site<'_>, class: Value, checksum: Value, state: Value) -> Checked {
    let heap = site.heap;
    let name = site.name.1.trim_start_matches("__pyx_unpickle_");
    if heap.global_name(class) != Some((site.name.0, name)) || !is_int(heap, checksum) {
        return Err(site.bad_args());
    }
    let state = if state == Value::None { site.state_tuple() } else { heap.as_tuple(state) };
    let Some([_entropy, children, pool, size, spawn_key]) = state else { return Err(site.bad_state()) };
    let pool = heap.ndarray(*pool).and_then(Result::ok);
    let fits = pool.is_some_and(|pool| heap.as_int(*size).is_some_and(|size| size as usize == pool.len()));
    if !fits || !is_int(heap, *children) || heap.as_tuple(*spawn_key).is_none() {
        return Err(site.bad_state());
    }
    Ok(())
}
