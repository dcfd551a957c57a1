//! Headers, separators, decimal commas, compression and documents of JSON.

use flate2::write::GzEncoder;

use super::*;

/// Rows of a frame and the names of its columns, or the error.
fn read(content: &[u8], name: &str, options: &TableOptions) -> String {
    let table = Table::of_stream(Box::new(Cursor::new(content.to_vec())), None, name, options);
    let shown = table.and_then(|mut table| {
        let names = table.names().map(|names| names.join(" ")).unwrap_or_default();
        let batch = table.next_batch(usize::MAX)?.expect("the first batch");
        Ok(format!("{names}: {}", batch.rows))
    });
    shown.unwrap_or_else(|error| error.to_string())
}

fn frame() -> TableOptions {
    TableOptions::new(Wanted::Frame)
}

#[test]
fn the_first_line_is_a_header_where_it_can_be_nothing_else() {
    let known = || frame().names(Some(strings(&["age", "city"])));
    let both = "the first line (a, low) could be a header or a row: say --header yes or --header no";
    for (content, options, want) in [
        ("age,city\n1,x\n", known(), "age city: 1"),
        ("id,city,age\n1,x,2\n", known(), "id city age: 1"),
        ("age,town\n1,x\n", known(), "age town: 1"),
        ("a,low\nb,high\n", frame(), both),
        ("a,low\nb,high\n", known(), both),
        ("a,low\nb,high\n", frame().hints(vec![Hint::Text, Hint::Open]), both),
        ("a,low\nb,1\n", frame().hints(vec![Hint::Text, Hint::Number]), "a low: 1"),
        ("a,low\nb,high\n", frame().header(Header::No), ": 2"),
        ("1,2\n3,4\n", frame().header(Header::Yes), "1 2: 1"),
        ("1,2\n3,4\n", frame(), ": 2"),
        ("a,b\n3,4\n", TableOptions::new(Wanted::Numbers), "a b: 1"),
        (
            "0,1,2\n3,4,5\n",
            TableOptions::new(Wanted::Numbers),
            "the first line (0, 1, 2) could be a header or a row: say --header yes or --header no",
        ),
    ] {
        assert_eq!(read(content.as_bytes(), "x.csv", &options), want, "{content}");
    }
    let texts = TableOptions::new(Wanted::Texts);
    let want = "the first line (text) could be a header or a row: say --header yes or --header no";
    assert_eq!(read(b"text\nabc\n", "x.csv", &texts), want);
}

#[test]
fn separators_are_found() {
    let numbers = TableOptions::new(Wanted::Numbers);
    for (content, want) in [
        ("a;b\n1;2\n", "a b: 1"),
        ("a\tb\n1\t2\n", "a b: 1"),
        ("a|b\n1|2\n", "a b: 1"),
        ("a,b\n1,2\n", "a b: 1"),
        ("\"a;x\",b\n1,2\n", "a;x b: 1"),
        ("a;b\n1,5;2,25\n", "a b: 1"),
        ("1,5;2,25\n3,5;4\n", ": 2"),
        ("a\n1\n", "a: 1"),
    ] {
        assert_eq!(read(content.as_bytes(), "x.csv", &numbers), want, "{content:?}");
    }
    let semicolon = numbers.clone().separator(Some(b';'));
    assert_eq!(read(b"a,b\n1\n", "x.csv", &semicolon), "a,b: 1");
    let mut table = open_with("1,5;-2,25\n3.5;4\n", "x", &numbers).expect("a table");
    assert_eq!(all(&mut table), [1.5, -2.25, 3.5, 4.0]);
    let want =
        "\"1,234\" is either a decimal comma or a mark of thousands: write numbers with a decimal point";
    assert_eq!(read(b"a;b\n1,234;2\n", "x.csv", &numbers), want);
}

#[test]
fn compressed_text_is_read() {
    let mut gzip = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(b"age,city\n1,x\n").expect("in memory");
    let gzip = gzip.finish().expect("in memory");
    let zstd = ruzstd::encoding::compress_to_vec(
        &b"age,city\n1,x\n"[..],
        ruzstd::encoding::CompressionLevel::Fastest,
    );
    let options = frame().names(Some(strings(&["city"])));
    for packed in [&gzip, &zstd] {
        assert_eq!(read(packed, "rows.csv.gz", &options), "age city: 1");
        let cut = read(&packed[..packed.len() - 6], "rows.csv.gz", &options);
        assert!(cut.contains("compressed input") || cut.contains("zstd stream"), "{cut}");
    }
    let limits =
        Limits::default().with(cannery_object::Limit::RatioFrom, 100).with(cannery_object::Limit::Ratio, 2);
    let mut bomb = GzEncoder::new(Vec::new(), flate2::Compression::best());
    bomb.write_all(&b"1,2\n".repeat(10_000)).expect("in memory");
    let error =
        read(&bomb.finish().expect("in memory"), "x", &TableOptions::new(Wanted::Numbers).limits(limits));
    assert!(error.contains("ratio"), "{error}");
}

#[test]
fn documents_of_pandas_are_read() {
    for json in [
        r#"{"age": {"0": 22, "1": 35}, "city": {"0": "Oslo", "1": "Rome"}}"#,
        r#"[{"age": 22, "city": "Oslo"}, {"age": 35, "city": "Rome"}]"#,
        r#"{"columns": ["age", "city"], "index": [0, 1], "data": [[22, "Oslo"], [35, "Rome"]]}"#,
    ] {
        assert_eq!(read(json.as_bytes(), "x.json", &frame()), "age city: 2", "{json}");
    }
}
