//! Known names with the arguments and states that their libraries write, and with others beside them.

#![allow(clippy::cloned_ref_to_slice_refs)] // lists of arguments, one like the other

mod write;

use cannery_scan::Rule;
use write::*;

/// What a call of a name is refused for when its arguments are none that are known.
#[track_caller]
fn bad(value: &[u8]) {
    is_found(value, Rule::UnknownArguments, "");
}

#[track_caller]
fn calls(name: &str, good: &[&[Value]], others: &[&[Value]]) {
    for args in good {
        is_safe(&call(name, args));
    }
    for args in others {
        is_found(&call(name, args), Rule::UnknownArguments, "called with (");
    }
    if let Some(args) = good.first() {
        let with_state = build(call(name, args), dict(&[("x", int(1))]));
        is_found(&with_state, Rule::UnknownArguments, "given a state (dict) of unknown form");
    }
}

#[test]
fn builtins() {
    let (seq, empty) = (list(&[int(1)]), dict(&[]));
    calls(
        "builtins.set",
        &[&[], &[seq.clone()], &[tuple(&[])]],
        &[&[empty.clone()], &[text("ab")], &[seq.clone(), seq.clone()]],
    );
    calls("builtins.list", &[&[], &[seq.clone()]], &[&[int(1)]]);
    calls("builtins.tuple", &[&[], &[seq.clone()]], &[&[none()]]);
    calls("builtins.dict", &[&[], &[empty.clone()]], &[&[seq.clone()], &[empty.clone(), empty.clone()]]);
    calls(
        "builtins.bytes",
        &[&[], &[text("é"), text("latin1")]],
        &[&[text("a")], &[text("a"), text("utf-8")], &[bytes(b"a"), text("latin1")]],
    );
    calls(
        "builtins.bytearray",
        &[&[], &[bytes(b"a")], &[text("a"), text("latin-1")]],
        &[&[int(5)], &[text("a")]],
    );
    calls("builtins.object", &[&[]], &[&[int(1)]]);
    calls(
        "builtins.complex",
        &[&[float(1.0), float(2.0)]],
        &[&[float(1.0)], &[int(1), float(1.0)], &[float(1.0), int(1)], &[text("1"), text("1")]],
    );
    let scalar = call("numpy.core.multiarray.scalar", &[dtype("i8"), bytes(&[0; 8])]);
    calls(
        "builtins.slice",
        &[&[none(), int(1), text("a")], &[scalar, bytes(b"a"), float(1.0)]],
        &[&[int(1)], &[seq.clone(), none(), none()], &[none(), none(), global("numpy.exp")]],
    );
    calls("builtins.range", &[&[int(0), int(4), int(1)]], &[&[int(1)]]);
    calls("builtins.type", &[&[none()]], &[&[int(1)], &[text("C"), tuple(&[]), dict(&[])]]);
    calls("builtins.int", &[], &[&[], &[text("1")]]);
}

#[test]
fn containers_of_the_standard_library() {
    let (seq, empty) = (list(&[int(1)]), dict(&[]));
    let of_pairs = list(&[tuple(&[int(1), int(2)]), list(&[int(1), int(2)])]);
    calls(
        "collections.OrderedDict",
        &[&[], &[of_pairs], &[empty.clone()]],
        &[&[seq.clone()], &[list(&[tuple(&[int(1)])])], &[none()]],
    );
    calls("collections.Counter", &[&[], &[empty.clone()]], &[&[seq.clone()]]);
    calls(
        "collections.deque",
        &[&[], &[seq.clone()], &[seq.clone(), none()], &[tuple(&[]), int(3)]],
        &[&[empty.clone()], &[seq.clone(), text("3")], &[none(), int(3)]],
    );
    let plain = ["int", "float", "list", "dict", "set", "str", "bool", "tuple"]
        .map(|name| [global(&format!("builtins.{name}"))]);
    for factory in &plain {
        is_safe(&call("collections.defaultdict", factory));
    }
    calls(
        "collections.defaultdict",
        &[&[], &[none()]],
        &[&[global("numpy.exp")], &[global("builtins.object")], &[int(1)], &[none(), empty.clone()]],
    );
}

#[test]
fn values_of_the_standard_library() {
    let (day, moment) = (bytes(&[7, 228, 2, 29]), bytes(&[7, 228, 2, 29, 0, 0, 0, 0, 0, 0]));
    let delta = call("datetime.timedelta", &[int(0), int(1), int(2)]);
    let zone = call("datetime.timezone", &[delta.clone()]);
    calls("datetime.date", &[&[day.clone()]], &[&[moment.clone()], &[int(1)], &[]]);
    calls(
        "datetime.datetime",
        &[&[moment.clone()], &[moment.clone(), zone.clone()]],
        &[
            &[day.clone()],
            &[moment.clone(), delta.clone()],
            &[day.clone(), zone.clone()],
            &[moment.clone(), none()],
        ],
    );
    calls(
        "datetime.time",
        &[&[bytes(&[0; 6])], &[bytes(&[0; 6]), zone.clone()]],
        &[&[bytes(&[0; 5])], &[bytes(&[0; 6]), none()]],
    );
    calls("datetime.timedelta", &[&[int(0), int(1), int(2)]], &[&[int(0)], &[int(0), int(0), float(1.0)]]);
    calls(
        "datetime.timezone",
        &[&[delta.clone()], &[delta.clone(), text("UTC")]],
        &[&[int(1)], &[zone], &[delta, int(1)], &[]],
    );
    calls("decimal.Decimal", &[&[text("1.5")]], &[&[float(1.5)], &[]]);
    calls(
        "fractions.Fraction",
        &[&[text("1/2")], &[int(1), int(2)]],
        &[&[int(1)], &[int(1), float(2.0)], &[float(1.0), int(2)], &[]],
    );
    calls(
        "re._compile",
        &[&[text("a"), int(32)], &[bytes(b"a"), int(0)]],
        &[&[text("a")], &[int(1), int(1)], &[text("a"), none()]],
    );
    calls(
        "_codecs.encode",
        &[&[text("a"), text("latin1")]],
        &[&[text("a"), text("rot13")], &[text("a")], &[bytes(b"a"), text("latin1")]],
    );
}

#[test]
fn partials_of_functions_that_models_keep() {
    let (f, args) = (global("numpy.exp"), tuple(&[]));
    let made = || call("functools.partial", &[global("numpy.exp")]);
    let state = |parts: &[Value]| build(made(), tuple(parts));
    is_safe(&state(&[f.clone(), args.clone(), none(), none()]));
    is_safe(&state(&[f.clone(), tuple(&[int(1)]), dict(&[("a", int(1))]), dict(&[])]));
    for parts in [
        &[f.clone(), args.clone(), none()][..],
        &[global("builtins.dict"), args.clone(), none(), none()],
        &[f.clone(), list(&[]), none(), none()],
        &[f.clone(), args.clone(), list(&[]), none()],
        &[f.clone(), args.clone(), pairs(&[(int(1), int(1))]), none()],
        &[f.clone(), args.clone(), none(), dict(&[("a", int(1))])],
        &[f.clone(), args.clone(), none(), list(&[])],
    ] {
        is_found(&state(parts), Rule::UnknownArguments, "given a state (tuple) of unknown form");
    }
    is_found(&made(), Rule::UnknownArguments, "given a state () of unknown form");
    for args in [&[global("builtins.dict")][..], &[int(1)], &[f.clone(), int(1)], &[]] {
        is_found(&call("functools.partial", args), Rule::UnknownArguments, "called with (");
    }
}

#[test]
fn exceptions_are_kept_as_values() {
    let name = "builtins.UserWarning";
    for args in [&[][..], &[text("a")], &[int(1), float(1.0), none(), bytes(b"a")]] {
        is_safe(&call(name, args));
    }
    for args in [&[list(&[])][..], &[int(1), int(1), int(1), int(1), int(1)]] {
        is_found(&call(name, args), Rule::UnknownArguments, "called with (");
    }
    is_safe(&build(call(name, &[]), dict(&[("a", int(1))])));
    is_found(&build(call(name, &[]), dict(&[("__class__", int(1))])), Rule::Smuggled, "sets __class__");
}

#[test]
fn messages_name_what_was_given() {
    let args =
        [none(), TRUE.to_vec(), int(1), float(1.0), text("a"), bytes(b"a"), list(&[]), tuple(&[]), dict(&[])];
    let want =
        "called with (None, bool, int, float, str, bytes, list, tuple, …), which its library does not write";
    is_found(&call("builtins.set", &args), Rule::UnknownArguments, want);
    let args = [
        global("numpy.exp"),
        new("builtins.object"),
        b"\x8f".to_vec(),
        b"(\x91".to_vec(),
        b"\x8a\x09\0\0\0\0\0\0\0\0\x01".to_vec(),
        b"U\x01a".to_vec(),
        b"\x96\x01\0\0\0\0\0\0\0a".to_vec(),
        int(1),
    ];
    let want = "called with (numpy.exp, object object, set, frozenset, int, str, bytearray, int), which";
    is_found(&call("builtins.set", &args), Rule::UnknownArguments, want);
    let args = [b"\x82\x01".to_vec(), b"Pid\n".to_vec(), list(&[])];
    is_found(
        &call("builtins.set", &args),
        Rule::UnknownArguments,
        "called with (extension code, persistent id, list), which",
    );
    let twice = build(build(call("builtins.set", &[]), dict(&[])), none());
    is_found(&twice, Rule::Smuggled, "given 2 states, one after another");
    let call_of_dict = [global("builtins.set"), dict(&[]), b"R".to_vec()].concat();
    is_found(&call_of_dict, Rule::UnknownArguments, "called with a dict as its arguments");
    is_found(
        &[list(&[]), tuple(&[]), b"R".to_vec()].concat(),
        Rule::UnknownCall,
        "calls a list, which is no name",
    );
}

#[test]
fn ways_to_make_an_object() {
    let class = global("sklearn.svm._classes.SVC");
    is_found(
        &[&b"("[..], &class, b"o"].concat(),
        Rule::UnknownArguments,
        "made by INST or OBJ, which no model has",
    );
    let with_kwargs = [&class[..], b")}(", &text("C"), &int(1), b"u\x92"].concat();
    is_found(&with_kwargs, Rule::UnknownArguments, "made with keyword arguments (NEWOBJ_EX)");
    is_found(&call("numpy.exp", &[int(1)]), Rule::UnknownArguments, "called while the file is loaded");
    let made = |base: &str, state: Value| {
        call(
            "copyreg._reconstructor",
            &[global("sklearn.preprocessing._data.StandardScaler"), global(base), state],
        )
    };
    is_safe(&made("builtins.object", none()));
    for (base, state) in [
        ("builtins.object", int(1)),
        ("builtins.dict", none()),
        ("builtins.dict", dict(&[])),
        ("builtins.tuple", none()),
        ("builtins.list", list(&[])),
    ] {
        bad(&made(base, state));
    }
    bad(&call("copyreg._reconstructor", &[global("sklearn.preprocessing._data.StandardScaler")]));
    is_safe(&call("copyreg.__newobj__", &[global("sklearn.preprocessing._data.StandardScaler")]));
    bad(&call("copyreg.__newobj__", &[global("sklearn.preprocessing._data.StandardScaler"), int(1)]));
    bad(&call("copyreg.__newobj__", &[]));
    let bunch = |state: Value| {
        call("copyreg._reconstructor", &[global("sklearn.utils.Bunch"), global("builtins.dict"), state])
    };
    is_safe(&bunch(dict(&[("data", int(1))])));
    is_found(
        &bunch(dict(&[("__class__", int(1))])),
        Rule::Smuggled,
        "sets __class__, which Python uses itself",
    );
    let triplet = |state: Value| {
        call(
            "copyreg._reconstructor",
            &[global("sklearn.impute._iterative._ImputerTriplet"), global("builtins.tuple"), state],
        )
    };
    is_safe(&triplet(tuple(&[int(1), int(2), int(3)])));
    bad(&build(triplet(tuple(&[])), dict(&[])));
}

#[test]
fn what_is_given_to_objects() {
    let append = |object: Value| [object, b"(".to_vec(), int(1), b"e".to_vec()].concat();
    let set = |object: Value, key: &str| [object, b"(".to_vec(), text(key), int(1), b"u".to_vec()].concat();
    is_safe(&append(call("builtins.list", &[])));
    is_safe(&append(call("collections.deque", &[])));
    is_found(
        &append(call("collections.OrderedDict", &[])),
        Rule::UnknownArguments,
        "given items by APPEND or ADDITEMS, which is no list",
    );
    is_safe(&set(call("collections.OrderedDict", &[]), "__class__"));
    is_safe(&set(new("sklearn.utils.Bunch"), "data"));
    is_found(&set(new("sklearn.utils.Bunch"), "__class__"), Rule::Smuggled, "sets __class__");
    is_safe(&set(new("scipy.optimize._optimize.OptimizeResult"), "x"));
    is_found(
        &set(new("scipy.optimize._optimize.OptimizeResult"), "__init__"),
        Rule::Smuggled,
        "sets __init__",
    );
    assert!(said(&set(new("scipy.sparse._dok.dok_matrix"), "x"), Rule::UnknownArguments).is_empty());
    is_found(
        &set(new("sklearn.svm._classes.SVC"), "x"),
        Rule::UnknownArguments,
        "given keys by SETITEM, which is no dict",
    );
    is_found(
        &set(global("numpy.exp"), "x"),
        Rule::UnknownArguments,
        "SETITEM or APPEND on a value that has no such items",
    );
    is_found(
        &build(global("numpy.exp"), none()),
        Rule::Smuggled,
        "BUILD gives a state to a class or function",
    );
}

#[test]
fn attributes_and_slots() {
    let scaler = |state: Value| build(new("sklearn.preprocessing._data.RobustScaler"), state);
    is_found(
        &scaler(pairs(&[(int(1), int(1))])),
        Rule::UnknownArguments,
        "has an attribute whose name is no text",
    );
    is_found(&scaler(dict(&[("__", int(1))])), Rule::Smuggled, "sets __, which");
    is_found(&scaler(list(&[])), Rule::UnknownArguments, "given a state that is no dict of attributes");
    is_found(
        &scaler(tuple(&[none(), none()])),
        Rule::UnknownArguments,
        "given a state (tuple) of unknown form",
    );
    for (name, smuggled) in [("__x", false), ("x__", false), ("_x_", false), ("__x__", true)] {
        assert_eq!(!said(&scaler(dict(&[(name, int(1))])), Rule::Smuggled).is_empty(), smuggled, "{name}");
    }
    let slots = |dict: Value, slots: Value| build(new("scipy.sparse._csr.csr_matrix"), tuple(&[dict, slots]));
    is_found(&slots(none(), dict(&[("__class__", int(1))])), Rule::Smuggled, "sets __class__");
    is_found(&slots(dict(&[("__class__", int(1))]), none()), Rule::Smuggled, "sets __class__");
    is_found(&slots(list(&[]), none()), Rule::UnknownArguments, "no dict of attributes");
}

#[test]
fn numpy_arrays_and_scalars() {
    is_safe(&ints(&[2], &[1, 2]));
    let made = |class: &str, shape: Value, code: Value| {
        build(
            call("numpy.core.multiarray._reconstruct", &[global(class), shape, code]),
            tuple(&[int(1), tuple(&[int(1)]), dtype("|u1"), FALSE.to_vec(), bytes(&[7])]),
        )
    };
    let zero = tuple(&[int(0)]);
    is_safe(&made("numpy.ndarray", zero.clone(), text("b")));
    is_safe(&made("numpy.matrix", zero.clone(), bytes(b"b")));
    bad(&made("numpy.ma.core.MaskedArray", zero.clone(), bytes(b"b")));
    bad(&made("numpy.ndarray", tuple(&[int(1)]), bytes(b"b")));
    bad(&made("numpy.ndarray", tuple(&[int(0), int(0)]), bytes(b"b")));
    bad(&made("numpy.ndarray", int(0), bytes(b"b")));
    bad(&made("numpy.ndarray", zero.clone(), bytes(b"c")));
    bad(&made("numpy.ndarray", zero.clone(), text("c")));
    is_found(&array_of(dtype("|u1"), &[2], bytes(&[7])), Rule::Unsound, "needs 2 bytes and has 1");
    let buffer = |data: &[u8]| [bytes(data), dtype("|u1"), tuple(&[int(1)]), text("C")];
    let name = "numpy._core.numeric._frombuffer";
    is_safe(&call(name, &buffer(&[7])));
    is_found(&call(name, &buffer(&[7, 8])), Rule::Unsound, "needs 1 bytes and has 2");
    bad(&build(call(name, &buffer(&[7])), none()));

    let scalar = "numpy.core.multiarray.scalar";
    is_safe(&call(scalar, &[dtype("f8"), bytes(&[0; 8])]));
    is_safe(&call(scalar, &[dtype("|O8"), int(1)]));
    is_found(
        &call(scalar, &[dtype("f8"), bytes(&[0; 7])]),
        Rule::Unsound,
        "a scalar of 8 bytes is kept in 7",
    );
    for args in [&[dtype("f8"), int(1)][..], &[dtype("f8")], &[structure(&[("a", "|O8", 8)]), int(1)]] {
        bad(&call(scalar, args));
    }
    bad(&build(call(scalar, &[dtype("f8"), bytes(&[0; 8])]), none()));
    is_safe(&call("numpy.dtypes.Float64DType", &[]));
    bad(&call("numpy.dtypes.Float64DType", &[int(1)]));
}

/// A dtype by its call and the parts of its state that matter.
fn dtype_with(args: &[Value], names: Value, fields: Value, tail: &[Value]) -> Value {
    let head = [int(3), text("|"), none(), names, fields];
    build(call("numpy.dtype", args), tuple(&[&head[..], tail].concat()))
}

#[test]
fn numpy_dtypes() {
    let copied = [text("V2"), int(0), int(1)];
    let of = |tail: &[Value]| dtype_with(&copied, none(), none(), tail);
    is_safe(&of(&[int(2), int(1), int(0)]));
    is_safe(&of(&[int(2), int(1)]));
    is_safe(&of(&[int(-1), int(-1), int(0)]));
    is_safe(&of(&[int(2), int(64), int(0), none()]));
    is_safe(&of(&[int(2), int(1), int(0), dict(&[])]));
    for alignment in [0, 3, -2, 65, 128] {
        is_found(
            &of(&[int(2), int(alignment), int(0)]),
            Rule::Unsound,
            "with an alignment that does not exist",
        );
    }
    is_found(&of(&[none(), int(1), int(0)]), Rule::Unsound, "with another size than its parts have");
    for flags in [1, 2, 3, 63] {
        is_found(&of(&[int(2), int(1), int(flags)]), Rule::Unsound, "whose flags say otherwise");
    }
    is_safe(&of(&[int(2), int(1), int(16)]));
    bad(&of(&[int(2), int(1), none()]));
    bad(&of(&[int(2), int(1), int(0), dict(&[("a", int(1))])]));
    bad(&of(&[int(2), int(1), int(0), int(1)]));
    let size = |code: &str, size: i32| {
        dtype_with(&[text(code), int(0), int(1)], none(), none(), &[int(size), int(1), int(0)])
    };
    is_found(&size("f8", 4), Rule::Unsound, "with another size than its parts have");
    for args in [&[text("V2"), int(0), int(0)][..], &[text("V2"), int(0)], &[text("V2")]] {
        let tail = [int(2), int(1), int(0)];
        is_found(
            &dtype_with(args, none(), none(), &tail),
            Rule::UnknownArguments,
            "a state for a dtype that is not copied",
        );
        is_safe(&call("numpy.dtype", args));
    }
    is_safe(&call("numpy.dtype", &[global("numpy.float64"), FALSE.to_vec(), TRUE.to_vec()]));
    for args in [
        &[text("f8"), int(0), int(1), int(0)][..],
        &[text("f8"), int(2)],
        &[text("f8"), int(0), none()],
        &[int(1)],
        &[list(&[])],
        &[global("numpy.exp")],
        &[],
    ] {
        is_found(&call("numpy.dtype", args), Rule::UnknownArguments, "called with (");
    }
    is_found(&call("numpy.dtype", &[text("x9")]), Rule::UnknownArguments, "dtype code \"x9\"");
    is_found(&build(call("numpy.dtype", &copied), list(&[])), Rule::Unsound, "no tuple of 5 to 9 items");
}

#[test]
fn objects_in_dtypes_share_no_memory() {
    let fields = |places: &[(&str, Value, i32)], size: i32, flags: i32| {
        let names = tuple(&places.iter().map(|(name, ..)| text(name)).collect::<Vec<_>>());
        let places: Vec<_> =
            places.iter().map(|(name, dtype, at)| (text(name), tuple(&[dtype.clone(), int(*at)]))).collect();
        let args = [text(&format!("V{size}")), int(0), int(1)];
        dtype_with(&args, names, pairs(&places), &[int(size), int(1), int(flags)])
    };
    let (object, number) = (dtype("|O8"), dtype("i8"));
    is_safe(&fields(&[("a", object.clone(), 0), ("b", number.clone(), 8)], 16, 19));
    is_safe(&fields(&[("b", number.clone(), 8), ("a", object.clone(), 0)], 16, 19));
    is_safe(&fields(&[("a", number.clone(), 0), ("b", number.clone(), 0)], 8, 16));
    let shared = "a dtype whose objects share memory with other fields";
    for (a, b) in [(0, 0), (0, 7), (7, 0), (4, 0)] {
        let value = fields(&[("a", object.clone(), a), ("b", number.clone(), b)], 16, 19);
        is_found(&value, Rule::Unsound, shared);
    }
    let inner = fields(&[("a", object.clone(), 0), ("b", number.clone(), 4)], 16, 19);
    is_found(&fields(&[("c", inner.clone(), 0)], 16, 19), Rule::Unsound, shared);
    let sub =
        [int(3), text("|"), tuple(&[inner, tuple(&[int(2)])]), none(), none(), int(32), int(1), int(19)];
    is_found(&build(call("numpy.dtype", &[text("V32"), int(0), int(1)]), tuple(&sub)), Rule::Unsound, shared);
    is_found(&fields(&[("a", object, 0)], 8, 16), Rule::Unsound, "whose flags say otherwise");
}

#[test]
fn masked_arrays_and_ufuncs() {
    let masked = |class: &str, base: &str, code: Value, mask: &[u8]| {
        build(
            call("numpy.ma.core._mareconstruct", &[global(class), global(base), tuple(&[int(0)]), code]),
            tuple(&[
                int(1),
                tuple(&[int(1)]),
                dtype("|u1"),
                FALSE.to_vec(),
                bytes(&[7]),
                bytes(mask),
                none(),
            ]),
        )
    };
    let (class, base) = ("numpy.ma.core.MaskedArray", "numpy.ndarray");
    is_safe(&masked(class, base, text("b"), &[0]));
    is_found(&masked(class, base, text("b"), &[0, 0]), Rule::Unsound, "needs 1 bytes and has 2");
    bad(&masked(class, base, text("c"), &[0]));
    bad(&masked(class, class, text("b"), &[0]));
    bad(&masked(base, base, text("b"), &[0]));
    bad(&call("numpy.ma.core._mareconstruct", &[global(class), global(base)]));
    let ufunc = |module: &str, name: &str| call("numpy.core._ufunc_reconstruct", &[text(module), text(name)]);
    is_safe(&ufunc("numpy", "exp"));
    is_safe(&ufunc("numpy.core.umath", "exp"));
    is_safe(&ufunc("numpy.lib.scimath", "log"));
    is_found(&ufunc("numpy.core.umath", "frompyfunc"), Rule::UnknownArguments, "which is no known ufunc");
    is_found(
        &ufunc("numpy.elsewhere", "exp"),
        Rule::UnknownArguments,
        "fetches numpy.elsewhere.exp, which is no known ufunc",
    );
    is_found(&ufunc("os", "system"), Rule::Resolver, "fetches os.system");
    for args in [&[text("numpy")][..], &[int(1), text("exp")], &[text("numpy"), int(1)]] {
        bad(&call("numpy.core._ufunc_reconstruct", args));
    }
    bad(&build(ufunc("numpy", "exp"), none()));
}

#[test]
fn random_states_and_generators() {
    let key = |count: usize| array_of(dtype("u4"), &[count as i32], bytes(&vec![0; 4 * count]));
    let twister = |key: Value, pos: i32| {
        let inner = dict(&[("key", key), ("pos", int(pos))]);
        dict(&[("bit_generator", text("MT19937")), ("state", inner)])
    };
    let state =
        |state: Value| build(call("numpy.random._pickle.__randomstate_ctor", &[text("MT19937")]), state);
    for pos in [0, 624] {
        is_safe(&state(twister(key(624), pos)));
    }
    for pos in [-1, 625] {
        is_found(
            &state(twister(key(624), pos)),
            Rule::Unsound,
            "the position in a Mersenne Twister lies outside its key",
        );
    }
    for key in [key(623), key(625), floats(&[624]), array_of(dtype("u4"), &[1, 624], bytes(&[0; 2496]))] {
        is_found(
            &state(twister(key, 0)),
            Rule::Unsound,
            "the key of a Mersenne Twister has not 624 integers",
        );
    }
    bad(&state(twister(int(1), 0)));
    is_safe(&state(twister(array_of(dtype("u8"), &[2], bytes(&[0; 16])), -1)));
    bad(&build(call("numpy.random._pickle.__generator_ctor", &[text("PCG64")]), tuple(&[dict(&[]), int(1)])));
    is_safe(&build(
        call("numpy.random._pickle.__generator_ctor", &[text("PCG64")]),
        tuple(&[dict(&[]), none()]),
    ));

    let ctor = |name: &str, args: &[Value]| call(&format!("numpy.random._pickle.{name}"), args);
    let maker = global("numpy.random._pickle.__bit_generator_ctor");
    let pcg = ctor("__bit_generator_ctor", &[global("numpy.random._pcg64.PCG64")]);
    for args in [&[][..], &[text("PCG64")], &[pcg.clone()], &[text("SFC64"), maker.clone()]] {
        is_safe(&ctor("__generator_ctor", args));
        is_safe(&ctor("__randomstate_ctor", args));
    }
    for args in [
        &[text("os")][..],
        &[int(1)],
        &[global("numpy.random._pcg64.PCG64")],
        &[text("PCG64"), global("numpy.exp")],
        &[pcg, maker.clone()],
        &[text("os"), maker],
    ] {
        bad(&ctor("__generator_ctor", args));
    }
    for args in [&[][..], &[text("Philox")]] {
        is_safe(&ctor("__bit_generator_ctor", args));
    }
    for args in [&[text("os")][..], &[global("numpy.random.Generator")], &[global("numpy.exp")], &[int(1)]] {
        bad(&ctor("__bit_generator_ctor", args));
    }
    is_safe(&call("numpy.random.__RandomState_ctor", &[]));
    bad(&call("numpy.random.__RandomState_ctor", &[text("MT19937")]));
    bad(&call("numpy.random.RandomState", &[]));
}

#[test]
fn seed_sequences() {
    let module = "numpy.random.bit_generator";
    let pool = || array_of(dtype("u4"), &[4], bytes(&[0; 16]));
    let state = |parts: &[Value]| {
        let made = call(
            &format!("{module}.__pyx_unpickle_SeedSequence"),
            &[global(&format!("{module}.SeedSequence")), int(7), none()],
        );
        build(made, tuple(parts))
    };
    is_safe(&state(&[int(1), int(0), pool(), int(4), tuple(&[])]));
    for parts in [
        &[int(1), int(0), pool(), int(3), tuple(&[])][..],
        &[int(1), int(0), int(1), int(4), tuple(&[])],
        &[int(1), text("0"), pool(), int(4), tuple(&[])],
        &[int(1), int(0), pool(), int(4), list(&[])],
        &[int(1), int(0), pool(), int(4)],
    ] {
        is_found(&state(parts), Rule::UnknownArguments, "given a state (tuple) of unknown form");
    }
    let inside = tuple(&[int(1), int(0), pool(), int(4), tuple(&[])]);
    let name = format!("{module}.__pyx_unpickle_SeedSequence");
    is_safe(&call(&name, &[global(&format!("{module}.SeedSequence")), int(7), inside.clone()]));
    bad(&call(&name, &[global(&format!("{module}.BitGenerator")), int(7), inside.clone()]));
    bad(&call(&name, &[global(&format!("{module}.SeedSequence")), text("7"), inside]));
}

#[test]
fn losses_and_caches_of_sklearn() {
    let class = "sklearn._loss._loss.CyPinballLoss";
    for args in [&[][..], &[float(0.5)], &[int(1), TRUE.to_vec()]] {
        is_safe(&call(class, args));
    }
    for args in [&[text("a")][..], &[none()], &[int(1), int(1), int(1)]] {
        bad(&call(class, args));
    }
    bad(&build(call(class, &[]), none()));
    let name = "sklearn._loss._loss.__pyx_unpickle_CyPinballLoss";
    let unpickled =
        |class: &str, checksum: Value, state: Value| call(name, &[global(class), checksum, state]);
    is_safe(&unpickled(class, int(1), none()));
    is_safe(&unpickled(class, int(1), tuple(&[float(0.5), int(1)])));
    is_safe(&build(unpickled(class, int(1), none()), tuple(&[float(0.5)])));
    bad(&unpickled("sklearn._loss._loss.CyHuberLoss", int(1), none()));
    bad(&unpickled(class, none(), none()));
    bad(&unpickled(class, int(1), tuple(&[text("a")])));
    bad(&unpickled(class, int(1), list(&[])));
    bad(&build(unpickled(class, int(1), none()), tuple(&[none()])));
    let memory = |args: &[Value]| call("sklearn.externals.joblib.memory.Memory", args);
    is_safe(&memory(&[none(), none(), FALSE.to_vec(), int(0)]));
    is_safe(&memory(&[none(), none()]));
    for args in [
        &[text("/x"), none()][..],
        &[none(), text("r")],
        &[none(), none(), text("a")],
        &[none(), none(), int(1), int(1), int(1)],
        &[none()],
    ] {
        is_found(&memory(args), Rule::LibraryGadget, "a cache that joblib makes");
    }
}

#[test]
fn compiled_classes_are_made_by_their_functions_only() {
    bad(&new("sklearn.tree._tree.Tree"));
    bad(&new("sklearn._loss._loss.CyPinballLoss"));
    let tree = |args: &[Value]| call("sklearn.tree._tree.Tree", args);
    is_safe(&tree(&[int(1), longs(&[1], &[2]), int(1)]));
    for args in [
        &[int(1), int(2), int(1)][..],
        &[none(), longs(&[1], &[2]), int(1)],
        &[int(1), longs(&[1], &[2]), none()],
        &[int(1)],
    ] {
        bad(&tree(args));
    }
    let metric = |class: &str| call("sklearn.metrics._dist_metrics.newObj", &[global(class)]);
    let state = || tuple(&[float(2.0), floats(&[1]), floats(&[1, 1])]);
    is_safe(&build(metric("sklearn.metrics._dist_metrics.EuclideanDistance64"), state()));
    is_safe(&build(metric("sklearn.metrics._dist_metrics.EuclideanDistance"), state()));
    bad(&metric("sklearn.metrics._dist_metrics.EuclideanDistance64"));
    bad(&build(metric("sklearn.metrics._dist_metrics.EuclideanDistance64"), dict(&[])));
    bad(&build(metric("sklearn.metrics._dist_metrics.PyFuncDistance64"), state()));
    bad(&build(metric("numpy.ndarray"), state()));
    bad(&build(metric("sklearn.neighbors._kd_tree.Distance"), state()));
    bad(&call("sklearn.metrics._dist_metrics.newObj", &[int(1)]));
    // as skops makes them
    let plain = |class: &str| build(new(class), state());
    is_safe(&plain("sklearn.metrics._dist_metrics.EuclideanDistance64"));
    bad(&new("sklearn.metrics._dist_metrics.EuclideanDistance64"));
    bad(&build(new("sklearn.metrics._dist_metrics.EuclideanDistance64"), dict(&[])));
    bad(&plain("sklearn.metrics._dist_metrics.PyFuncDistance64"));
    bad(&plain("sklearn.neighbors._quad_tree._QuadTree"));
    let with_args =
        [global("sklearn.metrics._dist_metrics.EuclideanDistance64"), tuple(&[int(1)]), b"\x81".to_vec()];
    bad(&build(with_args.concat(), state()));
}

/// Bytes that look like a pickle may be data: of one that breaks off only harmful names count.
#[test]
fn pickles_inside_bytes_that_break_off() {
    let inside = |stream: &[u8]| {
        judged(&bytes(stream))
            .findings
            .into_iter()
            .map(|found| (found.rule, found.symbol))
            .collect::<Vec<_>>()
    };
    let nested = (Rule::NestedPickle, String::new());
    let found = |rule, symbol: &str| vec![nested.clone(), (rule, symbol.to_owned())];
    assert_eq!(inside(b"\x80\x04cm\nC\n."), found(Rule::UnknownName, "m.C"));
    assert_eq!(inside(b"\x80\x04cm\nC\nNN."), []);
    assert_eq!(inside(b"\x80\x04cos\nsystem\n."), found(Rule::Gadget, "os.system"));
    assert_eq!(inside(b"\x80\x04cos\nsystem\nNN."), found(Rule::Gadget, "os.system"));
    assert_eq!(inside(b"\x80\x04N."), []);
    let message = &judged(&bytes(b"\x80\x04cos\nsystem\n.")).findings[0].message;
    assert_eq!(message, "14 bytes hold a file of their own, which is dangerous");
}

#[test]
fn instances_of_scipy_and_python() {
    is_safe(&object("scipy.interpolate._interpolate.interp1d", &[("x", int(1))]));
    is_safe(&new("scipy.interpolate._bsplines.BSpline"));
    bad(&new("scipy.interpolate._ndbspline.NdBSpline"));
    let spline = |inner: Value, empty: Value| {
        build(new("scipy.interpolate._bsplines.BSpline"), tuple(&[inner, empty]))
    };
    is_safe(&spline(new("scipy.interpolate._bsplines._BSpline"), floats(&[0])));
    bad(&spline(new("scipy.interpolate._bsplines._BSpline"), floats(&[1])));
    bad(&spline(new("scipy.interpolate._bsplines.BSpline"), floats(&[0])));
    bad(&spline(int(1), floats(&[0])));
    is_safe(&new("collections.OrderedDict"));
    is_safe(&new("builtins.object"));
    bad(&new("datetime.date"));
    bad(&build(new("builtins.object"), dict(&[])));
    bad(&new("numpy.ndarray"));
    let rv = |state: Value| build(new("scipy.stats._continuous_distns.expon_gen"), state);
    is_safe(&rv(dict(&[("shapes", text("a, b")), ("__doc__", text("x")), ("_parse_arg_template", none())])));
    is_safe(&rv(tuple(&[dict(&[("a", int(1))]), none()])));
    is_found(&rv(dict(&[("shapes", text("a=f()"))])), Rule::ExecutedText, "shapes is not the text");
    is_found(&rv(dict(&[("shapes", int(1))])), Rule::ExecutedText, "shapes is not the text");
    is_found(&rv(dict(&[("__doc__", int(1))])), Rule::Smuggled, "sets __doc__");
    is_found(&rv(dict(&[("__class__", text("x"))])), Rule::Smuggled, "sets __class__");
    bad(&rv(tuple(&[dict(&[]), int(1)])));
    bad(&rv(list(&[])));
    is_safe(&new("scipy.stats._continuous_distns.expon_gen"));
}

#[test]
fn stand_ins_of_joblib() {
    let wrapper = |items: &[(&str, Value)]| {
        said(&object("joblib.numpy_pickle.NDArrayWrapper", items), Rule::UnknownArguments)
    };
    let file = ("filename", text("a.npy"));
    assert!(
        wrapper(&[file.clone(), ("subclass", global("numpy.ndarray")), ("allow_mmap", TRUE.to_vec())])
            .is_empty()
    );
    assert_eq!(
        wrapper(&[
            file.clone(),
            ("init_args", tuple(&[global("numpy.matrix"), tuple(&[int(0)]), bytes(b"b")]))
        ]),
        Vec::<String>::new()
    );
    let other = "stands for an array of another class than numpy's";
    assert_eq!(wrapper(&[file.clone(), ("subclass", global("numpy.exp"))]), [other]);
    assert_eq!(wrapper(&[file.clone(), ("init_args", tuple(&[]))]), [other]);
    assert_eq!(wrapper(&[file.clone(), ("init_args", tuple(&[int(1)]))]), [other]);
    assert_eq!(wrapper(&[file, ("read", int(1))]), ["given a state (dict) of unknown form"]);
}

#[test]
fn pandas_objects() {
    let index = |class: &str, items: &[(&str, Value)]| {
        call("pandas.core.indexes.base._new_Index", &[global(class), dict(items)])
    };
    is_safe(&index(
        "pandas.RangeIndex",
        &[("start", int(0)), ("stop", int(3)), ("step", int(1)), ("name", none())],
    ));
    bad(&index("pandas.RangeIndex", &[("path", int(0))]));
    bad(&index("pandas.Series", &[("data", int(0))]));
    bad(&call("pandas.core.indexes.base._new_Index", &[global("pandas.RangeIndex"), list(&[])]));
    bad(&build(index("pandas.RangeIndex", &[("stop", int(3))]), none()));
    let block = |place: Value, ndim: Value| {
        call("pandas._libs.internals._unpickle_block", &[ints(&[1, 1], &[1]), place, ndim])
    };
    let slice = call("builtins.slice", &[int(0), int(1), int(1)]);
    is_safe(&block(slice.clone(), int(2)));
    is_safe(&block(ints(&[1], &[0]), int(2)));
    bad(&block(int(1), int(2)));
    bad(&block(slice, none()));
    let manager =
        |blocks: Value, axes: Value| call("pandas.core.internals.managers.BlockManager", &[blocks, axes]);
    is_safe(&manager(tuple(&[]), list(&[])));
    bad(&manager(int(1), list(&[])));
    bad(&manager(tuple(&[]), int(1)));
    let old = |parts: &[Value]| build(new("pandas.core.internals.managers.BlockManager"), tuple(parts));
    is_safe(&old(&[list(&[]), list(&[]), list(&[]), dict(&[])]));
    for k in 0..4 {
        let mut parts = vec![list(&[]), list(&[]), list(&[]), dict(&[])];
        parts[k] = int(1);
        bad(&old(&parts));
    }
    is_found(
        &old(&[list(&[]), list(&[]), list(&[]), dict(&[("__class__", int(1))])]),
        Rule::Smuggled,
        "sets __class__",
    );
    bad(&new("pandas.core.internals.managers.BlockManager"));
    is_safe(&object("pandas.core.series.Series", &[("_name", none())]));
    is_found(&object("pandas.core.series.Series", &[("__class__", int(1))]), Rule::Smuggled, "");
    let backed = |class: &str, checksum: Value, state: Value| {
        build(
            call("pandas._libs.arrays.__pyx_unpickle_NDArrayBacked", &[global(class), checksum, none()]),
            state,
        )
    };
    let class = "pandas.core.arrays.string_.StringArray";
    is_safe(&backed(class, int(1), tuple(&[none(), ints(&[1], &[1])])));
    is_safe(&backed(class, int(1), tuple(&[ints(&[1], &[1]), none(), dict(&[("_x", int(1))])])));
    bad(&backed(class, int(1), tuple(&[none(), none()])));
    bad(&backed(class, int(1), tuple(&[ints(&[1], &[1]), ints(&[1], &[1])])));
    bad(&backed(class, int(1), tuple(&[none(), ints(&[1], &[1]), int(1)])));
    bad(&backed(class, none(), tuple(&[none(), ints(&[1], &[1])])));
    bad(&backed("pandas.core.series.Series", int(1), tuple(&[none(), ints(&[1], &[1])])));
    is_safe(&call("pandas.StringDtype", &[text("python"), float(f64::NAN)]));
    is_safe(&call("pandas.StringDtype", &[text("pyarrow"), none()]));
    is_safe(&call("pandas.StringDtype", &[text("python"), text("a")]));
    is_safe(&call("pandas.StringDtype", &[text("python"), global("pandas._libs.missing.NA")]));
    bad(&call("pandas.StringDtype", &[text("python"), global("numpy.exp")]));
    bad(&call("pandas.StringDtype", &[text("os")]));
    bad(&call("pandas.StringDtype", &[text("python"), int(1)]));
    is_safe(&call("pandas.Timestamp", &[int(1), none(), text("UTC")]));
    bad(&call("pandas.Timestamp", &[int(1), list(&[])]));
    bad(&call("pandas.Timestamp", &[int(1), int(1), int(1), int(1), int(1)]));
    is_safe(&call("pandas._libs.tslibs.nattype._nat_unpickle", &[none()]));
    bad(&call("pandas._libs.tslibs.nattype._nat_unpickle", &[int(1)]));
}

#[test]
fn findings_say_where() {
    let place = |value: &[u8]| judged(value).findings[0].path.clone();
    let evil = || global("os.system");
    assert_eq!(place(&evil()).as_deref(), Some(""));
    assert_eq!(place(&list(&[int(1), evil()])).as_deref(), Some("[1]"));
    assert_eq!(place(&tuple(&[list(&[evil()])])).as_deref(), Some("[0][0]"));
    assert_eq!(place(&dict(&[("a", int(1)), ("b", evil())])).as_deref(), Some("[\"b\"]"));
    assert_eq!(place(&pairs(&[(int(7), evil())])).as_deref(), Some("[7]"));
    assert_eq!(place(&pairs(&[(evil(), int(7))])).as_deref(), Some("keys()[0]"));
    assert_eq!(place(&pairs(&[(none(), int(1)), (float(1.0), evil())])).as_deref(), Some("[#1]"));
    assert_eq!(
        place(&object("sklearn.preprocessing._data.RobustScaler", &[("a", list(&[evil()]))])).as_deref(),
        Some("a[0]")
    );
    assert_eq!(place(&objects(&[int(1), evil()])).as_deref().map(|path| path.ends_with("[1]")), Some(true));
    assert_eq!(place(&call("builtins.set", &[list(&[evil()])])).as_deref(), Some("(…)[0][0]"));
    assert_eq!(place(&[evil(), b"0N".to_vec()].concat()), None);
    let nested = |depth: usize| (0..depth).fold(evil(), |inner, _| list(&[inner]));
    assert_eq!(place(&nested(48)), Some("[0]".repeat(48)));
    assert_eq!(place(&nested(49)), Some(format!("…{}", "[0]".repeat(48))));
}

#[test]
fn findings_say_which_opcode() {
    let origin = |value: &[u8]| {
        let finding = judged(value).findings.swap_remove(0);
        (finding.opcode, finding.offset)
    };
    assert_eq!(origin(&global("os.system")), (Some("GLOBAL"), Some(2)));
    assert_eq!(origin(&list(&[global("os.system")])), (Some("GLOBAL"), Some(4)));
    assert_eq!(
        origin(&list(&[int(128), float(1.0), global("os.system"), float(1.0)])),
        (Some("GLOBAL"), Some(18))
    );
    let pushed = |middle: &[u8]| [&text("os")[..], middle, &text("system"), b"\x93"].concat();
    assert_eq!(origin(&pushed(b"")), (Some("STACK_GLOBAL"), Some(20)));
    let hidden = |value: &[u8]| !said(value, Rule::IndirectName).is_empty();
    assert!(!hidden(&pushed(b"")) && !hidden(&pushed(b"\x94")) && !hidden(&pushed(b"q\x01")));
    assert!(hidden(&pushed(b"N0")));
    for short in [&b"\x8c\x06system"[..], b"\x8d\x06\0\0\0\0\0\0\0system"] {
        assert!(!hidden(&[&text("os")[..], short, b"\x93"].concat()));
    }
    assert!(hidden(&[&text("os")[..], b"U\x06system\x93"].concat()));
    let memo = |get: &[u8]| [&text("system")[..], b"q\x010", &text("os"), get, b"\x93"].concat();
    assert!(!hidden(&memo(b"h\x01")) && !hidden(&memo(b"j\x01\0\0\0")));
    assert!(hidden(&memo(b"g1\n")));
}

#[test]
fn getters_of_plain_keys() {
    let getter = |keys: &[Value]| said(&call("operator.itemgetter", keys), Rule::UnknownArguments);
    for keys in [&[int(1)][..], &[text("a")], &[float(1.0), text("_a")], &[list(&[text("a"), int(1)])]] {
        assert_eq!(getter(keys), Vec::<String>::new());
    }
}

#[test]
fn caches_of_joblib() {
    let memory = |args: &[Value]| call("joblib.memory.Memory", args);
    assert!(said(&memory(&[none(), none()]), Rule::LibraryGadget).is_empty());
    is_found(&memory(&[text("/x"), none()]), Rule::LibraryGadget, "a cache that joblib makes");
    is_found(&call("joblib.numpy_pickle.NumpyArrayWrapper", &[]), Rule::UnknownArguments, "called with (");
}

#[test]
fn archives_behind_other_bytes() {
    let archive = |comment: &[u8], said: u16| {
        let end = [&b"PK\x05\x06"[..], &[0; 16], &said.to_le_bytes(), comment].concat();
        let file = [&b"\x00\x01 other bytes "[..], &end].concat();
        let report = cannery_scan::scan(
            &file.into(),
            &cannery_scan::Options::default(),
            &mut cannery_format::NoCompanions,
        );
        report.findings.first().map(|found| (found.rule, found.message.contains("other bytes before it")))
    };
    assert_eq!(archive(b"", 0), Some((Rule::Container, true)));
    assert_eq!(archive(b"abc", 3), Some((Rule::Container, true)));
    assert_eq!(archive(b"abc", 2), None);
    assert_eq!(archive(b"", 1), None);
}
