use super::{Site, View, array};
use crate::array::{Element, NdArray};
use crate::dtype::shape_of;
use crate::error::Error;
use crate::heap::{Heap, Value};

/// A scipy sparse matrix or array of any format and version.
#[derive(Clone, Copy, Debug)]
pub struct Sparse<'h> {
    site: Site<'h>,
    /// How it is stored.
    pub format: SparseFormat,
    /// Whether it is a sparse array (`csr_array`) and not a sparse matrix (`csr_matrix`).
    pub is_array: bool,
}

/// Storage format of a sparse matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "scipy's own names")]
pub enum SparseFormat {
    Csr,
    Csc,
    Coo,
    Bsr,
    Dia,
    Lil,
    Dok,
}

impl SparseFormat {
    /// scipy's name of the format, such as `csr`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Csr => "csr",
            Self::Csc => "csc",
            Self::Coo => "coo",
            Self::Bsr => "bsr",
            Self::Dia => "dia",
            Self::Lil => "lil",
            Self::Dok => "dok",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        let all = [Self::Csr, Self::Csc, Self::Coo, Self::Bsr, Self::Dia, Self::Lil, Self::Dok];
        all.into_iter().find(|format| format.name() == name)
    }
}

impl<'h> Sparse<'h> {
    /// `scipy.sparse.csr.csr_matrix`, since scipy 1.8 `scipy.sparse._csr`; `csr_array` in `scipy.sparse._arrays` since
    /// 1.8, beside `csr_matrix` since 1.11.
    pub(super) fn at(site: Site<'h>, module: &str, name: &str) -> Option<Self> {
        let file = module.strip_prefix("scipy.sparse.")?;
        let (format, class) = name.split_once('_')?;
        let is_array = match class {
            "matrix" => false,
            "array" => true,
            _ => return None,
        };
        let known =
            file == format || file.strip_prefix('_') == Some(format) || (is_array && file == "_arrays");
        known.then(|| Some(Self { site, format: SparseFormat::from_name(format)?, is_array })).flatten()
    }

    /// The Heap that it is of.
    pub fn heap(&self) -> &'h Heap {
        self.site.heap
    }

    /// Module and name of the class.
    pub fn class(&self) -> (&'h str, &'h str) {
        self.site.class()
    }

    /// Length of each dimension.
    pub fn shape(&self) -> Result<Vec<usize>, Error> {
        let shape = self.site.attr("_shape").or_else(|| self.site.attr("shape"));
        let shape = shape.ok_or_else(|| Error::malformed("a sparse matrix has no shape"))?;
        shape_of(self.site.heap, shape).or_else(|error| shape_of_scalars(self.site.heap, shape).ok_or(error))
    }

    /// The arrays it consists of, by scipy's names. None for the format dok, see [`Sparse::items`]; of the
    /// format coo only `data` where [`Sparse::coords`] has the rest. Not checked
    /// against each other or the shape.
    pub fn arrays(&self) -> Result<Vec<(&'static str, NdArray<'h>)>, Error> {
        let names: &[&'static str] = match self.format {
            SparseFormat::Csr | SparseFormat::Csc | SparseFormat::Bsr => &["data", "indices", "indptr"],
            SparseFormat::Coo if self.coords().is_some() => &["data"],
            SparseFormat::Coo => &["data", "row", "col"],
            SparseFormat::Dia => &["data", "offsets"],
            SparseFormat::Lil => &["data", "rows"],
            SparseFormat::Dok => &[],
        };
        names
            .iter()
            .map(|&name| Ok((name, array(self.site.heap, self.site.required(name)?, name)?)))
            .collect()
    }

    /// Coordinates of a matrix of format coo since scipy 1.13: a tuple with an array for each dimension. Before, they
    /// are the arrays `row` and `col`.
    pub fn coords(&self) -> Option<Value> {
        self.site.attr("coords").filter(|_| self.format == SparseFormat::Coo)
    }

    /// The entries of a matrix of format dok: coordinates, value, coordinates, value. Empty for other formats.
    pub fn items(&self) -> &'h [Value] {
        let heap = self.site.heap;
        if self.format != SparseFormat::Dok {
            return &[];
        }
        let dict = self.site.attr("_dict").and_then(|dict| heap.as_dict(dict));
        let base = || match self.site.raw_args() {
            [_class, _base, dict] => heap.as_dict(*dict),
            _ => None,
        };
        let pairs = heap.items(heap.attached(self.site.value).pairs);
        dict.or_else(base).unwrap_or(pairs)
    }
}

/// A shape of two integers of numpy, which `scipy.sparse.hstack` and `block_diag` keep under Python 2. Products of larger
/// ones are wrong there, where they are right for Python's own.
fn shape_of_scalars(heap: &Heap, shape: Value) -> Option<Vec<usize>> {
    const LARGEST: i64 = i32::MAX as i64;
    let length = |&value: &Value| match heap.view(value) {
        View::Scalar(scalar) => match scalar.read().ok()? {
            (dtype, Element::Int(length @ 0..=LARGEST)) if dtype.itemsize == 8 => {
                usize::try_from(length).ok()
            }
            _ => None,
        },
        _ => heap
            .as_int(value)
            .filter(|length| (0..=LARGEST).contains(length))
            .and_then(|n| usize::try_from(n).ok()),
    };
    heap.as_tuple(shape).filter(|lengths| lengths.len() == 2)?.iter().map(length).collect()
}
