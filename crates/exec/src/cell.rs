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
