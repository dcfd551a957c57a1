use std::ops::Index;

use cannery_graph::Shape;

use crate::buffer::Buffer;
use crate::cell::OwnedCell;
use crate::csr::Stored;

/// One named result of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// Its name in the graph: `predict`.
    pub name: Box<str>,
    /// Whether there is one element a row, or a matrix.
    pub shape: Shape,
    /// The elements in C order.
    pub values: Values,
}

/// Elements of one dtype.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// float32.
    F32(Vec<f32>),
    /// float64.
    F64(Vec<f64>),
    /// int64.
    I64(Vec<i64>),
    /// bool.
    Bool(Vec<bool>),
    /// Text.
    Str(Strings),
    /// Values that say what they are.
    Any(Vec<OwnedCell>),
    /// The stored elements of a sparse matrix.
    Csr(Csr),
}

/// A sparse matrix as scipy's CSR has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Csr {
    /// Where each row begins among the stored elements, and where the last one ends.
    pub indptr: Vec<usize>,
    /// Column of each stored element; they rise in each row.
    pub indices: Vec<u32>,
    /// The stored elements: float32, float64 or int64.
    pub values: Box<Values>,
}

/// Texts, one after another in one piece of memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Strings {
    text: String,
    ends: Vec<usize>,
}

impl Values {
    /// Number of elements; of a sparse matrix that of those stored.
    pub fn len(&self) -> usize {
        match self {
            Self::F32(values) => values.len(),
            Self::F64(values) => values.len(),
            Self::I64(values) => values.len(),
            Self::Bool(values) => values.len(),
            Self::Str(values) => values.len(),
            Self::Any(values) => values.len(),
            Self::Csr(matrix) => matrix.indices.len(),
        }
    }

    /// Whether there is no element.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl From<Buffer<'_>> for Values {
    fn from(buffer: Buffer<'_>) -> Self {
        match buffer {
            Buffer::F32(values) => Self::F32(values),
            Buffer::F64(values) => Self::F64(values),
            Buffer::I64(values) => Self::I64(values),
            Buffer::Bool(values) => Self::Bool(values),
            Buffer::Str(texts) => Self::Str(texts.into_iter().collect()),
            Buffer::Any(cells) => Self::Any(cells.into_iter().map(OwnedCell::from).collect()),
            Buffer::Csr(rows) => {
                let (indptr, indices, values) = rows.into_parts();
                let values = match values {
                    Stored::F32(values) => Self::F32(values),
                    Stored::F64(values) => Self::F64(values),
                    Stored::I64(values) => Self::I64(values),
                };
                Self::Csr(Csr { indptr, indices, values: Box::new(values) })
            }
            Buffer::Hits(hits) => unreachable!("no program gives {hits:?}"),
        }
    }
}

impl Strings {
    /// Number of texts.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The texts in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.len()).map(|index| &self[index])
    }
}

impl Index<usize> for Strings {
    type Output = str;

    fn index(&self, index: usize) -> &str {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.text[start..self.ends[index]]
    }
}

impl<'t> FromIterator<&'t str> for Strings {
    fn from_iter<I: IntoIterator<Item = &'t str>>(texts: I) -> Self {
        let mut strings = Self::default();
        for text in texts {
            strings.text.push_str(text);
            strings.ends.push(strings.text.len());
        }
        strings
    }
}
