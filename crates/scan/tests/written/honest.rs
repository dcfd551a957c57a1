//! What practitioners save beside estimators, each next to what resembles it and is none of that.

#![allow(clippy::cloned_ref_to_slice_refs)] // lists of arguments, one like the other

use cannery_scan::Rule;

use crate::write::*;

#[track_caller]
fn bad(value: &[u8]) {
    is_found(value, Rule::UnknownArguments, "");
}

/// A call of what a call made.
fn call_of(callable: Value, args: &[Value]) -> Value {
    [callable, tuple(args), b"R".to_vec()].concat()
}

fn zone_of_python(method: &str, args: &[Value]) -> Value {
    let maker = call("builtins.getattr", &[global("zoneinfo.ZoneInfo"), text(method)]);
    call_of(maker, args)
}

#[test]
fn time_zones() {
    let moment = bytes(&[7, 228, 2, 29, 0, 0, 0, 0, 0, 0]);
    let at = |zone: Value| call("datetime.datetime", &[moment.clone(), zone]);
    for key in ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+3"] {
        is_safe(&at(zone_of_python("_unpickle", &[text(key), int(1)])));
    }
    for args in [
        &[text("../etc/passwd"), int(1)][..],
        &[text("/etc/passwd"), int(1)],
        &[text("a..b"), int(1)],
        &[text(""), int(1)],
        &[text("Europe/Berlin")],
        &[int(1), int(1)],
        &[text("Europe/Berlin"), text("1")],
    ] {
        is_found(&zone_of_python("_unpickle", args), Rule::UnknownCall, "which is no name");
    }
    is_found(&zone_of_python("no_cache", &[text("UTC")]), Rule::Resolver, "calls builtins.getattr");
    is_found(
        &build(zone_of_python("_unpickle", &[text("UTC"), int(1)]), dict(&[])),
        Rule::UnknownCall,
        "which is no name",
    );
    is_safe(&at(call("zoneinfo.ZoneInfo", &[text("Europe/Berlin")])));
    bad(&call("zoneinfo.ZoneInfo", &[text("../etc/passwd")]));
    let berlin = [text("Europe/Berlin"), int(3180), int(0), text("LMT")];
    for (name, args) in
        [("_UTC", &[][..]), ("FixedOffset", &[int(60)]), ("_p", &berlin), ("_p", &berlin[..1])]
    {
        let zone = call(&format!("pytz.{name}"), args);
        is_safe(&at(zone.clone()));
        is_safe(&call("pandas.Timestamp", &[int(1), none(), zone]));
    }
    for (name, args) in [
        ("_UTC", &[int(1)][..]),
        ("FixedOffset", &[text("1")]),
        ("FixedOffset", &[]),
        ("_p", &[text("../x")]),
        ("_p", &[int(1)]),
        ("_p", &berlin[..2]),
    ] {
        bad(&call(&format!("pytz.{name}"), args));
    }
    bad(&at(call("pytz.lazy", &[])));
}

#[test]
fn attributes_that_are_data() {
    let getter = |args: &[Value]| call("operator.attrgetter", args);
    for paths in [&[text("values")][..], &[text("dt.dayofweek")], &[text("regressor_.coef_"), text("T")]] {
        is_safe(&getter(paths));
    }
    for name in
        ["tofile", "to_pickle", "system", "__class__", "values.__class__", "_x", "a.b.eval", "", "a b"]
    {
        is_found(&getter(&[text(name)]), Rule::Resolver, "calls operator.attrgetter");
    }
    is_found(&getter(&[]), Rule::Resolver, "calls operator.attrgetter");
    is_found(&getter(&[text("T"), int(1)]), Rule::Resolver, "calls operator.attrgetter");
    is_found(&getter(&[text("name")]), Rule::UnknownArguments, "not known to be harmless");
    is_found(&global("operator.attrgetter"), Rule::Resolver, "names operator.attrgetter");
    is_found(&build(getter(&[text("T")]), dict(&[])), Rule::Resolver, "calls operator.attrgetter");
}

#[test]
fn methods_that_compute() {
    let caller = |args: &[Value]| call("operator.methodcaller", args);
    for args in [
        &[text("toarray")][..],
        &[text("astype"), text("float32")],
        &[text("astype"), global("builtins.str")],
        &[text("astype"), dtype("f4")],
        &[text("reshape"), int(-1), int(1)],
        &[text("drop"), list(&[text("a"), text("b")])],
    ] {
        is_safe(&caller(args));
    }
    // what the method of another class with this name does is no computation
    for name in ["replace", "rename", "tofile", "to_pickle", "eval", "query", "system", "__init__"] {
        is_found(&caller(&[text(name), text("x")]), Rule::Resolver, "calls operator.methodcaller");
    }
    for args in
        [&[text("assign"), int(1)][..], &[text("astype"), global("numpy.memmap")], &[text("sum"), dict(&[])]]
    {
        is_found(&caller(args), Rule::UnknownArguments, "not known to be harmless");
    }
    is_found(&caller(&[]), Rule::Resolver, "calls operator.methodcaller");
    let keywords = |name: &str, value: Value, args: &[Value]| {
        let caller = global("operator.methodcaller");
        let state = tuple(&[caller.clone(), tuple(&[text(name)]), dict(&[("value", value)]), none()]);
        call_of(build(call("functools.partial", &[caller]), state), args)
    };
    is_safe(&keywords("fillna", int(0), &[]));
    is_safe(&keywords("drop", list(&[text("a")]), &[text("b")]));
    is_found(&keywords("replace", int(0), &[]), Rule::Resolver, "names operator.methodcaller");
    is_found(&keywords("fillna", global("numpy.exp"), &[]), Rule::Resolver, "names operator.methodcaller");
    is_found(&keywords("fillna", int(0), &[global("numpy.exp")]), Rule::UnknownCall, "");
    let beside = list(&[keywords("fillna", int(0), &[]), global("operator.methodcaller")]);
    is_found(&beside, Rule::Resolver, "names operator.methodcaller");
    let slice = |part: Value| call("builtins.slice", &[int(0), part, none()]);
    is_safe(&call("operator.itemgetter", &[slice(int(2))]));
    is_found(&call("operator.itemgetter", &[slice(bytes(b"a"))]), Rule::Resolver, "");
}

#[test]
fn functions_that_call_others() {
    for name in ["numpy.apply_along_axis", "numpy.lib.shape_base.apply_along_axis"] {
        is_found(&global(name), Rule::UnknownName, "names numpy");
        is_found(&call(name, &[global("numpy.exp"), int(0), list(&[])]), Rule::LibraryGadget, "calls numpy");
    }
    let fetch = |module: &str, name: &str, own: Value| {
        call("scipy._lib._uarray._backend.unpickle_function", &[text(module), text(name), own])
    };
    is_safe(&fetch("scipy.fft._basic", "fft", none()));
    is_safe(&call("scipy._lib._uarray._backend.unpickle_function", &[text("scipy.fft._basic"), text("fft")]));
    for (module, name) in [("os", "system"), ("scipy.fft._basic", "os"), ("scipy.special", "expit")] {
        is_found(&fetch(module, name, none()), Rule::Resolver, "unpickle_function");
    }
    is_found(&fetch("scipy.fft._basic", "fft", int(1)), Rule::Resolver, "unpickle_function");
}

#[test]
fn metadata() {
    is_safe(&object("argparse.Namespace", &[("model", int(1))]));
    is_found(&object("argparse.Namespace", &[("__class__", int(1))]), Rule::Smuggled, "");
    let space = |state: Value| build(call("types.SimpleNamespace", &[]), state);
    is_safe(&space(dict(&[("model", int(1))])));
    is_found(&space(dict(&[("__reduce__", int(1))])), Rule::Smuggled, "");
    bad(&call("types.SimpleNamespace", &[dict(&[])]));
    is_safe(&object("types.SimpleNamespace", &[("model", int(1))]));
    is_safe(&new("collections.deque"));
    is_safe(&call("re.RegexFlag", &[int(2)]));
    bad(&call("re.RegexFlag", &[text("I")]));
    bad(&call("re.RegexFlag", &[int(1 << 20)]));
    is_safe(&call("http.HTTPStatus", &[int(200)]));
    bad(&call("http.HTTPStatus", &[]));
    let numbers = |args: &[Value]| call("array._array_reconstructor", args);
    is_safe(&numbers(&[global("array.array"), text("d"), int(16), bytes(&[0; 8])]));
    is_safe(&call("array.array", &[text("d"), list(&[float(1.0)])]));
    bad(&numbers(&[global("builtins.list"), text("d"), int(16), bytes(&[0; 8])]));
    bad(&numbers(&[global("array.array"), text("x"), int(16), bytes(&[0; 8])]));
    bad(&call("array.array", &[text("d"), bytes(&[0; 8])]));
    let density = |module: &str, method: &str| {
        let made = object(&format!("{module}.gaussian_kde"), &[("dataset", floats(&[1, 3]))]);
        call("builtins.getattr", &[made, text(method)])
    };
    is_safe(&density("scipy.stats._kde", "silverman_factor"));
    is_found(&density("scipy.stats._kde", "resample"), Rule::Resolver, "calls builtins.getattr");
    is_found(&density("scipy.stats", "silverman_factor"), Rule::Resolver, "calls builtins.getattr");
    is_safe(&object("sklearn.svm._classes.SVC", &[("__doc__", text("a machine"))]));
    is_found(&object("sklearn.svm._classes.SVC", &[("__doc__", global("numpy.exp"))]), Rule::Smuggled, "");
    let memorized = |function: Value| object("joblib.memory.NotMemorizedFunc", &[("func", function)]);
    is_safe(&memorized(global("numpy.exp")));
    is_found(&memorized(global("numpy.memmap")), Rule::LibraryGadget, "kept as a value");
    is_found(&memorized(global("__main__.fit")), Rule::UnknownName, "names __main__.fit");
    let method = |class: &str, name: &str| call("builtins.getattr", &[object(class, &[]), text(name)]);
    is_safe(&method("sklearn.preprocessing._data.StandardScaler", "transform"));
    is_found(&method("sklearn.preprocessing._data.StandardScaler", "get_params"), Rule::Resolver, "getattr");
    is_found(&method("sklearn.pipeline.Pipeline", "fit_transform"), Rule::Resolver, "calls builtins.getattr");
    let stacking = |name: &str| {
        object("sklearn.ensemble._stacking.StackingRegressor", &[("stack_method_", list(&[text(name)]))])
    };
    is_safe(&stacking("predict"));
    is_found(&stacking("fit_transform"), Rule::Smuggled, "names a method that is called");
    is_found(&method("sklearn.utils._bunch.Bunch", "transform"), Rule::Resolver, "calls builtins.getattr");
    let parts = tuple(&[int(1970), int(1), int(1)]);
    is_safe(&call("time.struct_time", &[parts.clone(), dict(&[("tm_zone", text("GMT"))])]));
    bad(&call("time.struct_time", &[parts.clone(), dict(&[("x", text("GMT"))])]));
    bad(&call("time.struct_time", &[tuple(&[text("a")]), dict(&[])]));
    bad(&call("time.struct_time", &[parts]));
    bad(&call("re.sub", &[text("a"), text("b"), text("c")]));
    let partial = build(
        call("functools.partial", &[global("re.sub")]),
        tuple(&[global("re.sub"), tuple(&[text("a")]), none(), none()]),
    );
    is_safe(&partial);
    // as Python 2 writes one of another
    let outer = call("functools.partial", &[partial.clone()]);
    is_safe(&build(outer, tuple(&[partial, tuple(&[]), none(), none()])));
    let ufunc = || call("numpy.core._ufunc_reconstruct", &[text("numpy"), text("power")]);
    is_safe(&build(
        call("functools.partial", &[ufunc()]),
        tuple(&[ufunc(), tuple(&[int(2)]), none(), none()]),
    ));
    is_safe(&object("numpy.poly1d", &[("coeffs", floats(&[3]))]));
    is_safe(&object("numpy.polynomial.polynomial.Polynomial", &[("coef", floats(&[3]))]));
}

#[test]
fn distances_that_a_function_computes() {
    let module = "sklearn.metrics._dist_metrics";
    let class = format!("{module}.PyFuncDistance64");
    let state = |function: Value, keywords: Value| {
        tuple(&[float(2.0), floats(&[1]), floats(&[1, 1]), function, keywords])
    };
    let metric = |state: Value| build(call(&format!("{module}.newObj"), &[global(&class)]), state);
    let cosine = || global("scipy.spatial.distance.cosine");
    is_safe(&metric(state(cosine(), dict(&[]))));
    is_safe(&metric(state(cosine(), none())));
    is_safe(&build(new(&class), state(cosine(), dict(&[("p", int(1))]))));
    for (function, keywords) in [
        (global("numpy.memmap"), dict(&[])),
        (global("builtins.dict"), dict(&[])),
        (int(1), dict(&[])),
        (cosine(), pairs(&[(int(1), int(1))])),
    ] {
        bad(&metric(state(function, keywords)));
    }
    is_found(&metric(state(global("os.system"), none())), Rule::Gadget, "names os.system");
}

#[test]
fn piecewise_polynomials() {
    for name in
        ["_interpolate.PPoly", "_interpolate.BPoly", "_cubic.PchipInterpolator", "_cubic.Akima1DInterpolator"]
    {
        let class = format!("scipy.interpolate.{name}");
        let made = |x: Value, c: Value| build(new(&class), tuple(&[none(), dict(&[("x", x), ("c", c)])]));
        is_safe(&made(floats(&[4]), floats(&[2, 3])));
        is_safe(&made(floats(&[4]), floats(&[2, 3, 5])));
        for (x, c) in [
            (floats(&[4]), floats(&[2, 4])),
            (floats(&[1]), floats(&[2, 0])),
            (floats(&[4]), floats(&[0, 3])),
            (floats(&[4]), floats(&[3])),
            (floats(&[2, 2]), floats(&[2, 3])),
        ] {
            is_found(&made(x, c), Rule::Unsound, "");
        }
        is_found(
            &build(new(&class), tuple(&[none(), dict(&[("c", floats(&[2, 3]))])])),
            Rule::Unsound,
            "x: ",
        );
    }
    // since scipy 1.18
    let inner = || {
        let slots = dict(&[("x", floats(&[4])), ("c", floats(&[2, 3]))]);
        build(new("scipy.interpolate._interpolate._PPoly"), tuple(&[none(), slots]))
    };
    let outer = |inner: Value, empty: Value| {
        object("scipy.interpolate._interpolate.PPoly", &[("_delegate_to", inner), ("_xp", empty)])
    };
    is_safe(&outer(inner(), floats(&[0])));
    bad(&outer(inner(), floats(&[1])));
    bad(&outer(inner(), none()));
    bad(&outer(int(1), floats(&[0])));
}

#[test]
fn distributions_of_several_variables() {
    let class = "scipy.stats._multivariate.multivariate_normal_frozen";
    is_safe(&object(class, &[("mean", floats(&[2])), ("dim", int(2))]));
    is_found(&object(class, &[("__class__", int(2))]), Rule::Smuggled, "");
    is_found(&object(class, &[("_parse_arg_template", text("import os"))]), Rule::ExecutedText, "");
}

#[test]
fn sparse_columns() {
    let index = |places: &[i32]| {
        call("pandas._libs.sparse.IntIndex", &[int(5), ints(&[places.len() as i32], places)])
    };
    let blocks = |places: &[i32], lengths: &[i32]| {
        let arrays = [places, lengths].map(|array| ints(&[array.len() as i32], array));
        call("pandas._libs.sparse.BlockIndex", &[int(5), arrays[0].clone(), arrays[1].clone()])
    };
    let array = |index: Value, count: i32| {
        object(
            "pandas.core.arrays.sparse.array.SparseArray",
            &[("_sparse_index", index), ("_sparse_values", floats(&[count]))],
        )
    };
    is_safe(&array(index(&[0, 4]), 2));
    is_safe(&array(index(&[]), 0));
    is_safe(&array(blocks(&[0, 3], &[1, 2]), 3));
    for wrong in [
        index(&[-1]),
        index(&[5]),
        index(&[2, 2]),
        index(&[3, 1]),
        blocks(&[-1], &[1]),
        blocks(&[1], &[-3]),
        blocks(&[1], &[0]),
        blocks(&[3], &[3]),
        blocks(&[0, 1], &[2, 1]),
        blocks(&[0, 1], &[1]),
    ] {
        is_found(&wrong, Rule::Unsound, "");
    }
    is_found(&array(index(&[0, 4]), 1), Rule::Unsound, "_sparse_values: 1 for 2 places");
    // since pandas 3
    let parts = [("_sparse_index", index(&[0, 4])), ("_sparse_values", floats(&[1]))];
    is_found(&object("pandas.arrays.SparseArray", &parts), Rule::Unsound, "_sparse_values: 1 for 2 places");
    bad(&array(int(1), 1));
    bad(&call("pandas._libs.sparse.IntIndex", &[text("5"), ints(&[1], &[0])]));
}

#[test]
fn tables_of_old_releases() {
    let offset = |items: &[(&str, Value)]| object("pandas.tseries.offsets.MonthEnd", items);
    let (n, normalize) = (("n", int(1)), ("normalize", FALSE.to_vec()));
    let month = || offset(&[n.clone(), normalize.clone(), ("kwds", dict(&[]))]);
    is_safe(&month());
    is_safe(&call("pandas._libs.period.Period", &[none(), month(), int(600)]));
    bad(&offset(&[n.clone()]));
    bad(&offset(&[("n", text("1")), normalize.clone()]));
    bad(&new("pandas.tseries.offsets.MonthEnd"));
    is_found(&offset(&[n, normalize, ("__class__", int(1))]), Rule::Smuggled, "");
    let frozen = |class: &str| {
        let args = [global(class), tuple(&[int(0)]), bytes(b"b")];
        let made = call("numpy.core.multiarray._reconstruct", &args);
        build(made, tuple(&[int(1), tuple(&[int(1)]), dtype("|i1"), FALSE.to_vec(), bytes(&[0])]))
    };
    is_safe(&frozen("pandas.core.indexes.frozen.FrozenNDArray"));
    bad(&frozen("pandas.core.indexes.frozen.FrozenList"));
    let periods = |class: &str, state: Value| {
        let args = [global(class), int(1), none()];
        build(call("pandas._libs.tslibs.period.__pyx_unpickle_PeriodMixin", &args), state)
    };
    let class = "pandas.core.arrays.period.PeriodArray";
    is_safe(&periods(class, tuple(&[dict(&[("_data", longs(&[1], &[600]))])])));
    bad(&periods(class, tuple(&[])));
    bad(&periods(class, dict(&[])));
    bad(&periods("pandas.core.series.Series", tuple(&[dict(&[])])));
    is_found(&periods(class, tuple(&[dict(&[("__class__", int(1))])])), Rule::Smuggled, "");
}

#[test]
fn texts_of_any_length() {
    let kind = |args: &[Value]| call("numpy._core._internal._convert_to_stringdtype_kwargs", args);
    let texts = |dtype: Value, data: Value| array_of(dtype, &[2], data);
    let two = || list(&[text("a"), text("bc")]);
    is_safe(&texts(kind(&[int(1)]), two()));
    is_safe(&texts(kind(&[int(1), float(f64::NAN)]), two()));
    bad(&kind(&[text("a")]));
    bad(&kind(&[int(1), global("numpy.exp")]));
    // numpy crashes
    is_found(&texts(kind(&[int(1)]), bytes(&[0; 32])), Rule::Unsound, "");
    is_found(&texts(kind(&[int(1)]), list(&[text("a")])), Rule::Unsound, "");
    let buffer = [bytes(&[0; 32]), kind(&[int(1)]), tuple(&[int(2)]), text("C")];
    is_found(&call("numpy._core.numeric._frombuffer", &buffer), Rule::Unsound, "");
    bad(&call("numpy._core.multiarray.scalar", &[kind(&[int(1)]), bytes(&[0; 16])]));
    is_found(&texts(tuple(&[kind(&[int(1)]), tuple(&[int(2)])]), bytes(&[0; 32])), Rule::Unsound, "");
}

#[test]
fn exceptions() {
    for name in
        ["builtins.ValueError", "exceptions.OSError", "numpy.linalg.LinAlgError", "builtins.Exception"]
    {
        is_safe(&call(name, &[text("x"), int(2)]));
        bad(&call(name, &[global("numpy.exp")]));
        bad(&new(name));
        is_found(
            &build(call(name, &[]), dict(&[("__traceback__", none())])),
            Rule::Smuggled,
            "__traceback__",
        );
    }
    for name in ["builtins.UnicodeDecodeError", "builtins.SyntaxError", "builtins.ExceptionGroup"] {
        is_found(&call(name, &[text("x")]), Rule::UnknownName, "calls builtins");
    }
}

#[test]
fn offsets_of_dates() {
    let month = || object("dateutil.relativedelta.relativedelta", &[("months", int(1)), ("year", none())]);
    let day = || call("datetime.timedelta", &[int(1), int(0), int(0)]);
    let parts = |more: &[(&'static str, Value)]| {
        [&[("n", int(1)), ("normalize", FALSE.to_vec()), ("_offset", month())], more].concat()
    };
    let classes = ["pandas._libs.tslibs.offsets.DateOffset", "pandas.tseries.offsets.DateOffset"];
    for class in classes {
        is_safe(&object(class, &parts(&[("months", int(1)), ("_cache", dict(&[]))])));
        is_safe(&object(class, &parts(&[("kwds", dict(&[("months", int(1))]))])));
        is_safe(&object(class, &[("n", int(1)), ("normalize", int(0)), ("_offset", day())]));
        bad(&object(class, &[("n", int(1))]));
        bad(&new(class));
        let others = [
            ("rollback", int(1)),
            ("months", list(&[])),
            ("_offset", global("numpy.exp")),
            ("_cache", dict(&[("a", int(1))])),
            ("kwds", dict(&[("x", int(1))])),
        ];
        for other in others {
            bad(&object(class, &parts(&[other])));
        }
    }
    is_safe(&build(call("pandas.DateOffset", &[]), dict(&parts(&[]))));
    bad(&call("pandas.DateOffset", &[]));
    bad(&call("pandas.DateOffset", &[int(1)]));
    bad(&object("dateutil.relativedelta.relativedelta", &[("months", global("numpy.exp"))]));
    bad(&object("dateutil.relativedelta.relativedelta", &[("normalized", int(1))]));
    let weekday = |slots: Value| build(new("dateutil._common.weekday"), tuple(&[none(), slots]));
    is_safe(&weekday(dict(&[("weekday", int(1)), ("n", none())])));
    bad(&weekday(dict(&[("weekday", text("MO"))])));
    bad(&weekday(dict(&[("x", int(1))])));
    bad(&list(&[global("dateutil.relativedelta.relativedelta")]));
}

#[test]
fn zones_of_dateutil() {
    let hour = || call("datetime.timedelta", &[int(0), int(3600), int(0)]);
    let offset = |attributes: &[(&str, Value)]| object("dateutil.tz.tz.tzoffset", attributes);
    let moment = bytes(&[7, 228, 2, 29, 0, 0, 0, 0, 0, 0]);
    let zones = [
        call("dateutil.tz.tz.tzutc", &[]),
        new("dateutil.tz.tz.tzutc"),
        object("dateutil.tz.tz.tzutc", &[]),
        call("dateutil.tz.tz.tzoffset", &[text("X"), hour()]),
        offset(&[("_name", none()), ("_offset", hour())]),
        object("dateutil.tz.tz.tzlocal", &[("_hasdst", FALSE.to_vec()), ("_tznames", tuple(&[text("UTC")]))]),
    ];
    for zone in zones {
        is_safe(&call("datetime.datetime", &[moment.clone(), zone]));
    }
    bad(&call("dateutil.tz.tz.tzoffset", &[text("X"), global("numpy.exp")]));
    bad(&call("dateutil.tz.tz.tzutc", &[int(1)]));
    bad(&new("dateutil.tz.tz.tzoffset"));
    bad(&object("dateutil.tz.tz.tzutc", &[("_trans_idx", tuple(&[]))]));
    bad(&offset(&[("_trans_list_utc", tuple(&[]))]));
    let file = call("dateutil.tz.tz.tzfile", &[none(), text("/etc/localtime")]);
    is_found(&file, Rule::UnknownName, "calls dateutil.tz.tz.tzfile");
}

#[test]
fn results_of_functions() {
    const TEST: &str = "scipy.stats._stats_py.TtestResult";
    let result = |name: &str, parts: &[Value]| [global(name), tuple(parts), b"\x81".to_vec()].concat();
    let keywords =
        |parts: &[Value], keywords: Value| [global(TEST), tuple(parts), keywords, b"\x92".to_vec()].concat();
    let scalar = call("numpy.core.multiarray.scalar", &[dtype("f8"), bytes(&[0; 8])]);
    is_safe(&result("numpy.linalg._linalg.SVDResult", &[floats(&[2, 2]), floats(&[2]), floats(&[2, 2])]));
    is_safe(&result(TEST, &[scalar.clone(), tuple(&[int(1), text("less")])]));
    is_safe(&keywords(&[scalar.clone(), float(0.5)], dict(&[("df", float(3.0))])));
    let made = call(
        "copy_reg._reconstructor",
        &[global(TEST), global("__builtin__.tuple"), tuple(&[float(1.0), float(0.5)])],
    );
    is_safe(&build(made.clone(), dict(&[("df", int(3))])));
    bad(&build(made.clone(), dict(&[("df", list(&[]))])));
    is_found(&build(made, dict(&[("__class__", int(3))])), Rule::Smuggled, "sets __class__");
    bad(&result(TEST, &[dict(&[])]));
    bad(&result(TEST, &[global("numpy.exp")]));
    bad(&result(TEST, &[tuple(&[tuple(&[])])]));
    bad(&result(TEST, &vec![int(1); 25]));
    bad(&keywords(&[scalar.clone()], dict(&[("df", global("numpy.exp"))])));
    bad(&keywords(&[scalar], pairs(&[(int(1), int(1))])));
    bad(&call(TEST, &[int(1), int(2)]));
    bad(&list(&[global(TEST)]));
    bad(&list(&[global("numpy.linalg._linalg.SVDResult")]));
}

#[test]
fn intervals_and_days_of_months() {
    let intervals = |class: &str| {
        let name = "pandas._libs.interval.__pyx_unpickle_IntervalMixin";
        build(call(name, &[global(class), int(1), none()]), tuple(&[dict(&[])]))
    };
    is_safe(&intervals("pandas.core.arrays.interval.IntervalArray"));
    bad(&intervals("pandas.core.frame.DataFrame"));
    let offset = |name: &str, args: &[Value]| call(&format!("pandas._libs.tslibs.offsets.{name}"), args);
    is_safe(&offset("WeekOfMonth", &[int(1), FALSE.to_vec(), int(1), int(0)]));
    is_safe(&offset("SemiMonthEnd", &[int(1), FALSE.to_vec(), int(15)]));
    is_safe(&offset("BQuarterEnd", &[int(1), FALSE.to_vec(), int(3)]));
    bad(&offset("WeekOfMonth", &[int(1), FALSE.to_vec(), int(1), text("0")]));
    bad(&offset("SemiMonthEnd", &[int(1), FALSE.to_vec(), dict(&[])]));
}

#[test]
fn labels_that_are_tuples() {
    let binarizer = |labels: &[Value]| {
        object("sklearn.preprocessing._label.MultiLabelBinarizer", &[("classes_", objects(labels))])
    };
    let pair = |word: &str, number: i32| tuple(&[text(word), int(number)]);
    is_safe(&binarizer(&[pair("a", 1), pair("a", 2), tuple(&[]), text("a")]));
    is_found(&binarizer(&[pair("a", 1), pair("a", 1)]), Rule::Unsound, "the same class twice");
    is_found(
        &binarizer(&[pair("a", 1), tuple(&[text("a"), float(1.0)])]),
        Rule::Unsound,
        "the same class twice",
    );
    is_found(&binarizer(&[tuple(&[pair("a", 1)])]), Rule::UnknownArguments, "neither texts nor numbers");
    let scalar = call("numpy.core.multiarray.scalar", &[dtype("f8"), bytes(&[0; 8])]);
    is_found(&binarizer(&[tuple(&[scalar])]), Rule::UnknownArguments, "neither texts nor numbers");
}

#[test]
fn shapes_of_scalars() {
    let scalar =
        |code: &str, bytes_of: &[u8]| call("numpy.core.multiarray.scalar", &[dtype(code), bytes(bytes_of)]);
    let matrix = |rows: Value, place: i32| {
        let attributes = [
            ("_shape", tuple(&[rows, int(2)])),
            ("data", floats(&[1])),
            ("row", ints(&[1], &[place])),
            ("col", ints(&[1], &[0])),
        ];
        object("scipy.sparse.coo.coo_matrix", &attributes)
    };
    is_safe(&matrix(scalar("i8", &[3, 0, 0, 0, 0, 0, 0, 0]), 2));
    is_found(&matrix(scalar("i8", &[3, 0, 0, 0, 0, 0, 0, 0]), 3), Rule::Unsound, "");
    is_found(&matrix(scalar("i8", &[0xff; 8]), 0), Rule::Unsound, "a shape is not a tuple");
    is_found(&matrix(scalar("i8", &[0, 0, 0, 0, 1, 0, 0, 0]), 0), Rule::Unsound, "a shape is not a tuple");
    is_found(&matrix(scalar("u1", &[3]), 0), Rule::Unsound, "a shape is not a tuple");
}
