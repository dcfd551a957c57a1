//! Sparse matrices as `scipy.sparse.save_npz` writes them: an archive of the arrays `data`, `shape`, `format` and, by
//! format, `indices` and `indptr` or `row` and `col`. They are checked as scipy's `check_format` does, and given as CSR
//! in canonical form: the elements of a row in order, those at one place added up.

use cannery_object::{Element, Heap, Kind, NdArray, Value};

use super::compressed::{Compressed, Elements};
use crate::error::Error;
use cannery_rows::{Batch, Data, Values};

/// The rows of a sparse matrix.
pub(super) struct SparseRows {
    matrix: Compressed,
    next: usize,
}

/// Whether an archive holds a sparse matrix rather than dense arrays.
pub(super) fn is_sparse(heap: &Heap, pairs: &[Value]) -> bool {
    ["format", "shape", "data"].iter().all(|name| heap.lookup(pairs, name).is_some())
}

impl SparseRows {
    pub(super) fn read(heap: &Heap, pairs: &[Value]) -> Result<Self, Error> {
        let archive = Archive { heap, pairs };
        let shape = archive.shape()?;
        let matrix = match &*archive.format()? {
            "csr" => archive.compressed(shape)?,
            "csc" => archive.compressed([shape[1], shape[0]])?.transposed(),
            "coo" => archive.listed(shape)?,
            other => {
                let message = format!("a sparse matrix of format {other:?}: save it with .tocsr()");
                return Err(cannery_format::Error::unsupported(message).into());
            }
        };
        Ok(Self { matrix: matrix.canonical(), next: 0 })
    }

    pub(super) fn rows(&self) -> usize {
        self.matrix.lines()
    }

    pub(super) fn columns(&self) -> usize {
        self.matrix.width
    }

    /// Rows that hold so many elements on average.
    pub(super) fn rows_of(&self, elements: usize) -> usize {
        let count = self.matrix.indices.len().max(1) as u128;
        usize::try_from(elements as u128 * self.rows() as u128 / count).unwrap_or(usize::MAX)
    }

    /// The next rows, none at the end.
    pub(super) fn peek(&self, most: usize) -> Batch {
        let rows = most.min(self.rows() - self.next);
        let starts = &self.matrix.starts[self.next..=self.next + rows];
        let range = starts[0]..starts[rows];
        let values = match &self.matrix.elements {
            Elements::F64(values) => Values::F64(values[range.clone()].to_vec()),
            Elements::F32(values) => Values::F32(values[range.clone()].to_vec()),
        };
        let indptr = starts.iter().map(|start| start - range.start).collect();
        let indices = self.matrix.indices[range].to_vec();
        Batch { rows, data: Data::Csr { columns: self.matrix.width, indptr, indices, values } }
    }

    /// Goes on behind so many rows.
    pub(super) fn give(&mut self, rows: usize) {
        self.next = self.next.saturating_add(rows).min(self.rows());
    }
}

/// The arrays of a matrix.
struct Archive<'h> {
    heap: &'h Heap,
    pairs: &'h [Value],
}

impl<'h> Archive<'h> {
    /// A matrix of so many lines of such a length, whose elements are stored line by line.
    fn compressed(&self, [lines, width]: [usize; 2]) -> Result<Compressed, Error> {
        let starts = self.starts(lines)?;
        let indices = self.indices("indices", width)?;
        let elements = self.elements()?;
        let count = starts.last().copied().unwrap_or(0);
        if count > indices.len().min(elements.len()) {
            return Err(malformed("indptr of a sparse matrix does not cut indices and data into lines"));
        }
        Ok(Compressed { width, starts, indices, elements })
    }

    /// A matrix whose elements are stored with their row and column each.
    fn listed(&self, [rows, columns]: [usize; 2]) -> Result<Compressed, Error> {
        let (row, column) = (self.indices("row", rows)?, self.indices("col", columns)?);
        let elements = self.elements()?;
        if row.len() != column.len() || row.len() != elements.len() {
            return Err(malformed("row, col and data of a sparse matrix have different lengths"));
        }
        if rows.saturating_sub(1 << 20) > row.len().saturating_mul(64) {
            let message = format!("a sparse matrix of {rows} rows with {} elements", row.len());
            return Err(cannery_format::Error::unsupported(message).into());
        }
        Ok(Compressed::of_triples([rows, columns], &row, &column, &elements))
    }

    fn starts(&self, lines: usize) -> Result<Vec<usize>, Error> {
        let negative = || malformed("indptr of a sparse matrix has a negative value");
        let array = self.vector("indptr")?;
        let starts = array.i64s().map_err(cannery_format::Error::from)?;
        let starts = starts.iter().map(|&start| usize::try_from(start).map_err(|_| negative()));
        let starts = starts.collect::<Result<Vec<_>, _>>()?;
        if starts.len().checked_sub(1) != Some(lines) {
            let len = starts.len();
            return Err(malformed(format!("indptr of a sparse matrix has {len} elements for {lines} lines")));
        }
        if starts.first() != Some(&0) || !starts.is_sorted() {
            return Err(malformed("indptr of a sparse matrix does not begin with 0 or falls"));
        }
        Ok(starts)
    }

    /// Positions below `bound`.
    fn indices(&self, name: &str, bound: usize) -> Result<Vec<u32>, Error> {
        if bound as u64 > 1 << 32 {
            let message = format!("a sparse matrix of length {bound}, above 4,294,967,296");
            return Err(cannery_format::Error::unsupported(message).into());
        }
        let outside = || malformed(format!("{name} of a sparse matrix lies outside its shape"));
        let array = self.vector(name)?;
        let indices = array.i64s().map_err(cannery_format::Error::from)?;
        let inside = |&index: &i64| u32::try_from(index).ok().filter(|&index| (index as usize) < bound);
        indices.iter().map(|index| inside(index).ok_or_else(outside)).collect()
    }

    fn elements(&self) -> Result<Elements, Error> {
        let array = self.vector("data")?;
        let is_f32 = array.dtype.kind == Kind::Float && array.dtype.itemsize == 4;
        let values = array.f64s().map_err(cannery_format::Error::from)?;
        Ok(if is_f32 {
            Elements::F32(values.iter().map(|&x| x as f32).collect())
        } else {
            Elements::F64(values.into_owned())
        })
    }

    /// The name of the format: an array of no dimension that holds bytes (scipy's own) or text.
    fn format(&self) -> Result<String, Error> {
        let array = self.named("format")?;
        let first = array.elements().next().transpose().map_err(cannery_format::Error::from)?;
        match first {
            Some(Element::Bytes(bytes)) if array.len() == 1 => {
                Ok(String::from_utf8_lossy(&bytes).into_owned())
            }
            Some(Element::Str(text)) if array.len() == 1 => Ok(text),
            _ => Err(malformed("format of a sparse matrix is no text")),
        }
    }

    fn shape(&self) -> Result<[usize; 2], Error> {
        let array = self.vector("shape")?;
        let bad = || malformed("shape of a sparse matrix is not two lengths");
        let lengths = array.i64s().map_err(cannery_format::Error::from)?;
        let &[rows, columns] = &*lengths else { return Err(bad()) };
        Ok([usize::try_from(rows).map_err(|_| bad())?, usize::try_from(columns).map_err(|_| bad())?])
    }

    fn vector(&self, name: &str) -> Result<NdArray<'h>, Error> {
        let array = self.named(name)?;
        if array.ndim() == 1 {
            Ok(array)
        } else {
            Err(malformed(format!("{name} of a sparse matrix is not 1D")))
        }
    }

    fn named(&self, name: &str) -> Result<NdArray<'h>, Error> {
        let absent = || malformed(format!("a sparse matrix has no {name}"));
        let value = self.heap.lookup(self.pairs, name).ok_or_else(absent)?;
        let no_array = || malformed(format!("{name} of a sparse matrix is no array"));
        Ok(self.heap.ndarray(value).ok_or_else(no_array)?.map_err(cannery_format::Error::from)?)
    }
}

fn malformed(message: impl Into<String>) -> Error {
    cannery_format::Error::malformed(message).into()
}
