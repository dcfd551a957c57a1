use super::*;
use crate::limits::Limits;
use crate::views::tests::Maker;

fn code(text: &str) -> Result<DType, Error> {
    DType::from_code(text)
}

#[test]
fn codes_and_what_they_mean() {
    use ByteOrder::{Big, Little};
    let cases = [
        ("<f8", Kind::Float, 8, Little, "<f8"),
        (">f8", Kind::Float, 8, Big, ">f8"),
        ("=f4", Kind::Float, 4, Little, "<f4"),
        ("f2", Kind::Float, 2, Little, "<f2"),
        ("<f12", Kind::Float, 12, Little, "<f12"),
        ("f", Kind::Float, 8, Little, "<f8"),
        ("|b1", Kind::Bool, 1, Little, "|b1"),
        ("b", Kind::Bool, 1, Little, "|b1"),
        ("?", Kind::Bool, 1, Little, "|b1"),
        (">i1", Kind::Int, 1, Little, "|i1"),
        (">i2", Kind::Int, 2, Big, ">i2"),
        ("i", Kind::Int, 8, Little, "<i8"),
        ("u4", Kind::UInt, 4, Little, "<u4"),
        ("u", Kind::UInt, 8, Little, "<u8"),
        ("c8", Kind::Complex, 8, Little, "<c8"),
        ("c", Kind::Complex, 16, Little, "<c16"),
        (">c32", Kind::Complex, 32, Big, ">c32"),
        ("S5", Kind::Bytes, 5, Little, "|S5"),
        ("a5", Kind::Bytes, 5, Little, "|S5"),
        ("S", Kind::Bytes, 0, Little, "|S0"),
        ("U3", Kind::Unicode, 12, Little, "<U3"),
        (">U3", Kind::Unicode, 12, Big, ">U3"),
        ("V7", Kind::Void, 7, Little, "|V7"),
        ("O", Kind::Object, 8, Little, "|O"),
        ("|O4", Kind::Object, 4, Little, "|O"),
        ("O0", Kind::Object, 8, Little, "|O"),
        ("M8[ns]", Kind::DateTime("ns".into()), 8, Little, "<M8[ns]"),
        (">M8[25s]", Kind::DateTime("25s".into()), 8, Big, ">M8[25s]"),
        ("M", Kind::DateTime(String::new()), 8, Little, "<M8"),
        ("m8", Kind::TimeDelta(String::new()), 8, Little, "<m8"),
        ("m[D]", Kind::TimeDelta("D".into()), 8, Little, "<m8[D]"),
    ];
    for (text, kind, itemsize, order, back) in cases {
        let dtype = code(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(dtype, DType { kind, itemsize, order }, "{text}");
        assert_eq!((&*dtype.code(), &*dtype.to_string()), (back, back), "{text}");
    }
}

#[test]
fn codes_that_are_none() {
    for text in [
        "",
        "<",
        "x8",
        "i3",
        "i16",
        "u0",
        "f1",
        "f10",
        "c4",
        "b2",
        "M4",
        "m16",
        "M8[ns",
        "f8[ns]",
        "i8x",
        "S-1",
        "é",
        "<é",
        "U99999999999999999999",
    ] {
        let error = code(text).expect_err(text);
        assert_eq!(error.kind(), crate::ErrorKind::Unsupported, "{text}");
        assert_eq!(error.to_string(), format!("dtype code {text:?}"));
    }
    let error = code(&"x".repeat(100)).expect_err("long");
    assert_eq!(error.to_string(), format!("dtype code {:?}", "x".repeat(40)));
    assert!(code(&format!("U{}", usize::MAX)).is_err());
}

#[test]
fn names_of_types() {
    let mut make = Maker::new();
    let cases = [
        ("numpy", "float64", "<f8"),
        ("numpy", "double", "<f8"),
        ("builtins", "float", "<f8"),
        ("numpy", "float32", "<f4"),
        ("numpy", "float16", "<f2"),
        ("numpy", "int64", "<i8"),
        ("__builtin__", "int", "<i8"),
        ("numpy", "int32", "<i4"),
        ("numpy", "int16", "<i2"),
        ("numpy", "int8", "|i1"),
        ("numpy", "uint64", "<u8"),
        ("numpy", "uint32", "<u4"),
        ("numpy", "uint16", "<u2"),
        ("numpy", "uint8", "|u1"),
        ("numpy", "bool_", "|b1"),
        ("numpy", "bool", "|b1"),
        ("builtins", "bool", "|b1"),
        ("numpy", "complex128", "<c16"),
        ("builtins", "complex", "<c16"),
        ("numpy", "complex64", "<c8"),
        ("numpy", "object_", "|O"),
        ("builtins", "object", "|O"),
        ("numpy", "str_", "<U0"),
        ("numpy", "unicode_", "<U0"),
        ("builtins", "str", "<U0"),
        ("numpy", "bytes_", "|S0"),
        ("builtins", "bytes", "|S0"),
        ("numpy", "void", "|V0"),
        ("numpy", "record", "|V0"),
        ("numpy.rec", "record", "|V0"),
        ("numpy.dtypes", "Float64DType", "<f8"),
        ("numpy.dtypes", "Float32DType", "<f4"),
        ("numpy.dtypes", "Int64DType", "<i8"),
        ("numpy.dtypes", "Int32DType", "<i4"),
        ("numpy.dtypes", "BoolDType", "|b1"),
        ("numpy.dtypes", "ObjectDType", "|O"),
    ];
    for (module, name, want) in cases {
        let class = make.global(module, name);
        let dtype = DType::from_value(&make.0, class).expect(name);
        assert_eq!(dtype.code(), want, "{module}.{name}");
    }
    let made = make.reduce(("numpy.dtypes", "Int64DType"), &[]);
    assert_eq!(DType::from_value(&make.0, made).expect("a dtype").code(), "<i8");
    for (module, name) in [("numpy", "longdouble"), ("__builtin__", "str"), ("numpy.dtypes", "StrDType")] {
        let class = make.global(module, name);
        let error = DType::from_value(&make.0, class).expect_err(name).to_string();
        assert_eq!(error, format!("{module}.{name} as a dtype"));
    }
    let other = make.reduce(("numpy", "dtypes"), &[]);
    assert_eq!(
        DType::from_value(&make.0, other).expect_err("a call").to_string(),
        "what should be a dtype is none"
    );
}

/// A list of `(name, code)`, `(name, code, shape)`.
fn description(make: &mut Maker, fields: &[(&str, &str, &[i32])]) -> Value {
    let mut list = Vec::new();
    for (name, code, shape) in fields {
        let mut parts = vec![make.text(name), make.text(code)];
        if !shape.is_empty() {
            let dims: Vec<_> = shape.iter().map(|&dim| Value::Int(dim)).collect();
            parts.push(make.tuple(&dims));
        }
        list.push(make.tuple(&parts));
    }
    make.list(&list)
}

#[test]
fn descriptions_of_fields() {
    let mut make = Maker::new();
    let value = description(&mut make, &[("a", "|u1", &[]), ("", "|V3", &[]), ("b", ">f8", &[2, 3])]);
    let dtype = DType::from_value(&make.0, value).expect("a structure");
    let Kind::Struct(fields) = &dtype.kind else { panic!("no structure") };
    let places: Vec<_> =
        fields.iter().map(|field| (&*field.name, field.offset, field.dtype.itemsize)).collect();
    assert_eq!(places, [("a", 0, 1), ("b", 4, 48)], "an unnamed field is padding");
    assert_eq!((dtype.itemsize, &*dtype.code()), (52, "|V52"));
    assert_eq!(dtype.to_string(), "{a: |u1, b: [2, 3]>f8}");
    assert!(!dtype.has_objects());
    let value = description(&mut make, &[("a", "|u1", &[]), ("b", "|O", &[2])]);
    assert!(DType::from_value(&make.0, value).expect("a structure").has_objects());

    let (title, name, byte) = (make.text("A title"), make.text("a"), make.text("|u1"));
    let both = make.tuple(&[title, name]);
    let entry = make.tuple(&[both, byte]);
    let value = make.list(&[entry]);
    assert_eq!(DType::from_value(&make.0, value).expect("a title").to_string(), "{a: |u1}");
    let bad = "a field of a dtype description is no (name, dtype) or (name, dtype, shape)";
    for parts in [&[name][..], &[name, byte, Value::Int(1), Value::Int(1)], &[Value::Int(1), byte]] {
        let entry = make.tuple(parts);
        let value = make.list(&[entry]);
        assert_eq!(DType::from_value(&make.0, value).expect_err("no field").to_string(), bad);
    }
    let value = make.list(&[name]);
    assert_eq!(DType::from_value(&make.0, value).expect_err("no field").to_string(), bad);
}

#[test]
fn sub_arrays() {
    let mut make = Maker::new();
    let (byte, shape) = (make.text("<i4"), make.tuple(&[Value::Int(2), Value::Int(3)]));
    let value = make.tuple(&[byte, shape]);
    let dtype = DType::from_value(&make.0, value).expect("a sub-array");
    assert_eq!((dtype.itemsize, &*dtype.to_string(), &*dtype.code()), (24, "[2, 3]<i4", "|V24"));
    let huge = make.0.int(i64::MAX).expect("small");
    for dims in [&[huge, huge][..], &[huge]] {
        let shape = make.tuple(dims);
        let value = make.tuple(&[byte, shape]);
        let error = DType::from_value(&make.0, value).expect_err("huge").to_string();
        assert_eq!(error, "a dtype is larger than memory can be");
    }
    let objects = make.text("O");
    let value = make.tuple(&[objects, shape]);
    assert!(DType::from_value(&make.0, value).expect("objects").has_objects());
    for value in [Value::None, Value::Int(1), make.tuple(&[byte])] {
        let error = DType::from_value(&make.0, value).expect_err("none").to_string();
        assert_eq!(error, "what should be a dtype is none");
    }
}

/// `numpy.dtype(code)` with a state.
fn pickled(make: &mut Maker, code: &str, state: &[Value]) -> Value {
    let code = make.text(code);
    let value = make.reduce(("numpy", "dtype"), &[code, Value::Bool(false), Value::Bool(true)]);
    let state = make.tuple(state);
    make.with_state(value, state)
}

fn read(make: &Maker, value: Value) -> Result<DType, String> {
    DType::from_value(&make.0, value).map_err(|error| error.to_string())
}

#[test]
fn pickled_dtypes_and_their_state() {
    let mut make = Maker::new();
    let [little, big, none, native] = ["<", ">", "|", "="].map(|order| make.text(order));
    let (minus, three) = (Value::Int(-1), Value::Int(3));
    let simple = |order| [three, order, Value::None, Value::None, Value::None, minus, minus, Value::Int(0)];
    for (code, order, want) in [
        ("f8", little, "<f8"),
        ("f8", big, ">f8"),
        ("f8", native, "<f8"),
        ("i1", big, "|i1"),
        ("O8", none, "|O"),
    ] {
        let value = pickled(&mut make, code, &simple(order));
        assert_eq!(read(&make, value).expect(code).code(), want);
    }
    let sized =
        |size| [three, little, Value::None, Value::None, Value::None, Value::Int(size), Value::Int(4)];
    for (code, size, want) in [("U0", 12, "<U3"), ("S0", 5, "|S5"), ("V0", 2, "|V2"), ("f8", 12, "<f8")] {
        let value = pickled(&mut make, code, &sized(size));
        assert_eq!(read(&make, value).expect(code).code(), want);
    }
    let old = [little, Value::None, Value::None, Value::Int(8), Value::Int(4)];
    let value = pickled(&mut make, "U0", &old);
    assert_eq!(read(&make, value).expect("version 0").code(), "<U2");
    let value = pickled(&mut make, "U0", &[&[Value::Int(1)], &old[..]].concat());
    assert_eq!(read(&make, value).expect("version 1").code(), "<U2");
    let tuple = "the state of a numpy.dtype is not a tuple of 5 to 9 items";
    for count in [0, 4, 10] {
        let value = pickled(&mut make, "f8", &vec![little; count]);
        assert_eq!(read(&make, value), Err(tuple.to_owned()));
    }
    let value = pickled(&mut make, "f8", &simple(three));
    assert_eq!(read(&make, value), Err("the byte order of a numpy.dtype is none of < > | =".to_owned()));
    let value = pickled(&mut make, "f8", &simple(little));
    make.with_state(value, three);
    assert_eq!(read(&make, value), Err("a numpy.dtype is given two states".to_owned()));
    let code = make.text("f8");
    let value = make.reduce(("numpy.core.multiarray", "dtype"), &[code]);
    assert_eq!(read(&make, value).expect("no state").code(), "<f8");
    make.with_state(value, three);
    assert_eq!(read(&make, value), Err(tuple.to_owned()));
    let value = make.reduce(("numpy._core.multiarray", "dtype"), &[]);
    assert_eq!(read(&make, value), Err("numpy.dtype is called without a code".to_owned()));
}

#[test]
fn pickled_structures() {
    let mut make = Maker::new();
    let (none, byte, code) = (make.text("|"), make.text("|u1"), make.text("<i2"));
    let names = ["a", "b"].map(|name| make.text(name));
    let names = make.tuple(&names);
    let places = |make: &mut Maker, first: Value, second: i32| {
        let (a, b) = (make.tuple(&[byte, first]), make.tuple(&[code, Value::Int(second)]));
        make.dict(&[("a", a), ("b", b)])
    };
    let state = |names, fields, size| {
        [Value::Int(3), none, Value::None, names, fields, Value::Int(size), Value::Int(1)]
    };
    let fields = places(&mut make, Value::Int(0), 2);
    let value = pickled(&mut make, "V4", &state(names, fields, 4));
    let dtype = read(&make, value).expect("a structure");
    assert_eq!((dtype.itemsize, &*dtype.to_string()), (4, "{a: |u1, b: <i2}"));
    let Kind::Struct(list) = &dtype.kind else { panic!("no structure") };
    assert_eq!([list[0].offset, list[1].offset], [0, 2]);
    let value = pickled(&mut make, "V4", &state(names, fields, -1));
    assert_eq!(read(&make, value).expect("the size of the code").itemsize, 4);
    let value = pickled(&mut make, "V3", &state(names, fields, 3));
    assert_eq!(read(&make, value), Err("field \"b\" ends outside its dtype".to_owned()));
    let wrong = Err("names and fields of a structured numpy.dtype don't match".to_owned());
    let negative = places(&mut make, Value::Int(-1), 2);
    let untyped = places(&mut make, Value::None, 2);
    let missing = make.dict(&[("a", Value::None)]);
    let numbers = make.tuple(&[Value::Int(1)]);
    let short = make.tuple(&[byte]);
    let short = make.dict(&[("a", short), ("b", short)]);
    for (names, fields) in [
        (names, negative),
        (names, untyped),
        (names, missing),
        (names, short),
        (names, Value::None),
        (Value::Int(1), fields),
        (numbers, fields),
    ] {
        let value = pickled(&mut make, "V4", &state(names, fields, 4));
        assert_eq!(read(&make, value), wrong);
    }
    let shape = make.tuple(&[Value::Int(3)]);
    let sub = make.tuple(&[code, shape]);
    let with_sub = [Value::Int(3), none, sub, Value::None, Value::None, Value::Int(6), Value::Int(1)];
    let value = pickled(&mut make, "V6", &with_sub);
    assert_eq!(read(&make, value).expect("a sub-array").to_string(), "[3]<i2");
}

#[test]
fn units_of_times() {
    let mut make = Maker::new();
    let little = make.text("<");
    let of = |make: &mut Maker, code: &str, metadata: Value| {
        let head = [Value::Int(4), little, Value::None, Value::None, Value::None];
        let tail = [Value::Int(-1), Value::Int(-1), Value::Int(0), metadata];
        let value = pickled(make, code, &[&head[..], &tail].concat());
        read(make, value).map(|dtype| dtype.code())
    };
    let unit = |make: &mut Maker, name: &[u8], count: i32| {
        let name = make.bytes(name);
        make.tuple(&[name, Value::Int(count), Value::Int(1), Value::Int(1)])
    };
    let cases = [
        ("ns", 1, "<M8[ns]"),
        ("s", 25, "<M8[25s]"),
        ("generic", 1, "<M8"),
        ("generic", 7, "<M8"),
        ("D", 0, "<M8[0D]"),
    ];
    for (name, count, want) in cases {
        let inner = unit(&mut make, name.as_bytes(), count);
        let empty = make.dict(&[]);
        for metadata in [inner, make.tuple(&[empty, inner]), make.tuple(&[Value::None, inner])] {
            assert_eq!(of(&mut make, "M8", metadata).as_deref(), Ok(want));
        }
    }
    let text = make.text("us");
    let metadata = make.tuple(&[text, Value::Int(1), Value::Int(1), Value::Int(1)]);
    assert_eq!(of(&mut make, "m8", metadata).as_deref(), Ok("<m8[us]"));
    assert_eq!(of(&mut make, "f8", Value::None).as_deref(), Ok("<f8"), "only times have a unit");
    let bad = Err("the metadata of a datetime dtype is no (unit, count, 1, 1)".to_owned());
    let number = make.tuple(&[Value::Int(1), Value::Int(1)]);
    let uncounted = make.tuple(&[text, Value::None]);
    let alone = make.tuple(&[text]);
    for metadata in [Value::None, number, uncounted, alone] {
        assert_eq!(of(&mut make, "M8", metadata), bad);
    }
}

#[test]
fn shapes() {
    let mut make = Maker::new();
    let two = [Value::Int(2), Value::Int(0)];
    for value in [make.tuple(&two), make.list(&two)] {
        assert_eq!(shape_of(&make.0, value).expect("a shape"), [2, 0]);
    }
    assert_eq!(shape_of(&make.0, Value::Int(3)).expect("one integer"), [3]);
    let most = make.tuple(&[Value::Int(1); 64]);
    assert_eq!(shape_of(&make.0, most).expect("64 dimensions").len(), 64);
    let (text, many) = (make.text("3"), make.tuple(&[Value::Int(1); 65]));
    let (negative, nested) = (make.tuple(&[Value::Int(-1)]), make.tuple(&[most]));
    for value in [many, negative, nested, text, Value::None, Value::Int(-1)] {
        let error = shape_of(&make.0, value).expect_err("no shape").to_string();
        assert_eq!(error, "a shape is not a tuple of at most 64 non-negative integers");
    }
}

#[test]
fn depth_and_number_of_fields_are_bounded() {
    let mut make = Maker::new();
    let byte = make.text("|u1");
    let one = make.tuple(&[Value::Int(1)]);
    let nested = |make: &mut Maker, depth: usize| (0..depth).fold(byte, |inner, _| make.tuple(&[inner, one]));
    let depth = Limits::default().of(Limit::DtypeDepth) as usize;
    let (deep, deeper) = (nested(&mut make, depth - 1), nested(&mut make, depth));
    assert!(DType::from_value(&make.0, deep).is_ok());
    let error = DType::from_value(&make.0, deeper).expect_err("too deep");
    assert!(matches!(error.kind(), crate::ErrorKind::Limit(hit) if hit.limit == Limit::DtypeDepth));
    // fields of all levels together
    let name = make.text("");
    let field = make.tuple(&[name, byte]);
    let wide = make.list(&vec![field; 256]);
    let field = make.tuple(&[name, wide]);
    let most = make.list(&vec![field; 255]);
    assert_eq!(DType::from_value(&make.0, most).expect("65,535 fields").itemsize, 255 * 256);
    let more = make.list(&vec![field; 256]);
    let error = DType::from_value(&make.0, more).expect_err("65,792 fields").to_string();
    assert_eq!(error, "a dtype of more than 65536 fields");
}

#[test]
fn fields_are_found_by_names_and_titles_alone() {
    let mut make = Maker::new();
    let (none, byte, word) = (make.text("|"), make.text("|u1"), make.text("<i2"));
    let [name, title] = ["a", "t"].map(|text| make.text(text));
    let names = make.tuple(&[name]);
    let titled = make.tuple(&[byte, Value::Int(0), title]);
    let elsewhere = make.tuple(&[byte, Value::Int(1), title]);
    let wider = make.tuple(&[word, Value::Int(0), title]);
    let plain = make.tuple(&[byte, Value::Int(0)]);
    let cases = [
        (vec![("a", titled), ("t", titled)], true),
        (vec![("a", titled)], true),
        (vec![("a", plain)], true),
        (vec![("a", titled), ("t", elsewhere)], false),
        (vec![("a", titled), ("t", wider)], false),
        (vec![("a", titled), ("t", plain)], false),
        (vec![("a", plain), ("t", titled)], false),
        (vec![("a", plain), ("b", plain)], false),
    ];
    for (fields, want) in cases {
        let what = format!("{fields:?}");
        let fields = make.dict(&fields);
        let state = [Value::Int(3), none, Value::None, names, fields, Value::Int(2), Value::Int(1)];
        let value = pickled(&mut make, "V2", &state);
        assert_eq!(read(&make, value).is_ok(), want, "{what}");
    }
    let shape = make.tuple(&[Value::Int(2)]);
    let sub = make.tuple(&[byte, shape]);
    let fields = make.dict(&[("a", plain)]);
    let both = [Value::Int(3), none, sub, names, fields, Value::Int(2), Value::Int(1)];
    let value = pickled(&mut make, "V2", &both);
    assert_eq!(read(&make, value), Err("a numpy.dtype of a sub-array and of fields".to_owned()));
    let sized = [Value::Int(3), none, Value::None, Value::None, Value::None, Value::Int(3), Value::Int(4)];
    let value = pickled(&mut make, "U0", &sized);
    assert_eq!(read(&make, value), Err("text of 3 bytes, which are not whole characters".to_owned()));
}
