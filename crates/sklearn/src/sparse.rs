//! Sparse matrices in the state of estimators.

use cannery_graph::{Matrix, SparseMatrix};
use cannery_object::Error;
use cannery_object::views::{Sparse, SparseFormat};

/// Elements that a sparse matrix may have when made dense: 32 MiB, so that it and a second copy of it stay
/// within what the limits give any file, however few bytes it has.
const DENSE_ELEMENTS: usize = 1 << 22;

/// A CSR matrix as a dense one. Entries of the same place are added, as scipy does.
pub(crate) fn to_dense(sparse: &Sparse<'_>) -> Result<Matrix, Error> {
    let sparse = to_rows(sparse)?;
    let (rows, columns) = (sparse.rows(), sparse.columns());
    let elements = rows.checked_mul(columns).filter(|&elements| elements <= DENSE_ELEMENTS);
    let elements = elements.ok_or_else(|| {
        Error::unsupported(format!(
            "a sparse matrix of {rows} x {columns}; up to {DENSE_ELEMENTS} elements can be used"
        ))
    })?;
    let mut dense = vec![0.0; elements];
    for row in 0..rows {
        let (places, values) = sparse.row(row);
        places.iter().zip(values).for_each(|(&place, &x)| dense[row * columns + place as usize] = x);
    }
    Matrix::new(rows, columns, dense).ok_or_else(unfit)
}

/// A CSR matrix. Entries of the same place are added, as scipy does.
pub(crate) fn to_rows(sparse: &Sparse<'_>) -> Result<SparseMatrix, Error> {
    let [rows, columns] = sparse.shape()?[..] else {
        return Err(Error::unsupported("a sparse array of not 2 dimensions"));
    };
    let (SparseFormat::Csr, [(_, data), (_, indices), (_, indptr)]) = (sparse.format, &sparse.arrays()?[..])
    else {
        let name = sparse.format.name();
        return Err(Error::unsupported(format!("a sparse matrix of format {name}, not csr")));
    };
    let (data, indices, indptr) = (data.f64s()?, indices.i64s()?, indptr.i64s()?);
    if indptr.len().checked_sub(1) != Some(rows) || indptr[0] != 0 || data.len() != indices.len() {
        return Err(unfit());
    }
    let (mut starts, mut places, mut values) = (vec![0], Vec::new(), Vec::new());
    let mut row: Vec<(u32, f64)> = Vec::new();
    for ends in indptr.windows(2) {
        let range = usize::try_from(ends[0]).ok().zip(usize::try_from(ends[1]).ok());
        let range = range.map(|(start, end)| start..end).filter(|range| range.start <= range.end);
        let range = range.ok_or_else(unfit)?;
        let entries = indices.get(range.clone()).zip(data.get(range)).ok_or_else(unfit)?;
        row.clear();
        for (&column, &x) in entries.0.iter().zip(entries.1) {
            let place = usize::try_from(column).ok().filter(|&column| column < columns);
            row.push((place.and_then(|place| u32::try_from(place).ok()).ok_or_else(unfit)?, x));
        }
        row.sort_by_key(|&(place, _)| place);
        for entries in row.chunk_by(|a, b| a.0 == b.0) {
            places.push(entries[0].0);
            values.push(entries.iter().skip(1).fold(entries[0].1, |sum, (_, x)| sum + x));
        }
        starts.push(places.len());
    }
    SparseMatrix::new(columns, starts, places, values).ok_or_else(unfit)
}

fn unfit() -> Error {
    Error::malformed("a sparse matrix whose data, indices and indptr do not fit its shape")
}
