use std::ops::Index;
use std::sync::Arc;

use cannery_graph::Shape;

/// One named result of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// Its name in the graph: `predict`.
    pub name: Box<str>,
    /// Whether there is one element a row or a matrix.
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
}

/// Texts out of a small table, such as class labels.
#[derive(Clone, Debug)]
pub struct Strings {
    pub(crate) codes: Vec<u32>,
    pub(crate) table: Arc<[Box<str>]>,
}

impl Values {
    /// Number of elements.
    pub fn len(&self) -> usize {
        match self {
            Self::F32(values) => values.len(),
            Self::F64(values) => values.len(),
            Self::I64(values) => values.len(),
            Self::Bool(values) => values.len(),
            Self::Str(values) => values.len(),
        }
    }

    /// Whether there is no element.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Strings {
    /// Number of texts.
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    /// The texts in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        self.codes.iter().map(|&code| &*self.table[code as usize])
    }
}

impl Index<usize> for Strings {
    type Output = str;

    fn index(&self, index: usize) -> &str {
        &self.table[self.codes[index] as usize]
    }
}

impl PartialEq for Strings {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}
