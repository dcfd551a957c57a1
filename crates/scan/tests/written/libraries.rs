//! Names of numpy, scipy, scikit-learn, joblib and pandas with the arguments and states that they write, and with others.

use cannery_scan::Rule;

use crate::write::*;

#[track_caller]
fn bad(value: &[u8]) {
    is_found(value, Rule::UnknownArguments, "");
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
    is_found(&build(call("numpy.dtype", &copied), list(&[])), Rule::Unsound, "not a tuple of 5 to 9 items");
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
    is_found(&ufunc("numpy.core.umath", "frompyfunc"), Rule::UnknownArguments, "which is not a known ufunc");
    is_found(
        &ufunc("numpy.elsewhere", "exp"),
        Rule::UnknownArguments,
        "fetches numpy.elsewhere.exp, which is not a known ufunc",
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
    for args in [&[][..], &[text("PCG64")], std::slice::from_ref(&pcg), &[text("SFC64"), maker.clone()]] {
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
    let small = || tree(&[int(1), longs(&[1], &[2]), int(1)]);
    is_safe(&small());
    is_safe(&dict(&[("tree_", small()), ("rules", small())]));
    let bare = "a tree instead of an estimator";
    is_found(&list(&[small()]), Rule::UnknownArguments, bare);
    is_found(&tuple(&[text("tree"), small()]), Rule::UnknownArguments, bare);
    is_found(&objects(&[small()]), Rule::UnknownArguments, bare);
    is_found(&dict(&[("best_estimator_", small())]), Rule::UnknownArguments, bare);
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
    bad(&call("pandas.Timestamp", &[int(1), none(), text("dateutil//etc/hostname")]));
    bad(&call("pandas.Timestamp", &[int(1), list(&[])]));
    bad(&call("pandas.Timestamp", &[int(1), int(1), int(1), int(1), int(1)]));
    is_safe(&call("pandas._libs.tslibs.nattype._nat_unpickle", &[none()]));
    bad(&call("pandas._libs.tslibs.nattype._nat_unpickle", &[int(1)]));
}

#[test]
fn indexes_of_pandas_in_modules_of_its_own() {
    let index = |class: &str| {
        call("pandas.core.indexes.base._new_Index", &[global(class), dict(&[("data", none())])])
    };
    for class in ["pandas.Index", "pandas.core.indexes.base.Index", "pandas.core.indexes.range.RangeIndex"] {
        is_safe(&index(class));
    }
    bad(&index("pandas.core.series.Series"));
}

#[test]
fn identifiers_and_how_safely_they_were_made() {
    let uuid = |items: &[(&str, Value)]| object("uuid.UUID", items);
    is_safe(&uuid(&[("int", int(7))]));
    is_safe(&uuid(&[("int", int(7)), ("is_safe", int(0))]));
    is_safe(&uuid(&[("int", int(7)), ("is_safe", call("uuid.SafeUUID", &[int(0)]))]));
    for items in [
        [("int", text("a")), ("is_safe", int(0))],
        [("int", int(7)), ("is_safe", text("a"))],
        [("int", int(7)), ("other", int(0))],
    ] {
        bad(&uuid(&items));
    }
}

#[test]
fn losses_are_made_of_numbers() {
    let loss = |args: &[Value]| call("sklearn.linear_model._sgd_fast.Hinge", args);
    is_safe(&loss(&[]));
    is_safe(&loss(&[float(1.0)]));
    is_safe(&loss(&[float(1.0), int(1)]));
    bad(&loss(&[text("a")]));
    bad(&loss(&[float(1.0), list(&[])]));
    bad(&loss(&[int(1), int(1), int(1)]));
    bad(&build(loss(&[float(1.0)]), int(1)));
}
