//! How a table is read.

use cannery_object::Limits;

use super::{Hint, Wanted};

/// How a table is read, and what the model knows of it.
///
/// ```
/// use cannery_table::{Header, TableOptions, Wanted};
/// let options = TableOptions::new(Wanted::Frame).header(Header::No).separator(Some(b';'));
/// ```
#[derive(Clone, Debug)]
pub struct TableOptions {
    pub(super) wanted: Wanted,
    pub(super) names: Option<Vec<String>>,
    pub(super) hints: Vec<Hint>,
    pub(super) header: Header,
    pub(super) separator: Option<u8>,
    pub(super) vectors: bool,
    pub(super) records: bool,
    pub(super) limits: Limits,
}

/// Whether the first line of a CSV names the columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Header {
    /// It does where its cells are the names that the model knows, or where they can't be a row for the model. Where both
    /// could be, that is an error.
    #[default]
    Auto,
    /// It does.
    Yes,
    /// It is a row.
    No,
}

impl TableOptions {
    /// What the rows are to become; all else as usual.
    pub fn new(wanted: Wanted) -> Self {
        let (header, limits) = (Header::default(), Limits::default());
        Self {
            wanted,
            names: None,
            hints: vec![],
            header,
            separator: None,
            vectors: false,
            records: false,
            limits,
        }
    }

    /// The names of the columns that the model was fitted on.
    #[must_use]
    pub fn names(mut self, names: Option<Vec<String>>) -> Self {
        self.names = names;
        self
    }

    /// What the model's columns hold, in their order; empty where nothing is known.
    #[must_use]
    pub fn hints(mut self, hints: Vec<Hint>) -> Self {
        self.hints = hints;
        self
    }

    /// Whether the first line of a CSV names the columns.
    #[must_use]
    pub fn header(mut self, header: Header) -> Self {
        self.header = header;
        self
    }

    /// What stands between the cells of a CSV: an ASCII character. `None` finds out.
    #[must_use]
    pub fn separator(mut self, separator: Option<u8>) -> Self {
        self.separator = separator;
        self
    }

    /// Whether an array of one axis is a matrix of one column.
    #[must_use]
    pub fn vectors(mut self, vectors: bool) -> Self {
        self.vectors = vectors;
        self
    }

    /// Whether each line is a text as it stands there, though it be JSON.
    #[must_use]
    pub fn records(mut self, records: bool) -> Self {
        self.records = records;
        self
    }

    /// What reading may spend.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }
}
