//! What the values of a row of a result are called.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::Write as _;

use cannery_rows::Column;

/// The names of the values of a row, for each result. Values without names go by their numbers.
#[derive(Debug, Default)]
pub(super) struct Labels(Vec<Option<Vec<String>>>);

impl Labels {
    /// Names that are not one for each value, or of which two are equal, are left out: no value hides another.
    pub(super) fn new(columns: &[Column], labels: Vec<Option<Vec<String>>>) -> Self {
        let fit = |(column, labels): (&Column, Option<Vec<String>>)| {
            labels.filter(|labels| column.width() == Some(labels.len()) && are_distinct(labels))
        };
        Self(columns.iter().zip(labels).map(fit).collect())
    }

    /// Whether the values of a result have names.
    pub(super) fn has(&self, result: usize) -> bool {
        self.0.get(result).is_some_and(Option::is_some)
    }

    /// The name of a value, or its number.
    pub(super) fn label(&self, result: usize, value: usize) -> Cow<'_, str> {
        let labels = self.0.get(result).and_then(Option::as_ref);
        match labels.and_then(|labels| labels.get(value)) {
            Some(label) => label.as_str().into(),
            None => value.to_string().into(),
        }
    }
}

fn are_distinct(labels: &[String]) -> bool {
    let mut seen = HashSet::with_capacity(labels.len());
    labels.iter().all(|label| seen.insert(label))
}

/// A name in a line of text, where control characters would end the cell, or steer a terminal.
pub(super) fn escaped(label: &str) -> Cow<'_, str> {
    if !label.contains(char::is_control) {
        return label.into();
    }
    let mut text = String::with_capacity(label.len());
    for char in label.chars() {
        match char.is_control() {
            true => text.extend(char.escape_default()),
            false => text.push(char),
        }
    }
    text.into()
}

/// A name before a colon, in quotes where it has spaces, colons or quotes itself.
pub(super) fn quoted_key(label: &str) -> Cow<'_, str> {
    if !label.is_empty()
        && !label.contains(|c: char| c.is_whitespace() || c.is_control() || ":\"".contains(c))
    {
        return label.into();
    }
    let mut text = String::with_capacity(label.len() + 2);
    let _ = write!(text, "{}", serde_json::Value::from(label));
    text.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_so_that_they_end_where_they_end() {
        for (label, in_header, as_key) in [
            ("setosa", "setosa", "setosa"),
            ("new york", "new york", "\"new york\""),
            ("a:b", "a:b", "\"a:b\""),
            ("a\tb\u{1b}[2J", "a\\tb\\u{1b}[2J", "\"a\\tb\\u001b[2J\""),
            ("", "", "\"\""),
        ] {
            assert_eq!((&*escaped(label), &*quoted_key(label)), (in_header, as_key));
        }
    }
}
