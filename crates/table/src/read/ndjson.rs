//! NDJSON: a line is a row, as a string, an array of plain values, or an object with a value for each column.

use foldhash::HashMap;

use super::flat::{Fault, Scanner, Token, text};
use super::lines::Lines;
use super::meter::Meter;
use super::names::{column_text, missing};
use super::tokens::{Seen, Tokens};
use super::{Wanted, names_by_position};
use crate::error::Error;
use cannery_rows::{Batch, Data, Named, Texts};

/// The rows of an NDJSON.
pub(super) struct NdjsonRows {
    lines: Lines,
    columns: Columns,
    /// The names that were asked for.
    wanted: Option<Vec<String>>,
    seen: Seen,
}

enum Columns {
    /// Each line is a string.
    Text,
    /// Each line is an array of this many values.
    Counted(usize),
    /// Each line is an object.
    Named(NamedColumns),
}

struct NamedColumns {
    names: Vec<String>,
    /// Place of each name in a row.
    places: HashMap<String, usize>,
    /// Keys of the first line as they stand there, with their places: most lines have the same keys in the same order.
    first: Vec<(Box<[u8]>, Option<usize>)>,
    /// Only some columns were asked for, and any other is ignored.
    is_selected: bool,
    /// Number of the line that filled each place last.
    filled: Vec<u64>,
}

impl NdjsonRows {
    /// Reads the first line, which says what the others are.
    pub(super) fn new(mut lines: Lines) -> Result<Self, Error> {
        let columns = match lines.first()? {
            Some((number, line)) => Columns::of(line).map_err(|problem| problem.at(number))?,
            None => Columns::Counted(0),
        };
        Ok(Self { lines, columns, wanted: None, seen: Seen::default() })
    }

    pub(super) fn names(&self) -> Option<&[String]> {
        match &self.columns {
            Columns::Text | Columns::Counted(_) => None,
            Columns::Named(named) => Some(&named.names),
        }
    }

    pub(super) fn columns(&self) -> usize {
        self.columns.count()
    }

    pub(super) fn meter(&self) -> &Meter {
        self.lines.meter()
    }

    pub(super) fn select(&mut self, wanted: &[String]) -> Result<(), Error> {
        self.wanted = Some(wanted.to_vec());
        match &mut self.columns {
            Columns::Text | Columns::Counted(_) => Ok(()),
            Columns::Named(named) => named.select(wanted),
        }
    }

    /// The next rows, none at the end.
    pub(super) fn peek(&mut self, most: usize, wanted: Wanted) -> Result<Batch, Error> {
        let rows = self.lines.fill(most)?;
        let data = match wanted {
            Wanted::Texts => Data::Texts(self.texts(rows)?),
            Wanted::Numbers => {
                let tokens = tokens(&self.lines, &mut self.columns, rows)?;
                let values =
                    tokens.numbers().map_err(|fault| self.at(fault.row, fault.column, &fault.what))?;
                Data::Dense { columns: self.columns(), values }
            }
            Wanted::Matrix => {
                let tokens = tokens(&self.lines, &mut self.columns, rows)?;
                let values =
                    tokens.matrix().map_err(|fault| self.at(fault.row, fault.column, &fault.what))?;
                Data::Dense { columns: self.columns(), values }
            }
            Wanted::Frame => Data::Frame(self.frame(rows)?),
        };
        Ok(Batch { rows, data })
    }

    /// Goes on behind so many of the rows that were seen.
    pub(super) fn give(&mut self, rows: usize) {
        self.lines.give(rows);
    }

    fn frame(&mut self, rows: usize) -> Result<Vec<Named>, Error> {
        let names = match &self.columns {
            Columns::Text => vec!["1".to_owned()],
            Columns::Counted(count) => names_by_position(*count, self.wanted.as_deref())?,
            Columns::Named(named) => named.names.clone(),
        };
        let mut seen = std::mem::take(&mut self.seen);
        let tokens = tokens(&self.lines, &mut self.columns, rows)?;
        let frame = names.into_iter().enumerate().map(|(column, name)| {
            let values = tokens.column(column, &mut seen);
            let values = values.map_err(|fault| self.at(fault.row, fault.column, &fault.what))?;
            Ok(Named { name, values })
        });
        let frame = frame.collect();
        self.seen = seen;
        frame
    }

    /// Strings, or the strings of the only column.
    fn texts(&mut self, rows: usize) -> Result<Texts, Error> {
        if self.columns() > 1 {
            let message = format!("{} values a row, and the model takes one text", self.columns());
            return Err(Error::usage(message));
        }
        let tokens = tokens(&self.lines, &mut self.columns, rows)?;
        tokens.texts().map_err(|fault| self.at(fault.row, fault.column, &fault.what))
    }

    fn at(&self, row: usize, column: usize, what: &str) -> Error {
        let number = self.lines.peek(row + 1).last().map_or(0, |(number, _)| number);
        let name = match &self.columns {
            Columns::Text | Columns::Counted(_) => (column + 1).to_string(),
            Columns::Named(named) => {
                named.names.get(column).map_or_else(String::new, |name| column_text(name))
            }
        };
        Error::usage(format!("line {number}, column {name}: {what}"))
    }
}

/// The values of the next lines.
fn tokens<'l>(lines: &'l Lines, columns: &mut Columns, rows: usize) -> Result<Tokens<'l>, Error> {
    let mut tokens = Tokens::new(columns.count());
    for (number, line) in lines.peek(rows) {
        columns.push_row(line, number, &mut tokens).map_err(|problem| problem.at(number))?;
    }
    Ok(tokens)
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
            return NamedColumns::of(keys).map(Self::Named);
        }
        match Scanner::new(line).value()? {
            Token::Text(_) => Ok(Self::Text),
            Token::Null | Token::Bool(_) | Token::Int(_) | Token::Float(_) | Token::Nested => Err(no_row()),
        }
    }

    fn count(&self) -> usize {
        match self {
            Self::Text => 1,
            Self::Counted(count) => *count,
            Self::Named(named) => named.names.len(),
        }
    }

    fn push_row<'a>(&mut self, line: &'a [u8], number: u64, tokens: &mut Tokens<'a>) -> Result<(), Problem> {
        match self {
            Self::Text => {
                tokens.push(Scanner::new(line).value()?);
                Ok(())
            }
            Self::Counted(count) => push_array(line, *count, tokens),
            Self::Named(named) => named.push_object(line, number, tokens),
        }
    }
}

fn push_array<'a>(line: &'a [u8], count: usize, tokens: &mut Tokens<'a>) -> Result<(), Problem> {
    let mut index = 0;
    let is_array = Scanner::new(line).array(|token| {
        index += 1;
        tokens.push(token);
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

impl NamedColumns {
    fn of(keys: Vec<Box<[u8]>>) -> Result<Self, Problem> {
        let (mut names, mut places) = (Vec::new(), HashMap::default());
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
            return Err(missing(&self.names, column));
        }
        let places: HashMap<_, _> = wanted.iter().cloned().zip(0..).collect();
        for ((_, place), name) in self.first.iter_mut().zip(&self.names) {
            *place = places.get(name).copied();
        }
        (self.names, self.places) = (wanted.to_vec(), places);
        (self.filled, self.is_selected) = (vec![0; wanted.len()], true);
        Ok(())
    }

    fn push_object<'a>(
        &mut self,
        line: &'a [u8],
        number: u64,
        tokens: &mut Tokens<'a>,
    ) -> Result<(), Problem> {
        let row = tokens.push_row();
        self.filled.fill(0);
        let (mut index, mut count) = (0, 0);
        let is_object = Scanner::new(line).object(|key, token| {
            let place = self.place(index, key)?;
            index += 1;
            let Some(place) = place else { return Ok(()) };
            if self.filled[place] == number {
                return Err(twice(&self.names[place]));
            }
            self.filled[place] = number;
            row[place] = token;
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

fn no_row() -> Problem {
    Problem::new("a row is an array of values or an object")
}

/// What is wrong with a line.
struct Problem(String);

impl Problem {
    fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }

    fn at(self, line: u64) -> Error {
        Error::usage(format!("line {line}: {}", self.0))
    }
}

impl From<Fault> for Problem {
    fn from(Fault(at, expected): Fault) -> Self {
        Self::new(format!("no JSON: {expected} is expected at byte {at}"))
    }
}
