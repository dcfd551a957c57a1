//! Names of Python with the arguments and states that pickle writes, ways to make objects, and what findings say.

#![allow(clippy::cloned_ref_to_slice_refs)] // lists of arguments, one like the other

use cannery_scan::Rule;

use crate::write::*;

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
        "given items by APPEND or ADDITEMS, which is not a list",
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
    assert_eq!(
        said(&set(new("scipy.sparse._dok.dok_matrix"), "x"), Rule::UnknownArguments),
        ["a sparse matrix without a shape"]
    );
    is_found(
        &set(new("sklearn.svm._classes.SVC"), "x"),
        Rule::UnknownArguments,
        "given keys by SETITEM, which is not a dict",
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
        "has an attribute whose name is not text",
    );
    is_found(&scaler(dict(&[("__", int(1))])), Rule::Smuggled, "sets __, which");
    is_found(&scaler(list(&[])), Rule::UnknownArguments, "given a state that is not a dict of attributes");
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
    is_found(&slots(list(&[]), none()), Rule::UnknownArguments, "not a dict of attributes");
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

#[test]
fn importances_by_a_path_of_attributes() {
    let by = |path: Value| {
        object("sklearn.feature_selection._from_model.SelectFromModel", &[("importance_getter", path)])
    };
    for path in [text("auto"), text("named_steps.clf.coef_"), none()] {
        is_safe(&by(path));
    }
    is_found(&by(text("fit.__globals__")), Rule::Smuggled, "importance_getter walks to attributes");
}

#[test]
fn attributes_in_the_place_of_methods() {
    let hides = |class: &str, name: &str, value: Value| {
        is_found(&object(class, &[(name, value)]), Rule::Smuggled, "hides a method of scikit-learn");
    };
    hides("sklearn.dummy.DummyClassifier", "predict_proba", global("numpy.ones_like"));
    hides("sklearn.tree._classes.DecisionTreeClassifier", "_validate_X_predict", global("numpy.mean"));
    hides("sklearn.gaussian_process.kernels.RBF", "get_params", none());
    let model = "sklearn.ensemble._hist_gradient_boosting.gradient_boosting.HistGradientBoostingRegressor";
    hides(model, "_raw_predict", global("numpy.mean"));
    is_safe(&object("sklearn.dummy.DummyClassifier", &[("prediction", global("numpy.ones_like"))]));
    is_safe(&object("sklearn.utils._metadata_requests.MetadataRequest", &[("fit", none())]));
    is_safe(&object("sklearn.cluster._bisect_k_means._BisectingTree", &[("score", float(1.0))]));
}

#[test]
fn texts_that_many_calls_share_are_not_read_each_time() {
    let long = "a".repeat(1 << 20);
    let shared = [text(&long), b"\x940coperator\nitemgetter\n\x940](".to_vec()].concat();
    let calls: Value = b"h\x01h\x00\x85R".repeat(100_000);
    is_safe(&[shared, calls, b"e".to_vec()].concat());
}

#[test]
fn functions_that_crash_are_not_known() {
    for module in ["numpy.core.defchararray", "numpy._core.strings", "numpy.strings"] {
        is_found(&global(&format!("{module}.replace")), Rule::UnknownName, "names numpy");
        is_safe(&global(&format!("{module}.upper")));
    }
}
