//! Memory by dtype: owned, borrowed and borrowed to write.
//!
//! Which dtype lies where follows from the types of the graph, which are checked when it is built. So asking a
//! view for another dtype than it has is a bug of this crate and panics.

use cannery_graph::DType;

/// Elements of one dtype.
#[derive(Clone, Debug)]
pub(crate) enum Buffer {
    F32(Vec<f32>),
    F64(Vec<f64>),
    I64(Vec<i64>),
    Bool(Vec<bool>),
    /// Positions in a table of texts that the program knows.
    Str(Vec<u32>),
}

/// Elements to read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum View<'a> {
    F32(&'a [f32]),
    F64(&'a [f64]),
    I64(&'a [i64]),
    Bool(&'a [bool]),
    /// Texts, which no operator takes.
    Other,
}

/// Elements to write.
#[derive(Debug)]
pub(crate) enum ViewMut<'a> {
    F32(&'a mut [f32]),
    F64(&'a mut [f64]),
    I64(&'a mut [i64]),
    Bool(&'a mut [bool]),
    Str(&'a mut [u32]),
}

/// Does the same for every dtype that operators give.
macro_rules! each {
    ($type:ident => $to:ident, $value:expr, $inner:pat => $body:expr) => {
        match $value {
            $type::F32($inner) => $to::F32($body),
            $type::F64($inner) => $to::F64($body),
            $type::I64($inner) => $to::I64($body),
            $type::Bool($inner) => $to::Bool($body),
            $type::Str($inner) => $to::Str($body),
        }
    };
}

impl Buffer {
    /// Zeros.
    pub(crate) fn new(dtype: DType, len: usize) -> Self {
        match dtype {
            DType::F32 => Self::F32(vec![0.0; len]),
            DType::F64 => Self::F64(vec![0.0; len]),
            DType::I64 => Self::I64(vec![0; len]),
            DType::Bool => Self::Bool(vec![false; len]),
            DType::Str => Self::Str(vec![0; len]),
        }
    }

    /// The first `len` elements.
    pub(crate) fn view(&self, len: usize) -> View<'_> {
        match self {
            Self::F32(values) => View::F32(&values[..len]),
            Self::F64(values) => View::F64(&values[..len]),
            Self::I64(values) => View::I64(&values[..len]),
            Self::Bool(values) => View::Bool(&values[..len]),
            Self::Str(_) => View::Other,
        }
    }

    /// The first `len` elements, to write.
    pub(crate) fn view_mut(&mut self, len: usize) -> ViewMut<'_> {
        each!(Buffer => ViewMut, self, v => &mut v[..len])
    }
}

impl Default for Buffer {
    fn default() -> Self {
        Self::F64(Vec::new())
    }
}

impl<'a> View<'a> {
    pub(crate) fn f32s(self) -> &'a [f32] {
        if let Self::F32(values) = self { values } else { self.mistyped("f32") }
    }

    pub(crate) fn f64s(self) -> &'a [f64] {
        if let Self::F64(values) = self { values } else { self.mistyped("f64") }
    }

    pub(crate) fn i64s(self) -> &'a [i64] {
        if let Self::I64(values) = self { values } else { self.mistyped("i64") }
    }

    #[cold]
    fn mistyped(self, want: &str) -> ! {
        unreachable!("a typed graph asks for {want} and gets {self:?}")
    }
}

impl<'a> ViewMut<'a> {
    pub(crate) fn as_view(&self) -> View<'_> {
        match self {
            Self::F32(values) => View::F32(values),
            Self::F64(values) => View::F64(values),
            Self::I64(values) => View::I64(values),
            Self::Bool(values) => View::Bool(values),
            Self::Str(_) => View::Other,
        }
    }

    /// Takes the first `len` elements off the front.
    pub(crate) fn take_front(&mut self, len: usize) -> Self {
        each!(ViewMut => ViewMut, self, v => v.split_off_mut(..len).unwrap_or_default())
    }

    pub(crate) fn reborrow(&mut self) -> ViewMut<'_> {
        each!(ViewMut => ViewMut, self, v => v)
    }

    pub(crate) fn f32s(self) -> &'a mut [f32] {
        if let Self::F32(values) = self { values } else { self.mistyped("f32") }
    }

    pub(crate) fn f64s(self) -> &'a mut [f64] {
        if let Self::F64(values) = self { values } else { self.mistyped("f64") }
    }

    pub(crate) fn i64s(self) -> &'a mut [i64] {
        if let Self::I64(values) = self { values } else { self.mistyped("i64") }
    }

    pub(crate) fn bools(self) -> &'a mut [bool] {
        if let Self::Bool(values) = self { values } else { self.mistyped("bool") }
    }

    pub(crate) fn codes(self) -> &'a mut [u32] {
        if let Self::Str(values) = self { values } else { self.mistyped("str") }
    }

    #[cold]
    fn mistyped(self, want: &str) -> ! {
        unreachable!("a typed graph writes {want} into {self:?}")
    }
}

impl Default for ViewMut<'_> {
    fn default() -> Self {
        Self::F64(&mut [])
    }
}
