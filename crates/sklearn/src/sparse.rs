//! Sparse matrices in the state of estimators.

use cannery_graph::Matrix;
use cannery_object::Error;
use cannery_object::views::{Sparse, SparseFormat};

/// Elements that a sparse matrix may have when made dense: 32 MiB, so that it and a second copy of it stay
/// within what the limits give any file, however few bytes it has.
const DENSE_ELEMENTS: usize = 1 << 22;

/// A CSR matrix as a dense one. Entries of the same place are added, as scipy does.
pub(crate) fn to_dense(sparse: &Sparse<'_>) -> Result<Matrix, Error> {
    let [rows, columns] = sparse.shape()?[..] else {
        return Err(Error::unsupported("a sparse array of not 2 dimensions"));
    };
    let (SparseFormat::Csr, [(_, data), (_, indices), (_, indptr)]) = (sparse.format, &sparse.arrays()?[..])
    else {
        return Err(Error::unsupported(format!(
            "a sparse matrix of format {}, not csr",
            sparse.format.name()
        )));
    };
    let elements = rows.checked_mul(columns).filter(|&elements| elements <= DENSE_ELEMENTS);
    let elements = elements.ok_or_else(|| {
        Error::unsupported(format!(
            "a sparse matrix of {rows} x {columns}; up to {DENSE_ELEMENTS} elements can be used"
        ))
    })?;
    let (data, indices, indptr) = (data.f64s()?, indices.i64s()?, indptr.i64s()?);
    let mut dense = vec![0.0; elements];
    let bad = || Error::malformed("a sparse matrix whose data, indices and indptr do not fit its shape");
    if indptr.len().checked_sub(1) != Some(rows) || indptr[0] != 0 || data.len() != indices.len() {
        return Err(bad());
    }
    for (row, ends) in indptr.windows(2).enumerate() {
        let range = usize::try_from(ends[0]).ok().zip(usize::try_from(ends[1]).ok());
        let range =
            range.map(|(start, end)| start..end).filter(|range| range.start <= range.end).ok_or_else(bad)?;
        let entries = indices.get(range.clone()).zip(data.get(range)).ok_or_else(bad)?;
        for (&column, &x) in entries.0.iter().zip(entries.1) {
            let column = usize::try_from(column).ok().filter(|&column| column < columns).ok_or_else(bad)?;
            dense[row * columns + column] += x;
        }
    }
    Matrix::new(rows, columns, dense).ok_or_else(bad)
}
