use std::fmt;

use crate::values::Plain;

/// A plain Python object: a value that says what it is. `==` is that of Rust; [`CellView::equals`] is Python's.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Cell {
    /// `None`, which is not NaN.
    #[default]
    None,
    /// `bool`.
    Bool(bool),
    /// `int`.
    Int(i64),
    /// `float`.
    Float(f64),
    /// `str`.
    Str(Box<str>),
}

/// A [`Cell`] whose text lies elsewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum CellView<'a> {
    /// `None`, which is not NaN.
    #[default]
    None,
    /// `bool`.
    Bool(bool),
    /// `int`.
    Int(i64),
    /// `float`.
    Float(f64),
    /// `str`.
    Str(&'a str),
}

impl From<CellView<'_>> for Cell {
    fn from(cell: CellView<'_>) -> Self {
        match cell {
            CellView::None => Self::None,
            CellView::Bool(b) => Self::Bool(b),
            CellView::Int(i) => Self::Int(i),
            CellView::Float(x) => Self::Float(x),
            CellView::Str(text) => Self::Str(text.into()),
        }
    }
}

impl<'a> From<&'a Cell> for CellView<'a> {
    fn from(cell: &'a Cell) -> Self {
        match cell {
            Cell::None => Self::None,
            Cell::Bool(b) => Self::Bool(*b),
            Cell::Int(i) => Self::Int(*i),
            Cell::Float(x) => Self::Float(*x),
            Cell::Str(text) => Self::Str(text),
        }
    }
}

impl Cell {
    /// Objects as values of one type: numbers, bools and None as float64, as `astype(float)` gives them; where there is
    /// a text among them, the texts of all, as `astype(str)` gives them.
    pub fn plain(cells: &[Self]) -> Plain {
        let numbers: Option<Vec<f64>> = cells.iter().map(Self::float).collect();
        numbers.map_or_else(|| Plain::Texts(cells.iter().map(Self::text).collect()), Plain::Numbers)
    }

    /// A number, bool or None as a number, as `float` gives it but for None, which is NaN.
    pub fn float(&self) -> Option<f64> {
        match self {
            Self::None => Some(f64::NAN),
            Self::Bool(value) => Some(f64::from(u8::from(*value))),
            Self::Int(value) => Some(*value as f64),
            Self::Float(value) => Some(*value),
            Self::Str(_) => None,
        }
    }

    /// Whether it is None or NaN.
    pub fn is_missing(&self) -> bool {
        match self {
            Self::None => true,
            Self::Float(value) => value.is_nan(),
            Self::Bool(_) | Self::Int(_) | Self::Str(_) => false,
        }
    }

    /// The text of a `str`.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(text) => Some(text),
            Self::None | Self::Bool(_) | Self::Int(_) | Self::Float(_) => None,
        }
    }

    /// The text of the value, as Python's `str` gives it.
    pub fn text(&self) -> String {
        match self {
            Self::None => "None".to_owned(),
            Self::Bool(value) => bool_text(*value).to_owned(),
            Self::Int(value) => value.to_string(),
            Self::Float(value) => float_text(*value, format!("{value:?}")),
            Self::Str(text) => text.to_string(),
        }
    }
}

/// As Python's `repr` shows it, but texts as Rust's `{:?}` does.
impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("None"),
            Self::Bool(true) => f.write_str("True"),
            Self::Bool(false) => f.write_str("False"),
            Self::Int(int) => write!(f, "{int}"),
            Self::Float(float) => write!(f, "{float:?}"),
            Self::Str(text) => write!(f, "{text:?}"),
        }
    }
}

impl CellView<'_> {
    /// Whether it is a number, or a truth value, which is one as well.
    pub fn number(self) -> Option<Number> {
        match self {
            Self::Bool(b) => Some(Number::Int(b.into())),
            Self::Int(i) => Some(Number::Int(i)),
            Self::Float(x) => Some(Number::of(x)),
            Self::None | Self::Str(_) => None,
        }
    }

    /// `==` of Python.
    pub fn equals(self, other: Self) -> bool {
        match (self, other) {
            (Self::None, Self::None) => true,
            (Self::Str(a), Self::Str(b)) => a == b,
            _ => match (self.number(), other.number()) {
                (Some(a), Some(b)) => a == b && a != Number::Nan,
                _ => false,
            },
        }
    }
}

/// A number in the one form that it has among all numbers equal to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Number {
    /// An integer, also one that was a float.
    Int(i64),
    /// The bits of a float that is not such an integer.
    Float(u64),
    /// NaN, whichever.
    Nan,
}

impl Number {
    /// The form of a float.
    pub fn of(x: f64) -> Self {
        const END: f64 = 9_223_372_036_854_775_808.0; // 2^63
        if x.is_nan() {
            Self::Nan
        } else if x.trunc() == x && (-END..END).contains(&x) {
            Self::Int(x as i64)
        } else {
            Self::Float(x.to_bits())
        }
    }
}

/// As Python's `repr` shows it, shortened.
impl fmt::Display for CellView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("None"),
            Self::Bool(true) => f.write_str("True"),
            Self::Bool(false) => f.write_str("False"),
            Self::Int(i) => write!(f, "{i}"),
            Self::Float(x) if x.is_nan() => f.write_str("nan"),
            Self::Float(x) => write!(f, "{x:?}"),
            Self::Str(text) => write!(f, "'{}'", text.chars().take(60).collect::<String>()),
        }
    }
}

pub(crate) fn bool_text(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}

pub(crate) fn float_text(value: f64, text: String) -> String {
    match value {
        v if v.is_nan() => "nan".to_owned(),
        v if v.is_infinite() => if v > 0.0 { "inf" } else { "-inf" }.to_owned(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equality_is_that_of_python() {
        use CellView::{Bool, Float, Int, None, Str};
        for (a, b, want) in [
            (Int(1), Float(1.0), true),
            (Int(1), Bool(true), true),
            (Float(0.0), Float(-0.0), true),
            (Float(f64::NAN), Float(f64::NAN), false),
            (Int(9_007_199_254_740_993), Float(9_007_199_254_740_992.0), false),
            (Float(f64::INFINITY), Float(f64::INFINITY), true),
            (None, None, true),
            (None, Float(f64::NAN), false),
            (Str("1"), Int(1), false),
            (Str("é"), Str("é"), true),
        ] {
            assert_eq!(a.equals(b), want, "{a} {b}");
        }
    }
}
