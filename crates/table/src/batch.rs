use cannery_object::{Limit, Limits};

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
    /// A sparse matrix compressed by row; what is absent is 0.0. Elements at one place are added up.
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
    /// The same rows with a sparse matrix made dense; what is dense stays as it is.
    ///
    /// # Errors
    /// `Format` when the dense form is over the limit `decompressed-bytes`; `Usage` when there is no memory for it.
    pub fn into_dense(self, limits: &Limits) -> Result<Self, Error> {
        let Data::Csr { columns, indptr, indices, values } = &self.data else { return Ok(self) };
        let rows = Rows { count: self.rows, columns: *columns, indptr, indices };
        let values = match values {
            Values::F64(values) => Values::F64(rows.scatter(values, limits)?),
            Values::F32(values) => Values::F32(rows.scatter(values, limits)?),
            Values::I64(_) | Values::Bool(_) | Values::Str(_) | Values::Any(_) => {
                return Err(Error::usage("a sparse matrix holds floats"));
            }
        };
        Ok(Self { rows: self.rows, data: Data::Dense { columns: *columns, values } })
    }
}

/// Where the elements of a sparse matrix belong.
struct Rows<'a> {
    count: usize,
    columns: usize,
    indptr: &'a [usize],
    indices: &'a [u32],
}

impl Rows<'_> {
    fn scatter<T: Copy + Default + std::ops::AddAssign>(
        &self,
        values: &[T],
        limits: &Limits,
    ) -> Result<Vec<T>, Error> {
        let len = self.count.saturating_mul(self.columns);
        let bytes = len.saturating_mul(size_of::<T>());
        limits.check(Limit::DecompressedBytes, bytes as u64).map_err(cannery_format::Error::from)?;
        let mut dense = room(len)?;
        dense.resize(len, T::default());
        let unsound = || Error::usage("a sparse matrix whose parts do not fit each other");
        for (row, bounds) in self.indptr.windows(2).enumerate() {
            let indices = self.indices.get(bounds[0]..bounds[1]).ok_or_else(unsound)?;
            let values = values.get(bounds[0]..bounds[1]).ok_or_else(unsound)?;
            let start = row * self.columns;
            let row = dense.get_mut(start..start + self.columns).ok_or_else(unsound)?;
            for (&index, &value) in indices.iter().zip(values) {
                *row.get_mut(index as usize).ok_or_else(unsound)? += value;
            }
        }
        Ok(dense)
    }
}

/// An empty vector with room for some values.
pub(crate) fn room<T>(len: usize) -> Result<Vec<T>, Error> {
    let mut values = Vec::new();
    let no_memory = |_| Error::usage(format!("there is no memory for a batch of {len} values"));
    values.try_reserve_exact(len).map_err(no_memory)?;
    Ok(values)
}
