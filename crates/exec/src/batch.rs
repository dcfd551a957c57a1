//! The rows of a run, as kernels take them.

use cannery_rows::{CellView, DataView, RowsView, ValuesView};

use crate::buffer::View;
use crate::csr::{CsrView, StoredView};

/// References to texts that lie in one buffer or in cells, made once a run. Of other values it is empty.
#[derive(Debug)]
pub(crate) enum Refs<'r> {
    None,
    Texts(Vec<&'r str>),
    Cells(Vec<CellView<'r>>),
}

/// Rows to run a program on.
#[derive(Debug)]
pub(crate) struct Batch<'a> {
    rows: usize,
    data: Data<'a>,
}

#[derive(Debug)]
enum Data<'a> {
    Dense { columns: usize, values: View<'a, 'a> },
    Csr(CsrView<'a>),
    Fields(Vec<View<'a, 'a>>),
}

impl<'r> Refs<'r> {
    /// What the values of these rows need, column by column.
    pub(crate) fn of(rows: &RowsView<'r>) -> Vec<Self> {
        match rows.data() {
            DataView::Dense { values, .. } | DataView::Texts(values) => vec![Self::of_values(*values)],
            DataView::Csr { .. } => vec![],
            DataView::Frame(columns) => columns.iter().map(|(_, values)| Self::of_values(*values)).collect(),
        }
    }

    fn of_values(values: ValuesView<'r>) -> Self {
        match values {
            ValuesView::Texts(texts) => Self::Texts(texts.iter().collect()),
            ValuesView::Cells(cells) => Self::Cells(cells.iter().map(CellView::from).collect()),
            ValuesView::F64(_)
            | ValuesView::F32(_)
            | ValuesView::I64(_)
            | ValuesView::Bool(_)
            | ValuesView::Str(_)
            | ValuesView::Any(_) => Self::None,
        }
    }

    fn view<'a>(&'a self, values: ValuesView<'a>) -> View<'a, 'a> {
        match (self, values) {
            (Self::Texts(texts), _) => View::Str(texts),
            (Self::Cells(cells), _) => View::Any(cells),
            (Self::None, ValuesView::F64(values)) => View::F64(values),
            (Self::None, ValuesView::F32(values)) => View::F32(values),
            (Self::None, ValuesView::I64(values)) => View::I64(values),
            (Self::None, ValuesView::Bool(values)) => View::Bool(values),
            (Self::None, ValuesView::Str(values)) => View::Str(values),
            (Self::None, ValuesView::Any(values)) => View::Any(values),
            (Self::None, values @ (ValuesView::Texts(_) | ValuesView::Cells(_))) => {
                unreachable!("references were made to {values:?}")
            }
        }
    }
}

impl<'a> Batch<'a> {
    /// These rows, with the references that were made for them.
    pub(crate) fn new<'r: 'a>(view: &RowsView<'r>, refs: &'a [Refs<'r>]) -> Self {
        let data = match view.data() {
            DataView::Dense { columns, values } => {
                Data::Dense { columns: *columns, values: refs[0].view(*values) }
            }
            DataView::Csr { indptr, indices, values, .. } => {
                Data::Csr(CsrView::new(indptr, indices, stored(*values)))
            }
            DataView::Texts(values) => Data::Fields(vec![refs[0].view(*values)]),
            DataView::Frame(columns) => {
                Data::Fields(columns.iter().zip(refs).map(|((_, values), refs)| refs.view(*values)).collect())
            }
        };
        Self { rows: view.rows(), data }
    }

    /// Number of rows.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Rows `first..last` of the matrix.
    pub(crate) fn matrix(&self, first: usize, last: usize) -> View<'a, 'a> {
        match &self.data {
            Data::Dense { columns, values } => values.slice(first * columns, last * columns),
            Data::Csr(rows) => View::Csr(rows.slice(first, last)),
            Data::Fields(_) => unreachable!("the signature was compared: a matrix is brought"),
        }
    }

    /// Rows `first..last` of a column of the frame, or of the texts.
    pub(crate) fn field(&self, column: usize, first: usize, last: usize) -> View<'a, 'a> {
        match &self.data {
            Data::Fields(columns) => columns[column].slice(first, last),
            Data::Dense { .. } | Data::Csr(_) => {
                unreachable!("the signature was compared: columns are brought")
            }
        }
    }
}

fn stored(values: ValuesView<'_>) -> StoredView<'_> {
    match values {
        ValuesView::F64(values) => StoredView::F64(values),
        ValuesView::F32(values) => StoredView::F32(values),
        ValuesView::I64(values) => StoredView::I64(values),
        ValuesView::Bool(_)
        | ValuesView::Str(_)
        | ValuesView::Texts(_)
        | ValuesView::Any(_)
        | ValuesView::Cells(_) => unreachable!("a sparse matrix stores numbers, and not {values:?}"),
    }
}
