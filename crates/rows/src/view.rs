//! Rows that lie elsewhere.

use crate::cell::{Cell, CellView};
use crate::dtype::DType;
use crate::mismatch::Mismatch;
use crate::texts::Texts;

/// Values of one type, borrowed.
#[derive(Clone, Copy, Debug)]
pub enum ValuesView<'a> {
    /// `float64`.
    F64(&'a [f64]),
    /// `float32`.
    F32(&'a [f32]),
    /// `int64`.
    I64(&'a [i64]),
    /// `bool`.
    Bool(&'a [bool]),
    /// `str`, each text wherever it lies.
    Str(&'a [&'a str]),
    /// `str`, in one buffer.
    Texts(&'a Texts),
    /// Python objects whose texts lie elsewhere.
    Any(&'a [CellView<'a>]),
    /// Python objects.
    Cells(&'a [Cell]),
}

/// Rows that a model can take, borrowed. Its parts fit together: the constructors check that.
#[derive(Clone, Debug)]
pub struct RowsView<'a> {
    rows: usize,
    data: DataView<'a>,
}

/// The form of a [`RowsView`].
#[derive(Clone, Debug)]
pub enum DataView<'a> {
    /// A 2-d array.
    Dense {
        /// Number of columns.
        columns: usize,
        /// The values, row by row.
        values: ValuesView<'a>,
    },
    /// A sparse matrix compressed by row.
    Csr {
        /// Number of columns.
        columns: usize,
        /// Where the elements of each row begin, and where the last one's end: one more than rows.
        indptr: &'a [usize],
        /// Column of each element; they rise within a row.
        indices: &'a [u32],
        /// The elements: `F64`, `F32` or `I64`.
        values: ValuesView<'a>,
    },
    /// A text a row: `Str` or `Texts`.
    Texts(ValuesView<'a>),
    /// Columns with their names, and a type each.
    Frame(Vec<(&'a str, ValuesView<'a>)>),
}

impl<'a> RowsView<'a> {
    /// A matrix of float64, `rows` × `columns`, in C order.
    ///
    /// # Errors
    /// When there are more or fewer values.
    pub fn f64(values: &'a [f64], rows: usize, columns: usize) -> Result<Self, Mismatch> {
        Self::dense(ValuesView::F64(values), rows, columns)
    }

    /// A matrix of float32, `rows` × `columns`, in C order.
    ///
    /// # Errors
    /// When there are more or fewer values.
    pub fn f32(values: &'a [f32], rows: usize, columns: usize) -> Result<Self, Mismatch> {
        Self::dense(ValuesView::F32(values), rows, columns)
    }

    /// A matrix of any dtype, `rows` × `columns`, in C order.
    ///
    /// # Errors
    /// When there are more or fewer values.
    pub fn dense(values: ValuesView<'a>, rows: usize, columns: usize) -> Result<Self, Mismatch> {
        let len = values.len();
        if rows.checked_mul(columns) != Some(len) {
            return Err(Mismatch::new(format!("{len} values are not {rows} rows of {columns} columns")));
        }
        Ok(Self { rows, data: DataView::Dense { columns, values } })
    }

    /// A CSR matrix of float32, float64 or int64, as scipy has it: row i has the elements `indptr[i]..indptr[i + 1]` of
    /// `indices` and `values`, in the order of their columns, each column once.
    ///
    /// # Errors
    /// When the parts do not fit together, a row is not in order, or the dtype is another.
    pub fn csr(
        indptr: &'a [usize],
        indices: &'a [u32],
        values: ValuesView<'a>,
        columns: usize,
    ) -> Result<Self, Mismatch> {
        if !matches!(values.dtype(), DType::F32 | DType::F64 | DType::I64) {
            return Err(Mismatch::new("a sparse matrix of something else than numbers"));
        }
        let rows = indptr.len().checked_sub(1).ok_or_else(|| Mismatch::new("indptr is empty"))?;
        check_csr(indptr, indices, values.len(), columns)?;
        Ok(Self { rows, data: DataView::Csr { columns, indptr, indices, values } })
    }

    /// A text a row, each wherever it lies.
    pub fn texts(texts: &'a [&'a str]) -> Self {
        Self { rows: texts.len(), data: DataView::Texts(ValuesView::Str(texts)) }
    }

    /// A text a row, in one buffer.
    pub fn of_texts(texts: &'a Texts) -> Self {
        Self { rows: texts.len(), data: DataView::Texts(ValuesView::Texts(texts)) }
    }

    /// Columns with their names, each of `rows` values.
    ///
    /// # Errors
    /// When a column has more or fewer.
    pub fn frame(columns: Vec<(&'a str, ValuesView<'a>)>, rows: usize) -> Result<Self, Mismatch> {
        match columns.iter().find(|(_, values)| values.len() != rows) {
            Some((name, values)) => {
                Err(Mismatch::new(format!("column {name:?} has {} values, not {rows}", values.len())))
            }
            None => Ok(Self { rows, data: DataView::Frame(columns) }),
        }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns; of texts there is one.
    pub fn columns(&self) -> usize {
        match &self.data {
            DataView::Dense { columns, .. } | DataView::Csr { columns, .. } => *columns,
            DataView::Texts(_) => 1,
            DataView::Frame(columns) => columns.len(),
        }
    }

    /// The values.
    pub fn data(&self) -> &DataView<'a> {
        &self.data
    }

    /// The columns of these names in this order, where the rows are a frame; other rows as they are. Of several columns of
    /// one name each is taken once, the first one first.
    ///
    /// # Errors
    /// When a column is missing.
    pub fn select(self, names: &[String]) -> Result<Self, Mismatch> {
        let DataView::Frame(columns) = self.data else { return Ok(self) };
        let mut left: Vec<Option<(&'a str, ValuesView<'a>)>> = columns.into_iter().map(Some).collect();
        let take = |name: &String| {
            let found = left.iter_mut().find(|column| column.is_some_and(|(found, _)| found == name));
            found.and_then(Option::take).ok_or_else(|| Mismatch::new(format!("column {name:?} is missing")))
        };
        let columns = names.iter().map(take).collect::<Result<_, _>>()?;
        Ok(Self { rows: self.rows, data: DataView::Frame(columns) })
    }
}

/// Whether these are rows of a CSR matrix of so many columns and values.
fn check_csr(indptr: &[usize], indices: &[u32], values: usize, columns: usize) -> Result<(), Mismatch> {
    let rows = indptr.len() - 1;
    if indptr.windows(2).any(|pair| pair[0] > pair[1]) {
        return Err(Mismatch::new(format!("indptr is not that of {rows} rows")));
    }
    if indices.len() != values || indptr[rows] > indices.len() {
        let len = indices.len();
        return Err(Mismatch::new(format!("indptr, {len} indices and {values} values do not fit together")));
    }
    let is_ordered = |row: &[u32]| row.windows(2).all(|pair| pair[0] < pair[1]);
    let fits = |row: &[u32]| row.last().is_none_or(|&last| (last as usize) < columns);
    let mut starts = indptr.windows(2);
    let wrong = starts.position(|pair| {
        let row = &indices[pair[0]..pair[1]];
        !is_ordered(row) || !fits(row)
    });
    wrong.map_or(Ok(()), |row| {
        Err(Mismatch::new(format!(
            "row {row} has indices that do not rise, or are beyond {columns} columns: sort_indices, sum_duplicates"
        )))
    })
}

impl ValuesView<'_> {
    /// Number of values.
    pub fn len(self) -> usize {
        match self {
            Self::F64(values) => values.len(),
            Self::F32(values) => values.len(),
            Self::I64(values) => values.len(),
            Self::Bool(values) => values.len(),
            Self::Str(values) => values.len(),
            Self::Texts(values) => values.len(),
            Self::Any(values) => values.len(),
            Self::Cells(values) => values.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Type of the values.
    pub fn dtype(self) -> DType {
        match self {
            Self::F64(_) => DType::F64,
            Self::F32(_) => DType::F32,
            Self::I64(_) => DType::I64,
            Self::Bool(_) => DType::Bool,
            Self::Str(_) | Self::Texts(_) => DType::Str,
            Self::Any(_) | Self::Cells(_) => DType::Any,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::{Batch, Data, Named};
    use crate::values::Values;

    #[test]
    fn batches_are_viewed_only_where_their_parts_fit() {
        let numbers = |len| Values::F64(vec![0.5; len]);
        let csr = |indptr: &[usize], indices: &[u32]| {
            let values = numbers(indices.len());
            Data::Csr { columns: 3, indptr: indptr.to_vec(), indices: indices.to_vec(), values }
        };
        let frame = |len| Data::Frame(vec![Named { name: "a".to_owned(), values: numbers(len) }]);
        for (rows, data, want) in [
            (2, Data::Dense { columns: 3, values: numbers(6) }, Ok(3)),
            (2, Data::Dense { columns: 3, values: numbers(5) }, Err("5 values are not 2 rows of 3 columns")),
            (2, csr(&[0, 1, 2], &[2, 0]), Ok(3)),
            (1, csr(&[0, 1, 2], &[2, 0]), Err("a batch of 1 rows has 2 rows of values")),
            (1, csr(&[0, 2], &[1, 3]), Err("beyond 3 columns")),
            (1, csr(&[], &[]), Err("indptr is empty")),
            (2, frame(2), Ok(1)),
            (3, frame(2), Err(r#"column "a" has 2 values, not 3"#)),
            (1, Data::Texts(["x"].into_iter().collect()), Ok(1)),
            (2, Data::Texts(["x"].into_iter().collect()), Err("a batch of 2 rows has 1 rows of values")),
        ] {
            let batch = Batch { rows, data };
            match (batch.view(), want) {
                (Ok(view), Ok(columns)) => assert_eq!((view.rows(), view.columns()), (rows, columns)),
                (Err(error), Err(want)) => assert!(error.to_string().contains(want), "{error}"),
                (got, want) => panic!("{got:?} is not {want:?}"),
            }
        }
    }

    #[test]
    fn columns_are_selected_by_name() {
        let (a, b, names) = ([1.0], [2_i64], ["b".to_owned(), "a".to_owned()]);
        let columns =
            vec![("a", ValuesView::F64(&a)), ("x", ValuesView::Bool(&[true])), ("b", ValuesView::I64(&b))];
        let rows = RowsView::frame(columns, 1).expect("a row");
        let selected = rows.clone().select(&names).expect("both are there");
        assert!(
            matches!(selected.data(), DataView::Frame(columns) if columns[0].0 == "b" && columns.len() == 2)
        );
        let error = rows.select(&["a".to_owned(), "a".to_owned()]).expect_err("there is one a");
        assert_eq!(error.to_string(), "column \"a\" is missing");
    }
}
