//! What kind of CSV a text is: the separator, the decimal mark, and whether the first line is a header.

use csv::ByteRecord;

use super::Wanted;
use super::infer::{is_comma_number, is_data};
use super::names::Hint;
use super::options::{Header, TableOptions};
use crate::error::Error;

/// Separators, in the order in which they are tried.
const SEPARATORS: [u8; 4] = *b",\t;|";
/// Lines that are looked at.
const LINES: usize = 20;

/// How the cells of a CSV are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dialect {
    pub(super) separator: u8,
    /// Numbers are written with a decimal comma: `30000,5`.
    pub(super) decimal_comma: bool,
}

impl Dialect {
    /// The dialect of a text by its first lines.
    ///
    /// # Errors
    /// `Usage` where a number could be read in two ways.
    pub(super) fn of(prefix: &[u8], options: &TableOptions) -> Result<Self, Error> {
        let separator = options.separator.unwrap_or_else(|| separator(prefix, options.names.as_deref()));
        let decimal_comma = separator != b',' && has_decimal_commas(&records(prefix, separator))?;
        Ok(Self { separator, decimal_comma })
    }
}

/// The first lines, cut at a separator. The last one is left out where the prefix may end in its middle.
fn records(prefix: &[u8], separator: u8) -> Vec<ByteRecord> {
    let prefix = prefix.strip_prefix(b"\xef\xbb\xbf").unwrap_or(prefix);
    let whole = match prefix.iter().rposition(|&byte| byte == b'\n') {
        Some(end) => &prefix[..end],
        None => prefix,
    };
    let reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(whole);
    reader.into_byte_records().map_while(Result::ok).take(LINES).collect()
}

/// The separator by which the first line holds the model's names; else the first one that all lines have equally often.
fn separator(prefix: &[u8], names: Option<&[String]>) -> u8 {
    let parses = SEPARATORS.map(|separator| (separator, records(prefix, separator)));
    if let Some(names) = names.filter(|names| names.len() > 1)
        && let Some((separator, _)) = parses.iter().find(|(_, records)| {
            records.first().is_some_and(|first| names.iter().all(|name| has_name(first, name)))
        })
    {
        return *separator;
    }
    let fits = |records: &[ByteRecord]| {
        let width = records.first().map_or(0, ByteRecord::len);
        width > 1 && records.iter().all(|record| record.len() == width)
    };
    let mut fitting = parses.iter().filter(|(_, records)| fits(records));
    match (fitting.next(), fitting.next()) {
        // decimal commas stand between cells too: 1,5;2,5
        (Some((b',', _)), Some((other, records)))
            if *other == b';' && records.iter().flatten().any(is_comma_number) =>
        {
            *other
        }
        (Some((separator, _)), _) => *separator,
        (None, _) => parses
            .iter()
            .map(|(separator, records)| (*separator, records.first().map_or(0, ByteRecord::len)))
            .rev()
            .max_by_key(|(_, width)| *width)
            .filter(|(_, width)| *width > 1)
            .map_or(b',', |(separator, _)| separator),
    }
}

/// Whether numbers are written with a comma. Where every one has three digits behind it, they could be thousands.
fn has_decimal_commas(records: &[ByteRecord]) -> Result<bool, Error> {
    let commas: Vec<&[u8]> = records.iter().flatten().filter(|cell| is_comma_number(cell)).collect();
    let Some(first) = commas.first() else { return Ok(false) };
    let decimals = |cell: &[u8]| cell.trim_ascii().rsplit(|&byte| byte == b',').next().map_or(0, <[u8]>::len);
    if commas.iter().all(|cell| decimals(cell) == 3) {
        let text = String::from_utf8_lossy(first).into_owned();
        return Err(Error::usage(format!(
            "{text:?} is either a decimal comma or a mark of thousands: write numbers with a decimal point"
        )));
    }
    Ok(true)
}

fn has_name(record: &ByteRecord, name: &str) -> bool {
    record.iter().any(|cell| cell.trim_ascii() == name.trim().as_bytes())
}

/// Whether the first line of a CSV is a header.
///
/// # Errors
/// `Usage` where it could be a row as well.
pub(super) fn is_header(first: &ByteRecord, dialect: Dialect, options: &TableOptions) -> Result<bool, Error> {
    match options.header {
        Header::Yes => return Ok(true),
        Header::No => return Ok(false),
        Header::Auto => {}
    }
    if let Some(names) = options.names.as_ref().filter(|names| !names.is_empty()) {
        if names.iter().all(|name| has_name(first, name)) {
            return Ok(true);
        }
        let some = names.iter().any(|name| has_name(first, name));
        if some && !first.iter().all(|cell| is_number(cell, dialect)) {
            return Ok(true);
        }
    }
    if first.iter().all(|cell| is_number(cell, dialect)) {
        return if counts_up(first) { Err(undecided(first)) } else { Ok(false) };
    }
    if fits(first, dialect, options) { Err(undecided(first)) } else { Ok(true) }
}

/// Whether a line that holds text could be a row for the model.
fn fits(first: &ByteRecord, dialect: Dialect, options: &TableOptions) -> bool {
    match options.wanted {
        Wanted::Numbers => false,
        Wanted::Texts => first.len() == 1,
        Wanted::Matrix | Wanted::Frame => {
            let hints = &options.hints;
            let is_right = |(cell, hint): (&[u8], &Hint)| *hint != Hint::Number || is_number(cell, dialect);
            hints.is_empty() || (hints.len() == first.len() && first.iter().zip(hints).all(is_right))
        }
    }
}

fn is_number(cell: &[u8], dialect: Dialect) -> bool {
    is_data(cell) || (dialect.decimal_comma && is_comma_number(cell))
}

/// `0,1,2`: the names that pandas gives columns without names, or a row.
fn counts_up(first: &ByteRecord) -> bool {
    first.len() > 2 && first.iter().enumerate().all(|(place, cell)| cell == place.to_string().as_bytes())
}

fn undecided(first: &ByteRecord) -> Error {
    let cells: Vec<String> =
        first.iter().take(3).map(|cell| String::from_utf8_lossy(cell).into_owned()).collect();
    let (cells, more) = (cells.join(", "), if first.len() > 3 { ", …" } else { "" });
    Error::usage(format!(
        "the first line ({cells}{more}) could be a header or a row: say --header yes or --header no"
    ))
}
