use std::io::Write;

use super::*;
use cannery_rows::{Data, Values};

fn text(text: &str) -> Table {
    named(text, "rows")
}

fn named(text: &str, name: &str) -> Table {
    open_text(text, name).expect("a table")
}

fn open_text(text: &str, name: &str) -> Result<Table, Error> {
    open_as(text, name, Wanted::Numbers)
}

fn open_as(text: &str, name: &str, wanted: Wanted) -> Result<Table, Error> {
    // nothing is known here of a model that would tell a header of texts from a row
    let header = if wanted == Wanted::Numbers { Header::Auto } else { Header::Yes };
    open_with(text, name, &TableOptions::new(wanted).header(header))
}

fn open_with(text: &str, name: &str, options: &TableOptions) -> Result<Table, Error> {
    let stream = Box::new(Cursor::new(text.to_owned()));
    Table::of_stream(stream, Some(text.len() as u64), name, options)
}

fn all(table: &mut Table) -> Vec<f64> {
    let batch = table.next_batch(usize::MAX).expect("numbers").expect("rows");
    let rows = batch.rows;
    let (columns, numbers) = f64s_of(batch);
    assert_eq!(numbers.len(), rows * columns);
    numbers
}

/// Number of columns and the numbers.
fn f64s_of(batch: Batch) -> (usize, Vec<f64>) {
    match batch.data {
        Data::Dense { columns, values: Values::F64(numbers) } => (columns, numbers),
        other => panic!("{other:?} where float64 is expected"),
    }
}

fn fault(table: &str) -> String {
    let mut table = match open_text(table, "rows") {
        Ok(table) => table,
        Err(error) => return error.to_string(),
    };
    loop {
        match table.next_batch(1) {
            Ok(Some(_)) => {}
            Ok(None) => panic!("the table is sound"),
            Err(error) => {
                assert_eq!(error.kind(), crate::ErrorKind::Usage);
                return error.to_string();
            }
        }
    }
}

fn strings(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

#[test]
fn a_header_is_recognised_by_its_text() {
    let mut table = text("a,b\n1,2\n3,\n");
    assert_eq!(table.names(), Some(&strings(&["a", "b"])[..]));
    let numbers = all(&mut table);
    assert_eq!(&numbers[..3], [1.0, 2.0, 3.0]);
    assert!(numbers[3].is_nan());
    assert!(table.next_batch(10).expect("the end").is_none());
}

#[test]
fn without_a_header_no_row_is_lost_and_batches_are_bounded() {
    for rows in [
        "1,2\n3,4\n5,6\n",
        "[1,2]\n\n[3,4]\r\n[5,6]",
        "\u{feff}{\"a\":1,\"b\":2}\n{\"b\":4,\"a\":3}\n{\"a\":5,\"b\":6}",
    ] {
        let mut table = text(rows);
        let (mut sizes, mut numbers) = (Vec::new(), Vec::new());
        while let Some(batch) = table.next_batch(2).expect("numbers") {
            sizes.push(batch.rows);
            numbers.extend(f64s_of(batch).1);
        }
        assert_eq!(sizes, [2, 1], "{rows}");
        assert_eq!(numbers, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], "{rows}");
        assert_eq!(table.rows_in_all(), Some(3));
    }
}

#[test]
fn an_empty_table_gives_one_batch() {
    for (content, name) in [("", "x.csv"), ("", "x.ndjson"), ("a,b\n", "x.csv"), ("\n\n", "x.jsonl")] {
        let mut table = named(content, name);
        assert!(all(&mut table).is_empty());
    }
}

#[test]
fn selected_columns_come_in_order_and_others_are_not_looked_at() {
    let csv = "id,b,a\nx,2,1\ny,4,3\n";
    let ndjson = "{\"id\":\"x\",\"b\":2,\"a\":1}\n{\"a\":3,\"new\":[{}],\"b\":4}\n";
    for rows in [csv, ndjson] {
        let mut table = text(rows);
        table.select(&strings(&["a", "b"])).expect("both are there");
        assert_eq!((table.columns(), all(&mut table)), (2, vec![1.0, 2.0, 3.0, 4.0]));
        let error = text(rows).select(&strings(&["a", "c"])).expect_err("missing");
        assert_eq!(error.to_string(), "column \"c\", which the model was fitted on, is missing");
    }
    let error = text("a,a\n1,2\n").select(&strings(&["a"])).expect_err("ambiguous");
    assert_eq!(error.to_string(), "column \"a\" stands there twice");
}

#[test]
fn a_header_of_numbers_is_known_by_the_names_that_are_wanted() {
    let options = TableOptions::new(Wanted::Numbers).names(Some(strings(&["1", "2"])));
    let mut table = open_with("1,2\n3,4\n", "rows", &options).expect("a table");
    table.select(&strings(&["1", "2"])).expect("both are there");
    assert_eq!(all(&mut table), [3.0, 4.0]);
}

#[test]
fn what_is_wrong_is_said_with_line_and_column() {
    for (table, message) in [
        ("a,b\n1,2\n3,x\n", "line 3, column b: \"x\" is not a number"),
        ("1,2\n3,4,5\n", "line 2 has 3 values, the first line has 2"),
        ("[1,2]\n\n[1]\n", "line 3: 1 values, and the first row has 2"),
        ("[1,2]\n{\"a\":1}\n", "line 2: no array, and the first row is one"),
        ("{\"a\":1}\n[1]\n", "line 2: no object, and the first row is one"),
        ("[1,\"x\"]\n", "line 1, column 2: \"x\" is not a number"),
        ("{\"a\":1}\n{\"a\":\"x\"}\n", "line 2, column a: \"x\" is not a number"),
        ("{\"a\":[1]}\n", "line 1, column a: a nested value, where a row has one value"),
        ("{\"a\":1,\"a\":1}\n", "line 1: column \"a\" stands there twice"),
        ("{\"a\":1,\"b\":1}\n{\"a\":1,\"a\":1}\n", "line 2: column \"a\" stands there twice"),
        ("{\"a\":1,\"b\":1}\n{\"b\":1}\n", "line 2: column \"a\" is missing"),
        ("{\"a\":1}\n{\"b\":1}\n", "line 2: the first row has no column \"b\""),
        ("[1,2\n", "line 1: no JSON: a comma or ] is expected at byte 5"),
        ("[1\0]", "the input is none of CSV, JSON, NDJSON, Parquet, .npy and .npz"),
    ] {
        assert_eq!(fault(table), message, "{table}");
    }
}

#[test]
fn the_name_decides_only_where_content_does_not() {
    assert_eq!(named("[a],b\n1,2\n", "x.csv").names(), Some(&strings(&["[a]", "b"])[..]));
    assert!(named("[1,2]\n", "x.txt").names().is_none());
    assert_eq!(named("\"a\",b\n1,2\n", "x").columns(), 2);
}

#[test]
fn a_row_without_end_is_refused() {
    for start in ["", "["] {
        let endless = Box::new(Cursor::new(start).chain(std::io::repeat(b'1')));
        let table = Table::of_stream(endless, None, "", &TableOptions::new(Wanted::Numbers));
        let error = table.err().expect("no first line");
        assert_eq!(error.to_string(), "a row has more than 64 MiB");
    }
}

struct File(tempfile::TempPath);

impl File {
    fn of(bytes: &[u8]) -> Self {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(bytes).expect("written");
        Self(file.into_temp_path())
    }

    fn open(&self) -> Result<Table, Error> {
        Table::open(&self.0, &TableOptions::new(Wanted::Numbers))
    }
}

fn npy(descr: &str, fortran: bool, shape: &str, data: &[u8]) -> Vec<u8> {
    let order = if fortran { "True" } else { "False" };
    let header = format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}}}\n");
    [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), data].concat()
}

fn npz(entries: &[(&str, Vec<u8>)]) -> File {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        let options = zip::write::SimpleFileOptions::default();
        zip.start_file(format!("{name}.npy"), options).expect("to memory");
        zip.write_all(bytes).expect("to memory");
    }
    File::of(&zip.finish().expect("to memory").into_inner())
}

fn f64s(values: &[f64]) -> Vec<u8> {
    values.iter().flat_map(|x| x.to_le_bytes()).collect()
}

fn i32s(values: &[i32]) -> Vec<u8> {
    values.iter().flat_map(|x| x.to_le_bytes()).collect()
}

fn vector(values: &[i32]) -> Vec<u8> {
    npy("<i4", false, &format!("({},)", values.len()), &i32s(values))
}

#[test]
fn arrays_come_batch_by_batch_in_either_order() {
    let by_row = npy("<f8", false, "(3, 2)", &f64s(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]));
    let by_column = npy("<f8", true, "(3, 2)", &f64s(&[1.0, 3.0, 5.0, 2.0, 4.0, 6.0]));
    let ints = npy(">i2", false, "(3, 2)", &[0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6]);
    for bytes in [by_row, by_column, ints] {
        for file in [File::of(&bytes), npz(&[("y", vector(&[1])), ("X", bytes.clone())])] {
            let mut table = file.open().expect("an array");
            assert_eq!((table.columns(), table.rows_in_all()), (2, Some(3)));
            let first = table.next_batch(2).expect("numbers").expect("rows");
            assert_eq!((first.rows, f64s_of(first).1), (2, vec![1.0, 2.0, 3.0, 4.0]));
            let second = table.next_batch(2).expect("numbers").expect("rows");
            assert_eq!((second.rows, f64s_of(second).1), (1, vec![5.0, 6.0]));
            assert!(table.next_batch(2).expect("the end").is_none());
        }
    }
}

#[test]
fn float32_stays_float32() {
    let little: Vec<u8> = [1.5_f32, -0.0].iter().flat_map(|x| x.to_le_bytes()).collect();
    let big: Vec<u8> = [1.5_f32, -0.0].iter().flat_map(|x| x.to_be_bytes()).collect();
    for (descr, data) in [("<f4", little), (">f4", big)] {
        let bytes = npy(descr, false, "(1, 2)", &data);
        for file in [File::of(&bytes), npz(&[("only", bytes.clone())])] {
            let batch = file.open().expect("an array").next_batch(9).expect("numbers").expect("rows");
            let Data::Dense { values: Values::F32(numbers), .. } = batch.data else { panic!("float32") };
            assert_eq!(
                [numbers[0].to_bits(), numbers[1].to_bits()],
                [1.5_f32.to_bits(), (-0.0_f32).to_bits()]
            );
        }
    }
}

#[test]
fn arrays_that_are_no_rows_of_numbers() {
    for (bytes, message) in [
        (
            npy("<f8", false, "(2,)", &f64s(&[1.0, 2.0])),
            "expected a 2D array, got 1D: one row is shape (1, n_features)",
        ),
        (npy("<c8", false, "(1, 1)", &[0; 8]), "rows of dtype <c8"),
        (
            npy("<f8", false, "(7, 0)", b""),
            "found an array of shape (7, 0), and a row has at least one feature",
        ),
    ] {
        assert_eq!(File::of(&bytes).open().err().expect(message).to_string(), message);
    }
    let which = npz(&[("a", vector(&[1])), ("b", vector(&[1]))]).open().err().expect("two arrays");
    assert_eq!(which.to_string(), "which array holds the rows? name it X or arr_0; the archive has a, b");
}

/// `[[1, 0, 2], [0, 0, 0], [0, 3, 4]]`, with the 2 in two parts.
fn sparse(format: &str, indptr: &[i32], indices: &[i32]) -> File {
    let values = f64s(if format == "csc" { &[1.0, 3.0, 0.5, 1.5, 4.0] } else { &[1.0, 0.5, 1.5, 3.0, 4.0] });
    npz(&[
        ("indices", vector(indices)),
        ("indptr", vector(indptr)),
        ("format", npy("|S3", false, "()", format.as_bytes())),
        ("shape", vector(&[3, 3])),
        ("data", npy("<f8", false, "(5,)", &values)),
    ])
}

#[test]
fn sparse_rows_are_canonical_csr() {
    let csr = sparse("csr", &[0, 3, 3, 5], &[0, 2, 2, 1, 2]);
    let csc = sparse("csc", &[0, 1, 2, 5], &[0, 2, 0, 0, 2]);
    let coo = npz(&[
        ("row", vector(&[2, 0, 2, 0, 0])),
        ("col", vector(&[2, 2, 1, 0, 2])),
        ("format", npy("<U3", false, "()", b"c\0\0\0o\0\0\0o\0\0\0")),
        ("shape", vector(&[3, 3])),
        ("data", npy("<f8", false, "(5,)", &f64s(&[4.0, 0.5, 3.0, 1.0, 1.5]))),
    ]);
    for file in [csr, csc, coo] {
        let mut table = file.open().expect("a matrix");
        assert_eq!((table.columns(), table.rows_in_all()), (3, Some(3)));
        let first = table.next_batch(1).expect("numbers").expect("rows");
        let (indptr, indices, values) = (vec![0, 2], vec![0, 2], Values::F64(vec![1.0, 2.0]));
        assert_eq!(first.data, Data::Csr { columns: 3, indptr, indices, values });
        let second = table.next_batch(9).expect("numbers").expect("rows");
        let (indptr, indices, values) = (vec![0, 0, 2], vec![1, 2], Values::F64(vec![3.0, 4.0]));
        assert_eq!(second.data, Data::Csr { columns: 3, indptr, indices, values });
    }
}

#[test]
fn sparse_matrices_are_checked() {
    for (indptr, indices) in [
        (&[0, 3, 5][..], &[0, 2, 2, 1, 2][..]),
        (&[0, 3, 2, 5], &[0, 2, 2, 1, 2]),
        (&[1, 3, 3, 5], &[0, 2, 2, 1, 2]),
        (&[0, 3, 3, 6], &[0, 2, 2, 1, 2, 2]),
        (&[0, 3, 3, 5], &[0, 2, 2, 1]),
        (&[0, 3, 3, 5], &[0, 2, 2, 1, 3]),
        (&[0, 3, 3, 5], &[0, 2, 2, 1, -1]),
        (&[], &[0, 2, 2, 1, 2]),
    ] {
        for format in ["csr", "csc"] {
            let error = sparse(format, indptr, indices).open().err().expect("not sound");
            let error = error.into_format().expect("of the format");
            assert_eq!(error.kind(), cannery_format::ErrorKind::Malformed, "{indptr:?} {indices:?}");
        }
    }
    let error = sparse("bsr", &[0, 3, 3, 5], &[0, 2, 2, 1, 2]).open().err().expect("not read");
    assert!(error.to_string().contains("\"bsr\""), "{error}");
}

mod dialects;
mod typed;
