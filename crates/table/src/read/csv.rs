//! CSV (RFC 4180, with or without a header).

use cannery_object::{Limit, Limits};
use csv::ByteRecord;

use super::dialect::{Dialect, is_header};
use super::infer::{Cells, Kinds, is_comma_number, number};
use super::meter::{Meter, Metered};
use super::names::{Hint, column_text, place};
use super::{BATCH_BYTES, TableOptions, Wanted};
use crate::error::Error;
use crate::frame;
use crate::frame::room;
use cannery_rows::{Batch, Data, Named, Texts, Values};

/// The rows of a CSV.
pub(super) struct CsvRows {
    reader: csv::Reader<Metered>,
    record: ByteRecord,
    names: Option<Vec<String>>,
    /// Cells of each line.
    width: usize,
    /// Numbers have a decimal comma; it becomes a point as lines are read.
    decimal_comma: bool,
    /// Which cells to take, in order; all when nothing was selected.
    order: Option<Vec<usize>>,
    kinds: Kinds,
    /// The record is read and not yet among the rows: the first line, when it is no header.
    pending: bool,
    rows: RawRows,
    meter: Meter,
    limits: Limits,
}

/// Lines that were read and not yet given.
#[derive(Default)]
struct RawRows {
    bytes: Vec<u8>,
    /// Where each cell ends in the bytes.
    ends: Vec<usize>,
    /// The number of each line in the file.
    lines: Vec<u64>,
    /// Lines that were given.
    given: usize,
}

impl CsvRows {
    /// Reads the first line. `prefix` is the beginning of the text, by which the dialect is known.
    pub(super) fn new(source: Metered, prefix: &[u8], options: &TableOptions) -> Result<Self, Error> {
        let meter = source.meter();
        let dialect = Dialect::of(prefix, options)?;
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(dialect.separator)
            .buffer_capacity(64 << 10)
            .from_reader(source);
        let mut record = ByteRecord::new();
        let some = reader.read_byte_record(&mut record)?;
        meter.end_row();
        let is_header = some && is_header(&record, dialect, options)?;
        let names = is_header.then(|| record.iter().map(name).collect());
        let width = record.len();
        let pending = some && !is_header;
        let (kinds, rows) = (Kinds::default(), RawRows::default());
        let mut table = Self {
            reader,
            record,
            names,
            width,
            decimal_comma: dialect.decimal_comma,
            order: None,
            kinds,
            pending,
            rows,
            meter,
            limits: options.limits.clone(),
        };
        if pending {
            table.settle_decimals();
        }
        Ok(table)
    }

    pub(super) fn names(&self) -> Option<&[String]> {
        self.names.as_deref()
    }

    pub(super) fn columns(&self) -> usize {
        self.order.as_ref().map_or(self.width, Vec::len)
    }

    pub(super) fn meter(&self) -> &Meter {
        &self.meter
    }

    pub(super) fn select(&mut self, wanted: &[String]) -> Result<(), Error> {
        let Some(names) = &self.names else { return Ok(()) };
        self.order = Some(wanted.iter().map(|column| place(names, column)).collect::<Result<_, _>>()?);
        Ok(())
    }

    pub(super) fn hint(&mut self, hints: &[Hint]) {
        self.kinds.hint(hints);
    }

    /// The next rows, none at the end.
    pub(super) fn peek(&mut self, most: usize, wanted: Wanted) -> Result<Batch, Error> {
        self.fill(most)?;
        let rows = most.min(self.rows.left());
        Ok(Batch { rows, data: self.data(rows, wanted)? })
    }

    /// Goes on behind so many of the rows that were seen.
    pub(super) fn give(&mut self, rows: usize) {
        self.rows.given = self.rows.given.saturating_add(rows).min(self.rows.lines.len());
    }

    fn data(&mut self, rows: usize, wanted: Wanted) -> Result<Data, Error> {
        match wanted {
            Wanted::Numbers => {
                let (columns, values) = (self.columns(), Values::F64(self.numbers(rows)?));
                Ok(Data::Dense { columns, values })
            }
            Wanted::Matrix => {
                let named = self.frame(rows)?;
                Ok(Data::Dense { columns: named.len(), values: frame::matrix(&named, rows)? })
            }
            Wanted::Frame => self.frame(rows).map(Data::Frame),
            Wanted::Texts => self.texts(rows).map(Data::Texts),
        }
    }

    fn numbers(&self, rows: usize) -> Result<Vec<f64>, Error> {
        let columns = self.columns();
        let mut numbers = room(rows.saturating_mul(columns))?;
        for row in self.rows.given..self.rows.given + rows {
            for column in 0..columns {
                let cell = self.rows.cell(row, self.place(column), self.width);
                numbers.push(number(cell).ok_or_else(|| self.no_number(row, column, cell))?);
            }
        }
        Ok(numbers)
    }

    fn frame(&mut self, rows: usize) -> Result<Vec<Named>, Error> {
        let columns = self.columns();
        let mut kinds = std::mem::take(&mut self.kinds);
        let named = |column| {
            let cells = self.cells(column, rows);
            let values = kinds.values(column, &cells).map_err(|fault| {
                let row = self.rows.given + fault.row;
                self.at(row, column, &fault.what)
            })?;
            Ok(Named { name: self.name(column), values })
        };
        let frame = (0..columns).map(named).collect();
        self.kinds = kinds;
        frame
    }

    fn texts(&self, rows: usize) -> Result<Texts, Error> {
        if self.columns() != 1 && self.width != 0 {
            let message = format!("{} columns, and the model takes one text a row", self.columns());
            return Err(Error::usage(message));
        }
        let text = |row| {
            let cell = self.rows.cell(row, self.place(0), self.width);
            str::from_utf8(cell).map_err(|_| self.at(row, 0, "no UTF-8"))
        };
        let mut texts = Texts::new();
        (self.rows.given..self.rows.given + rows)
            .try_for_each(|row| text(row).map(|text| texts.push(text)))?;
        Ok(texts)
    }

    /// The cells of a column in the next rows.
    fn cells<'s>(&'s self, column: usize, rows: usize) -> Cells<impl Fn(usize) -> &'s [u8]> {
        let (place, given) = (self.place(column), self.rows.given);
        Cells::new(rows, move |row| self.rows.cell(given + row, place, self.width))
    }

    /// Where in a line a column is.
    fn place(&self, column: usize) -> usize {
        self.order.as_ref().and_then(|order| order.get(column)).copied().unwrap_or(column)
    }

    fn name(&self, column: usize) -> String {
        let names = self.names.as_deref().and_then(|names| names.get(self.place(column)));
        names.cloned().unwrap_or_else(|| (self.place(column) + 1).to_string())
    }

    /// Reads lines until there are so many that are not given, or they have enough bytes for a batch. Of a whole table
    /// any number of bytes is read, up to the limit.
    fn fill(&mut self, most: usize) -> Result<(), Error> {
        self.rows.forget_given();
        while self.rows.left() < most && (self.rows.bytes.len() < BATCH_BYTES || most == usize::MAX) {
            if !self.advance()? {
                break;
            }
            self.rows.push(&self.record);
            let bytes = self.rows.bytes.len() as u64;
            self.limits.check(Limit::DecompressedBytes, bytes).map_err(cannery_format::Error::from)?;
        }
        Ok(())
    }

    fn advance(&mut self) -> Result<bool, Error> {
        if self.pending {
            self.pending = false;
            return Ok(true);
        }
        let some = self.reader.read_byte_record(&mut self.record)?;
        self.meter.end_row();
        if some && self.record.len() != self.width {
            let (line, cells, width) = (line_of(&self.record), self.record.len(), self.width);
            let first = if self.names.is_some() { "header" } else { "first line" };
            return Err(Error::usage(format!("line {line} has {cells} values, the {first} has {width}")));
        }
        self.settle_decimals();
        Ok(some)
    }

    /// Writes the numbers of the record with a decimal point.
    fn settle_decimals(&mut self) {
        if !self.decimal_comma || !self.record.iter().any(is_comma_number) {
            return;
        }
        let mut settled = ByteRecord::with_capacity(self.record.as_slice().len(), self.record.len());
        for cell in &self.record {
            if is_comma_number(cell) {
                let cell: Vec<u8> = cell.iter().map(|&byte| if byte == b',' { b'.' } else { byte }).collect();
                settled.push_field(&cell);
            } else {
                settled.push_field(cell);
            }
        }
        settled.set_position(self.record.position().cloned());
        self.record = settled;
    }

    fn no_number(&self, row: usize, column: usize, cell: &[u8]) -> Error {
        self.at(row, column, &super::infer::no_number(cell))
    }

    fn at(&self, row: usize, column: usize, what: &str) -> Error {
        let line = self.rows.lines.get(row).copied().unwrap_or(0);
        Error::usage(format!("line {line}, column {}: {what}", column_text(&self.name(column))))
    }
}

impl RawRows {
    fn left(&self) -> usize {
        self.lines.len() - self.given
    }

    fn push(&mut self, record: &ByteRecord) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(record.as_slice());
        let ends = (0..record.len()).filter_map(|cell| record.range(cell)).map(|range| start + range.end);
        self.ends.extend(ends);
        self.lines.push(line_of(record));
    }

    /// A cell of a line of `width` cells; nothing when it is not there.
    fn cell(&self, row: usize, cell: usize, width: usize) -> &[u8] {
        let index = row * width + cell;
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let end = self.ends.get(index).copied().unwrap_or(start);
        self.bytes.get(start..end).unwrap_or_default()
    }

    fn forget_given(&mut self) {
        if self.given == 0 {
            return;
        }
        let width = self.ends.len().checked_div(self.lines.len()).unwrap_or(0);
        let cells = self.given * width;
        let start = cells.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.bytes.drain(..start);
        self.ends.drain(..cells);
        self.ends.iter_mut().for_each(|end| *end -= start);
        self.lines.drain(..self.given);
        self.given = 0;
    }
}

fn line_of(record: &ByteRecord) -> u64 {
    record.position().map_or(0, csv::Position::line)
}

fn name(cell: &[u8]) -> String {
    String::from_utf8_lossy(cell).trim().to_owned()
}
