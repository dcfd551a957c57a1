use super::*;
use crate::dtype::Field;
use crate::heap::CallKind;
use crate::heap::Node;
use crate::views::tests::Maker;

fn dtype(code: &str) -> DType {
    DType::from_code(code).expect("a code")
}

fn message<T>(result: Result<T, Error>) -> String {
    result.map(|_| ()).expect_err("refused").to_string()
}

/// An array of a Heap of its own, for a look at its elements.
fn with<T>(
    dtype: DType,
    shape: &[usize],
    order: Order,
    bytes: &[u8],
    look: impl FnOnce(&NdArray<'_>) -> T,
) -> T {
    let mut make = Maker::new();
    let blob = make.0.own(bytes).expect("small");
    let array = Array::new(dtype, shape.to_vec(), order, blob).expect("as many bytes");
    let value = make.0.add_array(array).expect("small");
    look(&make.0.ndarray(value).expect("an array").expect("a good one"))
}

#[test]
fn arrays_are_as_long_as_they_say() {
    let mut make = Maker::new();
    let blob = make.0.own(&[0; 12]).expect("small");
    let array = |code: &str, shape: &[usize]| Array::new(dtype(code), shape.to_vec(), Order::C, blob);
    assert!(array("<i4", &[3]).is_ok() && array("|u1", &[3, 4]).is_ok() && array("<U3", &[]).is_ok());
    assert_eq!(message(array("<i4", &[2])), "an array of shape [2] and dtype <i4 needs 8 bytes and has 12");
    assert_eq!(message(array("|O", &[3])), "an array of Python objects is given raw bytes");
    assert_eq!(message(array("<i8", &[usize::MAX])), "an array is larger than memory can be");
    let mut items = Items::default();
    make.0.extend(&mut items, &[Value::None, Value::Int(1)]).expect("small");
    let objects = |shape: &[usize]| Array::of_objects(dtype("|O"), shape.to_vec(), Order::C, items);
    assert!(objects(&[2]).is_ok() && objects(&[1, 2]).is_ok());
    assert_eq!(message(objects(&[3])), "an array of shape [3] holds 2 objects");
}

#[test]
fn counts_do_not_overflow() {
    assert_eq!(element_count(&[]).expect("one"), 1);
    assert_eq!(element_count(&[2, 3]).expect("six"), 6);
    assert_eq!(element_count(&[0, 5]).expect("none"), 0);
    assert!(element_count(&[usize::MAX, 2]).is_err());
    assert!(element_count(&[usize::MAX, 2, 0]).is_err(), "as numpy, which refuses it too");
    assert_eq!(byte_len(&dtype("<f8"), &[2, 3]).expect("48"), 48);
    assert!(byte_len(&dtype("<f8"), &[usize::MAX / 4]).is_err());
}

#[test]
fn elements_of_every_kind_in_both_byte_orders() {
    fn one<'a>(code: &str, bytes: &'a [u8]) -> Element<'a> {
        element(&dtype(code), bytes).expect(code)
    }
    let cases: &[(&str, &[u8], Element<'_>)] = &[
        ("<i2", &[0xfe, 0xff], Element::Int(-2)),
        ("<i4", &[1, 2, 3, 0x80], Element::Int(-0x7ffc_fdff)),
        ("<i8", &[1, 0, 0, 0, 0, 0, 0, 0x80], Element::Int(i64::MIN + 1)),
        ("<u2", &[0xfe, 0xff], Element::UInt(0xfffe)),
        ("<u8", &[0xff; 8], Element::UInt(u64::MAX)),
        ("<f4", &1.5_f32.to_le_bytes(), Element::Float(1.5)),
        ("<f8", &(-2.5_f64).to_le_bytes(), Element::Float(-2.5)),
        ("<f2", &[0, 0x3e], Element::Float(1.5)),
        ("<f2", &[0, 0xc0], Element::Float(-2.0)),
        ("<f2", &[1, 0], Element::Float(5.960_464_477_539_063e-8)),
        ("<f2", &[0xff, 3], Element::Float(6.097_555_160_522_461e-5)),
        ("<f2", &[0xff, 0x7b], Element::Float(65504.0)),
        ("<f2", &[0, 0x7c], Element::Float(f64::INFINITY)),
        ("<f2", &[0, 0xfc], Element::Float(f64::NEG_INFINITY)),
        ("<M8[ns]", &[7, 0, 0, 0, 0, 0, 0, 0x80], Element::Time(i64::MIN + 7)),
        ("<m8[s]", &[7, 1, 0, 0, 0, 0, 0, 0], Element::Time(0x107)),
    ];
    for (code, bytes, want) in cases {
        assert_eq!(one(code, bytes), *want, "{code}");
        let reversed: Vec<u8> = bytes.iter().rev().copied().collect();
        assert_eq!(one(&code.replace('<', ">"), &reversed), *want, "{code} reversed");
    }
    assert!(matches!(one("<f2", &[1, 0x7c]), Element::Float(x) if x.is_nan()));
    assert_eq!((one("|i1", &[0x80]), one("|u1", &[0x80])), (Element::Int(-128), Element::UInt(128)));
    assert_eq!((one("|b1", &[0]), one("|b1", &[2])), (Element::Bool(false), Element::Bool(true)));
    let complex = [1.5_f32.to_le_bytes(), (-2.0_f32).to_le_bytes()].concat();
    assert_eq!(one("<c8", &complex), Element::Complex(1.5, -2.0));
    assert_eq!(one("|S4", b"a\0b\0"), Element::Bytes(Cow::Borrowed(b"a\0b")));
    assert_eq!(one("|S2", b"\0\0"), Element::Bytes(Cow::Borrowed(b"")));
    assert_eq!(one("|V3", b"a\0\0"), Element::Bytes(Cow::Borrowed(b"a\0\0")));
    let text = [97_u32, 0, 0x1f600, 0].map(u32::to_le_bytes).concat();
    assert_eq!(one("<U4", &text), Element::Str("a\0😀".into()));
    assert_eq!(one(">U1", &[0, 0, 0, 98]), Element::Str("b".into()));
    assert_eq!(one("<U1", &0xd800_u32.to_le_bytes()), Element::Str("\u{fffd}".into()));
}

#[test]
fn elements_that_are_none() {
    let error = |code: &str, bytes: &[u8]| message(element(&dtype(code), bytes));
    assert_eq!(error("<f8", &[0; 7]), "an element of dtype <f8 has 7 bytes");
    assert_eq!(error("<U1", &0x11_0000_u32.to_le_bytes()), "0x110000 is not a Unicode code point");
    assert_eq!(error("|O", &[0; 8]), "a pointer to a Python object stands in raw bytes");
    assert_eq!(error("<f16", &[0; 16]), "float of 16 bytes (numpy.longdouble)");
    assert_eq!(error("<c32", &[0; 32]), "float of 16 bytes (numpy.longdouble)");
}

#[test]
fn structures_and_arrays_inside_an_element() {
    let field = |name: &str, code: &str, offset| Field { name: name.into(), dtype: dtype(code), offset };
    let pair = DType {
        kind: Kind::Struct(vec![field("a", "|u1", 1), field("b", "<i2", 3)]),
        itemsize: 6,
        order: ByteOrder::Little,
    };
    let read = element(&pair, &[9, 7, 9, 0xfe, 0xff, 9]).expect("a structure");
    assert_eq!(read, Element::Struct(vec![Element::UInt(7), Element::Int(-2)]));
    let sub = |base: DType, count: usize| DType {
        itemsize: base.itemsize * count,
        kind: Kind::SubArray(Box::new(base), vec![count]),
        order: ByteOrder::Little,
    };
    let read = element(&sub(dtype(">u2"), 2), &[0, 1, 1, 0]).expect("a sub-array");
    assert_eq!(read, Element::SubArray(vec![Element::UInt(1), Element::UInt(256)]));
    assert_eq!(element(&sub(dtype("|S0"), 3), &[]).expect("no width"), Element::SubArray(vec![]));
}

#[test]
fn numbers_of_an_array_in_c_order() {
    let bytes = [1, 2, 3, 4, 5, 6];
    with(dtype("|u1"), &[2, 3], Order::C, &bytes, |array| {
        assert_eq!(*array.i64s().expect("integers"), [1, 2, 3, 4, 5, 6]);
        assert_eq!((array.len(), array.ndim(), array.is_empty()), (6, 2, false));
        assert_eq!((array.raw(), array.objects()), (Some(&bytes[..]), None));
        assert_eq!((array.stored_bytes(5), array.stored_bytes(6)), (Some(&[6][..]), None));
    });
    with(dtype("|u1"), &[2, 3], Order::Fortran, &bytes, |array| {
        assert_eq!(*array.f64s().expect("numbers"), [1.0, 3.0, 5.0, 2.0, 4.0, 6.0]);
    });
    let many: Vec<u8> = (0..24).collect();
    with(dtype("|u1"), &[2, 3, 4], Order::Fortran, &many, |array| {
        // numpy.arange(24, dtype='u1').reshape((2, 3, 4), order='F').ravel()
        let want = [0, 6, 12, 18, 2, 8, 14, 20, 4, 10, 16, 22, 1, 7, 13, 19, 3, 9, 15, 21, 5, 11, 17, 23];
        assert_eq!(*array.i64s().expect("integers"), want);
        assert_eq!(array.positions().map(|at| i64::from(many[at])).collect::<Vec<_>>(), want);
        assert_eq!(array.positions().len(), 24);
    });
    with(dtype("|u1"), &[2, 3, 4], Order::C, &many, |array| {
        assert_eq!(array.positions().collect::<Vec<_>>(), (0..24).collect::<Vec<_>>());
        assert_eq!(array.row_positions(1).len(), 24, "an array of three dimensions has no rows");
    });
    with(dtype("<U0"), &[3], Order::C, &[], |array| {
        assert_eq!((array.len(), array.elements().count()), (3, 3));
    });
    with(dtype("<f8"), &[0, 2], Order::C, &[], |array| {
        assert!(array.is_empty() && array.f64s().expect("none").is_empty());
    });
}

#[test]
fn numbers_are_borrowed_where_they_lie_and_converted_elsewhere() {
    let floats: Vec<u8> = [1.5_f64, -2.0].iter().flat_map(|x| x.to_le_bytes()).collect();
    let swapped: Vec<u8> = [1.5_f64, -2.0].iter().flat_map(|x| x.to_be_bytes()).collect();
    with(dtype("<f8"), &[2], Order::Fortran, &floats, |array| {
        assert_eq!(*array.f64s().expect("floats"), [1.5, -2.0]);
        assert!(message(array.i64s()).contains("an array of dtype <f8 instead of numbers"));
    });
    with(dtype(">f8"), &[2], Order::C, &swapped, |array| {
        assert_eq!(*array.f64s().expect("floats"), [1.5, -2.0]);
    });
    let square: Vec<u8> = (1..=4_i64).flat_map(i64::to_le_bytes).collect();
    with(dtype("<i8"), &[2, 2], Order::Fortran, &square, |array| {
        assert_eq!(*array.i64s().expect("integers"), [1, 3, 2, 4]);
        assert_eq!(*array.f64s().expect("numbers"), [1.0, 3.0, 2.0, 4.0]);
    });
    with(dtype("<u8"), &[1], Order::C, &u64::MAX.to_le_bytes(), |array| {
        assert_eq!(*array.f64s().expect("a number"), [u64::MAX as f64]);
        assert!(array.i64s().is_err(), "it does not fit");
    });
    with(dtype("|b1"), &[2], Order::C, &[0, 1], |array| {
        assert_eq!(*array.f64s().expect("bools"), [0.0, 1.0]);
        assert_eq!(*array.i64s().expect("bools"), [0, 1]);
    });
    with(dtype("<f4"), &[1], Order::C, &1.5_f32.to_le_bytes(), |array| {
        assert_eq!(*array.f64s().expect("a float"), [1.5]);
    });
    with(dtype("|S1"), &[1], Order::C, b"1", |array| assert!(array.f64s().is_err() && array.i64s().is_err()));
}

#[test]
fn arrays_of_objects() {
    let mut make = Maker::new();
    let half = make.0.add(Node::Float(0.5)).expect("small");
    let mut items = Items::default();
    make.0.extend(&mut items, &[half, Value::Int(2), Value::Bool(true)]).expect("small");
    let array = Array::of_objects(dtype("|O"), vec![3], Order::C, items).expect("three");
    let value = make.0.add_array(array).expect("small");
    let array = make.0.ndarray(value).expect("an array").expect("a good one");
    assert_eq!(array.objects(), Some(&[half, Value::Int(2), Value::Bool(true)][..]));
    assert_eq!((array.raw(), array.len(), array.stored_bytes(0)), (None, 3, None));
    assert_eq!(array.element_at(1).expect("there"), Element::Object(Value::Int(2)));
    assert_eq!(message(array.element_at(3)), "an element outside its array");
    assert!(array.i64s().is_err());
    assert_eq!(*array.f64s().expect("numbers"), [0.5, 2.0, 1.0]);
    let mut integers = Items::default();
    make.0.extend(&mut integers, &[Value::Int(7), Value::Bool(true)]).expect("small");
    let array = Array::of_objects(dtype("|O"), vec![2], Order::C, integers).expect("two");
    let integers = make.0.add_array(array).expect("small");
    let array = make.0.ndarray(integers).expect("an array").expect("a good one");
    assert_eq!(*array.i64s().expect("integers"), [7, 1]);
    let mut found: Vec<_> = make.0.children(value).collect();
    found.retain(|child| *child != Value::None);
    assert_eq!(found.len(), 3);
}

#[test]
fn reconstructed_arrays() {
    let mut make = Maker::new();
    let (shape, code, data) = (make.tuple(&[Value::Int(2)]), make.text("|u1"), make.bytes(&[7, 9]));
    let (objects, list) = (make.text("|O"), make.list(&[Value::None, Value::Int(1)]));
    let mut made = |module: &str, class: (&str, &str), state: &[Value]| {
        let class = make.global(class.0, class.1);
        let value = make.reduce((module, "_reconstruct"), &[class]);
        let state = make.tuple(state);
        make.with_state(value, state)
    };
    let plain = ("numpy", "ndarray");
    let state = [Value::Int(1), shape, code, Value::Bool(false), data];
    let good: Vec<_> = ["numpy.core.multiarray", "numpy._core.multiarray", "numpy.core._internal"]
        .map(|module| made(module, plain, &state))
        .to_vec();
    let without_version = made("numpy.core.multiarray", plain, &state[1..]);
    let fortran = made("numpy.core.multiarray", ("numpy", "matrix"), &[shape, code, Value::Int(1), data]);
    let of_objects = made("numpy.core.multiarray", plain, &[shape, objects, Value::Bool(true), list]);
    let bad = [
        made("numpy.core.multiarray", plain, &[shape, code, Value::None, data]),
        made("numpy.core.multiarray", plain, &[code, Value::Bool(false), data]),
        made("numpy.core.multiarray", plain, &[shape, code, Value::Bool(false), list]),
        made("numpy.core.multiarray", plain, &[shape, objects, Value::Bool(false), data]),
        made("numpy.core.multiarray", plain, &[Value::Int(3), code, Value::Bool(false), data]),
        made("numpy.core.multiarray", plain, &[Value::Int(3), objects, Value::Bool(false), list]),
    ];
    let other = made("numpy.core", plain, &state);
    let twice = good[0];
    let heap = &make.0;
    for value in good.iter().chain([&without_version]) {
        let array = heap.ndarray(*value).expect("an array").expect("a good one");
        assert_eq!(
            (array.order, array.class, &*array.i64s().expect("integers")),
            (Order::C, None, &[7, 9][..])
        );
    }
    let array = heap.ndarray(fortran).expect("an array").expect("a good one");
    assert_eq!((array.order, array.class), (Order::Fortran, Some(("numpy", "matrix"))));
    let array = heap.ndarray(of_objects).expect("an array").expect("a good one");
    assert_eq!((array.order, array.len()), (Order::C, 2), "objects are written in C order");
    let errors = bad.map(|value| message(heap.ndarray(value).expect("an array")));
    let no_state = "an array has no state of (version, shape, dtype, is_fortran, data)";
    assert_eq!(errors[..2], [no_state; 2]);
    assert_eq!(errors[2..4], ["an array holds no bytes", "an object array holds no list"]);
    assert_eq!(errors[4], "an array of shape [3] and dtype |u1 needs 3 bytes and has 2");
    assert_eq!(errors[5], "an array of shape [3] holds 2 objects");
    assert!(heap.ndarray(other).is_none() && heap.ndarray(Value::None).is_none());
    let state = make.tuple(&state);
    make.with_state(twice, state);
    assert_eq!(message(make.0.ndarray(twice).expect("an array")), no_state);
}

#[test]
fn arrays_of_a_buffer() {
    let mut make = Maker::new();
    let (data, code) = (make.bytes(&[1, 2, 3, 4]), make.text("|u1"));
    let shape = make.tuple(&[Value::Int(2), Value::Int(2)]);
    let [c, f, k] = ["C", "F", "K"].map(|order| make.text(order));
    let axes = make.tuple(&[Value::Int(1), Value::Int(0)]);
    let (none, out) = (make.tuple(&[]), make.tuple(&[Value::Int(0), Value::Int(2)]));
    let (objects, list) = (make.text("|O"), make.list(&[Value::None; 4]));
    let name = ("numpy.core.numeric", "_frombuffer");
    let mut of = |args: &[Value]| make.reduce(name, args);
    let cases = [
        (of(&[data, code, shape, c]), Some(([1, 2, 3, 4], Order::C))),
        (of(&[data, code, shape, f]), Some(([1, 3, 2, 4], Order::Fortran))),
        (of(&[data, code, shape, c, Value::None]), Some(([1, 2, 3, 4], Order::C))),
        (of(&[data, code, shape, k, axes]), Some(([1, 3, 2, 4], Order::C))),
        (of(&[data, code, shape, k]), None),
        (of(&[data, code, shape, k, Value::None]), None),
        (of(&[data, code, shape, code]), None),
        (of(&[data, code, shape]), None),
        (of(&[data, code, shape, c, axes, axes]), None),
        (of(&[data, code, shape, k, none]), None),
        (of(&[data, code, shape, k, out]), None),
        (of(&[list, objects, shape, k, axes]), None),
    ];
    for (k, (value, want)) in cases.into_iter().enumerate() {
        let array = make.0.ndarray(value).expect("an array");
        match want {
            Some((numbers, order)) => {
                let array = array.expect("a good one");
                assert_eq!((&*array.i64s().expect("integers"), array.order), (&numbers[..], order), "{k}");
            }
            None => assert!(array.is_err(), "{k}"),
        }
    }
}

#[test]
fn wrappers_of_joblib_and_their_classes() {
    let mut make = Maker::new();
    let array = make.array("|u1", &[1], &[7]);
    let [ndarray, memmap, matrix] = ["ndarray", "memmap", "matrix"].map(|name| make.global("numpy", name));
    let wrapper = |make: &mut Maker, name: (&str, &str), state: &[(&str, Value)], payload: Value| {
        let state = make.dict(state);
        let value = make.object(name, state);
        make.0.set_payload(value, payload).expect("small");
        value
    };
    let module = "joblib.numpy_pickle";
    let plain = wrapper(&mut make, (module, "NumpyArrayWrapper"), &[("subclass", ndarray)], array);
    let mapped = wrapper(&mut make, (module, "NDArrayWrapper"), &[("subclass", memmap)], array);
    let old = ("sklearn.externals.joblib.numpy_pickle", "NumpyArrayWrapper");
    let other = wrapper(&mut make, old, &[("subclass", matrix)], array);
    let args = make.tuple(&[matrix, Value::None]);
    let zipped = wrapper(&mut make, (module, "ZNDArrayWrapper"), &[("init_args", args)], array);
    let unnamed = wrapper(&mut make, (module, "ZNDArrayWrapper"), &[], array);
    let class = |value: Value| make.0.ndarray(value).expect("an array").expect("a good one").class;
    assert_eq!([plain, mapped, unnamed].map(class), [None; 3]);
    assert_eq!([other, zipped].map(class), [Some(("numpy", "matrix")); 2]);
    let nested = wrapper(&mut make, (module, "NumpyArrayWrapper"), &[], plain);
    let empty = wrapper(&mut make, (module, "NumpyArrayWrapper"), &[], Value::None);
    let unknown = wrapper(&mut make, (module, "Memory"), &[], array);
    assert_eq!(message(make.0.ndarray(nested).expect("an array")), "a joblib wrapper around another one");
    assert_eq!(message(make.0.ndarray(empty).expect("an array")), "a joblib wrapper without its array");
    assert!(make.0.ndarray(unknown).is_none());
}

#[test]
fn bytes_in_every_spelling() {
    let mut make = Maker::new();
    let plain = make.bytes(b"ab");
    let [text, wide, latin1, dashed, utf8] =
        ["aé\u{80}ÿ", "a€", "latin1", "latin-1", "utf-8"].map(|text| make.text(text));
    let short = make.text("ab");
    let blob = make.0.own(b"a\xe9").expect("small");
    let old = make.0.add(Node::Str8(blob)).expect("small");
    let cut = make.0.own(b"a\xc3").expect("small");
    let cut = make.0.add(Node::Str(cut)).expect("small");
    let mut call = |name: (&str, &str), args: &[Value]| make.call(CallKind::Reduce, name, args);
    let encode = ("_codecs", "encode");
    let cases: Vec<(Value, Option<&[u8]>)> = vec![
        (plain, Some(b"ab")),
        (old, Some(b"a\xe9")),
        (call(encode, &[text, latin1]), Some(b"a\xe9\x80\xff")),
        (call(encode, &[text, dashed]), Some(b"a\xe9\x80\xff")),
        (call(encode, &[short, latin1]), Some(b"ab")),
        (call(encode, &[old, latin1]), Some(b"a\xe9")),
        (call(encode, &[wide, latin1]), None),
        (call(encode, &[cut, latin1]), None),
        (call(encode, &[text, utf8]), None),
        (call(encode, &[plain, latin1]), None),
        (call(encode, &[text]), None),
        (call(("__builtin__", "bytes"), &[]), Some(b"")),
        (call(("builtins", "bytearray"), &[]), Some(b"")),
        (call(("builtins", "bytearray"), &[plain]), Some(b"ab")),
        (call(("builtins", "bytes"), &[plain]), None),
        (call(("os", "system"), &[plain]), None),
        (text, None),
        (Value::Int(1), None),
    ];
    for (k, (value, want)) in cases.into_iter().enumerate() {
        assert_eq!(make.0.bytes_of(value).as_deref(), want, "{k}");
    }
}

#[test]
fn text_of_latin1_is_bytes() {
    let bytes_of = |text: &str| {
        let mut make = Maker::new();
        let blob = make.0.own(text.as_bytes()).expect("small");
        let encoded = Encoded::of_text(Node::Str(blob), &make.0)?;
        let (len, bytes) = (encoded.len(), encoded.to_vec());
        assert_eq!((len, bytes.as_slice()), (bytes.len(), &*encoded.into_bytes()));
        Some(bytes)
    };
    let all: Vec<u8> = (0..=255).chain((0..=255).rev()).collect();
    let text: String = all.iter().map(|&byte| char::from(byte)).collect();
    assert_eq!(bytes_of(&text), Some(all));
    assert_eq!(bytes_of(""), Some(vec![]));
    assert_eq!(bytes_of("a\u{100}"), None);
    assert_eq!(bytes_of("ÿ\u{10000}"), None);
}

/// A file can name an array of many dimensions or fields in few bytes of its own, by reference.
#[test]
fn dimensions_and_fields_are_accounted_for() {
    let mut make = Maker::new();
    let blob = make.0.own(&[0; 8]).expect("small");
    let memory = |dtype: DType, shape: &[usize]| {
        Array::new(dtype, shape.to_vec(), Order::C, blob).expect("8 bytes").memory()
    };
    let plain = memory(dtype("<f8"), &[1]);
    assert!(plain >= size_of::<Array>() as u64);
    assert_eq!(memory(dtype("<f8"), &[1; 33]), plain + 32 * 8);
    let field = |name: &str, dtype: DType, offset| Field { name: name.into(), dtype, offset };
    let structure =
        |fields: Vec<Field>| DType { kind: Kind::Struct(fields), itemsize: 8, order: ByteOrder::Little };
    let one = memory(structure(vec![field("a", dtype("<f8"), 0)]), &[1]);
    let two = memory(structure(vec![field("a", dtype("<f4"), 0), field("bc", dtype("<f4"), 4)]), &[1]);
    assert_eq!((one - plain, two - plain), (97, 97 + 98));
    let base = |shape: &[usize]| DType {
        kind: Kind::SubArray(Box::new(dtype("|u1")), shape.to_vec()),
        itemsize: 8,
        order: ByteOrder::Little,
    };
    assert_eq!(memory(base(&[8]), &[1]), plain + 64 + 8);
    assert_eq!(memory(base(&[2, 2, 2]), &[1]), plain + 64 + 24);
}
