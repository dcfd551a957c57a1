//! Results: readable text or CSV row by row, `.npy` or `.npz` when all rows are there.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::atomic;
use crate::column::Column;
use crate::error::Error;
use crate::npy;

/// Where results go and in which form.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Target {
    /// Aligned text for a person, on standard output.
    Text,
    /// CSV with a header.
    Csv(PathBuf),
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
            Some("npy") => Ok(Self::Npy(path.to_owned())),
            Some("npz") => Ok(Self::Npz(path.to_owned())),
            _ => Err(Error::usage(format!("{} ends in none of .csv, .npy, .npz", path.display()))),
        }
    }
}

/// Takes results batch by batch.
pub struct Sink<'w> {
    target: Target,
    text: BufWriter<Box<dyn Write + 'w>>,
    has_header: bool,
    whole: Vec<Column>,
}

impl<'w> Sink<'w> {
    /// A sink; text goes to `stdout`.
    pub fn new(target: Target, stdout: Box<dyn Write + 'w>) -> Self {
        Self { target, text: BufWriter::new(stdout), has_header: false, whole: Vec::new() }
    }

    /// Takes the results of a batch: the same columns each time.
    pub fn push(&mut self, columns: Vec<Column>) -> Result<(), Error> {
        if self.target == Target::Text {
            return self.write_text(&columns);
        }
        if self.whole.is_empty() {
            self.whole = columns;
            return Ok(());
        }
        for (whole, more) in self.whole.iter_mut().zip(columns) {
            whole.values.append(more.values);
        }
        Ok(())
    }

    /// Writes what is to be written at the end.
    pub fn finish(mut self) -> Result<(), Error> {
        match &self.target {
            Target::Text => self.text.flush()?,
            Target::Csv(path) => atomic::write(path, |out| write_csv(&self.whole, out))?,
            Target::Npy(path) => {
                let [column] = &self.whole[..] else {
                    return Err(Error::usage(
                        "a .npy file holds one method: choose one with --method, or write .npz",
                    ));
                };
                atomic::write(path, |out| npy::write(column, out))?;
            }
            Target::Npz(path) => atomic::write(path, |out| write_npz(&self.whole, out))?,
        }
        Ok(())
    }

    fn write_text(&mut self, columns: &[Column]) -> Result<(), Error> {
        if !self.has_header {
            self.has_header = true;
            if columns.len() > 1 || columns.iter().any(|column| column.width.is_some()) {
                writeln!(self.text, "{}", header(columns).join("\t"))?;
            }
        }
        for row in 0..rows(columns) {
            writeln!(self.text, "{}", cells(columns, row).join("\t"))?;
        }
        Ok(())
    }
}

fn rows(columns: &[Column]) -> usize {
    columns.first().map_or(0, |c| c.values.len().checked_div(c.width.unwrap_or(1)).unwrap_or(0))
}

fn header(columns: &[Column]) -> Vec<String> {
    let names = |column: &Column| match column.width {
        None => vec![column.name.clone()],
        Some(width) => (0..width).map(|k| format!("{}[{k}]", column.name)).collect(),
    };
    columns.iter().flat_map(names).collect()
}

fn cells(columns: &[Column], row: usize) -> Vec<String> {
    let texts = |column: &Column| {
        let width = column.width.unwrap_or(1);
        (row * width..(row + 1) * width).map(|index| column.values.text(index)).collect::<Vec<_>>()
    };
    columns.iter().flat_map(texts).collect()
}

fn write_csv(columns: &[Column], out: &mut impl Write) -> std::io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(header(columns))?;
    for row in 0..rows(columns) {
        csv.write_record(cells(columns, row))?;
    }
    csv.flush()
}

fn write_npz(columns: &[Column], out: &mut impl Write) -> std::io::Result<()> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let mut zip = zip::ZipWriter::new(&mut bytes);
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for column in columns {
        zip.start_file(format!("{}.npy", column.name), stored).map_err(std::io::Error::other)?;
        npy::write(column, &mut zip)?;
    }
    zip.finish().map_err(std::io::Error::other)?;
    out.write_all(bytes.get_ref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::column::Values;

    fn columns() -> Vec<Column> {
        vec![
            Column {
                name: "predict".into(),
                width: None,
                values: Values::Str(vec!["é".into(), "ab".into()]),
            },
            Column {
                name: "decision_function".into(),
                width: Some(2),
                values: Values::F64(vec![1.0, f64::NAN, -0.5, 2.0]),
            },
        ]
    }

    #[test]
    fn csv_has_a_header_and_a_line_a_row() {
        let mut out = Vec::new();
        write_csv(&columns(), &mut out).expect("written");
        let text = String::from_utf8(out).expect("UTF-8");
        assert_eq!(text, "predict,decision_function[0],decision_function[1]\né,1.0,nan\nab,-0.5,2.0\n");
    }

    #[test]
    fn npz_is_read_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("out.npz");
        let mut sink = Sink::new(Target::of(&path).expect("known"), Box::new(std::io::sink()));
        sink.push(columns()).expect("kept");
        sink.push(columns()).expect("kept");
        sink.finish().expect("written");
        let bytes = std::fs::read(&path).expect("there");
        let document = cannery_format::read(
            &bytes.into(),
            &cannery_object::Limits::default(),
            &mut cannery_format::NoCompanions,
            &mut |_, _| (),
        );
        let document = document.expect("an npz");
        let pairs = document.heap.as_dict(document.root).expect("a dict");
        let predict = document.heap.lookup(pairs, "predict").expect("there");
        let array = document.heap.ndarray(predict).expect("an array").expect("sound");
        assert_eq!((array.dtype.code().as_str(), &*array.shape), ("<U2", &[4][..]));
    }
}
