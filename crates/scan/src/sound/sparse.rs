//! Sparse matrices of scipy: `indptr` and `indices` are used by compiled code without a look.
//!
//! Source: `scipy/sparse/sparsetools/csr.h`, `bsr.h`, `coo.h`, `dia.h`.

use cannery_object::views::{Sparse, SparseFormat};
use cannery_object::{Heap, NdArray, Value};

use super::raw::array_in;
use super::unsound;
use crate::rule::Rule;
use crate::site::{Checked, Refusal};
use crate::work::Work;

pub(super) fn check(sparse: &Sparse<'_>, work: &mut Work) -> Checked {
    let shape = match sparse.shape() {
        // an empty one of skops, which skops can't read either
        Err(_) if sparse.format == SparseFormat::Dok => {
            return Err(Refusal::new(Rule::UnknownArguments, "a sparse matrix without a shape"));
        }
        shape => shape.map_err(|error| unsound("shape", error))?,
    };
    let arrays = sparse.arrays().map_err(|error| unsound("a part", error))?;
    for (_, array) in &arrays {
        work.spend(array.raw().map_or(0, <[u8]>::len) as u64)?;
    }
    let arrays: Vec<&NdArray<'_>> = arrays.iter().map(|(_, array)| array).collect();
    match (sparse.format, &arrays[..], &shape[..]) {
        (SparseFormat::Csr, [data, indices, indptr], [rows, columns]) => {
            compressed(*rows, *columns, data, indices, indptr)
        }
        (SparseFormat::Csr, [data, indices, indptr], [columns]) => {
            compressed(1, *columns, data, indices, indptr)
        }
        (SparseFormat::Csc, [data, indices, indptr], [rows, columns]) => {
            compressed(*columns, *rows, data, indices, indptr)
        }
        (SparseFormat::Bsr, [data, indices, indptr], [rows, columns]) => {
            let [_, height, width] = data.shape[..] else { return Err(unsound("data", "not blocks")) };
            if height == 0 || width == 0 || rows % height != 0 || columns % width != 0 {
                return Err(unsound("data", format!("blocks of {height} x {width} in {rows} x {columns}")));
            }
            compressed(rows / height, columns / width, data, indices, indptr)
        }
        (SparseFormat::Coo, [data, row, column], [rows, columns]) => {
            indices_below(row, *rows, entries_of(data), "row")?;
            indices_below(column, *columns, entries_of(data), "col")
        }
        (SparseFormat::Coo, [data], _) => coordinates(sparse, data, &shape),
        (SparseFormat::Dia, [data, offsets], _) => {
            let diagonals = entries_of(data);
            if data.ndim() == 2 && offsets.len() == diagonals {
                return Ok(());
            }
            Err(unsound("offsets", format!("{} for {diagonals} diagonals", offsets.len())))
        }
        (SparseFormat::Lil, [data, rows], [count, columns]) => {
            if data.len() != *count || rows.len() != *count {
                let message = format!("{} and {} lists for {count} rows", rows.len(), data.len());
                return Err(unsound("rows", message));
            }
            lists(sparse.heap(), data, rows, *columns, work)
        }
        (SparseFormat::Dok, ..) => Ok(()),
        _ => Err(unsound("shape", format!("{shape:?} for a matrix of format {}", sparse.format.name()))),
    }
}

/// Rows of a CSR or columns of a CSC matrix.
fn compressed(
    major: usize,
    minor: usize,
    data: &NdArray<'_>,
    indices: &NdArray<'_>,
    indptr: &NdArray<'_>,
) -> Checked {
    let entries = entries_of(data);
    if indptr.len().checked_sub(1) != Some(major) {
        return Err(unsound("indptr", format!("{} ends for {major} rows", indptr.len())));
    }
    let mut before = 0;
    for end in indptr.stored_ints().ok_or_else(|| not_ints("indptr"))? {
        if end < before {
            return Err(unsound("indptr", format!("{end} after {before}")));
        }
        before = end;
    }
    let first = indptr.stored_ints().and_then(|mut ints| ints.next());
    if first != Some(0) || usize::try_from(before).map_or(true, |end| end > entries) {
        return Err(unsound("indptr", format!("ends at {before} of {entries} entries")));
    }
    indices_below(indices, minor, entries, "indices")
}

fn indices_below(indices: &NdArray<'_>, bound: usize, entries: usize, name: &str) -> Checked {
    if indices.ndim() != 1 || indices.len() != entries {
        return Err(unsound(name, format!("{} for {entries} entries", indices.len())));
    }
    let bad = indices
        .stored_ints()
        .ok_or_else(|| not_ints(name))?
        .find(|&index| index < 0 || index as u64 >= bound as u64);
    match bad {
        Some(index) => Err(unsound(name, format!("{index} where there are {bound}"))),
        None => Ok(()),
    }
}

fn not_ints(name: &str) -> Refusal {
    unsound(name, "not integers")
}

fn coordinates(sparse: &Sparse<'_>, data: &NdArray<'_>, shape: &[usize]) -> Checked {
    let heap = sparse.heap();
    let coords = sparse.coords().and_then(|coords| heap.as_tuple(coords)).unwrap_or_default();
    if coords.len() != shape.len() {
        return Err(unsound("coords", format!("{} arrays for {} dimensions", coords.len(), shape.len())));
    }
    for (&coord, &bound) in coords.iter().zip(shape) {
        let coord = array_in(heap, coord, "coords", 1)?;
        indices_below(&coord, bound, entries_of(data), "coords")?;
    }
    Ok(())
}

/// Each row of a matrix of format lil has a list of columns and one of as many values.
fn lists(heap: &Heap, data: &NdArray<'_>, rows: &NdArray<'_>, columns: usize, work: &mut Work) -> Checked {
    let (Some(data), Some(rows)) = (data.objects(), rows.objects()) else {
        return Err(unsound("rows", "not lists"));
    };
    for (index, (&row, &values)) in rows.iter().zip(data).enumerate() {
        let (Some(row), Some(values)) = (heap.as_list(row), heap.as_list(values)) else {
            return Err(unsound(format!("rows[{index}]"), "not a list"));
        };
        work.spend(64 + 8 * row.len() as u64)?;
        if row.len() != values.len() {
            let message = format!("{} columns and {} values", row.len(), values.len());
            return Err(unsound(format!("rows[{index}]"), message));
        }
        let is_column = |value: &Value| {
            heap.integer(*value).is_some_and(|column| usize::try_from(column).is_ok_and(|c| c < columns))
        };
        if !row.iter().all(is_column) {
            return Err(unsound(format!("rows[{index}]"), format!("a column that is not one of {columns}")));
        }
    }
    Ok(())
}

/// Number of stored elements, or of stored blocks.
fn entries_of(data: &NdArray<'_>) -> usize {
    data.shape.first().copied().unwrap_or(0)
}
