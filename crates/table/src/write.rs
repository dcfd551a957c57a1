//! Results: readable text, CSV, NDJSON or Parquet as they come, `.npy` or `.npz` when all rows are there.

mod labels;
#[cfg_attr(not(feature = "parquet"), path = "write/no_parquet.rs")]
mod parquet;
mod rows;

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use self::labels::Labels;
use self::parquet::ParquetSink;
use crate::error::Error;
use crate::npy::Array;
use cannery_format::AtomicFile;
use cannery_rows::Column;

/// Where results go and in which form.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Target {
    /// Cells with tabs between them, for a person, on standard output.
    Text,
    /// CSV with a header.
    Csv(PathBuf),
    /// An object a line.
    Ndjson(PathBuf),
    /// Parquet, with a column for each value of a row.
    Parquet(PathBuf),
    /// One array.
    Npy(PathBuf),
    /// An archive with an array for each method.
    Npz(PathBuf),
}

impl Target {
    /// The form that a file's ending asks for.
    pub fn of(path: &Path) -> Result<Self, Error> {
        match path.extension().and_then(|ending| ending.to_str()) {
            Some("csv") => Ok(Self::Csv(path.to_owned())),
            Some("ndjson" | "jsonl") => Ok(Self::Ndjson(path.to_owned())),
            Some("parquet") => Ok(Self::Parquet(path.to_owned())),
            Some("npy") => Ok(Self::Npy(path.to_owned())),
            Some("npz") => Ok(Self::Npz(path.to_owned())),
            _ => Err(Error::usage(
                "the name of the output must end in .csv, .parquet, .ndjson, .jsonl, .npy or .npz",
            )),
        }
    }
}

/// Takes results batch by batch. A file appears when [`finish`](Self::finish) is through, or not at all.
pub struct Sink<'w> {
    form: Form<'w>,
    labels: Labels,
}

enum Form<'w> {
    Text(BufWriter<Box<dyn Write + 'w>>, Header),
    Csv(Box<csv::Writer<AtomicFile>>, Header),
    Ndjson(Box<AtomicFile>),
    Parquet(Box<ParquetSink>),
    Npy(Box<AtomicFile>, Vec<Column>),
    Npz(Box<AtomicFile>, Vec<Column>),
}

/// Whether the first line is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Header {
    Due,
    Done,
}

impl<'w> Sink<'w> {
    /// A sink; text goes to `stdout`. Files are made now, under a temporary name, so that a folder which can't be written
    /// to is found out before anything is computed.
    pub fn new(target: &Target, stdout: Box<dyn Write + 'w>) -> Result<Self, Error> {
        let create = |path: &Path| AtomicFile::create(path).map(Box::new);
        let form = match target {
            Target::Text => Form::Text(BufWriter::new(stdout), Header::Due),
            Target::Csv(path) => {
                Form::Csv(Box::new(csv::Writer::from_writer(AtomicFile::create(path)?)), Header::Due)
            }
            Target::Ndjson(path) => Form::Ndjson(create(path)?),
            Target::Parquet(path) => Form::Parquet(Box::new(ParquetSink::new(AtomicFile::create(path)?)?)),
            Target::Npy(path) => Form::Npy(create(path)?, Vec::new()),
            Target::Npz(path) => Form::Npz(create(path)?, Vec::new()),
        };
        Ok(Self { form, labels: Labels::default() })
    }

    /// Whether the form has a place for the names of values: arrays have none.
    pub fn takes_labels(&self) -> bool {
        !matches!(self.form, Form::Npy(..) | Form::Npz(..))
    }

    /// The names of the values of a row, for each of the results that follow: `setosa` makes `predict_proba[setosa]`.
    /// Without them, where there are more or less than values, or two are equal, it is `predict_proba[0]`.
    pub fn label(&mut self, columns: &[Column], labels: Vec<Option<Vec<String>>>) {
        self.labels = Labels::new(columns, labels);
    }

    /// Takes the results of a batch: the same columns each time.
    ///
    /// # Errors
    /// `Io`; `Usage` when a sparse matrix is too wide for the form.
    pub fn push(&mut self, columns: Vec<Column>) -> Result<(), Error> {
        if let Some(column) = columns.iter().find(|column| !column.is_sound()) {
            return Err(Error::usage(format!("the values of {} do not fit its rows", column.name)));
        }
        let labels = &self.labels;
        match &mut self.form {
            Form::Text(out, header) => {
                let is_plain = matches!(&columns[..], [column] if column.width().is_none());
                if std::mem::replace(header, Header::Done) == Header::Due && !is_plain {
                    writeln!(out, "{}", rows::text_header(&columns, labels).join("\t"))?;
                }
                rows::write_text(&columns, labels, out)?;
            }
            Form::Csv(out, header) => {
                if std::mem::replace(header, Header::Done) == Header::Due {
                    rows::refuse_wide(&columns)?;
                    out.write_record(rows::csv_header(&columns, labels))?;
                }
                rows::write_csv(&columns, out)?;
            }
            Form::Ndjson(out) => rows::write_ndjson(&columns, labels, out)?,
            Form::Parquet(out) => out.push(columns, labels)?,
            Form::Npy(_, whole) | Form::Npz(_, whole) if whole.is_empty() => *whole = columns,
            Form::Npy(_, whole) | Form::Npz(_, whole) => {
                whole.iter_mut().zip(columns).for_each(|(whole, more)| whole.append(more));
            }
        }
        Ok(())
    }

    /// Writes what is to be written at the end.
    pub fn finish(self) -> Result<(), Error> {
        match self.form {
            Form::Text(mut out, _) => out.flush()?,
            Form::Csv(out, _) => {
                let file = out.into_inner().map_err(csv::IntoInnerError::into_error)?;
                file.finish()?;
            }
            Form::Ndjson(out) => out.finish()?,
            Form::Parquet(out) => out.finish(&self.labels)?,
            Form::Npy(mut out, whole) => {
                let [column] = &whole[..] else {
                    return Err(Error::usage(
                        "a .npy file holds one result: choose one method, or write .npz",
                    ));
                };
                rows::refuse_wide(&whole)?;
                Array::of(column).write(&mut out)?;
                out.finish()?;
            }
            Form::Npz(mut out, whole) => {
                write_npz(&whole, &mut out)?;
                out.finish()?;
            }
        }
        Ok(())
    }
}

fn write_npz(columns: &[Column], out: &mut AtomicFile) -> std::io::Result<()> {
    let mut zip = zip::ZipWriter::new(out);
    for (name, array) in columns.iter().flat_map(Array::named) {
        let is_large = array.bytes() > u64::from(u32::MAX) - (1 << 20);
        let stored = zip::write::SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Stored)
            .large_file(is_large);
        zip.start_file(format!("{name}.npy"), stored).map_err(std::io::Error::other)?;
        array.write(&mut zip)?;
    }
    zip.finish().map_err(std::io::Error::other)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use cannery_rows::{Cell, Layout, Values};

    fn columns() -> Vec<Column> {
        vec![
            Column {
                name: "predict".into(),
                rows: 2,
                layout: Layout::Vector,
                values: Values::Str(["é", "a\"b"].into_iter().collect()),
            },
            Column {
                name: "decision_function".into(),
                rows: 2,
                layout: Layout::Matrix(2),
                values: Values::F64(vec![1.0, f64::NAN, -0.5, f64::NEG_INFINITY]),
            },
        ]
    }

    fn written(name: &str) -> Vec<u8> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(name);
        let target = Target::of(&path).expect("known");
        let mut sink = Sink::new(&target, Box::new(std::io::sink())).expect("a file");
        sink.push(columns()).expect("kept");
        sink.push(columns()).expect("kept");
        assert!(!path.exists(), "{name} appears when it is whole");
        sink.finish().expect("written");
        let left = std::fs::read_dir(folder.path()).expect("a folder").count();
        assert_eq!(left, 1, "no other file is left");
        std::fs::read(&path).expect("there")
    }

    #[test]
    fn csv_has_a_header_and_a_line_a_row() {
        let rows = "é,1.0,nan\n\"a\"\"b\",-0.5,-inf\n";
        let text = String::from_utf8(written("out.csv")).expect("UTF-8");
        assert_eq!(text, format!("predict,decision_function[0],decision_function[1]\n{rows}{rows}"));
    }

    /// What a target receives of two results with these names of values.
    fn labelled(name: &str, columns: Vec<Column>, labels: &[&[&str]]) -> Vec<u8> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(name);
        let mut text = Vec::new();
        let target = if name == "text" { Target::Text } else { Target::of(&path).expect("known") };
        let mut sink = Sink::new(&target, Box::new(&mut text)).expect("a sink");
        let strings = |names: &&[&str]| Some(names.iter().map(|&name| name.to_owned()).collect());
        sink.label(&columns, labels.iter().map(strings).collect());
        sink.push(columns).expect("kept");
        sink.finish().expect("written");
        if name == "text" { text } else { std::fs::read(&path).expect("there") }
    }

    #[test]
    fn values_have_names() {
        let text = |name, columns, labels: &[&[&str]]| {
            String::from_utf8(labelled(name, columns, labels)).expect("UTF-8")
        };
        let (none, names) = (&[][..], &["no", "y\te\"s"][..]);
        for (name, want) in [
            ("out.csv", "predict,decision_function[no],\"decision_function[y\te\"\"s]\"\né,1.0,nan\n"),
            ("out.ndjson", r#"{"predict": "é", "decision_function": {"no": 1.0, "y\te\"s": null}}"#),
            ("text", "predict\tdecision_function[no]\tdecision_function[y\\te\"s]\né\t1.0\tnan\n"),
        ] {
            let written = text(name, columns(), &[none, names]);
            assert!(written.starts_with(want), "{written}");
        }
        for labels in [&["a", "a"][..], &["a"], &["a", "b", "c"]] {
            let written = text("out.csv", columns(), &[none, labels]);
            assert!(written.starts_with("predict,decision_function[0],decision_function[1]\n"), "{written}");
        }
        let names: [&[&str]; 1] = [&["a", "b", "c", "new york"]];
        assert_eq!(text("text", sparse(), &names), "transform\na:1.5 \"new york\":-2.0\n\n");
        let ndjson = text("out.ndjson", sparse(), &names);
        assert_eq!(ndjson, "{\"transform\": {\"a\": 1.5, \"new york\": -2.0}}\n{\"transform\": {}}\n");
        let parquet = labelled("out.parquet", sparse(), &names);
        assert!(parquet.windows(19).any(|bytes| bytes == b"transform[new york]"));
        assert_eq!(labelled("out.npz", sparse(), &names), labelled("out.npz", sparse(), &[]), "keys stay");
    }

    #[test]
    fn ndjson_has_an_object_a_row() {
        let rows = "{\"predict\": \"é\", \"decision_function\": [1.0, null]}\n\
                    {\"predict\": \"a\\\"b\", \"decision_function\": [-0.5, -1e999]}\n";
        assert_eq!(String::from_utf8(written("out.ndjson")).expect("UTF-8"), rows.repeat(2));
        assert_eq!(written("out.jsonl"), written("out.ndjson"));
    }

    #[test]
    fn npz_is_read_back() {
        let document = cannery_format::read(
            &written("out.npz").into(),
            &cannery_object::Limits::default(),
            &mut cannery_format::NoCompanions,
            &mut |_, _| (),
        );
        let document = document.expect("an npz");
        let pairs = document.heap.as_dict(document.root).expect("a dict");
        let predict = document.heap.lookup(pairs, "predict").expect("there");
        let array = document.heap.ndarray(predict).expect("an array").expect("sound");
        assert_eq!((array.dtype.code().as_str(), &*array.shape), ("<U3", &[4][..]));
    }

    #[test]
    fn npy_holds_one_result() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = Target::of(&folder.path().join("out.npy")).expect("known");
        let mut sink = Sink::new(&target, Box::new(std::io::sink())).expect("a file");
        sink.push(columns()).expect("kept");
        assert!(sink.finish().is_err());
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
    }

    fn sparse() -> Vec<Column> {
        let (indptr, indices) = (vec![0, 2, 2], vec![0, 3]);
        let layout = Layout::Csr { columns: 4, indptr, indices };
        vec![Column { name: "transform".into(), rows: 2, layout, values: Values::F64(vec![1.5, -2.0]) }]
    }

    fn objects() -> Vec<Column> {
        let column = |name: &str, cells: Vec<Cell>| {
            let (name, rows, layout) = (name.to_owned(), cells.len(), Layout::Vector);
            Column { name, rows, layout, values: Values::Any(cells) }
        };
        let texts = vec![Cell::Str("é".into()), Cell::None, Cell::Float(f64::NAN), Cell::Int(1)];
        let numbers = vec![Cell::Int(2), Cell::None, Cell::Bool(true), Cell::Float(0.5)];
        vec![column("texts", texts), column("numbers", numbers)]
    }

    /// What a file holds after two equal batches.
    fn both(name: &str, columns: fn() -> Vec<Column>) -> Result<Vec<u8>, Error> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(name);
        let mut sink = Sink::new(&Target::of(&path)?, Box::new(std::io::sink()))?;
        sink.push(columns())?;
        sink.push(columns())?;
        sink.finish()?;
        Ok(std::fs::read(&path).expect("there"))
    }

    fn read_back(name: &str, columns: fn() -> Vec<Column>) -> String {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(name);
        std::fs::write(&path, both(name, columns).expect("written")).expect("written");
        let table = crate::Table::open(&path, &crate::TableOptions::new(crate::Wanted::Frame));
        let batch = table.expect("a table").next_batch(99).expect("sound").expect("rows");
        let crate::Data::Frame(named) = batch.data else { panic!("a frame") };
        let column = |named: crate::Named| format!("{}: {:?}", named.name, named.values);
        named.into_iter().map(column).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn parquet_is_read_back() {
        assert_eq!(
            read_back("out.parquet", columns),
            "predict: Str([\"é\", \"a\\\"b\", \"é\", \"a\\\"b\"])\n\
             decision_function[0]: F64([1.0, -0.5, 1.0, -0.5])\n\
             decision_function[1]: F64([NaN, -inf, NaN, -inf])"
        );
        assert_eq!(
            read_back("out.parquet", sparse),
            "transform[0]: F64([1.5, 0.0, 1.5, 0.0])\ntransform[1]: F64([0.0, 0.0, 0.0, 0.0])\n\
             transform[2]: F64([0.0, 0.0, 0.0, 0.0])\ntransform[3]: F64([-2.0, 0.0, -2.0, 0.0])"
        );
        assert_eq!(
            read_back("out.parquet", objects),
            "texts: Any([Str(\"é\"), None, None, Str(\"1\"), Str(\"é\"), None, None, Str(\"1\")])\n\
             numbers: F64([2.0, NaN, 1.0, 0.5, 2.0, NaN, 1.0, 0.5])"
        );
    }

    #[test]
    fn sparse_results_are_written_in_every_form() {
        let text = |name| String::from_utf8(both(name, sparse).expect("written")).expect("UTF-8");
        let header = "transform[0],transform[1],transform[2],transform[3]\n";
        assert_eq!(text("out.csv"), format!("{header}{}", "1.5,0.0,0.0,-2.0\n0.0,0.0,0.0,0.0\n".repeat(2)));
        let ndjson = "{\"transform\": {\"0\": 1.5, \"3\": -2.0}}\n{\"transform\": {}}\n";
        assert_eq!(text("out.ndjson"), ndjson.repeat(2));
        let npy = both("out.npy", sparse).expect("written");
        assert_eq!(npy.len(), 128 + 4 * 4 * 8);
        assert_eq!(npy[128..136], 1.5_f64.to_le_bytes());
        let mut stdout = Vec::new();
        let mut sink = Sink::new(&Target::Text, Box::new(&mut stdout)).expect("text");
        sink.push(sparse()).expect("written");
        sink.finish().expect("written");
        assert_eq!(stdout, b"transform\n0:1.5 3:-2.0\n\n");
        let mut wide = sparse();
        wide[0].layout = Layout::Csr { columns: 1 << 20, indptr: vec![0, 2, 2], indices: vec![0, 3] };
        for name in ["out.csv", "out.npy", "out.parquet"] {
            let folder = tempfile::tempdir().expect("a folder");
            let target = Target::of(&folder.path().join(name)).expect("known");
            let mut sink = Sink::new(&target, Box::new(std::io::sink())).expect("a file");
            let pushed = sink.push(wide.clone()).and_then(|()| sink.finish());
            assert!(pushed.expect_err(name).to_string().ends_with("write .npz or .ndjson"));
        }
    }

    #[test]
    fn an_archive_has_the_parts_of_a_sparse_result() {
        let bytes = both("out.npz", sparse).expect("written");
        let limits = cannery_object::Limits::default();
        let document =
            cannery_format::read(&bytes.into(), &limits, &mut cannery_format::NoCompanions, &mut |_, _| ());
        let document = document.expect("an npz");
        let pairs = document.heap.as_dict(document.root).expect("a dict");
        for (part, want) in [
            ("data", &[1.5, -2.0, 1.5, -2.0][..]),
            ("indices", &[0.0, 3.0, 0.0, 3.0]),
            ("indptr", &[0.0, 2.0, 2.0, 4.0, 4.0]),
            ("shape", &[4.0, 4.0]),
        ] {
            let array = document.heap.lookup(pairs, &format!("transform__{part}")).expect(part);
            let array = document.heap.ndarray(array).expect("an array").expect("sound");
            assert_eq!(*array.f64s().expect("numbers"), *want, "{part}");
        }
    }

    #[test]
    fn objects_are_written_in_every_form() {
        let text = |name| String::from_utf8(both(name, objects).expect("written")).expect("UTF-8");
        assert_eq!(
            text("out.csv"),
            format!("texts,numbers\n{}", "é,2\nNone,None\nnan,True\n1,0.5\n".repeat(2))
        );
        let rows = "{\"texts\": \"é\", \"numbers\": 2}\n{\"texts\": null, \"numbers\": null}\n\
                    {\"texts\": null, \"numbers\": true}\n{\"texts\": 1, \"numbers\": 0.5}\n";
        assert_eq!(text("out.ndjson"), rows.repeat(2));
        let npz = both("out.npz", objects).expect("written");
        let limits = cannery_object::Limits::default();
        let document =
            cannery_format::read(&npz.into(), &limits, &mut cannery_format::NoCompanions, &mut |_, _| ());
        let document = document.expect("an npz");
        let pairs = document.heap.as_dict(document.root).expect("a dict");
        for (name, code) in [("texts", "<U4"), ("numbers", "<f8")] {
            let array = document.heap.lookup(pairs, name).expect("there");
            let array = document.heap.ndarray(array).expect("an array").expect("sound");
            assert_eq!((array.dtype.code().as_str(), array.len()), (code, 8), "{name}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn results_have_the_permissions_of_new_files() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let (path, plain) = (folder.path().join("out.csv"), folder.path().join("plain"));
        let sink = Sink::new(&Target::of(&path).expect("known"), Box::new(std::io::sink())).expect("a file");
        sink.finish().expect("written");
        std::fs::write(&plain, "").expect("written");
        let mode = |path: &Path| std::fs::metadata(path).expect("there").permissions().mode();
        assert_eq!(mode(&path), mode(&plain));
    }
}
