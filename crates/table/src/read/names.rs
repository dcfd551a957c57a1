//! Columns by name.

use crate::error::Error;

/// What a column of a CSV is known to hold, before it is read. Formats that say the type of a value have no use for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Hint {
    /// Nothing is known: the cells decide.
    Open,
    /// Numbers, or True and False; a text is an error.
    Number,
    /// Text, even if it is digits.
    Text,
}

/// Longest name that is compared with others when a column is missing.
const MAX_NAME: usize = 200;
/// Most names that are compared.
const MAX_NAMES: usize = 10_000;

/// Where a column stands among the names.
pub(super) fn place(names: &[String], column: &str) -> Result<usize, Error> {
    let mut places = names.iter().enumerate().filter(|(_, name)| *name == column).map(|(place, _)| place);
    match (places.next(), places.next()) {
        (Some(place), None) => Ok(place),
        (Some(_), Some(_)) => Err(Error::usage(format!("column {column:?} stands there twice"))),
        (None, _) => Err(missing(names, column)),
    }
}

/// What is said of a column that the table should have.
pub(super) fn missing(names: &[String], column: &str) -> Error {
    let mut message = format!("column {column:?}, which the model was fitted on, is missing");
    if let Some(name) = closest(names, column) {
        message.push_str(&format!("; the closest is {name:?}"));
    }
    Error::usage(message)
}

/// The name that is most like a column's, if it is like it at all: with another case or other spaces, or less than half
/// of its letters changed.
fn closest<'n>(names: &'n [String], column: &str) -> Option<&'n str> {
    let plain = |name: &str| name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let column = plain(column);
    if column.len() > MAX_NAME {
        return None;
    }
    let near = names.iter().take(MAX_NAMES).filter(|name| name.len() <= MAX_NAME);
    let near = near.map(|name| (strsim::damerau_levenshtein(&plain(name), &column), name));
    let (distance, name) = near.min_by_key(|(distance, _)| *distance)?;
    (distance * 2 < column.chars().count().max(1)).then_some(name)
}

/// The name of a column in a message.
pub(super) fn column_text(name: &str) -> String {
    name.chars().take(60).collect()
}
