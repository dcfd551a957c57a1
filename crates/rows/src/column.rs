use crate::values::Values;

/// What a method gives for the rows of a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Name of the method: `predict`, `decision_function`, …
    pub name: String,
    /// Number of rows.
    pub rows: usize,
    /// How the values belong to the rows.
    pub layout: Layout,
    /// The values, row by row.
    pub values: Values,
}

/// How values belong to rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layout {
    /// One value a row: a 1-d array.
    Vector,
    /// So many values a row: a 2-d array.
    Matrix(usize),
    /// A sparse matrix compressed by row.
    Csr {
        /// Number of columns.
        columns: usize,
        /// Where the values of each row begin, and where the last one's end: one more than rows, from 0.
        indptr: Vec<usize>,
        /// Column of each value.
        indices: Vec<u32>,
    },
}

impl Column {
    /// Values for each row; of a vector `None`.
    pub fn width(&self) -> Option<usize> {
        match &self.layout {
            Layout::Vector => None,
            Layout::Matrix(columns) | Layout::Csr { columns, .. } => Some(*columns),
        }
    }

    /// Whether there are as many values as rows and layout say, and each has its place.
    pub fn is_sound(&self) -> bool {
        match &self.layout {
            Layout::Vector => self.values.len() == self.rows,
            Layout::Matrix(columns) => self.rows.checked_mul(*columns) == Some(self.values.len()),
            Layout::Csr { columns, indptr, indices } => {
                self.values.len() == indices.len()
                    && indptr.len().checked_sub(1) == Some(self.rows)
                    && indptr.first() == Some(&0)
                    && indptr.last() == Some(&indices.len())
                    && indptr.is_sorted()
                    && indices.iter().all(|&index| (index as usize) < *columns)
            }
        }
    }

    /// Appends the rows of a later batch, which have the same layout and type.
    pub fn append(&mut self, more: Self) {
        self.rows += more.rows;
        let before = self.values.len();
        self.values.append(more.values);
        if let (Layout::Csr { indptr, indices, .. }, Layout::Csr { indptr: starts, indices: places, .. }) =
            (&mut self.layout, more.layout)
        {
            indptr.extend(starts.iter().skip(1).map(|start| before + start));
            indices.extend(places);
        }
    }
}
