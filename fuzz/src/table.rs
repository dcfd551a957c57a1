//! Tables: CSV, NDJSON, lines of text, Parquet, `.npy` and `.npz`.

use std::fs;
use std::io::Cursor;

use cannery_table::{Data, Error, ErrorKind, Header, Table, TableOptions, Texts, Values, Wanted};

use super::read::{limits, most_memory};

/// The first byte says what is wanted of the table and how many rows at a time; the others are the table.
///
/// # Panics
/// When memory is not within the limits, or rows taken a few at a time are not those that are taken all at once.
pub fn check(data: &[u8]) {
    let Some((&how, table)) = data.split_first() else { return };
    let asked = Asked {
        wanted: [Wanted::Numbers, Wanted::Matrix, Wanted::Frame, Wanted::Texts][usize::from(how & 3)],
        name: ["", "x.csv", "x.ndjson", "x.txt"][usize::from(how >> 2 & 3)],
        selects: how & 0x40 != 0,
        header: if how & 0x80 == 0 { Header::Yes } else { Header::Auto },
    };
    let before = super::MEMORY.current_usage();
    super::MEMORY.reset_peak_usage();
    let whole = asked.rows(table, usize::MAX);
    let peak = super::MEMORY.peak_usage().saturating_sub(before) as u64;
    assert!(peak <= most_memory(), "{peak} bytes of memory at once");
    let few = asked.rows(table, [1, 2, 3, 7][usize::from(how >> 4 & 3)]);
    match (whole, few) {
        (Err(error), Err(_)) => assert!(!error.to_string().is_empty()),
        (Ok(whole), Ok(few)) if !asked.is_the_same_in_batches() => assert_eq!(whole.len(), few.len()),
        (Ok(whole), Ok(few)) => assert_eq!(whole, few, "all at once, and a few rows at a time"),
        // what is over a limit at once need not be so bit by bit, and the other way round
        (Err(error), Ok(_)) | (Ok(_), Err(error)) => assert!(
            error.kind() == ErrorKind::Format || !asked.is_the_same_in_batches(),
            "only at once, or only a few rows at a time: {error}"
        ),
    }
}

/// What is asked of a table.
struct Asked {
    wanted: Wanted,
    name: &'static str,
    /// Whether its columns are selected by name, the last first.
    selects: bool,
    /// Whether the first line of a CSV is a header whatever it holds.
    header: Header,
}

impl Asked {
    /// Whether the type of a column does not depend on which rows are in a batch.
    fn is_the_same_in_batches(&self) -> bool {
        matches!(self.wanted, Wanted::Numbers | Wanted::Texts)
    }

    fn options(&self) -> TableOptions {
        TableOptions::new(self.wanted).header(self.header).limits(limits())
    }

    fn open(&self, bytes: &[u8]) -> Result<Table, Error> {
        if !bytes.starts_with(b"\x93NUMPY") && !bytes.starts_with(b"PK") {
            let stream = Box::new(Cursor::new(bytes.to_vec()));
            return Table::of_stream(stream, Some(bytes.len() as u64), self.name, &self.options());
        }
        let file = tempfile::NamedTempFile::new()?;
        fs::write(file.path(), bytes)?;
        Table::open(file.path(), &self.options())
    }

    /// Every row as it is shown.
    fn rows(&self, bytes: &[u8], most: usize) -> Result<Vec<String>, Error> {
        let mut table = self.open(bytes)?;
        if let Some(names) = table.names().filter(|_| self.selects) {
            let reversed: Vec<String> = names.iter().rev().cloned().collect();
            table.select(&reversed)?;
        }
        let columns = table.columns();
        let mut rows = Vec::new();
        while let Some(batch) = table.next_batch(most)? {
            assert!(batch.rows <= most, "{} rows where {most} were asked for", batch.rows);
            rows.extend((0..batch.rows).map(|row| shown(&batch.data, row, columns)));
        }
        Ok(rows)
    }
}

/// One row, whose parts fit together.
fn shown(data: &Data, row: usize, expected: usize) -> String {
    match data {
        Data::Dense { columns, values } => {
            assert_eq!(*columns, expected);
            (row * columns..(row + 1) * columns).map(|at| cell(values, at)).collect()
        }
        Data::Csr { columns, indptr, indices, values } => {
            let stored = indptr[row]..indptr[row + 1];
            let places = &indices[stored.clone()];
            assert!(
                places.is_sorted_by(|a, b| a < b)
                    && places.last().is_none_or(|&last| (last as usize) < *columns)
            );
            stored.map(|at| format!("{}: {}", indices[at], cell(values, at))).collect()
        }
        Data::Frame(columns) => {
            assert_eq!(columns.len(), expected);
            columns.iter().map(|column| format!("{:?} {}", column.name, cell(&column.values, row))).collect()
        }
        Data::Texts(texts) => text(texts, row),
        other => panic!("{other:?} is new: show its rows"),
    }
}

fn cell(values: &Values, at: usize) -> String {
    match values {
        Values::F64(values) => format!("{:?},", values[at]),
        Values::F32(values) => format!("{:?},", values[at]),
        Values::I64(values) => format!("{:?},", values[at]),
        Values::Bool(values) => format!("{:?},", values[at]),
        Values::Any(values) => format!("{:?},", values[at]),
        Values::Str(texts) => text(texts, at),
    }
}

fn text(texts: &Texts, row: usize) -> String {
    format!("{:?},", texts.get(row))
}
