use std::fmt;

use cannery_graph::Scalar;

/// A value of Python that says what it is: an element of dtype `any`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Cell<'a> {
    /// None.
    #[default]
    None,
    /// A truth value.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A float.
    Float(f64),
    /// A text.
    Str(&'a str),
}

/// A [`Cell`] that holds its text.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum OwnedCell {
    /// None.
    #[default]
    None,
    /// A truth value.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A float.
    Float(f64),
    /// A text.
    Str(Box<str>),
}

impl From<Cell<'_>> for OwnedCell {
    fn from(cell: Cell<'_>) -> Self {
        match cell {
            Cell::None => Self::None,
            Cell::Bool(b) => Self::Bool(b),
            Cell::Int(i) => Self::Int(i),
            Cell::Float(x) => Self::Float(x),
            Cell::Str(text) => Self::Str(text.into()),
        }
    }
}

impl<'a> From<&'a OwnedCell> for Cell<'a> {
    fn from(cell: &'a OwnedCell) -> Self {
        match cell {
            OwnedCell::None => Self::None,
            OwnedCell::Bool(b) => Self::Bool(*b),
            OwnedCell::Int(i) => Self::Int(*i),
            OwnedCell::Float(x) => Self::Float(*x),
            OwnedCell::Str(text) => Self::Str(text),
        }
    }
}

impl<'a> Cell<'a> {
    /// A constant as an element.
    pub(crate) fn of(scalar: &'a Scalar) -> Self {
        match scalar {
            Scalar::None => Self::None,
            Scalar::Bool(b) => Self::Bool(*b),
            Scalar::Int(i) => Self::Int(*i),
            Scalar::Float(x) => Self::Float(*x),
            Scalar::Str(text) => Self::Str(text),
        }
    }

    /// Whether it is a number, or a truth value, which is one as well.
    pub(crate) fn number(self) -> Option<Number> {
        match self {
            Self::Bool(b) => Some(Number::Int(b.into())),
            Self::Int(i) => Some(Number::Int(i)),
            Self::Float(x) => Some(Number::of(x)),
            Self::None | Self::Str(_) => None,
        }
    }

    /// `==` of Python.
    pub(crate) fn equals(self, other: Self) -> bool {
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
pub(crate) enum Number {
    /// An integer, also one that was a float.
    Int(i64),
    /// The bits of a float that is no such integer.
    Float(u64),
    /// NaN, whichever.
    Nan,
}

impl Number {
    /// The form of a float.
    pub(crate) fn of(x: f64) -> Self {
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
impl fmt::Display for Cell<'_> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equality_is_that_of_python() {
        use Cell::{Bool, Float, Int, None, Str};
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
