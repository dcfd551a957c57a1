//! The values of lines of JSON as columns, typed as pandas types a list of them.

use super::flat::{Token, text};
use cannery_rows::{Cell, Texts, Values};

/// The values of some rows, row by row.
pub(super) struct Tokens<'a> {
    columns: usize,
    tokens: Vec<Token<'a>>,
}

/// What the columns of earlier batches were: numbers stay numbers, and floats stay floats.
#[derive(Default)]
pub(super) struct Seen(Vec<Numbers>);

/// Which numbers a column has had.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Numbers {
    None,
    Integers,
    Floats,
}

/// A value that can't be used: its row in the batch, its column, and why.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Misfit {
    pub(super) row: usize,
    pub(super) column: usize,
    pub(super) what: String,
}

/// Which kinds of values are among some.
#[derive(Default)]
struct Found {
    null: bool,
    bool: bool,
    int: bool,
    float: bool,
    text: bool,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(columns: usize) -> Self {
        Self { columns, tokens: Vec::new() }
    }

    pub(super) fn push(&mut self, token: Token<'a>) {
        self.tokens.push(token);
    }

    /// Adds a row of nothing, to be filled.
    pub(super) fn push_row(&mut self) -> &mut [Token<'a>] {
        let start = self.tokens.len();
        self.tokens.resize(start + self.columns, Token::Null);
        &mut self.tokens[start..]
    }

    /// Whether there are numbers only.
    pub(super) fn are_numbers(&self) -> bool {
        self.tokens.iter().all(|token| matches!(token, Token::Int(_) | Token::Float(_)))
    }

    /// All values as float64: `true` is 1, `false` 0, and `null` NaN.
    pub(super) fn numbers(&self) -> Result<Values, Misfit> {
        let number = |(index, token): (usize, &Token<'a>)| match *token {
            Token::Null => Ok(f64::NAN),
            Token::Bool(value) => Ok(f64::from(u8::from(value))),
            Token::Int(value) => Ok(value as f64),
            Token::Float(value) => Ok(value),
            Token::Text(raw) => Err(self.misfit(index, format!("{} is not a number", shown(raw)))),
            Token::Nested => Err(self.misfit(index, NESTED.to_owned())),
        };
        self.tokens.iter().enumerate().map(number).collect::<Result<_, _>>().map(Values::F64)
    }

    /// All values as float64 where all are numbers, else as objects.
    pub(super) fn matrix(&self) -> Result<Values, Misfit> {
        if self.are_numbers() {
            return self.numbers();
        }
        let cells = self.tokens.iter().enumerate().map(|(index, token)| self.cell(index, token));
        cells.collect::<Result<_, _>>().map(Values::Any)
    }

    /// All values, which are texts.
    pub(super) fn texts(&self) -> Result<Texts, Misfit> {
        let mut texts = Texts::new();
        for (index, token) in self.tokens.iter().enumerate() {
            let Token::Text(raw) = token else {
                return Err(self.misfit(index, "no text, and the model takes texts".to_owned()));
            };
            texts.push(&text(raw).ok_or_else(|| self.misfit(index, NO_TEXT.to_owned()))?);
        }
        Ok(texts)
    }

    /// The values of a column: int64, or float64 where there are floats or nulls among them; bools; texts; objects where
    /// these are mixed with each other or with null.
    pub(super) fn column(&self, column: usize, seen: &mut Seen) -> Result<Values, Misfit> {
        if let Some((index, _)) = self.of(column).find(|(_, token)| **token == Token::Nested) {
            return Err(self.misfit(index, NESTED.to_owned()));
        }
        let found = Found::of(self.of(column).map(|(_, token)| token));
        match seen.kind(column, &found) {
            Kind::Int => Ok(Values::I64(self.of(column).map(|(_, token)| int(token)).collect())),
            Kind::Float => Ok(Values::F64(self.of(column).map(|(_, token)| float(token)).collect())),
            Kind::Bool => {
                let is_true = |token: &Token<'a>| *token == Token::Bool(true);
                Ok(Values::Bool(self.of(column).map(|(_, token)| is_true(token)).collect()))
            }
            Kind::Text => {
                let mut texts = Texts::new();
                for (index, token) in self.of(column) {
                    let Token::Text(raw) = token else { continue };
                    texts.push(&text(raw).ok_or_else(|| self.misfit(index, NO_TEXT.to_owned()))?);
                }
                Ok(Values::Str(texts))
            }
            Kind::Any => {
                let cells = self.of(column).map(|(index, token)| self.cell(index, token));
                Ok(Values::Any(cells.collect::<Result<_, _>>()?))
            }
        }
    }

    /// The values of a column with their places among all.
    fn of(&self, column: usize) -> impl Iterator<Item = (usize, &Token<'a>)> {
        self.tokens.iter().enumerate().skip(column).step_by(self.columns.max(1))
    }

    fn cell(&self, index: usize, token: &Token<'a>) -> Result<Cell, Misfit> {
        match *token {
            Token::Null => Ok(Cell::None),
            Token::Bool(value) => Ok(Cell::Bool(value)),
            Token::Int(value) => Ok(Cell::Int(value)),
            Token::Float(value) => Ok(Cell::Float(value)),
            Token::Text(raw) => match text(raw) {
                Some(text) => Ok(Cell::Str(text.into())),
                None => Err(self.misfit(index, NO_TEXT.to_owned())),
            },
            Token::Nested => Err(self.misfit(index, NESTED.to_owned())),
        }
    }

    fn misfit(&self, index: usize, what: String) -> Misfit {
        let columns = self.columns.max(1);
        Misfit { row: index / columns, column: index % columns, what }
    }
}

const NESTED: &str = "a nested value, where a row has one value";
const NO_TEXT: &str = "a string that is no text of Unicode";

/// The type of a column.
enum Kind {
    Int,
    Float,
    Bool,
    Text,
    Any,
}

impl Found {
    fn of<'t>(tokens: impl Iterator<Item = &'t Token<'t>>) -> Self {
        let mut found = Self::default();
        for token in tokens {
            match token {
                Token::Null => found.null = true,
                Token::Bool(_) => found.bool = true,
                Token::Int(_) => found.int = true,
                Token::Float(_) => found.float = true,
                Token::Text(_) => found.text = true,
                Token::Nested => {}
            }
        }
        found
    }
}

impl Seen {
    fn kind(&mut self, column: usize, found: &Found) -> Kind {
        if self.0.len() <= column {
            self.0.resize(column + 1, Numbers::None);
        }
        let seen = &mut self.0[column];
        match *found {
            Found { text: true, null: false, bool: false, int: false, float: false } => Kind::Text,
            Found { bool: true, null: false, int: false, float: false, text: false } => Kind::Bool,
            Found { int: true, null: false, bool: false, float: false, text: false }
                if *seen != Numbers::Floats =>
            {
                *seen = Numbers::Integers;
                Kind::Int
            }
            Found { bool: false, text: false, int, float, null }
                if int || float || (null && seen.is_some()) =>
            {
                *seen = Numbers::Floats;
                Kind::Float
            }
            Found { .. } => Kind::Any,
        }
    }
}

impl Numbers {
    fn is_some(self) -> bool {
        self != Self::None
    }
}

/// A token of a column of integers.
fn int(token: &Token<'_>) -> i64 {
    match *token {
        Token::Int(value) => value,
        Token::Null | Token::Bool(_) | Token::Float(_) | Token::Text(_) | Token::Nested => 0,
    }
}

/// A token of a column of numbers and nulls.
fn float(token: &Token<'_>) -> f64 {
    match *token {
        Token::Int(value) => value as f64,
        Token::Float(value) => value,
        Token::Null | Token::Bool(_) | Token::Text(_) | Token::Nested => f64::NAN,
    }
}

fn shown(raw: &[u8]) -> String {
    let text: String = text(raw).unwrap_or_default().chars().take(60).collect();
    format!("{text:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens<'a>(columns: usize, tokens: &[Token<'a>]) -> Tokens<'a> {
        Tokens { columns, tokens: tokens.to_vec() }
    }

    #[test]
    fn columns_are_typed_as_pandas_types_lists() {
        use Token::{Bool, Float, Int, Null, Text};
        let text = |text: &str| Cell::Str(text.into());
        for (found, want) in [
            (vec![Int(1), Int(2)], Values::I64(vec![1, 2])),
            (vec![Int(1), Float(2.5)], Values::F64(vec![1.0, 2.5])),
            (vec![Int(1), Null], Values::F64(vec![1.0, f64::NAN])),
            (vec![Null, Null], Values::Any(vec![Cell::None, Cell::None])),
            (vec![Bool(true), Bool(false)], Values::Bool(vec![true, false])),
            (vec![Bool(true), Null], Values::Any(vec![Cell::Bool(true), Cell::None])),
            (vec![Bool(true), Int(1)], Values::Any(vec![Cell::Bool(true), Cell::Int(1)])),
            (vec![Text(b"\"a\""), Text(b"\"\\u00e9\"")], Values::Str(["a", "é"].into_iter().collect())),
            (vec![Text(b"\"a\""), Null], Values::Any(vec![text("a"), Cell::None])),
            (vec![Text(b"\"a\""), Float(f64::NAN)], Values::Any(vec![text("a"), Cell::Float(f64::NAN)])),
        ] {
            let values = tokens(1, &found).column(0, &mut Seen::default()).expect("plain");
            assert_eq!(format!("{values:?}"), format!("{want:?}"), "{found:?}");
        }
    }

    #[test]
    fn numbers_stay_numbers() {
        let mut seen = Seen::default();
        let mut column = |found: &[Token<'_>]| {
            let values = tokens(1, found).column(0, &mut seen).expect("plain");
            format!("{values:?}")
        };
        assert_eq!(column(&[Token::Int(1)]), "I64([1])");
        assert_eq!(column(&[Token::Null]), "F64([NaN])");
        assert_eq!(column(&[Token::Int(1)]), "F64([1.0])");
    }

    #[test]
    fn a_value_is_plain() {
        let rows = tokens(2, &[Token::Int(1), Token::Int(2), Token::Int(3), Token::Nested]);
        let misfit = Misfit { row: 1, column: 1, what: NESTED.to_owned() };
        assert_eq!(rows.matrix().as_ref(), Err(&misfit));
        assert_eq!(rows.column(1, &mut Seen::default()), Err(misfit));
        assert_eq!(rows.column(0, &mut Seen::default()), Ok(Values::I64(vec![1, 3])));
        let rows = tokens(2, &[Token::Int(1), Token::Null, Token::Bool(true), Token::Float(0.5)]);
        let cells = vec![Cell::Int(1), Cell::None, Cell::Bool(true), Cell::Float(0.5)];
        assert_eq!(rows.matrix(), Ok(Values::Any(cells)));
        let rows = tokens(1, &[Token::Text(b"\"\\ud800\"")]);
        assert_eq!(rows.matrix(), Err(Misfit { row: 0, column: 0, what: NO_TEXT.to_owned() }));
    }
}
