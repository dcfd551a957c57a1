use std::path::PathBuf;

use bytes::Bytes;

use super::*;
use crate::ErrorKind;

fn file(name: &str) -> Vec<u8> {
    let path =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/parquet").join(name).with_extension("parquet");
    std::fs::read(path).expect("made by make.py")
}

fn rows_of(bytes: &[u8]) -> Result<ParquetRows, Error> {
    ParquetRows::of_stream(bytes, &Limits::default())
}

fn strings(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

/// All batches of at most so many rows, as text.
fn frames(rows: &mut ParquetRows, most: usize) -> Vec<String> {
    let mut frames = Vec::new();
    loop {
        let batch = rows.peek(most, Wanted::Frame).expect("sound");
        rows.give(batch.rows);
        let Data::Frame(columns) = batch.data else { panic!("a frame") };
        if batch.rows == 0 {
            return frames;
        }
        let column = |column: &Named| format!("{}: {:?}", column.name, column.values);
        frames.push(columns.iter().map(column).collect::<Vec<_>>().join("\n"));
    }
}

const ALL: &str = r#"small: I64([1, -2, 3, 4, 5])
wide: I64([4294967295, 0, 1, 2, 3])
count: F64([10.0, NaN, -30.0, 40.0, 50.0])
huge: F64([1.8446744073709552e19, 0.0, 1.0, 2.0, 3.0])
single: F32([0.1, -0.0, NaN, inf, 1.5])
double: F64([0.1, NaN, NaN, -2.5, 1e300])
flag: Any([Bool(true), Bool(false), None, Bool(true), Bool(false)])
sure: Bool([true, false, true, true, false])
city: Str(["Paris", "Zürich", "Paris", "", "Paris"])
note: Any([Str("a"), None, Str("b"), None, Str("a")])"#;

#[test]
fn every_codec_and_encoding_gives_the_same_rows() {
    for name in ["none", "snappy", "gzip", "zstd", "lz4", "pages2", "plain", "delta"] {
        let mut rows = rows_of(&file(name)).expect(name);
        assert_eq!((rows.columns(), rows.rows_in_all()), (10, 5), "{name}");
        assert_eq!(frames(&mut rows, usize::MAX), [ALL], "{name}");
    }
}

#[test]
fn batches_go_across_row_groups() {
    for most in 1..7 {
        let mut rows = rows_of(&file("snappy")).expect("sound");
        rows.select(&strings(&["city", "small"])).expect("both are there");
        let mut found = (Vec::new(), Vec::new());
        loop {
            let batch = rows.peek(most, Wanted::Frame).expect("sound");
            rows.give(batch.rows);
            assert!(batch.rows <= most);
            let Data::Frame(columns) = batch.data else { panic!("a frame") };
            let [Values::Str(texts), Values::I64(numbers)] = [&columns[0].values, &columns[1].values] else {
                panic!("texts and integers")
            };
            found.0.extend(texts.iter().map(str::to_owned));
            found.1.extend(numbers);
            if batch.rows == 0 {
                break;
            }
        }
        assert_eq!(
            found,
            (strings(&["Paris", "Zürich", "Paris", "", "Paris"]), vec![1, -2, 3, 4, 5]),
            "{most}"
        );
    }
}

#[test]
fn rows_become_what_is_wanted() {
    let first = |name: &str, columns: &[&str], wanted| {
        let mut rows = rows_of(&file(name)).expect("sound");
        if !columns.is_empty() {
            rows.select(&strings(columns)).expect("there");
        }
        rows.peek(2, wanted).map_or_else(|error| error.to_string(), |batch| format!("{:?}", batch.data))
    };
    for (columns, wanted, want) in [
        (&["single"][..], Wanted::Numbers, "Dense { columns: 1, values: F32([0.1, -0.0]) }"),
        (&["small", "count"], Wanted::Numbers, "Dense { columns: 2, values: F64([1.0, 10.0, -2.0, NaN]) }"),
        (&["small", "city"], Wanted::Numbers, "column city: \"Paris\" is not a number"),
        (
            &["small", "note"],
            Wanted::Matrix,
            r#"Dense { columns: 2, values: Any([Int(1), Str("a"), Int(-2), None]) }"#,
        ),
        (&["note"], Wanted::Texts, "column \"note\" has a null, and the model takes texts"),
        (&["small"], Wanted::Texts, "column \"small\" holds no texts, and the model takes texts"),
        (&[], Wanted::Texts, "10 columns, and the model takes one text a row"),
    ] {
        assert_eq!(first("snappy", columns, wanted), want, "{columns:?} {wanted:?}");
    }
    assert_eq!(first("texts", &[], Wanted::Texts), r#"Texts(["Paris", "Zürich"])"#);
    let pandas = r#"Frame([Named { name: "x", values: F64([1.5, 2.5]) }, Named { name: "kind", values: Str(["b", "a"]) }])"#;
    assert_eq!(first("pandas", &[], Wanted::Frame), pandas);
    assert_eq!(first("empty", &["small"], Wanted::Numbers), "Dense { columns: 1, values: F64([]) }");
}

#[test]
fn what_is_not_read_is_named_when_it_is_taken() {
    for (column, what) in [
        ("day", "dates"),
        ("price", "decimals"),
        ("time", "timestamps"),
        ("raw", "bytes that are not said to be text"),
        ("pair", "a nested column"),
        ("list", "a nested column"),
        ("half", "float16"),
    ] {
        let mut rows = rows_of(&file("others")).expect("sound");
        rows.select(&strings(&["x", column])).expect("both are there");
        let error = rows.peek(2, Wanted::Frame).expect_err(column);
        assert_eq!(error.to_string(), format!("column {column:?} holds {what}"));
    }
    let mut rows = rows_of(&file("others")).expect("sound");
    rows.select(&strings(&["x", "nothing"])).expect("both are there");
    assert_eq!(frames(&mut rows, 9), ["x: F64([1.0, 2.0])\nnothing: Any([None, None])"]);
    let mut rows = rows_of(&file("brotli")).expect("sound");
    let error = rows.peek(9, Wanted::Frame).expect_err("brotli");
    assert!(error.to_string().contains("Brotli"), "{error}");
    let error = rows.select(&strings(&["Small"])).expect_err("missing").to_string();
    assert!(error.ends_with("is missing; the closest is \"small\""), "{error}");
}

/// Reads all of a file that was damaged: how it ends.
fn read_all(bytes: &[u8]) -> Result<(), Error> {
    let mut rows = rows_of(bytes)?;
    loop {
        let batch = rows.peek(2, Wanted::Frame)?;
        rows.give(batch.rows);
        if batch.rows == 0 {
            return Ok(());
        }
    }
}

#[test]
fn every_cut_is_an_error() {
    for name in ["snappy", "delta"] {
        let whole = file(name);
        for len in 0..whole.len() {
            let error = read_all(&whole[..len]).expect_err("cut");
            assert_eq!(error.kind(), ErrorKind::Format, "{name} {len}");
        }
    }
}

#[test]
fn every_edited_byte_gives_an_error_or_rows() {
    let mut outcomes = [0; 2];
    for name in ["none", "snappy", "gzip", "zstd", "lz4", "pages2", "plain", "delta", "others", "empty"] {
        let whole = file(name);
        // a third of the bytes by each edit
        for (at, edit) in (0..whole.len()).zip([0x01, 0x80, 0xff].into_iter().cycle()) {
            let mut edited = whole.clone();
            edited[at] ^= edit;
            let read = read_all(&edited);
            outcomes[usize::from(read.is_ok())] += 1;
            let is_panic = read.is_err_and(|error| error.to_string().contains("no decoder takes"));
            assert!(!is_panic, "{name} {at} {edit}: refused before a decoder panics");
        }
    }
    assert!(outcomes.iter().all(|&count| count > 1000), "{outcomes:?}: both errors and rows");
}

#[test]
fn claims_of_a_header_allocate_nothing() {
    for (codec, len) in [(1, 1 << 30), (2, 1 << 30), (6, 1 << 30), (7, 1 << 30)] {
        let page = Bytes::from_static(b"\xff\xff\xff\xff\x0f few bytes");
        let codec = codec::Codec::of(codec).expect("known");
        assert!(codec.plain(&page, len).is_err(), "{codec:?}");
    }
    let limits = Limits::default().with(Limit::RatioFrom, 100).with(Limit::Ratio, 0);
    let mut rows = ParquetRows::of_stream(&file("texts")[..], &limits).expect("sound");
    rows.footer.rows = 1 << 20;
    let error = rows.peek(9, Wanted::Frame).expect_err("8 MiB of few").into_format().expect("of the format");
    assert!(matches!(error.kind(), cannery_format::ErrorKind::Limit(_)));
}
