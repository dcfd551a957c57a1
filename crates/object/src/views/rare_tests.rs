//! Views of what is legal and rare, and of what is nearly right.

use super::tests::{Maker, columns, elements, frame};
use super::*;
use crate::array::Element;
use crate::heap::Node;

fn message<T>(result: Result<T, Error>) -> String {
    result.map(|_| ()).expect_err("refused").to_string()
}

#[test]
fn scalars_of_objects_and_of_nothing() {
    let mut make = Maker::new();
    let name = ("numpy.core.multiarray", "scalar");
    let (objects, floats, data) = (make.text("|O"), make.text("<f8"), make.bytes(&1.5_f64.to_le_bytes()));
    let (structure, pair) = (make.text("V2"), make.bytes(&[1, 2]));
    let list = make.list(&[Value::Int(7)]);
    let (shape, ndarray) = (make.tuple(&[]), make.global("numpy", "ndarray"));
    let wrapped = make.reduce(("numpy.core.multiarray", "_reconstruct"), &[ndarray]);
    let state = make.tuple(&[shape, objects, Value::Bool(false), list]);
    make.with_state(wrapped, state);
    let made = [
        make.reduce(name, &[objects, Value::Int(7)]),
        make.reduce(name, &[objects, wrapped]),
        make.reduce(name, &[floats, data]),
        make.reduce(name, &[structure, pair]),
        make.reduce(name, &[floats]),
        make.reduce(name, &[]),
        make.reduce(name, &[floats, list]),
    ];
    let read = made.map(|value| match make.0.view(value) {
        View::Scalar(scalar) => scalar.read().map(|(dtype, element)| (dtype.code(), element)),
        _ => panic!("no scalar"),
    });
    let read = read.map(|read| read.map_err(|error| error.to_string()));
    assert_eq!(read[0], Ok(("|O".into(), Element::Object(Value::Int(7)))));
    assert_eq!(read[1], Ok(("|O".into(), Element::Object(Value::Int(7)))));
    assert_eq!(read[2], Ok(("<f8".into(), Element::Float(1.5))));
    assert_eq!(read[3], Ok(("|V2".into(), Element::Bytes(vec![1, 2].into()))));
    assert_eq!(read[4], Err("a numpy scalar without its value".into()));
    assert_eq!(read[5], Err("a numpy scalar is not made of (dtype, bytes)".into()));
    assert_eq!(read[6], Err("a numpy scalar holds no bytes".into()));
}

#[test]
fn masked_arrays_of_structures() {
    let mut make = Maker::new();
    let class = make.global("numpy.ma.core", "MaskedArray");
    let (shape, fill) = (make.tuple(&[Value::Int(1)]), Value::Int(9));
    let (a, b, byte, word, three) =
        (make.text("a"), make.text("b"), make.text("|u1"), make.text("<i2"), make.tuple(&[Value::Int(3)]));
    let (first, second) = (make.tuple(&[a, word]), make.tuple(&[b, byte, three]));
    let dtype = make.list(&[first, second]);
    let (data, mask) = (make.bytes(&[1, 0, 2, 3, 4]), make.bytes(&[1, 0, 1, 0]));
    let state = |order| [Value::Int(1), shape, dtype, order, data, mask, fill];
    let masked = |make: &mut Maker, state: &[Value]| {
        let value = make.reduce(("numpy.ma", "_mareconstruct"), &[class]);
        let state = make.tuple(state);
        make.with_state(value, state)
    };
    let value = masked(&mut make, &state(Value::Int(1)));
    let View::MaskedArray(array) = make.0.view(value) else { panic!("no masked array") };
    assert_eq!(array.class(), Some(("numpy.ma.core", "MaskedArray")));
    let mask = array.mask().expect("a mask");
    assert_eq!((mask.dtype.to_string(), mask.dtype.itemsize), ("{a: |b1, b: [3]|b1}".into(), 4));
    let first = mask.elements().next().expect("one").expect("good");
    let bools = [false, true, false].map(Element::Bool).to_vec();
    assert_eq!(first, Element::Struct(vec![Element::Bool(true), Element::SubArray(bools)]));
    assert_eq!(
        (array.data().expect("data").order, array.fill_value().expect("nine")),
        (crate::Order::Fortran, fill)
    );
    let unordered = masked(&mut make, &state(Value::None));
    let short = masked(&mut make, &state(Value::Int(0))[..6]);
    for (value, want) in [
        (unordered, "a masked array does not say its order"),
        (short, "a masked array has no state of seven items"),
    ] {
        let View::MaskedArray(array) = make.0.view(value) else { panic!("no masked array") };
        assert_eq!((message(array.data()), message(array.mask())), (want.to_owned(), want.to_owned()));
    }
}

#[test]
fn random_generators_and_their_states() {
    let mut make = Maker::new();
    let number = Value::Int(5);
    let inner = make.dict(&[("state", number), ("inc", number)]);
    let name = make.text("PCG64");
    let state = make.dict(&[("bit_generator", name), ("state", inner), ("has_uint32", Value::Int(0))]);
    let class = make.global("numpy.random._pcg64", "PCG64");
    let bits = make.reduce(("numpy.random._pickle", "__bit_generator_ctor"), &[class]);
    let pair = make.tuple(&[state, Value::None]);
    make.with_state(bits, pair);
    let generator = make.reduce(("numpy.random._pickle", "__generator_ctor"), &[bits]);
    let bare = make.reduce(("numpy.random._pickle", "__generator_ctor"), &[name]);
    let random = |value: Value| match make.0.view(value) {
        View::Random(random) => random,
        _ => panic!("no generator"),
    };
    for (value, kind) in [(bits, RandomKind::BitGenerator), (generator, RandomKind::Generator)] {
        assert_eq!(random(value).kind, kind);
        assert_eq!(random(value).bit_generator().expect("a name"), "PCG64");
        let state = random(value).state().expect("a state");
        let names: Vec<_> = state.iter().map(|(name, value)| (&**name, *value)).collect();
        assert_eq!(names, [("state", number), ("inc", number), ("has_uint32", Value::Int(0))]);
    }
    assert_eq!(random(bare).bit_generator().expect("a name"), "PCG64");
    assert!(random(bare).state().expect("none").is_empty());
}

#[test]
fn random_states_that_are_none() {
    let mut make = Maker::new();
    let (name, key) = (make.text("MT19937"), make.array("<u4", &[1], &[7, 0, 0, 0]));
    let of_tuple = |make: &mut Maker, state: &[Value]| {
        let value = make.reduce(("numpy.random.mtrand", "RandomState"), &[]);
        let state = make.tuple(state);
        make.with_state(value, state)
    };
    let (two, three) = (
        of_tuple(&mut make, &[name, key, Value::Int(1)]),
        of_tuple(&mut make, &[name, key, Value::Int(1), Value::Int(0)]),
    );
    let (one, five) =
        (of_tuple(&mut make, &[name, key]), of_tuple(&mut make, &[name, key, key, key, key, key]));
    let unnamed = of_tuple(&mut make, &[Value::Int(1), key, key]);
    let numbered = make.dict(&[("bit_generator", Value::Int(1))]);
    let nameless = make.reduce(("mtrand", "RandomState"), &[]);
    let numbered_name = make.reduce(("numpy.random", "RandomState"), &[]);
    make.with_state(numbered_name, numbered);
    let odd = make.0.container(Node::Dict, &[Value::Int(1), Value::Int(2)]).expect("small");
    let odd_key = make.reduce(("numpy.random", "RandomState"), &[]);
    make.with_state(odd_key, odd);
    let nested = make.dict(&[("state", odd)]);
    let odd_inner = make.reduce(("numpy.random", "RandomState"), &[]);
    make.with_state(odd_inner, nested);
    let random = |value: Value| match make.0.view(value) {
        View::Random(random) => random,
        _ => panic!("no random state"),
    };
    for (value, count) in [(two, 2), (three, 3)] {
        assert_eq!(random(value).state().expect("a state").len(), count);
    }
    for value in [one, five] {
        assert!(message(random(value).state()).contains("(name, key, pos, has_gauss, gauss)"));
        assert_eq!(random(value).bit_generator().expect("a name"), "MT19937");
    }
    for value in [unnamed, numbered_name] {
        assert_eq!(message(random(value).bit_generator()), "the name of a bit generator is not text");
    }
    assert_eq!(message(random(nameless).bit_generator()), "a random state does not name its bit generator");
    assert!(random(nameless).state().expect("none").is_empty());
    for value in [odd_key, odd_inner] {
        assert_eq!(message(random(value).state()), "the state of a bit generator has a key that is not text");
    }
    let other = make.reduce(("numpy.random._pickle", "__other_ctor"), &[]);
    assert!(matches!(make.0.view(other), View::Call));
}

#[test]
fn sparse_matrices_of_every_format() {
    let mut make = Maker::new();
    let shape = make.tuple(&[Value::Int(1), Value::Int(2)]);
    let data = make.array("|u1", &[1], &[9]);
    let all = ["data", "indices", "indptr", "row", "col", "offsets", "rows"];
    let mut pairs: Vec<(&str, Value)> = all.iter().map(|&name| (name, data)).collect();
    pairs.push(("shape", shape));
    let state = make.dict(&pairs);
    let coords = make.tuple(&[data, data]);
    let with_coords = make.dict(&[&pairs[..], &[("coords", coords)]].concat());
    let cases: [(&str, SparseFormat, &[&str]); 7] = [
        ("csr", SparseFormat::Csr, &["data", "indices", "indptr"]),
        ("csc", SparseFormat::Csc, &["data", "indices", "indptr"]),
        ("bsr", SparseFormat::Bsr, &["data", "indices", "indptr"]),
        ("coo", SparseFormat::Coo, &["data", "row", "col"]),
        ("dia", SparseFormat::Dia, &["data", "offsets"]),
        ("lil", SparseFormat::Lil, &["data", "rows"]),
        ("dok", SparseFormat::Dok, &[]),
    ];
    for (name, format, arrays) in cases {
        assert_eq!(format.name(), name);
        let (module, class) = (format!("scipy.sparse._{name}"), format!("{name}_matrix"));
        let value = make.object((&module, &class), state);
        let both = make.object((&module, &class), with_coords);
        let View::Sparse(sparse) = make.0.view(value) else { panic!("{name}") };
        assert_eq!((sparse.format, sparse.class()), (format, (&*module, &*class)));
        let found: Vec<_> = sparse.arrays().expect("arrays").into_iter().map(|(name, _)| name).collect();
        assert_eq!((&found[..], sparse.coords()), (arrays, None));
        assert_eq!((sparse.shape().expect("a shape"), sparse.items().len()), (vec![1, 2], 0));
        let View::Sparse(sparse) = make.0.view(both) else { panic!("{name}") };
        let is_coo = format == SparseFormat::Coo;
        assert_eq!(sparse.coords(), is_coo.then_some(coords));
        assert_eq!(sparse.arrays().expect("arrays").len(), if is_coo { 1 } else { arrays.len() });
    }
    for name in [
        ("scipy.sparse._csr", "csr_thing"),
        ("scipy.sparse._arrays", "csr_matrix"),
        ("scipy.sparse._xyz", "xyz_matrix"),
        ("scipy.sparse.__csr", "csr_matrix"),
        ("scipy.sparse_csr", "csr_matrix"),
        ("scipy.sparse._csr", "csrmatrix"),
    ] {
        let value = make.object(name, state);
        assert!(matches!(make.0.view(value), View::Object(_)), "{name:?}");
    }
    let empty = make.dict(&[]);
    let value = make.object(("scipy.sparse._csr", "csr_matrix"), empty);
    let View::Sparse(sparse) = make.0.view(value) else { panic!("no matrix") };
    assert_eq!(message(sparse.shape()), "a sparse matrix has no shape");
    assert_eq!(message(sparse.arrays()), "csr_matrix has no attribute data");
    let dict = make.dict(&[("key", Value::Int(1))]);
    let state = make.dict(&[("_dict", dict)]);
    let value = make.object(("scipy.sparse._dok", "dok_array"), state);
    let View::Sparse(sparse) = make.0.view(value) else { panic!("no matrix") };
    assert_eq!((sparse.items().len(), sparse.is_array), (2, true));
}

/// `_new_Index(class, dict)`.
fn index(make: &mut Maker, class: &str, pairs: &[(&str, Value)]) -> Value {
    let (class, dict) = (make.global("pandas", class), make.dict(pairs));
    make.reduce(("pandas.core.indexes.base", "_new_Index"), &[class, dict])
}

#[test]
fn indexes_of_every_kind() {
    let mut make = Maker::new();
    let (data, name) = (make.array("|u1", &[2], &[7, 9]), make.text("n"));
    let list = make.list(&[data, data]);
    let short = make.list(&[data]);
    let plain = index(&mut make, "Index", &[("data", data), ("name", name)]);
    let multi = index(&mut make, "MultiIndex", &[("levels", list), ("codes", list), ("names", short)]);
    let labels = index(&mut make, "MultiIndex", &[("levels", list), ("labels", list)]);
    let interval = index(&mut make, "IntervalIndex", &[("left", data), ("right", plain), ("closed", name)]);
    let view = |value: Value| match make.0.view(value) {
        View::Index(index) => index,
        _ => panic!("no index"),
    };
    assert_eq!(
        (view(plain).kind(), view(plain).class(), view(plain).name()),
        (IndexKind::Plain, ("pandas", "Index"), name)
    );
    assert_eq!(view(plain).data().expect("data"), data);
    assert!(matches!(make.0.pandas_values(plain), Ok(Values::Array(array)) if elements(&array) == [7, 9]));
    for value in [multi, labels] {
        let (levels, codes) = view(value).levels().expect("levels");
        assert_eq!((view(value).kind(), levels.len(), codes.len()), (IndexKind::Multi, 2, 2));
        assert!(matches!(make.0.pandas_values(value), Ok(Values::Multi(_))));
    }
    assert_eq!((view(multi).name(), view(labels).name()), (short, Value::None));
    assert_eq!(view(interval).intervals().expect("three"), (data, plain, name));
    assert!(matches!(make.0.pandas_values(interval), Ok(Values::Other(value)) if value == interval));

    let uneven = index(&mut make, "MultiIndex", &[("levels", list), ("codes", short)]);
    let no_levels = index(&mut make, "MultiIndex", &[("levels", Value::None), ("codes", list)]);
    let range = index(&mut make, "RangeIndex", &[("stop", Value::Int(4))]);
    let endless = index(&mut make, "RangeIndex", &[("start", Value::Int(4))]);
    let text = index(&mut make, "RangeIndex", &[("stop", name)]);
    let empty = index(&mut make, "Index", &[]);
    let view = |value: Value| match make.0.view(value) {
        View::Index(index) => index,
        _ => panic!("no index"),
    };
    assert_eq!(message(view(uneven).levels()), "a MultiIndex without fitting codes");
    assert_eq!(message(view(no_levels).levels()), "a MultiIndex without fitting levels");
    assert_eq!(view(range).range().expect("defaults"), (0, 4, 1));
    assert_eq!(message(view(endless).range()), "a RangeIndex without fitting stop");
    assert_eq!(message(view(text).range()), "a RangeIndex without fitting stop");
    assert_eq!(message(view(empty).data()), "a Index without fitting data");
    assert_eq!(
        (message(view(empty).intervals()), view(empty).name()),
        ("a Index without fitting left".into(), Value::None)
    );
}

#[test]
fn names_of_functions_that_make_an_index() {
    let mut make = Maker::new();
    let dict = make.dict(&[]);
    let (class, other) =
        (make.global("pandas.core.indexes.base", "Index"), make.global("pandas_like", "Index"));
    let known = [
        ("pandas.core.indexes.base", "_new_Index"),
        ("pandas.indexes.base", "_new_Index"),
        ("pandas.core.index", "_new_Index"),
        ("pandas.core.indexes.datetimes", "_new_DatetimeIndex"),
        ("pandas.tseries.index", "_new_DatetimeIndex"),
        ("pandas.core.indexes.timedeltas", "_new_TimedeltaIndex"),
        ("pandas.core.indexes.period", "_new_PeriodIndex"),
        ("pandas.tseries.period", "_new_PeriodIndex"),
        ("pandas.core.indexes.interval", "_new_IntervalIndex"),
        ("pandas.indexes.interval", "_new_IntervalIndex"),
    ];
    for name in known {
        let value = make.reduce(name, &[class, dict]);
        assert!(matches!(make.0.view(value), View::Index(_)), "{name:?}");
        for args in [&[other, dict][..], &[class], &[class, Value::None], &[dict, dict]] {
            let value = make.reduce(name, args);
            assert!(!matches!(make.0.view(value), View::Index(_)), "{name:?} {args:?}");
        }
        let value = make.reduce(("pandas.core", name.1), &[class, dict]);
        assert!(!matches!(make.0.view(value), View::Index(_)), "{name:?}");
    }
}

#[test]
fn indexes_that_are_arrays_of_old_pandas() {
    let mut make = Maker::new();
    let (shape, code, data, name) =
        (make.tuple(&[Value::Int(2)]), make.text("|u1"), make.bytes(&[7, 9]), make.text("n"));
    let inner = make.tuple(&[Value::Int(1), shape, code, Value::Bool(false), data]);
    let own = make.tuple(&[name]);
    let none = make.tuple(&[]);
    let made = |make: &mut Maker, class: (&str, &str), state: &[Value]| {
        let class = make.global(class.0, class.1);
        let value = make.reduce(("numpy.core.multiarray", "_reconstruct"), &[class]);
        let state = make.tuple(state);
        make.with_state(value, state)
    };
    let class = ("pandas.core.index", "Index");
    let good = made(&mut make, class, &[inner, own]);
    let unnamed = made(&mut make, class, &[inner, none]);
    let broken = made(&mut make, class, &[own, own]);
    let others = [
        made(&mut make, class, &[inner, name]),
        made(&mut make, class, &[name, own]),
        made(&mut make, class, &[inner]),
        made(&mut make, ("pandas.core.frame", "Index"), &[inner, own]),
    ];
    let View::Index(view) = make.0.view(good) else { panic!("no index") };
    assert_eq!((view.kind(), view.name(), view.class()), (IndexKind::OfArray, name, class));
    assert!(matches!(make.0.pandas_values(good), Ok(Values::Array(array)) if elements(&array) == [7, 9]));
    let View::Index(view) = make.0.view(unnamed) else { panic!("no index") };
    assert_eq!(view.name(), Value::None);
    let error = message(make.0.pandas_values(broken));
    assert_eq!(error, "an index has no state of ((version, shape, dtype, is_fortran, data), own)");
    for (k, value) in others.into_iter().enumerate() {
        assert!(!matches!(make.0.view(value), View::Index(_)), "{k}");
    }
}

#[test]
fn categoricals_without_a_dtype() {
    let mut make = Maker::new();
    let (codes, categories) = (make.array("|i1", &[2], &[0, 255]), make.range_index(3));
    let old = make.dict(&[("_codes", codes), ("_categories", categories), ("_ordered", Value::Bool(true))]);
    let older = make.dict(&[("_codes", codes), ("_levels", categories)]);
    let none = make.dict(&[]);
    let name = ("pandas.core.arrays.categorical", "Categorical");
    let [old, older, none] = [old, older, none].map(|state| make.object(name, state));
    let view = |value: Value| match make.0.view(value) {
        View::Categorical(view) => view,
        _ => panic!("no categorical"),
    };
    assert_eq!((view(old).value(), view(old).categories().expect("three")), (old, categories));
    assert!(view(old).ordered().expect("a bool") && !view(older).ordered().expect("a bool"));
    assert_eq!(view(older).categories().expect("levels"), categories);
    assert_eq!(message(view(none).categories()), "Categorical has no attribute _levels");
    assert_eq!(message(view(none).codes()), "Categorical has no attribute _codes");
    assert!(matches!(make.0.pandas_values(old), Ok(Values::Categorical(_))));

    let args = [categories, Value::Bool(true)];
    for module in ["pandas", "pandas.core.dtypes.dtypes", "pandas.api.types"] {
        let value = make.reduce((module, "CategoricalDtype"), &args);
        let View::CategoricalDtype(dtype) = make.0.view(value) else { panic!("no dtype") };
        assert_eq!((dtype.categories(), dtype.ordered()), (categories, true));
    }
    let state = make.dict(&[("_categories", categories), ("_ordered", Value::Bool(false))]);
    let value = make.object(("pandas", "CategoricalDtype"), state);
    let View::CategoricalDtype(dtype) = make.0.view(value) else { panic!("no dtype") };
    assert_eq!((dtype.categories(), dtype.ordered()), (categories, false));
    let value = make.reduce(("pandas", "CategoricalDtype"), &[]);
    let View::CategoricalDtype(dtype) = make.0.view(value) else { panic!("no dtype") };
    assert_eq!((dtype.categories(), dtype.ordered()), (Value::None, false));
    let value = make.reduce(("pandas.core", "CategoricalDtype"), &args);
    assert!(!matches!(make.0.view(value), View::CategoricalDtype(_)));
}

#[test]
fn arrays_of_pandas() {
    let mut make = Maker::new();
    let (data, mask) = (make.array("|u1", &[2], &[7, 9]), make.array("|b1", &[2], &[0, 1]));
    let masked = make.dict(&[("_data", data), ("_mask", mask)]);
    let plain = make.dict(&[("_ndarray", data)]);
    let none = make.dict(&[]);
    let integers = make.object(("pandas.core.arrays.integer", "IntegerArray"), masked);
    let times = make.object(("pandas.arrays", "DatetimeArray"), plain);
    let nothing = make.object(("pandas.arrays", "StringArray"), none);
    let class = make.global("pandas.core.arrays.string_", "StringArray");
    let backed = |make: &mut Maker, state: &[Value]| {
        let name = ("pandas._libs.arrays", "__pyx_unpickle_NDArrayBacked");
        let value = make.reduce(name, &[class, Value::Int(1), Value::None]);
        let state = make.tuple(state);
        make.with_state(value, state)
    };
    let (new, broken) = (backed(&mut make, &[Value::None, data]), backed(&mut make, &[Value::None]));
    let view = |value: Value| match make.0.view(value) {
        View::Extension(view) => view,
        _ => panic!("no array"),
    };
    assert!(matches!(make.0.pandas_values(integers), Ok(Values::Masked(data, mask))
        if elements(&data) == [7, 9] && elements(&mask) == [0, 1]));
    assert!(matches!(make.0.pandas_values(times), Ok(Values::Array(data)) if elements(&data) == [7, 9]));
    assert!(view(times).mask().is_none());
    assert_eq!(view(times).class(), ("pandas.arrays", "DatetimeArray"));
    assert_eq!(view(new).class(), ("pandas.core.arrays.string_", "StringArray"));
    assert_eq!(elements(&view(new).data().expect("data")), [7, 9]);
    for value in [broken, nothing] {
        assert_eq!(message(view(value).data()), "an array of pandas without its numpy array");
    }
    for name in [
        ("pandas.core.arrays", "IntegerArray"),
        ("pandas.core.arrays.integer", "Other"),
        ("pandas.arrays.x", "IntegerArray"),
    ] {
        let value = make.object(name, masked);
        assert!(!matches!(make.0.view(value), View::Extension(_)), "{name:?}");
    }
    let other = make.reduce(("pandas._libs.tslibs.timestamps", "Timestamp"), &[]);
    assert!(matches!(make.0.view(other), View::Call));
    assert!(matches!(make.0.pandas_values(other), Ok(Values::Other(value)) if value == other));
}

#[test]
fn series_and_their_names() {
    let mut make = Maker::new();
    let (block, name) = (make.array("|u1", &[2], &[7, 9]), make.text("n"));
    let rows = make.range_index(2);
    let places = make.slice(0, 2, 1);
    let call = make.reduce(("pandas._libs.internals", "_unpickle_block"), &[block, places, Value::Int(1)]);
    let axes = make.list(&[rows]);
    let series = |make: &mut Maker, blocks: &[Value], key: &str| {
        let blocks = make.tuple(blocks);
        let name_of = ("pandas.core.internals.managers", "SingleBlockManager");
        let manager = make.reduce(name_of, &[blocks, axes]);
        let state = make.dict(&[("_mgr", manager), (key, name)]);
        make.object(("pandas.core.series", "Series"), state)
    };
    let old = series(&mut make, &[call], "name");
    let new = series(&mut make, &[call], "_name");
    let two = series(&mut make, &[call, call], "_name");
    for value in [old, new] {
        let View::Series(series) = make.0.view(value) else { panic!("no series") };
        assert_eq!((series.name(), series.index().expect("an index")), (name, rows));
        assert!(matches!(series.values(), Ok(Values::Array(array)) if elements(&array) == [7, 9]));
    }
    let View::Series(view) = make.0.view(two) else { panic!("no series") };
    assert_eq!(message(view.values()), "a series does not consist of one block");
    let empty = make.dict(&[]);
    let value = make.object(("pandas", "Series"), empty);
    let View::Series(view) = make.0.view(value) else { panic!("no series") };
    assert_eq!(
        (view.name(), message(view.index())),
        (Value::None, "a pandas object without a block manager".into())
    );
}

#[test]
fn frames_whose_manager_is_not_read() {
    let mut make = Maker::new();
    let manager = |make: &mut Maker, name: (&str, &str), args: &[Value]| {
        let manager = make.reduce(name, args);
        let state = make.dict(&[("_data", manager)]);
        make.object(("pandas", "DataFrame"), state)
    };
    let unknown = manager(&mut make, ("pandas.core.internals", "ArrayManager"), &[]);
    let elsewhere = manager(&mut make, ("pandas.core", "BlockManager"), &[]);
    let empty = manager(&mut make, ("pandas.core.internals", "BlockManager"), &[]);
    let list = make.list(&[Value::None]);
    let block = manager(&mut make, ("pandas.core.internals", "BlockManager"), &[list, list]);
    let data = |value: Value| match make.0.view(value) {
        View::DataFrame(frame) => message(frame.data()),
        _ => panic!("no frame"),
    };
    assert_eq!(data(unknown), "a block manager pandas.core.internals.ArrayManager");
    assert_eq!(data(elsewhere), "a block manager pandas.core.BlockManager");
    assert_eq!(data(empty), "a block manager that has neither the state of pandas 0.14.1 nor (blocks, axes)");
    assert_eq!(data(block), "a block without values and places");
    let View::DataFrame(view) = make.0.view(block) else { panic!("no frame") };
    assert_eq!(
        (view.columns().expect("the first"), message(view.index())),
        (Value::None, "a block manager has too few axes".into())
    );
}

#[test]
fn frames_with_slices_of_every_step() {
    for (slice, want) in [
        ((0, 2, 1), Some([[1, 2], [5, 6], [3, 4]])),
        ((1, -1, -1), Some([[5, 6], [1, 2], [3, 4]])),
        ((0, 3, 2), None),
        ((2, 0, -1), None),
        ((0, 1, 1), None),
        ((0, 3, 1), None),
        ((2, 2, 1), None),
    ] {
        let mut make = Maker::new();
        let places = [make.slice(slice.0, slice.1, slice.2), make.array("<i8", &[1], &2_i64.to_le_bytes())];
        let value = frame(&mut make, places, true);
        assert_eq!(
            columns(&make.0, value).ok(),
            want.map(|rows| rows.map(|row| row.to_vec()).to_vec()),
            "{slice:?}"
        );
    }
    let mut make = Maker::new();
    let (text, second) = (make.text("x"), make.slice(1, 2, 1));
    let floats = make.reduce(("builtins", "slice"), &[text, text, text]);
    let short = make.reduce(("builtins", "slice"), &[Value::Int(1)]);
    let other = make.reduce(("builtins", "range"), &[Value::Int(0), Value::Int(4), Value::Int(2)]);
    for places in [floats, short, other, text] {
        let value = frame(&mut make, [places, second], true);
        assert!(columns(&make.0, value).is_err());
    }
}

#[test]
fn builtins_that_hold_pairs_and_bytes() {
    let mut make = Maker::new();
    let list = make.list(&[Value::Int(1), Value::Int(2)]);
    let (pair, dict) = (make.tuple(&[Value::Int(1), Value::Int(2)]), make.dict(&[("a", Value::Int(1))]));
    let (pairs, triples) = (make.list(&[pair, list]), make.list(&[list, dict]));
    let factory = make.global("builtins", "list");
    let pairs_of = |make: &mut Maker, name: (&str, &str), args: &[Value]| {
        let value = make.reduce(name, args);
        match make.0.view(value) {
            View::Builtin(view) => view.pairs().map(|pairs| pairs.len()).map_err(|error| error.to_string()),
            _ => panic!("no builtin"),
        }
    };
    let ordered = ("collections", "OrderedDict");
    assert_eq!(pairs_of(&mut make, ordered, &[]), Ok(0));
    assert_eq!(pairs_of(&mut make, ordered, &[pairs]), Ok(4));
    assert_eq!(pairs_of(&mut make, ordered, &[dict]), Ok(2));
    assert_eq!(pairs_of(&mut make, ("builtins", "dict"), &[dict]), Ok(2));
    assert_eq!(pairs_of(&mut make, ("collections", "defaultdict"), &[factory]), Ok(0));
    let bad = |name: &str| Err(format!("{name} is called with other arguments than pickle writes"));
    assert_eq!(pairs_of(&mut make, ordered, &[triples]), bad("OrderedDict"));
    assert_eq!(pairs_of(&mut make, ordered, &[Value::Int(1)]), bad("OrderedDict"));
    assert_eq!(pairs_of(&mut make, ordered, &[pairs, pairs]), bad("OrderedDict"));
    assert_eq!(pairs_of(&mut make, ("collections", "defaultdict"), &[factory, dict]), bad("defaultdict"));
    assert_eq!(pairs_of(&mut make, ("builtins", "list"), &[pairs]), bad("list"));
    let both = make.reduce(ordered, &[pairs]);
    make.0.set_items(both, &[Value::Int(5), Value::Int(6)]).expect("small");
    let View::Builtin(view) = make.0.view(both) else { panic!("no builtin") };
    assert_eq!(message(view.pairs()), bad("OrderedDict").unwrap_err());
    let filled = make.reduce(("collections", "defaultdict"), &[factory]);
    make.0.set_items(filled, &[Value::Int(5), Value::Int(6)]).expect("small");
    let View::Builtin(view) = make.0.view(filled) else { panic!("no builtin") };
    assert_eq!((view.pairs().expect("one").len(), view.default_factory()), (2, Some(factory)));

    let (text, latin1, utf8, wide) =
        (make.text("é"), make.text("latin-1"), make.text("utf-8"), make.text("€"));
    let bytes = make.bytes(b"ab");
    for (args, want) in [
        (&[][..], Some(&b""[..])),
        (&[bytes], Some(b"ab")),
        (&[text, latin1], Some(b"\xe9")),
        (&[text, utf8], None),
        (&[wide, latin1], None),
        (&[Value::Int(1)], None),
    ] {
        let value = make.reduce(("builtins", "bytearray"), args);
        let View::Builtin(view) = make.0.view(value) else { panic!("no builtin") };
        assert_eq!(view.bytes().ok().as_deref(), want, "{args:?}");
    }
    let parts = [("slice", 3), ("range", 3), ("complex", 2)];
    for (name, count) in parts {
        for given in 0..5 {
            let value = make.reduce(("builtins", name), &vec![Value::Int(1); given]);
            let View::Builtin(view) = make.0.view(value) else { panic!("no builtin") };
            assert_eq!(view.elements().is_ok(), given == count, "{name} of {given}");
            assert_eq!(view.default_factory(), None);
        }
    }
    let value = make.reduce(("__builtin__", "xrange"), &[Value::Int(0), Value::Int(4), Value::Int(1)]);
    assert!(matches!(make.0.view(value), View::Builtin(view) if view.name == "range"));
    let value = make.reduce(("builtins", "xrange"), &[Value::Int(0), Value::Int(4), Value::Int(1)]);
    assert!(matches!(make.0.view(value), View::Call));
    for name in [("collections", "list"), ("_codecs", "bytes"), ("builtins", "OrderedDict")] {
        let value = make.reduce(name, &[]);
        assert!(!matches!(make.0.view(value), View::Builtin(_)), "{name:?}");
    }
}

#[test]
fn partials() {
    let mut make = Maker::new();
    let (func, args) = (make.global("m", "f"), make.tuple(&[Value::Int(1)]));
    let value = make.reduce(("functools", "partial"), &[func]);
    let state = make.tuple(&[func, args, Value::None, Value::None]);
    make.with_state(value, state);
    let View::Partial(partial) = make.0.view(value) else { panic!("no partial") };
    assert_eq!(partial.parts().expect("four"), (func, args, Value::None));
    let value = make.reduce(("_functools", "partial"), &[func]);
    let View::Partial(partial) = make.0.view(value) else { panic!("no partial") };
    assert!(message(partial.parts()).contains("no state of (func, args, kwargs, attributes)"));
    let value = make.reduce(("functools", "reduce"), &[func]);
    assert!(matches!(make.0.view(value), View::Call));
}

#[test]
fn moments_of_every_class() {
    let mut make = Maker::new();
    let mut of = |name: &str, bytes: &[u8]| {
        let bytes = make.bytes(bytes);
        let value = make.reduce(("datetime", name), &[bytes, Value::Int(9)]);
        let View::Time(time) = make.0.view(value) else { panic!("no time") };
        (time.moment().map(|moment| moment.to_string()).map_err(|error| error.to_string()), time.zone())
    };
    let zone = Some(Value::Int(9));
    assert_eq!(of("date", &[7, 228, 2, 29]), (Ok("2020-02-29".into()), None));
    assert_eq!(of("time", &[12, 30, 1, 0, 0, 0]), (Ok("12:30:01".into()), zone));
    assert_eq!(of("time", &[128 + 12, 30, 1, 1, 2, 3]), (Ok("12:30:01.066051".into()), zone));
    assert_eq!(
        of("datetime", &[0, 1, 128 + 2, 3, 4, 5, 6, 0, 0, 0]),
        (Ok("0001-02-03T04:05:06".into()), zone)
    );
    let bad = |name: &str| Err(format!("datetime.{name} is called with other arguments than pickle writes"));
    for (name, len) in [("date", 3), ("date", 5), ("time", 5), ("time", 7), ("datetime", 9), ("datetime", 11)]
    {
        assert_eq!(of(name, &vec![1; len]).0, bad(name), "{name} of {len}");
    }
    let parts = [-1, 2, 3].map(Value::Int);
    let delta = make.reduce(("datetime", "timedelta"), &parts);
    let short = make.reduce(("datetime", "timedelta"), &parts[..2]);
    let none = make.reduce(("datetime", "timedelta"), &[Value::Int(1), Value::None, Value::Int(1)]);
    let zone = make.reduce(("datetime", "timezone"), &[delta]);
    let other = make.reduce(("datetime", "timezone"), &[Value::Int(1)]);
    let date = make.reduce(("datetime", "date"), &parts[..1]);
    let nested = make.reduce(("datetime", "timezone"), &[zone]);
    let moment = |value: Value| match make.0.view(value) {
        View::Time(time) => time.moment().map(|moment| moment.to_string()).map_err(|error| error.to_string()),
        _ => panic!("no time"),
    };
    for value in [delta, zone] {
        assert_eq!(moment(value), Ok("timedelta(days=-1, seconds=2, microseconds=3)".into()));
    }
    for (value, name) in
        [(short, "timedelta"), (none, "timedelta"), (other, "timezone"), (nested, "timezone"), (date, "date")]
    {
        assert_eq!(moment(value), bad(name));
    }
    let value = make.reduce(("datetime", "tzinfo"), &[]);
    assert!(!matches!(make.0.view(value), View::Time(_)));
}

#[test]
fn one_dict_with_many_names_is_not_searched() {
    let mut make = Maker::new();
    let shape = make.tuple(&[Value::Int(1), Value::Int(2)]);
    let mut of = |others: usize| {
        let names: Vec<String> = (0..others).map(|k| format!("k{k}")).collect();
        let mut pairs: Vec<(&str, Value)> = names.iter().map(|name| (&**name, Value::None)).collect();
        pairs.push(("_shape", shape));
        let state = make.dict(&pairs);
        let value = make.object(("scipy.sparse._csr", "csr_matrix"), state);
        let View::Sparse(sparse) = make.0.view(value) else { panic!("no matrix") };
        sparse.shape().is_ok()
    };
    assert!(of(MAX_ENTRIES - 1) && !of(MAX_ENTRIES));
}

#[test]
fn names_of_classes_and_of_functions() {
    let mut make = Maker::new();
    let mut is_class = |module: &str, name: &str| {
        let value = make.reduce((module, name), &[]);
        match make.0.view(value) {
            View::Object(_) => true,
            View::Call => false,
            _ => panic!("{module}.{name}"),
        }
    };
    for module in ["operator", "_operator"] {
        for name in ["itemgetter", "attrgetter", "methodcaller"] {
            assert!(is_class(module, name), "{module}.{name}");
        }
        assert!(!is_class(module, "add"));
    }
    assert!(!is_class("other", "itemgetter"));
    assert!(is_class("m", "Class") && is_class("m", "outer.Class"));
    assert!(!is_class("m", "function") && !is_class("m", "Class.method"));
    assert!(is_class("sklearn.svm._classes", "SVC") && is_class("builtins", "UserWarning"));
    assert!(!is_class("sklearn.metrics._scorer", "accuracy_score"));
}
