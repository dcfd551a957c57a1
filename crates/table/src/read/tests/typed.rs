//! What rows become: matrices of anything, frames, texts.

use super::*;
use cannery_rows::{Cell, Named};

/// The data of all rows, as `Debug` shows it.
fn shown(content: &str, name: &str, wanted: Wanted) -> String {
    let batch = open_as(content, name, wanted).and_then(|mut table| table.next_batch(usize::MAX));
    match batch {
        Ok(Some(batch)) => show(batch),
        Ok(None) => "no batch".to_owned(),
        Err(error) => error.to_string(),
    }
}

fn show(batch: Batch) -> String {
    match batch.data {
        Data::Dense { columns, values } => format!("{columns} {values:?}"),
        Data::Frame(columns) => {
            let column = |Named { name, values }: Named| format!("{name}: {values:?}");
            columns.into_iter().map(column).collect::<Vec<_>>().join(", ")
        }
        Data::Texts(texts) => format!("{texts:?}"),
        other => format!("{other:?}"),
    }
}

#[test]
fn frames_have_typed_columns() {
    let csv = "city,age,ok,code\nParis,30,True,007\n\"New, York\",,False,x\n";
    let want = r#"city: Str(["Paris", "New, York"]), age: F64([30.0, NaN]), ok: Bool([true, false]), code: Str(["007", "x"])"#;
    assert_eq!(shown(csv, "x.csv", Wanted::Frame), want);
    let ndjson =
        "{\"city\": \"Paris\", \"age\": 30, \"ok\": true}\n{\"ok\": null, \"age\": 31, \"city\": null}\n";
    let want = r#"city: Any([Str("Paris"), None]), age: I64([30, 31]), ok: Any([Bool(true), None])"#;
    assert_eq!(shown(ndjson, "x", Wanted::Frame), want);
    assert_eq!(
        shown("[1, \"a\"]\n[2.5, \"b\"]\n", "x", Wanted::Frame),
        r#"1: F64([1.0, 2.5]), 2: Str(["a", "b"])"#
    );
}

#[test]
fn matrices_are_numbers_or_objects() {
    for (content, want) in [
        ("[1, 2.5]\n[NaN, -Infinity]\n", "2 F64([1.0, 2.5, NaN, -inf])"),
        ("[1, \"a\"]\n[null, NaN]\n", r#"2 Any([Int(1), Str("a"), None, Float(NaN)])"#),
        ("[true, 1.5]\n", "2 Any([Bool(true), Float(1.5)])"),
        ("{\"a\": 1, \"b\": \"x\"}\n", r#"2 Any([Int(1), Str("x")])"#),
        ("a,b\n1,2\n3,4\n", "2 F64([1.0, 2.0, 3.0, 4.0])"),
        ("a,b\n1,x\n3,\n", r#"2 Any([Int(1), Str("x"), Int(3), Float(NaN)])"#),
        ("a\nTrue\nFalse\n", "1 Bool([true, false])"),
    ] {
        assert_eq!(shown(content, "x", Wanted::Matrix), want, "{content}");
    }
    assert_eq!(shown("1,True\n,2\n", "x", Wanted::Numbers), "2 F64([1.0, 1.0, NaN, 2.0])");
}

#[test]
fn texts_are_lines_strings_or_a_column() {
    for (content, name, want) in [
        ("one, two\n\n\"quoted\" é\r\nlast", "x.txt", r#"["one, two", "", "\"quoted\" é", "last"]"#),
        ("\"a\\nb\"\n\n\"\\u00e9\"\n", "-", r#"["a\nb", "é"]"#),
        ("\n\"a\"\n", "x.ndjson", r#"["a"]"#),
        ("[deleted]\n{x}\n", "x.txt", r#"["[deleted]", "{x}"]"#),
        ("{\"text\": \"a\"}\n{\"text\": \"b\"}\n", "x", r#"["a", "b"]"#),
        ("text\n\"a, b\"\n1\n", "x.csv", r#"["a, b", "1"]"#),
        ("a,b\nc,d\n", "x.csv", "2 columns, and the model takes one text a row"),
        ("[\"a\", \"b\"]\n", "x", "2 values a row, and the model takes one text"),
        ("\"a\"\n1\n", "x", "line 2, column 1: no text, and the model takes texts"),
        ("", "x", "[]"),
    ] {
        assert_eq!(shown(content, name, Wanted::Texts), want, "{content}");
    }
    assert_eq!(shown("\"a\"\n", "x.ndjson", Wanted::Numbers), "line 1, column 1: \"a\" is not a number");
    assert_eq!(shown("\"a\"\n", "x.ndjson", Wanted::Matrix), r#"1 Any([Str("a")])"#);
}

#[test]
fn types_hold_beyond_the_first_batch() {
    let mut table = open_as("a,b\n1,x\n2,y\n3.5,1\nz,2\n", "x", Wanted::Frame).expect("a table");
    let mut next = || table.next_batch(2).map(|batch| batch.map(show));
    assert_eq!(next().expect("typed").expect("rows"), r#"a: I64([1, 2]), b: Str(["x", "y"])"#);
    assert_eq!(next().expect_err("no number").to_string(), "line 5, column a: \"z\" is not a number");
    let mut table = open_as("{\"a\": 1}\n{\"a\": null}\n{\"a\": 2}\n", "x", Wanted::Frame).expect("a table");
    let mut next = || show(table.next_batch(1).expect("typed").expect("rows"));
    assert_eq!([next(), next(), next()], ["a: I64([1])", "a: F64([NaN])", "a: F64([2.0])"]);
}

#[test]
fn peeking_takes_nothing() {
    for (content, wanted) in [
        ("a,b\n1,x\n2,y\n3,z\n", Wanted::Frame),
        ("{\"a\": 1, \"b\": \"x\"}\n{\"b\": \"y\", \"a\": 2}\n{\"a\": 3, \"b\": \"z\"}\n", Wanted::Frame),
        ("one\ntwo\nthree\n", Wanted::Texts),
    ] {
        let mut table = open_as(content, "x", wanted).expect("a table");
        let first = table.peek(2).expect("rows");
        assert_eq!(table.next_batch(2).expect("rows"), Some(first));
        assert_eq!(table.peek(2).expect("a row").rows, 1);
        assert_eq!(table.next_batch(usize::MAX).expect("a row").map(|batch| batch.rows), Some(1));
        assert_eq!(table.next_batch(2).expect("the end"), None);
    }
}

#[test]
fn hints_keep_digits_as_text() {
    let mut table = open_as("a,b\n007,1\n08,2\n", "x", Wanted::Frame).expect("a table");
    table.select(&strings(&["b", "a"])).expect("both are there");
    table.hint(&[Hint::Number, Hint::Text]);
    let batch = table.next_batch(9).expect("typed").expect("rows");
    assert_eq!(show(batch), r#"b: I64([1, 2]), a: Str(["007", "08"])"#);
}

#[test]
fn a_missing_column_names_the_closest() {
    for (names, wanted, closest) in [
        ("Age,city\n1,x\n", "age", "; the closest is \"Age\""),
        ("sepal length,x\n1,x\n", "sepal  Length (cm)", "; the closest is \"sepal length\""),
        ("x,y\n1,x\n", "age", ""),
    ] {
        let error = text(names).select(&strings(&[wanted])).expect_err("missing");
        let want = format!("column {wanted:?}, which the model was fitted on, is missing{closest}");
        assert_eq!(error.to_string(), want);
    }
}

#[test]
fn arrays_of_any_type() {
    let ascii = |text: &str| text.bytes().flat_map(|byte| u32::from(byte).to_le_bytes()).collect::<Vec<u8>>();
    for (bytes, wanted, want) in [
        (
            npy("<i8", false, "(1, 2)", &[1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]),
            Wanted::Matrix,
            "2 I64([1, 2])",
        ),
        (npy("|b1", true, "(2, 1)", &[1, 0]), Wanted::Matrix, "1 Bool([true, false])"),
        (npy("|b1", true, "(2, 1)", &[1, 0]), Wanted::Numbers, "1 F64([1.0, 0.0])"),
        (npy("<u8", false, "(1, 1)", &[255; 8]), Wanted::Matrix, "1 F64([1.8446744073709552e19])"),
        (
            npy("<U2", true, "(2, 2)", &ascii("abcde\0f\0")),
            Wanted::Matrix,
            r#"2 Str(["ab", "e", "cd", "f"])"#,
        ),
        (npy("<U2", false, "(1, 2)", &ascii("abcd")), Wanted::Frame, r#"1: Str(["ab"]), 2: Str(["cd"])"#),
        (npy("<U2", false, "(2,)", &ascii("abcd")), Wanted::Texts, r#"["ab", "cd"]"#),
        (
            npy("<U2", false, "(1, 2)", &ascii("abcd")),
            Wanted::Numbers,
            "row 1, column 1: \"ab\" is not a number",
        ),
    ] {
        let table = Table::open(&File::of(&bytes).0, &TableOptions::new(wanted));
        let batch = table.and_then(|mut table| table.next_batch(9));
        let found = batch.map_or_else(|error| error.to_string(), |batch| show(batch.expect("rows")));
        assert_eq!(found, want);
    }
}

/// `numpy.save` of `numpy.array([["é", None, True], [2, nan, "x"]], dtype=object)`, pickled as protocol 2 in text form.
fn objects() -> Vec<u8> {
    let pickle: &[u8] = b"\x80\x02cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R\
        (K\x01K\x02K\x03\x86cnumpy\ndtype\nU\x02O8K\x00K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK?tb\x89\
        ](X\x02\x00\x00\x00\xc3\xa9N\x88K\x02G\x7f\xf8\x00\x00\x00\x00\x00\x00X\x01\x00\x00\x00xetb.";
    npy("|O", false, "(2, 3)", pickle)
}

#[test]
fn arrays_of_objects_are_cells() {
    let mut table =
        Table::open(&File::of(&objects()).0, &TableOptions::new(Wanted::Matrix)).expect("objects");
    let Data::Dense { columns: 3, values: Values::Any(cells) } =
        table.next_batch(9).expect("plain").expect("rows").data
    else {
        panic!("cells")
    };
    let text = |text: &str| Cell::Str(text.into());
    assert_eq!(cells[..4], [text("é"), Cell::None, Cell::Bool(true), Cell::Int(2)]);
    assert!(matches!(cells[4], Cell::Float(value) if value.is_nan()));
    assert_eq!(cells[5], text("x"));
    let mut table =
        Table::open(&File::of(&objects()).0, &TableOptions::new(Wanted::Numbers)).expect("objects");
    let error = table.next_batch(9).expect_err("texts").to_string();
    assert_eq!(error, "row 1, column 1: \"é\" is not a number");
}

#[test]
fn no_cut_or_edit_of_a_table_panics() {
    let sources: [(&str, Vec<u8>); 4] = [
        ("x.csv", b"a,b,c\n1,\"x, y\",True\n2.5,\xc3\xa9,\n".to_vec()),
        ("x.ndjson", "{\"a\": 1, \"b\": \"\\u00e9\"}\n{\"b\": null, \"a\": NaN}\n".into()),
        ("x.jsonl", "[1, \"x\", null]\n[true, -2.5e3, [{}]]\n".into()),
        ("x.txt", "one\n\"two\"\n".into()),
    ];
    let mut outcomes = [0; 2];
    for (name, source) in sources {
        for at in 0..source.len() {
            for byte in [0, b'"', b',', b'[', b'}', b'\n', 0xff] {
                let mut edited = source.clone();
                edited[at] = byte;
                for content in [edited, source[..at].to_vec()] {
                    for wanted in [Wanted::Numbers, Wanted::Matrix, Wanted::Frame, Wanted::Texts] {
                        let stream = Box::new(Cursor::new(content.clone()));
                        let table = Table::of_stream(stream, None, name, &TableOptions::new(wanted));
                        let batch = table.and_then(|mut table| table.next_batch(2));
                        outcomes[usize::from(batch.is_ok())] += 1;
                    }
                }
            }
        }
    }
    assert!(outcomes.iter().all(|&count| count > 100), "{outcomes:?}: both errors and rows");
}
