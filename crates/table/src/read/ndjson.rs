//! NDJSON: a line is a row, as an array of numbers or as an object with a number for each column.

use std::io::{BufRead, BufReader};

use rustc_hash::FxHashMap;

use super::flat::{Cell, Fault, Scanner, text};
use super::lines;
use super::meter::{Meter, Metered};
use crate::batch::{Batch, Data};
use crate::error::Error;
use crate::values::Values;

/// The rows of an NDJSON.
pub(super) struct NdjsonRows {
    source: BufReader<Metered>,
    meter: Meter,
    line: Vec<u8>,
    /// Number of the line, from 1.
    number: u64,
    /// The line is read and not yet given: the first one.
    pending: bool,
    columns: Columns,
}

enum Columns {
    /// Each line is an array of this many numbers.
    Counted(usize),
    /// Each line is an object.
    Named(Named),
}

struct Named {
    names: Vec<String>,
    /// Place of each name in a row.
    places: FxHashMap<String, usize>,
    /// Keys of the first line as they stand there, with their places: most lines have the same keys in the same order.
    first: Vec<(Box<[u8]>, Option<usize>)>,
    /// Only some columns were asked for, and any other is ignored.
    is_selected: bool,
    /// Number of the line that filled each place last.
    filled: Vec<u64>,
}

impl NdjsonRows {
    /// Reads the first line, which says what the others are.
    pub(super) fn new(source: Metered) -> Result<Self, Error> {
        let meter = source.meter();
        let source = BufReader::with_capacity(64 << 10, source);
        let columns = Columns::Counted(0);
        let mut rows = Self { source, meter, line: Vec::new(), number: 0, pending: false, columns };
        rows.pending = rows.advance()?;
        if rows.pending {
            rows.columns = Columns::of(&rows.line).map_err(|problem| problem.at(rows.number))?;
        }
        Ok(rows)
    }

    pub(super) fn names(&self) -> Option<&[String]> {
        match &self.columns {
            Columns::Counted(_) => None,
            Columns::Named(named) => Some(&named.names),
        }
    }

    pub(super) fn columns(&self) -> usize {
        match &self.columns {
            Columns::Counted(count) => *count,
            Columns::Named(named) => named.names.len(),
        }
    }

    pub(super) fn meter(&self) -> &Meter {
        &self.meter
    }

    pub(super) fn select(&mut self, wanted: &[String]) -> Result<(), Error> {
        match &mut self.columns {
            Columns::Counted(_) => Ok(()),
            Columns::Named(named) => named.select(wanted),
        }
    }

    /// The next rows, none at the end.
    pub(super) fn next_batch(&mut self, most: usize) -> Result<Batch, Error> {
        let mut numbers = Vec::new();
        let mut rows = 0;
        while rows < most && self.advance()? {
            self.columns
                .push_row(&self.line, self.number, &mut numbers)
                .map_err(|problem| problem.at(self.number))?;
            rows += 1;
        }
        let data = Data::Dense { columns: self.columns(), values: Values::F64(numbers) };
        Ok(Batch { rows, data })
    }

    /// Goes to the next line that is not blank.
    fn advance(&mut self) -> Result<bool, Error> {
        if self.pending {
            self.pending = false;
            return Ok(true);
        }
        loop {
            self.line.clear();
            if self.source.read_until(b'\n', &mut self.line)? == 0 {
                return Ok(false);
            }
            self.meter.end_row();
            self.number += 1;
            if self.number == 1 && self.line.starts_with(b"\xef\xbb\xbf") {
                self.line.drain(..3);
            }
            if !self.line.trim_ascii().is_empty() {
                return Ok(true);
            }
        }
    }
}

impl Columns {
    /// What the first line says.
    fn of(line: &[u8]) -> Result<Self, Problem> {
        let mut count = 0;
        let count_one = |_| {
            count += 1;
            Ok(())
        };
        if Scanner::new(line).array::<Problem>(count_one)? {
            return Ok(Self::Counted(count));
        }
        let mut keys = Vec::new();
        let keep = |key: &[u8], _| {
            keys.push(Box::from(key));
            Ok(())
        };
        if Scanner::new(line).object::<Problem>(keep)? {
            return Named::of(keys).map(Self::Named);
        }
        Err(no_row(Scanner::new(line).value()?))
    }

    fn push_row(&mut self, line: &[u8], number: u64, numbers: &mut Vec<f64>) -> Result<(), Problem> {
        match self {
            Self::Counted(count) => push_array(line, *count, numbers),
            Self::Named(named) => named.push_object(line, number, numbers),
        }
    }
}

fn push_array(line: &[u8], count: usize, numbers: &mut Vec<f64>) -> Result<(), Problem> {
    let mut index = 0;
    let is_array = Scanner::new(line).array(|cell| {
        index += 1;
        numbers.push(number_of(cell, || index.to_string())?);
        Ok::<_, Problem>(())
    })?;
    if !is_array {
        return Err(Problem::new("no array, and the first row is one"));
    }
    if index != count {
        return Err(Problem::new(format!("{index} values, and the first row has {count}")));
    }
    Ok(())
}

impl Named {
    fn of(keys: Vec<Box<[u8]>>) -> Result<Self, Problem> {
        let (mut names, mut places) = (Vec::new(), FxHashMap::default());
        for key in &keys {
            let name = decoded(key)?;
            if places.insert(name.clone(), names.len()).is_some() {
                return Err(twice(&name));
            }
            names.push(name);
        }
        let filled = vec![0; names.len()];
        let first = keys.into_iter().enumerate().map(|(place, key)| (key, Some(place))).collect();
        Ok(Self { names, places, first, is_selected: false, filled })
    }

    fn select(&mut self, wanted: &[String]) -> Result<(), Error> {
        if let Some(column) = wanted.iter().find(|&column| !self.places.contains_key(column)) {
            return Err(lines::missing(column));
        }
        let places: FxHashMap<_, _> = wanted.iter().cloned().zip(0..).collect();
        for ((_, place), name) in self.first.iter_mut().zip(&self.names) {
            *place = places.get(name).copied();
        }
        (self.names, self.places) = (wanted.to_vec(), places);
        (self.filled, self.is_selected) = (vec![0; wanted.len()], true);
        Ok(())
    }

    fn push_object(&mut self, line: &[u8], number: u64, numbers: &mut Vec<f64>) -> Result<(), Problem> {
        let start = numbers.len();
        numbers.resize(start + self.names.len(), f64::NAN);
        let row = &mut numbers[start..];
        let (mut index, mut count) = (0, 0);
        let is_object = Scanner::new(line).object(|key, cell| {
            let place = self.place(index, key)?;
            index += 1;
            let Some(place) = place else { return Ok(()) };
            if self.filled[place] == number {
                return Err(twice(&self.names[place]));
            }
            self.filled[place] = number;
            row[place] = number_of(cell, || self.names[place].clone())?;
            count += 1;
            Ok::<_, Problem>(())
        })?;
        if !is_object {
            return Err(Problem::new("no object, and the first row is one"));
        }
        match self.names.iter().zip(&self.filled).find(|&(_, &filled)| filled != number) {
            Some((name, _)) if count < self.names.len() => {
                Err(Problem::new(format!("column {name:?} is missing")))
            }
            _ => Ok(()),
        }
    }

    /// Where in a row the value of a key belongs, if anywhere.
    fn place(&self, index: usize, key: &[u8]) -> Result<Option<usize>, Problem> {
        if let Some((first, place)) = self.first.get(index)
            && **first == *key
        {
            return Ok(*place);
        }
        let name = decoded(key)?;
        match self.places.get(&name) {
            Some(&place) => Ok(Some(place)),
            None if self.is_selected => Ok(None),
            None => Err(Problem::new(format!("the first row has no column {name:?}"))),
        }
    }
}

fn decoded(key: &[u8]) -> Result<String, Problem> {
    text(key).map(std::borrow::Cow::into_owned).ok_or_else(|| Problem::new("a key is no text of JSON"))
}

fn twice(name: &str) -> Problem {
    Problem::new(format!("column {name:?} stands there twice"))
}

fn number_of(cell: Cell<'_>, column: impl FnOnce() -> String) -> Result<f64, Problem> {
    match cell {
        Cell::Number(number) => Ok(number),
        Cell::Text(raw) => {
            let text: String = text(raw).unwrap_or_default().chars().take(60).collect();
            Err(Problem {
                column: Some(column()),
                what: format!("{text:?} is text, which is unsupported by predict yet"),
            })
        }
        Cell::Nested => {
            Err(Problem { column: Some(column()), what: "a nested value, where a row has one number".into() })
        }
    }
}

fn no_row(cell: Cell<'_>) -> Problem {
    Problem::new(match cell {
        Cell::Text(_) => "text is unsupported by predict yet: a row is an array of numbers or an object",
        _ => "a row is an array of numbers or an object",
    })
}

/// What is wrong with a line.
struct Problem {
    column: Option<String>,
    what: String,
}

impl Problem {
    fn new(what: impl Into<String>) -> Self {
        Self { column: None, what: what.into() }
    }

    fn at(self, line: u64) -> Error {
        let Self { column, what } = self;
        match column {
            Some(column) => Error::usage(format!("line {line}, column {column}: {what}")),
            None => Error::usage(format!("line {line}: {what}")),
        }
    }
}

impl From<Fault> for Problem {
    fn from(Fault(at, expected): Fault) -> Self {
        Self::new(format!("no JSON: {expected} is expected at byte {at}"))
    }
}
