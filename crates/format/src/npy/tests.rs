use cannery_object::{Element, Limits};

use super::*;
use crate::error::ErrorKind;

fn npy(version: u8, header: &str, data: &[u8]) -> Vec<u8> {
    let len = header.len() as u32;
    let len = if version == 1 { (len as u16).to_le_bytes().to_vec() } else { len.to_le_bytes().to_vec() };
    [MAGIC, &[version, 0][..], &len, header.as_bytes(), data].concat()
}

fn read_bytes(bytes: Vec<u8>) -> Result<(Heap, Value)> {
    let mut heap = Heap::new(Limits::default());
    let len = bytes.len();
    let buffer = heap.add_buffer(bytes.into())?;
    let value = read(&mut heap, buffer, 0..len)?;
    Ok((heap, value))
}

fn simple(descr: &str, shape: &str, data: &[u8]) -> Result<(Heap, Value)> {
    read_bytes(npy(1, &format!("{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}\n"), data))
}

#[test]
fn numbers_in_every_version() {
    let data: Vec<u8> = [1.5_f64, -2.0].iter().flat_map(|x| x.to_le_bytes()).collect();
    for version in 1..=3 {
        let header = "{'descr': '<f8', 'fortran_order': True, 'shape': (2, 1L), }        \n";
        let (heap, value) = read_bytes(npy(version, header, &data)).expect("an array");
        let array = heap.ndarray(value).expect("an array").expect("a good one");
        assert_eq!(*array.f64s().expect("floats"), [1.5, -2.0]);
        assert_eq!((&array.shape[..], array.order), (&[2, 1][..], Order::Fortran));
    }
}

#[test]
fn structures_and_text() {
    let data = [&b"\x07"[..], &2.5_f64.to_be_bytes()].concat();
    let (heap, value) = simple("[('a', '|u1'), ('b', '>f8')]", "()", &data).expect("an array");
    let array = heap.ndarray(value).expect("an array").expect("a good one");
    let first = array.elements().next().expect("one").expect("good");
    assert_eq!(first, Element::Struct(vec![Element::UInt(7), Element::Float(2.5)]));
}

#[test]
fn the_data_must_fill_the_shape_exactly() {
    for (shape, len) in [("(2,)", 15), ("(2,)", 17), ("(3,)", 16), ("()", 0), ("(0,)", 1), ("(0, 5)", 8)] {
        let error = simple("'<f8'", shape, &vec![0; len]).expect_err("a wrong length");
        assert_eq!(error.kind(), ErrorKind::Malformed, "{shape} {len}");
    }
    assert!(simple("'<f8'", "(0, 5)", &[]).is_ok());
}

#[test]
fn claims_are_refused_before_anything_is_allocated() {
    for shape in
        ["(2147483648, 2147483648)", "(-1,)", "(0, 9223372036854775807)", "(4294967296, 4294967296, 0)"]
    {
        let result = simple("'<f8'", shape, &[0; 8]);
        assert_eq!(result.expect_err("no such array").kind(), ErrorKind::Malformed, "{shape}");
    }
    assert!(simple("'<V2147483648'", "(9,)", &[0; 8]).is_err());
    let huge_header = [MAGIC, &[2, 0, 0xff, 0xff, 0xff, 0xff][..], b"{}"].concat();
    assert_eq!(read_bytes(huge_header).expect_err("4 GiB").kind(), ErrorKind::Malformed);
}

#[test]
fn headers_that_are_no_literal_of_three_items() {
    let bad = [
        "__import__('os').system('id')",
        "[]",
        "{'descr': '<f8'}",
        "{'descr': '<f8', 'fortran_order': 0, 'shape': ()}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': 1}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (), 'x': 1}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (True,), 'shape': ()}",
    ];
    for header in bad {
        assert_eq!(
            read_bytes(npy(1, header, &[0; 8])).expect_err("bad").kind(),
            ErrorKind::Malformed,
            "{header}"
        );
    }
    let nested = format!(
        "{{'descr': {}, 'fortran_order': False, 'shape': ()}}",
        "[('a', ".repeat(99) + "'<f8'" + &")]".repeat(99)
    );
    assert!(read_bytes(npy(1, &nested, &[0; 8])).is_err());
}

#[test]
fn objects_go_to_the_pickle_reader_or_nowhere() {
    let error = simple("'|O'", "(1,)", b"\x80\x02N.").expect_err("objects");
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    let bytes = npy(1, "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n", b"\x80\x02N.");
    let (mut heap, len) = (Heap::new(Limits::default()), bytes.len());
    let buffer = heap.add_buffer(bytes.into()).expect("small");
    let mut seen = 0..0;
    let value = read_with(&mut heap, buffer, 0..len, &mut |_, _, range| {
        seen = range;
        Ok(Value::None)
    });
    assert_eq!((value.expect("read"), seen), (Value::None, len - 4..len));
}

#[test]
fn each_error_of_a_header_has_its_place() {
    let good = "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }\n";
    let shown = |bytes: Vec<u8>| {
        let error = read_bytes(bytes).map(|_| ()).expect_err("refused");
        (error.kind(), error.to_string())
    };
    let malformed = |message: &str| (ErrorKind::Malformed, message.to_owned());
    for version in 1..=3 {
        let whole = npy(version, good, &[0; 8]);
        let (start, end) = (if version == 1 { 10 } else { 12 }, whole.len() - 8);
        for len in [6, 7, 8, start - 1, start, end - 1] {
            let want = malformed(&format!("the header of the array is cut short, at byte {len}"));
            assert_eq!(shown(whole[..len].to_vec()), want, "version {version}");
        }
        assert_eq!(shown(whole[..5].to_vec()), malformed("this is not a .npy file, at byte 0"));
        let of = |header: &str, message: &str| {
            assert_eq!(shown(npy(version, header, &[0; 8])), malformed(message), "version {version}");
        };
        of("[]", &format!("the header of the array is not a dict, at byte {start}"));
        let three = format!(
            "the header of the array has not exactly descr, fortran_order and shape, at byte {start}"
        );
        of("{'descr': '<f8'}", &three);
        of("{'descr': '<f8', 'fortran_order': False, 'form': (1,)}", &three);
        of(
            "{'descr': '<f8', 'fortran_order': 0, 'shape': ()}",
            &format!("fortran_order is neither True nor False, at byte {start}"),
        );
        of(
            "{'descr': '<f8', 'fortran_order': False, 'shape': [1]}",
            &format!("the shape of the array is not a tuple, at byte {start}"),
        );
        of(
            "{'descr': x}",
            &format!(
                "this is not a dict, list, tuple, string, integer, True, False or None, at byte {}",
                start + 10
            ),
        );
    }
    for (major, minor) in [(0, 0), (4, 0), (1, 1), (3, 1), (255, 7)] {
        let bytes = [&MAGIC[..], &[major, minor, 0, 0, 0, 0, 0, 0]].concat();
        let want = format!("version {major}.{minor} of .npy, at byte 6");
        assert_eq!(shown(bytes), (ErrorKind::Unsupported, want));
    }
}

/// Version 3 is UTF-8, the others are latin-1.
#[test]
fn names_of_fields_in_their_encoding() {
    let header = "{'descr': [('é', '|u1')], 'fortran_order': False, 'shape': (1,)}";
    for (version, name) in [(2, "Ã©"), (3, "é")] {
        let (heap, value) = read_bytes(npy(version, header, &[7])).expect("an array");
        let array = heap.ndarray(value).expect("an array").expect("a good one");
        let cannery_object::Kind::Struct(fields) = &array.dtype.kind else { panic!("no structure") };
        assert_eq!(&*fields[0].name, name);
    }
    let mut bytes = npy(3, header, &[7]);
    let at = bytes.iter().position(|&byte| byte == 0xc3).expect("é");
    bytes[at] = b'x';
    let error = read_bytes(bytes).map(|_| ()).expect_err("no UTF-8");
    assert_eq!(error.to_string(), "the header of the array is not UTF-8, at byte 12");
}

#[test]
fn a_header_has_a_limit() {
    let bytes = npy(1, "{'descr': '<f8', 'fortran_order': False, 'shape': ()}", &[0; 8]);
    let read_with = |limit| {
        let mut heap = Heap::new(Limits::default().with(Limit::LineBytes, limit));
        let buffer = heap.add_buffer(bytes.clone().into()).expect("small");
        header(&mut heap, buffer, 0..bytes.len()).map(|header| (header.len, header.order))
    };
    assert_eq!(read_with(53).expect("just long enough"), (63, Order::C));
    assert!(matches!(read_with(52).expect_err("too long").kind(), ErrorKind::Limit(_)));
}
