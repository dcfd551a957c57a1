//! Sparse rows: stored elements with their columns.

use cannery_rows::DType;

/// A matrix of which only some elements are stored, row after row: memory that is filled anew for each block.
#[derive(Clone, Debug)]
pub(crate) struct CsrBuffer {
    /// Where each row begins, and where the last one ends.
    starts: Vec<usize>,
    pub(crate) columns: Vec<u32>,
    pub(crate) values: Stored,
}

/// The stored elements.
#[derive(Clone, Debug)]
pub(crate) enum Stored {
    F32(Vec<f32>),
    F64(Vec<f64>),
    I64(Vec<i64>),
}

/// Rows to read. Starts count from the first stored element of the matrix that they are rows of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CsrView<'v> {
    starts: &'v [usize],
    pub(crate) columns: &'v [u32],
    pub(crate) values: StoredView<'v>,
}

/// Stored elements to read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum StoredView<'v> {
    F32(&'v [f32]),
    F64(&'v [f64]),
    I64(&'v [i64]),
}

impl CsrBuffer {
    /// No row yet. Elements of bool, text and any are not stored sparsely.
    pub(crate) fn new(dtype: DType) -> Self {
        let values = match dtype {
            DType::F32 => Stored::F32(vec![]),
            DType::I64 => Stored::I64(vec![]),
            DType::F64 | DType::Bool | DType::Str | DType::Any => Stored::F64(vec![]),
        };
        Self { starts: vec![0], columns: vec![], values }
    }

    /// Forgets all rows, and keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.starts.truncate(1);
        self.columns.clear();
        match &mut self.values {
            Stored::F32(values) => values.clear(),
            Stored::F64(values) => values.clear(),
            Stored::I64(values) => values.clear(),
        }
    }

    /// Ends a row, whose elements were pushed to `columns` and `values` in the order of their columns.
    pub(crate) fn end_row(&mut self) {
        self.starts.push(self.columns.len());
    }

    /// The same rows and columns as in another matrix; the values are still to be pushed.
    pub(crate) fn copy_places(&mut self, rows: CsrView<'_>) {
        self.clear();
        let first = rows.starts[0];
        self.starts.extend(rows.starts[1..].iter().map(|start| start - first));
        self.columns.extend_from_slice(rows.stored().columns);
    }

    /// Appends the rows of another matrix of the same dtype.
    pub(crate) fn append(&mut self, mut more: Self) {
        let before = self.columns.len();
        self.starts.extend(more.starts[1..].iter().map(|start| start + before));
        self.columns.append(&mut more.columns);
        match (&mut self.values, more.values) {
            (Stored::F32(values), Stored::F32(mut more)) => values.append(&mut more),
            (Stored::F64(values), Stored::F64(mut more)) => values.append(&mut more),
            (Stored::I64(values), Stored::I64(mut more)) => values.append(&mut more),
            (values, more) => unreachable!("rows of {more:?} behind rows of {values:?}"),
        }
    }

    /// All rows.
    pub(crate) fn view(&self) -> CsrView<'_> {
        let values = match &self.values {
            Stored::F32(values) => StoredView::F32(values),
            Stored::F64(values) => StoredView::F64(values),
            Stored::I64(values) => StoredView::I64(values),
        };
        CsrView { starts: &self.starts, columns: &self.columns, values }
    }

    /// A copy of some rows.
    pub(crate) fn of(rows: CsrView<'_>) -> Self {
        let mut copy = Self::new(rows.values.dtype());
        copy.copy_places(rows);
        match (&mut copy.values, rows.stored().values) {
            (Stored::F32(to), StoredView::F32(from)) => to.extend_from_slice(from),
            (Stored::F64(to), StoredView::F64(from)) => to.extend_from_slice(from),
            (Stored::I64(to), StoredView::I64(from)) => to.extend_from_slice(from),
            (to, from) => unreachable!("a copy of {from:?} in {to:?}"),
        }
        copy
    }

    /// Where rows begin and the last one ends, columns, values.
    pub(crate) fn into_parts(self) -> (Vec<usize>, Vec<u32>, Stored) {
        (self.starts, self.columns, self.values)
    }
}

impl<'v> CsrView<'v> {
    /// Rows whose starts, columns and values fit together: a view of rows checked them.
    pub(crate) fn new(starts: &'v [usize], columns: &'v [u32], values: StoredView<'v>) -> Self {
        Self { starts, columns, values }
    }

    /// Rows `first..last`.
    pub(crate) fn slice(self, first: usize, last: usize) -> Self {
        Self { starts: &self.starts[first..=last], ..self }
    }

    /// Rows `first..last`; `None` when there are fewer, as before the matrix is made.
    pub(crate) fn try_slice(self, first: usize, last: usize) -> Option<Self> {
        (last < self.starts.len()).then(|| self.slice(first, last))
    }

    /// Positions of the stored elements of a row.
    pub(crate) fn range(self, row: usize) -> std::ops::Range<usize> {
        self.starts[row]..self.starts[row + 1]
    }

    /// Positions of the stored elements of each row.
    pub(crate) fn ranges(self) -> impl Iterator<Item = std::ops::Range<usize>> + 'v {
        self.starts.windows(2).map(|pair| pair[0]..pair[1])
    }

    /// The stored elements of these rows only, with their columns; starts lose their meaning.
    pub(crate) fn stored(self) -> Self {
        let range = self.starts[0]..self.starts[self.starts.len() - 1];
        let values = match self.values {
            StoredView::F32(values) => StoredView::F32(&values[range.clone()]),
            StoredView::F64(values) => StoredView::F64(&values[range.clone()]),
            StoredView::I64(values) => StoredView::I64(&values[range.clone()]),
        };
        Self { starts: self.starts, columns: &self.columns[range], values }
    }

    /// Each row as its columns and its values of float64.
    pub(crate) fn f64_rows(self) -> impl Iterator<Item = (&'v [u32], &'v [f64])> {
        let StoredView::F64(values) = self.values else {
            unreachable!("a typed graph asks for f64 of {self:?}")
        };
        self.ranges().map(|range| (&self.columns[range.clone()], &values[range]))
    }

    /// Each row as its columns and its values of float32.
    pub(crate) fn f32_rows(self) -> impl Iterator<Item = (&'v [u32], &'v [f32])> {
        let StoredView::F32(values) = self.values else {
            unreachable!("a typed graph asks for f32 of {self:?}")
        };
        self.ranges().map(|range| (&self.columns[range.clone()], &values[range]))
    }

    /// Row and column of a stored element, by its position among [`stored`](Self::stored).
    pub(crate) fn place_of(self, position: usize) -> (usize, u32) {
        let position = position + self.starts[0];
        let row = self.starts.partition_point(|&start| start <= position) - 1;
        (row, self.columns[position])
    }
}

impl StoredView<'_> {
    pub(crate) fn dtype(self) -> DType {
        match self {
            Self::F32(_) => DType::F32,
            Self::F64(_) => DType::F64,
            Self::I64(_) => DType::I64,
        }
    }
}
