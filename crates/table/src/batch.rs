use foldhash::HashSet;

use crate::error::Error;
use crate::texts::Texts;
use crate::values::Values;

/// Some rows of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// Number of rows.
    pub rows: usize,
    /// What is in them.
    pub data: Data,
}

/// Rows in one of the forms in which scikit-learn takes them.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Data {
    /// A 2-d array.
    Dense {
        /// Number of columns.
        columns: usize,
        /// The values, row by row.
        values: Values,
    },
    /// A sparse matrix compressed by row; what is absent is 0.0. The elements of a row are in order, and at different
    /// places.
    Csr {
        /// Number of columns.
        columns: usize,
        /// Where the elements of each row begin, and where the last one's end: one more than rows, from 0.
        indptr: Vec<usize>,
        /// Column of each element.
        indices: Vec<u32>,
        /// The elements: `F64` or `F32`.
        values: Values,
    },
    /// Columns with names, and a type each.
    Frame(Vec<Named>),
    /// A text a row.
    Texts(Texts),
}

/// A column of a frame.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    /// Its name.
    pub name: String,
    /// A value for each row.
    pub values: Values,
}

impl Batch {
    /// The rows at these places, which may be the same row several times.
    ///
    /// # Errors
    /// `Usage` when there is no such row.
    pub fn take(&self, rows: &[usize]) -> Result<Self, Error> {
        if let Some(row) = rows.iter().find(|&&row| row >= self.rows) {
            return Err(Error::usage(format!("row {row} of a batch of {}", self.rows)));
        }
        let data = match &self.data {
            Data::Dense { columns, values } => {
                let places = rows.iter().flat_map(|row| row * columns..(row + 1) * columns);
                Data::Dense { columns: *columns, values: values.picked(places) }
            }
            Data::Csr { columns, indptr, indices, values } => {
                let ranges = || rows.iter().map(|&row| indptr[row]..indptr[row + 1]);
                let mut starts = vec![0];
                starts.extend(ranges().scan(0, |end, range| {
                    *end += range.len();
                    Some(*end)
                }));
                let indices = ranges().flatten().map(|place| indices[place]).collect();
                let values = values.picked(ranges().flatten());
                Data::Csr { columns: *columns, indptr: starts, indices, values }
            }
            Data::Frame(columns) => {
                let take = |column: &Named| {
                    let values = column.values.picked(rows.iter().copied());
                    Named { name: column.name.clone(), values }
                };
                Data::Frame(columns.iter().map(take).collect())
            }
            Data::Texts(texts) => Data::Texts(rows.iter().filter_map(|&row| texts.get(row)).collect()),
        };
        Ok(Self { rows: rows.len(), data })
    }

    /// The places of the rows that differ from all before them, bit by bit.
    pub fn distinct_rows(&self) -> Vec<usize> {
        let mut seen = HashSet::default();
        (0..self.rows).filter(|&row| seen.insert(self.key(row))).collect()
    }

    /// What makes a row differ from others.
    fn key(&self, row: usize) -> Vec<u8> {
        let mut key = Vec::new();
        match &self.data {
            Data::Dense { columns, values } => {
                (row * columns..(row + 1) * columns).for_each(|place| values.key(place, &mut key));
            }
            Data::Csr { indptr, indices, values, .. } => {
                let range = indptr[row]..indptr[row + 1];
                indices[range.clone()].iter().for_each(|index| key.extend(index.to_le_bytes()));
                range.for_each(|place| values.key(place, &mut key));
            }
            Data::Frame(columns) => columns.iter().for_each(|column| column.values.key(row, &mut key)),
            Data::Texts(texts) => key.extend(texts.get(row).unwrap_or_default().as_bytes()),
        }
        key
    }
}

/// An empty vector with room for some values.
pub(crate) fn room<T>(len: usize) -> Result<Vec<T>, Error> {
    let mut values = Vec::new();
    let no_memory = |_| Error::usage(format!("not enough memory for a batch of {len} values"));
    values.try_reserve_exact(len).map_err(no_memory)?;
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::Cell;

    fn batches() -> Vec<Batch> {
        let texts: Texts = ["a", "b", "a"].into_iter().collect();
        let cells = vec![Cell::None, Cell::Float(f64::NAN), Cell::None];
        let numbers = Values::F64(vec![1.0, 2.0, 1.0, -2.0, 1.0, 2.0]);
        let named = |name: &str, values| Named { name: name.to_owned(), values };
        let frame = vec![named("a", Values::Str(texts.clone())), named("b", Values::Any(cells))];
        let (indptr, indices) = (vec![0, 2, 3, 5], vec![0, 4, 4, 0, 4]);
        let values = Values::F32(vec![1.0, 2.0, 3.0, 1.0, 2.0]);
        [
            Data::Dense { columns: 2, values: numbers },
            Data::Csr { columns: 5, indptr, indices, values },
            Data::Frame(frame),
            Data::Texts(texts),
        ]
        .into_iter()
        .map(|data| Batch { rows: 3, data })
        .collect()
    }

    #[test]
    fn equal_rows_are_found_in_every_form() {
        for batch in batches() {
            assert_eq!(batch.distinct_rows(), [0, 1], "{batch:?}");
        }
    }

    #[test]
    fn rows_are_taken_in_every_form() {
        for batch in batches() {
            let all = format!("{batch:?}");
            assert_eq!(
                format!("{:?}", batch.take(&[2, 1, 0]).expect("three rows")),
                all,
                "the first is the last"
            );
            let twice = batch.take(&[1, 1]).expect("a row");
            assert_eq!((twice.rows, twice.distinct_rows()), (2, vec![0]));
            assert!(batch.take(&[3]).is_err());
        }
    }
}
