use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

/// A constant float64 matrix in C order. Cheap to clone.
#[derive(Clone)]
pub struct Matrix {
    rows: usize,
    columns: usize,
    values: Values,
}

#[derive(Clone)]
enum Values {
    Made(Arc<Vec<f64>>),
    /// Whole elements that are aligned and in the byte order of this machine.
    Stored(Bytes),
}

impl Matrix {
    /// A matrix over its elements in C order; `None` when they are not `rows` × `columns`.
    pub fn new(rows: usize, columns: usize, values: impl Into<Vec<f64>>) -> Option<Self> {
        let values = Values::Made(Arc::new(values.into()));
        Self { rows, columns, values }.checked()
    }

    /// A matrix whose elements are float64 in these bytes, in the byte order of this machine, without a copy: the bytes are
    /// kept as long as it is. `None` when they are not `rows` × `columns`, or are not aligned.
    pub fn stored(rows: usize, columns: usize, bytes: Bytes) -> Option<Self> {
        bytemuck::try_cast_slice::<u8, f64>(&bytes).ok()?;
        Self { rows, columns, values: Values::Stored(bytes) }.checked()
    }

    fn checked(self) -> Option<Self> {
        (self.rows.checked_mul(self.columns)? == self.values().len()).then_some(self)
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The elements in C order.
    pub fn values(&self) -> &[f64] {
        match &self.values {
            Values::Made(values) => values,
            // `stored` saw that it can be done, and bytes stay where they are
            Values::Stored(bytes) => bytemuck::cast_slice(bytes),
        }
    }

    /// One row.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn row(&self, row: usize) -> &[f64] {
        &self.values()[row * self.columns..][..self.columns]
    }
}

impl PartialEq for Matrix {
    fn eq(&self, other: &Self) -> bool {
        (self.rows, self.columns) == (other.rows, other.columns) && self.values() == other.values()
    }
}

impl fmt::Debug for Matrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Matrix({}x{})", self.rows, self.columns)
    }
}

/// A constant float64 matrix of which only some elements are stored, row by row; the others are 0. Cheap to clone.
#[derive(Clone, PartialEq)]
pub struct SparseMatrix {
    columns: usize,
    starts: Arc<[usize]>,
    places: Arc<[u32]>,
    values: Arc<[f64]>,
}

impl SparseMatrix {
    /// A matrix as scipy's CSR has it: row i has the elements `starts[i]..starts[i + 1]` of `places` (their columns) and
    /// `values`. `None` when these do not fit together, or the columns of a row do not rise.
    pub fn new(
        columns: usize,
        starts: impl Into<Arc<[usize]>>,
        places: impl Into<Arc<[u32]>>,
        values: impl Into<Arc<[f64]>>,
    ) -> Option<Self> {
        let (starts, places, values) = (starts.into(), places.into(), values.into());
        let covers = starts.first() == Some(&0) && starts.last() == Some(&values.len()) && starts.is_sorted();
        if !covers || places.len() != values.len() {
            return None;
        }
        let rises = |row: &[u32]| row.windows(2).all(|pair| pair[0] < pair[1]);
        let fits = |row: &[u32]| row.last().is_none_or(|&last| (last as usize) < columns);
        let is_row = |range: &[usize]| {
            let row = &places[range[0]..range[1]];
            rises(row) && fits(row)
        };
        starts.windows(2).all(is_row).then_some(Self { columns, starts, places, values })
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.starts.len() - 1
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The columns of the stored elements of a row, which rise, and these elements.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn row(&self, row: usize) -> (&[u32], &[f64]) {
        let range = self.starts[row]..self.starts[row + 1];
        (&self.places[range.clone()], &self.values[range])
    }
}

impl fmt::Debug for SparseMatrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SparseMatrix({}x{}, {} stored)", self.rows(), self.columns, self.values.len())
    }
}

/// Constant points of float64, one a row. Cheap to clone.
#[derive(Clone, Debug, PartialEq)]
pub enum Points {
    /// All elements are stored.
    Dense(Matrix),
    /// Some elements are stored.
    Sparse(SparseMatrix),
}

impl Points {
    /// Number of points.
    pub fn rows(&self) -> usize {
        match self {
            Self::Dense(points) => points.rows(),
            Self::Sparse(points) => points.rows(),
        }
    }

    /// Number of features.
    pub fn columns(&self) -> usize {
        match self {
            Self::Dense(points) => points.columns(),
            Self::Sparse(points) => points.columns(),
        }
    }
}

impl From<Matrix> for Points {
    fn from(points: Matrix) -> Self {
        Self::Dense(points)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_elements_are_those_of_the_bytes() {
        let bytes = Bytes::from_owner(Aligned([[0.5_f64, 1.0].map(f64::to_ne_bytes), [[0; 8]; 2]]));
        let matrix = Matrix::stored(2, 2, bytes.clone()).expect("four elements");
        assert_eq!(matrix.values(), [0.5, 1.0, 0.0, 0.0]);
        assert_eq!(
            (matrix.row(0), &matrix),
            (&[0.5, 1.0][..], &Matrix::new(2, 2, [0.5, 1.0, 0.0, 0.0]).unwrap())
        );
        assert!(Matrix::stored(2, 3, bytes.clone()).is_none(), "fewer");
        assert!(Matrix::stored(1, 3, bytes.slice(4..28)).is_none(), "not aligned");
        assert!(Matrix::stored(1, 3, bytes.slice(..30)).is_none(), "a part of one");
        assert!(Matrix::stored(usize::MAX, 2, bytes).is_none(), "more than there can be");
    }

    #[repr(align(8))]
    struct Aligned([[[u8; 8]; 2]; 2]);

    impl AsRef<[u8]> for Aligned {
        fn as_ref(&self) -> &[u8] {
            self.0.as_flattened().as_flattened()
        }
    }

    #[test]
    fn sparse_rows_fit_together() {
        let matrix = SparseMatrix::new(3, [0, 2, 2], [0, 2], [1.0, 2.0]).expect("two rows");
        assert_eq!(
            (matrix.rows(), matrix.row(0), matrix.row(1)),
            (2, (&[0, 2][..], &[1.0, 2.0][..]), (&[][..], &[][..]))
        );
        let none = |starts: &[usize], places: &[u32]| {
            SparseMatrix::new(3, starts, places, &[1.0, 2.0][..places.len()]).is_none()
        };
        assert!(none(&[], &[0]) && none(&[0], &[0]) && none(&[1, 2], &[0, 1]) && none(&[0, 3, 2], &[0, 1]));
        assert!(none(&[0, 2], &[1, 1]) && none(&[0, 2], &[1, 0]) && none(&[0, 2], &[0, 3]));
    }
}
