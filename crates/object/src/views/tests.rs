//! Views of hand-built values, well-formed and not.

use super::*;
use crate::array::{Array, Element, Order};
use crate::dtype::DType;
use crate::heap::{Call, Node};
use crate::limits::Limits;

pub(crate) struct Maker(pub(crate) Heap);

impl Maker {
    pub(crate) fn new() -> Self {
        Self(Heap::new(Limits::default()))
    }

    pub(crate) fn text(&mut self, text: &str) -> Value {
        self.0.text(text).expect("small")
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> Value {
        let blob = self.0.own(bytes).expect("small");
        self.0.add(Node::Bytes(blob)).expect("small")
    }

    pub(crate) fn global(&mut self, module: &str, name: &str) -> Value {
        self.0.global(module, name).expect("small")
    }

    pub(crate) fn list(&mut self, items: &[Value]) -> Value {
        self.0.container(Node::List, items).expect("small")
    }

    pub(crate) fn tuple(&mut self, items: &[Value]) -> Value {
        self.0.container(Node::Tuple, items).expect("small")
    }

    pub(crate) fn dict(&mut self, pairs: &[(&str, Value)]) -> Value {
        let flat: Vec<_> = pairs.iter().flat_map(|&(key, value)| [self.text(key), value]).collect();
        self.0.container(Node::Dict, &flat).expect("small")
    }

    pub(crate) fn call(&mut self, kind: CallKind, (module, name): (&str, &str), args: &[Value]) -> Value {
        let (callable, args) = (self.global(module, name), self.tuple(args));
        self.0.add_call(Call { callable, args, kind }).expect("small")
    }

    pub(crate) fn reduce(&mut self, name: (&str, &str), args: &[Value]) -> Value {
        self.call(CallKind::Reduce, name, args)
    }

    pub(crate) fn object(&mut self, name: (&str, &str), state: Value) -> Value {
        let object = self.call(CallKind::New, name, &[]);
        self.with_state(object, state)
    }

    pub(crate) fn with_state(&mut self, object: Value, state: Value) -> Value {
        self.0.set_state(object, state).expect("small");
        object
    }

    pub(crate) fn array(&mut self, code: &str, shape: &[usize], bytes: &[u8]) -> Value {
        let data = self.0.own(bytes).expect("small");
        let dtype = DType::from_code(code).expect("a code");
        let array = Array::new(dtype, shape.to_vec(), Order::C, data).expect("as many bytes");
        self.0.add_array(array).expect("small")
    }

    pub(crate) fn range_index(&mut self, stop: i32) -> Value {
        let class = self.global("pandas", "RangeIndex");
        let parts = [
            ("name", Value::None),
            ("start", Value::Int(0)),
            ("stop", Value::Int(stop)),
            ("step", Value::Int(1)),
        ];
        let dict = self.dict(&parts);
        self.reduce(("pandas.core.indexes.base", "_new_Index"), &[class, dict])
    }

    pub(crate) fn slice(&mut self, start: i32, stop: i32, step: i32) -> Value {
        self.reduce(("builtins", "slice"), &[start, stop, step].map(Value::Int))
    }
}

pub(super) fn elements(array: &crate::NdArray<'_>) -> Vec<i64> {
    array.i64s().expect("integers").into_owned()
}

#[test]
fn a_name_is_known_only_whole() {
    let mut make = Maker::new();
    let near = [
        ("numpy.core", "multiarray.scalar"),
        ("numpy.core.multiarray.scalar", ""),
        ("scipy.sparse._csr", "csc_matrix"),
    ];
    for name in near {
        let value = make.reduce(name, &[]);
        assert!(matches!(make.0.view(value), View::Call), "{name:?}");
    }
    let value = make.reduce(("sklearn.tree._tree", "Tree"), &[]);
    assert!(matches!(make.0.view(value), View::Object(_)));
}

#[test]
fn scalars_of_both_numpys() {
    let mut make = Maker::new();
    for module in ["numpy.core.multiarray", "numpy._core.multiarray"] {
        let (code, bytes) = (make.text("<f8"), make.bytes(&1.5_f64.to_le_bytes()));
        let value = make.reduce((module, "scalar"), &[code, bytes]);
        let View::Scalar(scalar) = make.0.view(value) else { panic!("no scalar") };
        assert_eq!(scalar.read().expect("well formed").1, Element::Float(1.5));
    }
}

#[test]
fn a_scalar_of_the_wrong_length_is_malformed() {
    let mut make = Maker::new();
    let (code, bytes) = (make.text("<f8"), make.bytes(&[0; 7]));
    let value = make.reduce(("numpy.core.multiarray", "scalar"), &[code, bytes]);
    let View::Scalar(scalar) = make.0.view(value) else { panic!("no scalar") };
    assert!(scalar.read().is_err());
}

#[test]
fn masked_arrays_have_data_and_mask() {
    let mut make = Maker::new();
    let value = make.reduce(("numpy.ma.core", "_mareconstruct"), &[]);
    let shape = make.tuple(&[Value::Int(3)]);
    let (code, data, mask) = (make.text("|u1"), make.bytes(&[1, 2, 3]), make.bytes(&[0, 1, 0]));
    let state = make.tuple(&[Value::Int(1), shape, code, Value::Bool(false), data, mask, Value::None]);
    make.with_state(value, state);
    let View::MaskedArray(array) = make.0.view(value) else { panic!("no masked array") };
    assert_eq!(elements(&array.data().expect("data")), [1, 2, 3]);
    assert_eq!(elements(&array.mask().expect("mask")), [0, 1, 0]);
    assert_eq!(array.fill_value().expect("seven items"), Value::None);
}

#[test]
fn random_states_of_every_numpy() {
    let mut make = Maker::new();
    let key = make.array("<u4", &[1], &[7, 0, 0, 0]);
    let name = make.text("MT19937");
    let old = make.reduce(("numpy.random", "__RandomState_ctor"), &[]);
    let state = make.tuple(&[name, key, Value::Int(5), Value::Int(0), Value::Int(0)]);
    make.with_state(old, state);

    let inner = make.dict(&[("key", key), ("pos", Value::Int(5))]);
    let state = make.dict(&[
        ("bit_generator", name),
        ("state", inner),
        ("has_gauss", Value::Int(0)),
        ("gauss", Value::Int(0)),
    ]);
    let middle = make.reduce(("numpy.random._pickle", "__randomstate_ctor"), &[name]);
    make.with_state(middle, state);

    let class = make.global("numpy.random._mt19937", "MT19937");
    let bits = make.reduce(("numpy.random._pickle", "__bit_generator_ctor"), &[class]);
    let new = make.reduce(("numpy.random._pickle", "__randomstate_ctor"), &[bits]);
    make.with_state(new, state);

    for value in [old, middle, new] {
        let View::Random(random) = make.0.view(value) else { panic!("no random state") };
        assert_eq!(random.kind, RandomKind::RandomState);
        assert_eq!(random.bit_generator().expect("a name"), "MT19937");
        let state = random.state().expect("a state");
        assert_eq!(
            state.iter().map(|(name, _)| &**name).collect::<Vec<_>>(),
            ["key", "pos", "has_gauss", "gauss"]
        );
    }
    let View::Random(bits) = make.0.view(bits) else { panic!("no bit generator") };
    assert_eq!(bits.bit_generator().expect("a name"), "MT19937");
}

#[test]
fn sparse_matrices_are_known_by_module_and_class() {
    let mut make = Maker::new();
    let shape = make.tuple(&[Value::Int(1), Value::Int(2)]);
    let data = make.array("|u1", &[1], &[9]);
    let parts = [("_shape", shape), ("data", data), ("indices", data), ("indptr", data)];
    let state = make.dict(&parts);
    let names = [
        (("scipy.sparse.csr", "csr_matrix"), false),
        (("scipy.sparse._csc", "csc_matrix"), false),
        (("scipy.sparse._arrays", "csr_array"), true),
        (("scipy.sparse._csr", "csr_array"), true),
    ];
    for (name, is_array) in names {
        let value = make.object(name, state);
        let View::Sparse(sparse) = make.0.view(value) else { panic!("{name:?}") };
        assert_eq!(sparse.is_array, is_array);
        assert_eq!(sparse.shape().expect("a shape"), [1, 2]);
        assert_eq!(sparse.arrays().expect("arrays").len(), 3);
    }
}

#[test]
fn dictionaries_of_keys_are_found_wherever_they_were_put() {
    let mut make = Maker::new();
    let class = make.global("scipy.sparse._dok", "dok_matrix");
    let base = make.global("builtins", "dict");
    let dict = make.dict(&[("key", Value::Int(1))]);
    let reconstructed = make.reduce(("copyreg", "_reconstructor"), &[class, base, dict]);
    let filled = make.call(CallKind::New, ("scipy.sparse.dok", "dok_matrix"), &[]);
    make.0.set_items(filled, &[Value::Int(0), Value::Int(1)]).expect("small");
    for value in [reconstructed, filled] {
        let View::Sparse(sparse) = make.0.view(value) else { panic!("no sparse matrix") };
        assert_eq!(sparse.items().len(), 2);
    }
}

#[test]
fn indexes_are_unwrapped() {
    let mut make = Maker::new();
    let range = make.range_index(4);
    let View::Index(index) = make.0.view(range) else { panic!("no index") };
    assert_eq!(index.range().expect("three integers"), (0, 4, 1));

    let stored = make.array("<M8[ns]", &[1], &[0; 8]);
    let class = make.global("pandas.core.indexes.datetimes", "DatetimeIndex");
    let mut value = stored;
    for _ in 0..2 {
        let dict = make.dict(&[("data", value), ("name", Value::None)]);
        value = make.reduce(("pandas.core.indexes.datetimes", "_new_DatetimeIndex"), &[class, dict]);
    }
    assert!(matches!(make.0.pandas_values(value), Ok(Values::Array(array)) if array.len() == 1));
}

#[test]
fn endless_wrapping_is_refused() {
    let mut make = Maker::new();
    let class = make.global("pandas", "Index");
    let dict = make.dict(&[]);
    let value = make.reduce(("pandas.core.indexes.base", "_new_Index"), &[class, dict]);
    let key = make.text("data");
    make.0.set_items(dict, &[key, value]).expect("small");
    assert!(make.0.pandas_values(value).is_err());
}

#[test]
fn categoricals_of_old_and_new_pandas() {
    let mut make = Maker::new();
    let (codes, categories) = (make.array("|i1", &[2], &[0, 255]), make.range_index(3));
    let state = make.dict(&[("categories", categories), ("ordered", Value::Bool(true))]);
    let dtype = make.object(("pandas", "CategoricalDtype"), state);
    let state = make.dict(&[("_codes", codes), ("_dtype", dtype)]);
    let old = make.object(("pandas.core.categorical", "Categorical"), state);
    let class = make.global("pandas", "Categorical");
    let new = make.reduce(
        ("pandas._libs.arrays", "__pyx_unpickle_NDArrayBacked"),
        &[class, Value::Int(1), Value::None],
    );
    let state = make.tuple(&[dtype, codes]);
    make.with_state(new, state);
    for value in [old, new] {
        let View::Categorical(categorical) = make.0.view(value) else { panic!("no categorical") };
        assert_eq!(elements(&categorical.codes().expect("codes")), [0, -1]);
        assert_eq!(categorical.categories().expect("categories"), categories);
        assert!(categorical.ordered().expect("a bool"));
    }
}

/// A frame of two rows whose columns 0 and 2 lie in one block and column 1 in another.
pub(super) fn frame(make: &mut Maker, places: [Value; 2], new: bool) -> Value {
    let blocks = [make.array("|u1", &[2, 2], &[1, 2, 5, 6]), make.array("|u1", &[1, 2], &[3, 4])];
    let (columns, rows) = (make.range_index(3), make.range_index(2));
    let axes = make.list(&[columns, rows]);
    let manager = if new {
        let name = ("pandas._libs.internals", "_unpickle_block");
        let calls: Vec<_> =
            (0..2).map(|k| make.reduce(name, &[blocks[k], places[k], Value::Int(2)])).collect();
        let calls = make.tuple(&calls);
        make.reduce(("pandas.core.internals.managers", "BlockManager"), &[calls, axes])
    } else {
        let dicts: Vec<_> =
            (0..2).map(|k| make.dict(&[("values", blocks[k]), ("mgr_locs", places[k])])).collect();
        let dicts = make.list(&dicts);
        let inner = make.dict(&[("axes", axes), ("blocks", dicts)]);
        let extra = make.dict(&[("0.14.1", inner)]);
        let state = make.tuple(&[axes, Value::None, Value::None, extra]);
        make.object(("pandas.core.internals", "BlockManager"), state)
    };
    let state = make.dict(&[("_mgr", manager)]);
    make.object(("pandas.core.frame", "DataFrame"), state)
}

pub(super) fn columns(heap: &Heap, value: Value) -> Result<Vec<Vec<i64>>, Error> {
    let View::DataFrame(frame) = heap.view(value) else { panic!("no frame") };
    let column = |column| match column {
        Column::Row(array, row) => {
            let all = elements(&array);
            array.row_positions(row).map(|at| all[at]).collect()
        }
        Column::Own(_) => Vec::new(),
    };
    Ok(frame.data()?.into_iter().map(column).collect())
}

#[test]
fn frames_put_their_blocks_in_order() {
    for new in [false, true] {
        let mut make = Maker::new();
        let places = [make.slice(0, 4, 2), make.array("<i8", &[1], &1_i64.to_le_bytes())];
        let value = frame(&mut make, places, new);
        assert_eq!(columns(&make.0, value).expect("well formed"), [[1, 2], [3, 4], [5, 6]]);
    }
}

#[test]
fn frames_whose_blocks_do_not_cover_them_are_malformed() {
    let (wide, missing, twice) = ((0, i32::MAX, 1), (0, 2, 2), (1, 3, 1));
    for (start, stop, step) in [wide, missing, twice, (0, 4, 0), (-2, 2, 2)] {
        let mut make = Maker::new();
        let places = [make.slice(start, stop, step), make.slice(1, 2, 1)];
        let value = frame(&mut make, places, true);
        assert!(columns(&make.0, value).is_err(), "{start}:{stop}:{step}");
    }
}

#[test]
fn builtins_and_containers() {
    let mut make = Maker::new();
    let items = make.list(&[Value::Int(1), Value::Int(2)]);
    let set = make.reduce(("__builtin__", "set"), &[items]);
    let View::Builtin(view) = make.0.view(set) else { panic!("no set") };
    assert_eq!(view.elements().expect("elements").len(), 2);

    let pair = make.list(&[Value::Int(1), Value::Int(2)]);
    let pairs = make.list(&[pair]);
    let ordered = make.reduce(("collections", "OrderedDict"), &[pairs]);
    let View::Builtin(view) = make.0.view(ordered) else { panic!("no dict") };
    assert_eq!(*view.pairs().expect("pairs"), [Value::Int(1), Value::Int(2)]);

    let (text, encoding) = (make.text("a\u{e9}"), make.text("latin1"));
    let encoded = make.reduce(("_codecs", "encode"), &[text, encoding]);
    let View::Builtin(view) = make.0.view(encoded) else { panic!("no bytes") };
    assert_eq!(*view.bytes().expect("latin-1"), *b"a\xe9");

    let odd = make.reduce(("builtins", "set"), &[Value::Int(1), Value::Int(2)]);
    let View::Builtin(view) = make.0.view(odd) else { panic!("no set") };
    assert!(view.elements().is_err());
    let no_step = make.reduce(("builtins", "range"), &[Value::Int(8), Value::Int(4), Value::Int(0)]);
    let View::Builtin(view) = make.0.view(no_step) else { panic!("no range") };
    assert!(view.elements().is_err());
    let other = make.reduce(("builtins", "eval"), &[text]);
    assert!(matches!(make.0.view(other), View::Call));
}

#[test]
fn moments_are_decoded() {
    let mut make = Maker::new();
    let bytes = make.bytes(&[7, 228, 2, 29, 12, 30, 1, 0, 0, 5]);
    let value = make.reduce(("datetime", "datetime"), &[bytes]);
    let View::Time(time) = make.0.view(value) else { panic!("no datetime") };
    assert_eq!(time.moment().expect("ten bytes").to_string(), "2020-02-29T12:30:01.000005");
    let short = make.bytes(&[1]);
    let value = make.reduce(("datetime", "datetime"), &[short]);
    let View::Time(time) = make.0.view(value) else { panic!("no datetime") };
    assert!(time.moment().is_err());
}

#[test]
fn arrays_transposed_by_numpy_2() {
    let mut make = Maker::new();
    let (data, code, order) = (make.bytes(&[1, 2, 3, 4, 5, 6]), make.text("|u1"), make.text("K"));
    let shape = make.tuple(&[Value::Int(1), Value::Int(2), Value::Int(3)]);
    let axes = make.tuple(&[Value::Int(2), Value::Int(0), Value::Int(1)]);
    let value = make.reduce(("numpy._core.numeric", "_frombuffer"), &[data, code, shape, order, axes]);
    let array = make.0.ndarray(value).expect("an array").expect("well formed");
    assert_eq!(*array.shape, [3, 1, 2]);
    assert_eq!(elements(&array), [1, 4, 2, 5, 3, 6]);
    let bad = make.tuple(&[Value::Int(0), Value::Int(0), Value::Int(1)]);
    let value = make.reduce(("numpy._core.numeric", "_frombuffer"), &[data, code, shape, order, bad]);
    assert!(make.0.ndarray(value).expect("an array").is_err());
}
