//! Sparse matrices as `scipy.sparse.save_npz` writes them: an archive of the arrays `data`, `indices`, `indptr`,
//! `shape` and `format`. They are checked as scipy's `check_format` does, and made dense batch by batch.

use cannery_object::{Element, Heap, Kind, Limit, Limits, NdArray, Value};

use super::{Batch, Numbers, room};
use crate::error::Error;

/// Most columns of a matrix that is made dense: one row of 32 MiB in float64.
const MAX_COLUMNS: usize = 4 << 20;

/// The rows of a sparse matrix, compressed by row.
pub(super) struct SparseRows {
    matrix: Compressed,
    next: usize,
    limits: Limits,
}

/// A matrix compressed by row, or by column: by its lines.
struct Compressed {
    lines: usize,
    /// Elements of each line.
    width: usize,
    /// Where each line begins in the others, and where the last one ends.
    starts: Vec<usize>,
    /// Place of each element in its line, less than `width`.
    indices: Vec<usize>,
    values: Numbers,
}

/// Whether an archive holds a sparse matrix rather than dense arrays.
pub(super) fn is_sparse(heap: &Heap, pairs: &[Value]) -> bool {
    ["format", "shape", "data"].iter().all(|name| heap.lookup(pairs, name).is_some())
}

impl SparseRows {
    pub(super) fn read(heap: &Heap, pairs: &[Value], limits: &Limits) -> Result<Self, Error> {
        let is_by_column = match &*format(heap, pairs)? {
            "csr" => false,
            "csc" => true,
            other => {
                let message = format!("a sparse matrix of format {other:?}: save it with .tocsr()");
                return Err(cannery_format::Error::unsupported(message).into());
            }
        };
        let [rows, columns] = shape(heap, pairs)?;
        if columns > MAX_COLUMNS {
            let message =
                format!("a sparse matrix of {columns} columns, and rows of at most {MAX_COLUMNS} are read");
            return Err(cannery_format::Error::unsupported(message).into());
        }
        let (lines, width) = if is_by_column { (columns, rows) } else { (rows, columns) };
        let matrix = Compressed::read(heap, pairs, lines, width)?;
        let matrix = if is_by_column { matrix.transposed()? } else { matrix };
        Ok(Self { matrix, next: 0, limits: limits.clone() })
    }

    pub(super) fn rows(&self) -> usize {
        self.matrix.lines
    }

    pub(super) fn columns(&self) -> usize {
        self.matrix.width
    }

    pub(super) fn is_f32(&self) -> bool {
        matches!(self.matrix.values, Numbers::F32(_))
    }

    /// The next rows, none at the end. All of them together stay under the limit `decompressed-bytes`.
    pub(super) fn next_batch(&mut self, most: usize) -> Result<Batch, Error> {
        let rows = most.min(self.rows() - self.next);
        let columns = self.columns();
        let numbers = rows.saturating_mul(columns);
        let bytes = numbers.saturating_mul(self.matrix.values.itemsize());
        let within = self.limits.check(Limit::DecompressedBytes, bytes as u64);
        within.map_err(cannery_format::Error::from)?;
        let numbers = self.matrix.dense(self.next, rows)?;
        self.next += rows;
        Ok(Batch { rows, columns, numbers })
    }
}

impl Numbers {
    fn itemsize(&self) -> usize {
        match self {
            Self::F64(_) => 8,
            Self::F32(_) => 4,
        }
    }
}

impl Compressed {
    fn read(heap: &Heap, pairs: &[Value], lines: usize, width: usize) -> Result<Self, Error> {
        let integers = |name| -> Result<Vec<usize>, Error> {
            let array = vector(heap, pairs, name)?;
            let negative = || malformed(format!("{name} of a sparse matrix has a negative value"));
            let values = array.i64s().map_err(cannery_format::Error::from)?;
            values.iter().map(|&value| usize::try_from(value).map_err(|_| negative())).collect()
        };
        let (starts, indices) = (integers("indptr")?, integers("indices")?);
        let values = values(&vector(heap, pairs, "data")?)?;
        let count = match &values {
            Numbers::F64(values) => values.len(),
            Numbers::F32(values) => values.len(),
        };
        if starts.len().checked_sub(1) != Some(lines) {
            let len = starts.len();
            return Err(malformed(format!("indptr of a sparse matrix has {len} elements for {lines} lines")));
        }
        if starts.first() != Some(&0)
            || !starts.is_sorted()
            || starts.last() > Some(&indices.len().min(count))
        {
            return Err(malformed("indptr of a sparse matrix does not cut indices and data into lines"));
        }
        if indices.iter().any(|&index| index >= width) {
            return Err(malformed("indices of a sparse matrix lie outside its shape"));
        }
        Ok(Self { lines, width, starts, indices, values })
    }

    /// The same matrix compressed the other way. Elements of a line keep their order, so that several at one place
    /// are added up in the order in which they are stored.
    fn transposed(self) -> Result<Self, Error> {
        let count = self.starts.last().copied().unwrap_or(0);
        let mut starts = vec![0_usize; self.width + 1];
        self.indices[..count].iter().for_each(|&index| starts[index + 1] += 1);
        for line in 0..self.width {
            starts[line + 1] += starts[line];
        }
        let mut next = starts.clone();
        let mut indices = vec![0; count];
        let mut from = vec![0; count];
        for line in 0..self.lines {
            for stored in self.starts[line]..self.starts[line + 1] {
                let place = &mut next[self.indices[stored]];
                (indices[*place], from[*place]) = (line, stored);
                *place += 1;
            }
        }
        let values = match &self.values {
            Numbers::F64(values) => Numbers::F64(from.iter().map(|&stored| values[stored]).collect()),
            Numbers::F32(values) => Numbers::F32(from.iter().map(|&stored| values[stored]).collect()),
        };
        Ok(Self { lines: self.width, width: self.lines, starts, indices, values })
    }

    /// Lines `first..first + count` as rows of a dense matrix.
    fn dense(&self, first: usize, count: usize) -> Result<Numbers, Error> {
        match &self.values {
            Numbers::F64(values) => self.scatter(values, first, count).map(Numbers::F64),
            Numbers::F32(values) => self.scatter(values, first, count).map(Numbers::F32),
        }
    }

    fn scatter<T: Copy + Default + std::ops::AddAssign>(
        &self,
        values: &[T],
        first: usize,
        count: usize,
    ) -> Result<Vec<T>, Error> {
        let len = count * self.width;
        let mut out = room(len)?;
        out.resize(len, T::default());
        for line in 0..count {
            let row = &mut out[line * self.width..(line + 1) * self.width];
            for stored in self.starts[first + line]..self.starts[first + line + 1] {
                row[self.indices[stored]] += values[stored];
            }
        }
        Ok(out)
    }
}

/// The name of the format: an array of no dimension that holds bytes (scipy's own) or text.
fn format(heap: &Heap, pairs: &[Value]) -> Result<String, Error> {
    let array = named(heap, pairs, "format")?;
    let first = array.elements().next().transpose().map_err(cannery_format::Error::from)?;
    match first {
        Some(Element::Bytes(bytes)) if array.len() == 1 => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Some(Element::Str(text)) if array.len() == 1 => Ok(text),
        _ => Err(malformed("format of a sparse matrix is no text")),
    }
}

fn shape(heap: &Heap, pairs: &[Value]) -> Result<[usize; 2], Error> {
    let array = vector(heap, pairs, "shape")?;
    let bad = || malformed("shape of a sparse matrix is not two lengths");
    let &[rows, columns] = &*array.i64s().map_err(cannery_format::Error::from)? else { return Err(bad()) };
    Ok([usize::try_from(rows).map_err(|_| bad())?, usize::try_from(columns).map_err(|_| bad())?])
}

fn values(array: &NdArray<'_>) -> Result<Numbers, Error> {
    let is_f32 = array.dtype.kind == Kind::Float && array.dtype.itemsize == 4;
    let values = array.f64s().map_err(cannery_format::Error::from)?;
    Ok(if is_f32 {
        Numbers::F32(values.iter().map(|&x| x as f32).collect())
    } else {
        Numbers::F64(values.into_owned())
    })
}

fn vector<'h>(heap: &'h Heap, pairs: &[Value], name: &str) -> Result<NdArray<'h>, Error> {
    let array = named(heap, pairs, name)?;
    if array.ndim() == 1 { Ok(array) } else { Err(malformed(format!("{name} of a sparse matrix is not 1D"))) }
}

fn named<'h>(heap: &'h Heap, pairs: &[Value], name: &str) -> Result<NdArray<'h>, Error> {
    let value =
        heap.lookup(pairs, name).ok_or_else(|| malformed(format!("a sparse matrix has no {name}")))?;
    let array =
        heap.ndarray(value).ok_or_else(|| malformed(format!("{name} of a sparse matrix is no array")))?;
    Ok(array.map_err(cannery_format::Error::from)?)
}

fn malformed(message: impl Into<String>) -> Error {
    cannery_format::Error::malformed(message).into()
}
