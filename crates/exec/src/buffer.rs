//! Memory by dtype: owned, borrowed and borrowed to write.
//!
//! Which dtype lies where follows from the types of the graph, which are checked when it is built. So asking a
//! view for another dtype than it has is a bug of this crate and panics.
//!
//! `'a` is the life of the batch and the program: texts are never copied on the way, they are references into one of
//! them. `'v` is the life of the memory that holds the elements.

use cannery_graph::{DType, Shape, Type};

use crate::csr::{CsrBuffer, CsrView};
use crate::hits::{HitsBuffer, HitsView, HitsViewMut};
use cannery_rows::CellView;

/// Elements of one type.
#[derive(Clone, Debug)]
pub(crate) enum Buffer<'a> {
    F32(Vec<f32>),
    F64(Vec<f64>),
    I64(Vec<i64>),
    Bool(Vec<bool>),
    Str(Vec<&'a str>),
    Any(Vec<CellView<'a>>),
    Csr(CsrBuffer),
    Hits(HitsBuffer),
}

/// Elements to read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum View<'v, 'a> {
    F32(&'v [f32]),
    F64(&'v [f64]),
    I64(&'v [i64]),
    Bool(&'v [bool]),
    Str(&'v [&'a str]),
    Any(&'v [CellView<'a>]),
    Csr(CsrView<'v>),
    Hits(HitsView<'v>),
}

/// Elements to write.
#[derive(Debug)]
pub(crate) enum ViewMut<'v, 'a> {
    F32(&'v mut [f32]),
    F64(&'v mut [f64]),
    I64(&'v mut [i64]),
    Bool(&'v mut [bool]),
    Str(&'v mut [&'a str]),
    Any(&'v mut [CellView<'a>]),
    /// To be filled row by row from the start.
    Csr(&'v mut CsrBuffer),
    /// A matrix of an earlier stage.
    Done(CsrView<'v>),
    Hits(HitsViewMut<'v>),
}

/// Does the same for every dtype of dense elements.
macro_rules! each_dense {
    ($type:ident => $to:ident, $value:expr, $inner:pat => $body:expr, $($rest:tt)*) => {
        match $value {
            $type::F32($inner) => $to::F32($body),
            $type::F64($inner) => $to::F64($body),
            $type::I64($inner) => $to::I64($body),
            $type::Bool($inner) => $to::Bool($body),
            $type::Str($inner) => $to::Str($body),
            $type::Any($inner) => $to::Any($body),
            $($rest)*
        }
    };
}

impl<'a> Buffer<'a> {
    /// Memory for `rows` rows of a type: zeros, empty texts, None.
    pub(crate) fn new(ty: Type, rows: usize) -> Self {
        let len = rows * ty.columns();
        match (ty.shape, ty.dtype) {
            (Shape::Csr(_), dtype) => Self::Csr(CsrBuffer::new(dtype)),
            (Shape::Hits(_), _) => Self::Hits(HitsBuffer::new(len)),
            (_, DType::F32) => Self::F32(vec![0.0; len]),
            (_, DType::F64) => Self::F64(vec![0.0; len]),
            (_, DType::I64) => Self::I64(vec![0; len]),
            (_, DType::Bool) => Self::Bool(vec![false; len]),
            (_, DType::Str) => Self::Str(vec![""; len]),
            (_, DType::Any) => Self::Any(vec![CellView::None; len]),
        }
    }

    /// The first `len` elements; a CSR matrix whole.
    pub(crate) fn view(&self, len: usize) -> View<'_, 'a> {
        each_dense!(Buffer => View, self, v => &v[..len],
            Self::Csr(csr) => View::Csr(csr.view()), Self::Hits(hits) => View::Hits(hits.view(len)))
    }

    /// The first `len` elements, to write; a CSR matrix whole.
    pub(crate) fn view_mut(&mut self, len: usize) -> ViewMut<'_, 'a> {
        each_dense!(Buffer => ViewMut, self, v => &mut v[..len],
            Self::Csr(csr) => ViewMut::Csr(csr), Self::Hits(hits) => ViewMut::Hits(hits.view_mut(len)))
    }
}

impl Default for Buffer<'_> {
    fn default() -> Self {
        Self::F64(Vec::new())
    }
}

impl<'v, 'a> View<'v, 'a> {
    /// Some of the elements, of dense ones.
    pub(crate) fn slice(self, first: usize, last: usize) -> Self {
        each_dense!(View => View, self, v => &v[first..last],
            Self::Csr(_) | Self::Hits(_) => unreachable!("dense elements are brought, and not {self:?}"))
    }

    /// A copy of the elements.
    pub(crate) fn to_buffer(self) -> Buffer<'a> {
        each_dense!(View => Buffer, self, v => v.to_vec(),
            Self::Csr(rows) => Buffer::Csr(CsrBuffer::of(rows)), Self::Hits(hits) => Buffer::Hits(hits.to_buffer()))
    }

    pub(crate) fn f32s(self) -> &'v [f32] {
        if let Self::F32(values) = self { values } else { self.mistyped("f32") }
    }

    pub(crate) fn f64s(self) -> &'v [f64] {
        if let Self::F64(values) = self { values } else { self.mistyped("f64") }
    }

    pub(crate) fn i64s(self) -> &'v [i64] {
        if let Self::I64(values) = self { values } else { self.mistyped("i64") }
    }

    pub(crate) fn strs(self) -> &'v [&'a str] {
        if let Self::Str(values) = self { values } else { self.mistyped("str") }
    }

    pub(crate) fn csr(self) -> CsrView<'v> {
        if let Self::Csr(rows) = self { rows } else { self.mistyped("csr") }
    }

    pub(crate) fn hits(self) -> HitsView<'v> {
        if let Self::Hits(hits) = self { hits } else { self.mistyped("hits") }
    }

    #[cold]
    fn mistyped(self, want: &str) -> ! {
        unreachable!("a typed graph asks for {want} and gets {self:?}")
    }
}

impl<'v, 'a> ViewMut<'v, 'a> {
    pub(crate) fn as_view(&self) -> View<'_, 'a> {
        each_dense!(ViewMut => View, self, v => v,
            Self::Csr(csr) => View::Csr(csr.view()), Self::Done(rows) => View::Csr(*rows),
            Self::Hits(hits) => View::Hits(hits.as_view()))
    }

    /// Takes the first `len` elements off the front, of dense ones.
    pub(crate) fn take_front(&mut self, len: usize) -> Self {
        each_dense!(ViewMut => ViewMut, self, v => v.split_off_mut(..len).unwrap_or_default(),
            Self::Hits(hits) => Self::Hits(hits.take_front(len)), Self::Csr(_) | Self::Done(_) => Self::default())
    }

    pub(crate) fn reborrow(&mut self) -> ViewMut<'_, 'a> {
        each_dense!(ViewMut => ViewMut, self, v => v,
            Self::Csr(csr) => ViewMut::Csr(csr), Self::Done(rows) => ViewMut::Done(*rows),
            Self::Hits(hits) => ViewMut::Hits(hits.reborrow()))
    }

    pub(crate) fn f32s(self) -> &'v mut [f32] {
        if let Self::F32(values) = self { values } else { self.mistyped("f32") }
    }

    pub(crate) fn f64s(self) -> &'v mut [f64] {
        if let Self::F64(values) = self { values } else { self.mistyped("f64") }
    }

    pub(crate) fn i64s(self) -> &'v mut [i64] {
        if let Self::I64(values) = self { values } else { self.mistyped("i64") }
    }

    pub(crate) fn bools(self) -> &'v mut [bool] {
        if let Self::Bool(values) = self { values } else { self.mistyped("bool") }
    }

    pub(crate) fn strs(self) -> &'v mut [&'a str] {
        if let Self::Str(values) = self { values } else { self.mistyped("str") }
    }

    pub(crate) fn cells(self) -> &'v mut [CellView<'a>] {
        if let Self::Any(values) = self { values } else { self.mistyped("any") }
    }

    pub(crate) fn csr(self) -> &'v mut CsrBuffer {
        if let Self::Csr(rows) = self { rows } else { self.mistyped("csr") }
    }

    pub(crate) fn hits(self) -> HitsViewMut<'v> {
        if let Self::Hits(hits) = self { hits } else { self.mistyped("hits") }
    }

    #[cold]
    fn mistyped(self, want: &str) -> ! {
        unreachable!("a typed graph writes {want} into {self:?}")
    }
}

impl Default for ViewMut<'_, '_> {
    fn default() -> Self {
        Self::F64(&mut [])
    }
}
